"""What came back: which addresses a returned letter is about, and whether anything can ever reach them. Pure.

Three readers, the surest first: a delivery status notification (RFC 3464), flufl.bounce, which knows many mail servers
by their wording, and our own for the rest, which believes only what a mail system wrote.

*Failed* means this letter did not arrive. *Hard* means more: the address itself is no good, so that nothing shall be
sent there any more. A full mailbox, a refusal as spam or a network in trouble is no fault of the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from lms.later import later

bounce = later("flufl.bounce")

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@']+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
_MESSAGE_ID = re.compile(r"(?im)^[> ]*Message-ID:\s*(<[^<>\s]+>)")
# What says that there is no such address (RFC 3463 §3.2), and what says so in words.
_NO_ADDRESS_STATUS = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)$")
_NO_ADDRESS_WORDS = re.compile(
    r"user[\w ]{0,12} unknown|unknown[\w ]{0,12} (?:user|recipient|address|mailbox)|no such[\w ]{0,12} (?:user|"
    r"recipient|address|mailbox|person|account)|(?:user|mailbox|address|account|recipient)[\w<>@.\- ]{0,60} "
    r"(?:does not exist|doesn't exist|not exist|not found|is unknown|unavailable|is disabled|has been disabled)|"
    r"invalid (?:recipient|mailbox|user)|no mailbox here|host (?:unknown|not found)|name or service not known|"
    r"domain[\w<>@.\- ]{0,60} not (?:exist|found)|not a (?:known|valid) (?:user|mailbox)",
    re.IGNORECASE,
)
_NOT_THE_ADDRESS = re.compile(
    r"quota|full|over[- ]?size|too (?:large|big|many)|spam|blocked|blacklist|block list|policy|reputation|rate limit|"
    r"temporar|try again|greylist|timed? ?out|relay|virus|dmarc|spf|dkim",
    re.IGNORECASE,
)
_MAIL_SYSTEM = re.compile(r"mailer-?daemon|postmaster|mail ?delivery|maildelivery|mail system|<>", re.IGNORECASE)
_RETURNED = re.compile(
    r"undeliver|returned mail|delivery (?:status|failure|failed|notification)|failure notice|mail delivery|could not "
    r"be delivered|non[- ]?delivery|delivery (?:has )?failed|returning message",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"(?im)^[- >]*(?:original message|returned message|message headers?|copy of your message)|^Received:"
)
_LONGEST = 200_000


@dataclass(frozen=True)
class Bounce:
    """``message_id``: of the letter that came back, with its angle brackets, where it was returned too."""

    address: str
    failed: bool
    hard: bool
    status: str
    reason: str
    message_id: str


def read(message: Message) -> list[Bounce]:
    """One for each address that the message says did not get a letter; nothing where it says no such thing."""
    if _kind(message) == "feedback-report":
        return []
    reported = list(_reported(message))
    if reported or _has_status(message):
        return reported
    if is_automatic(message) and not _is_returned(message):
        return []
    return _known(message) or _guessed(message)


def is_automatic(message: Message) -> bool:
    """Did no human write it: a vacation notice, a receipt, a list's or a machine's message (RFC 3834)?"""
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if submitted not in {"no", ""}:
        return True
    if any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From", "X-Vacation")):
        return True
    if str(message.get("Precedence", "")).strip().lower() in {"auto_reply", "bulk", "junk", "list"}:
        return True
    return "feedback-report" in str(message.get("Content-Type", "")) or "List-Id" in message


# --- RFC 3464 ---------------------------------------------------------------------------------------------------------
def _reported(message: Message) -> Iterator[Bounce]:
    returned = _returned_id(message)
    for fields in _recipients(message):
        action = str(fields.get("Action", "")).split()[:1]
        status = "".join(_STATUS.findall(str(fields.get("Status", "")))[:1])
        if action not in (["failed"], ["delayed"]) and not (not action and status[:1] in {"4", "5"}):
            continue
        code = str(fields.get("Diagnostic-Code", ""))
        diagnostic = _tidy(code.partition(";")[2] or code)
        failed = action != ["delayed"] and status[:1] != "4"
        # The address we wrote to: a forwarding server adds the one it forwarded to.
        for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
            address = _ADDRESS.search(str(fields.get(name, "")).partition(";")[2] or str(fields.get(name, "")))
            if address:
                said = diagnostic or status
                precise = "".join(_STATUS.findall(diagnostic)[:1])
                yield _bounce(address[0], failed, precise or status, said, returned)
                break


def _recipients(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            payload = part.get_payload()
            blocks = payload if isinstance(payload, list) else []
            yield from (block for block in blocks if isinstance(block, Message) and _names_somebody(block))


def _names_somebody(fields: Message) -> bool:
    return "Final-Recipient" in fields or "Original-Recipient" in fields


def _has_status(message: Message) -> bool:
    return any(True for _fields in _recipients(message))


# --- what flufl.bounce knows ------------------------------------------------------------------------------------------
def _known(message: Message) -> list[Bounce]:
    try:
        temporary, permanent = bounce.all_failures(message)
    except (ValueError, TypeError, AttributeError, IndexError, LookupError, AssertionError):
        return []  # its readers trip over broken messages
    text, returned = _text(message), _returned_id(message)
    found = []
    for address, failed in [(one, True) for one in permanent] + [(one, False) for one in temporary - permanent]:
        name = address.decode("ascii", "replace") if isinstance(address, bytes) else str(address)
        if _ADDRESS.fullmatch(name):
            reason = _about(name, text)
            found.append(_bounce(name, failed, "".join(_STATUS.findall(reason)[:1]), reason, returned))
    return found


# --- the rest ---------------------------------------------------------------------------------------------------------
def _guessed(message: Message) -> list[Bounce]:
    if not _is_returned(message):
        return []
    text, returned = _text(message), _returned_id(message)
    named = _ADDRESS.findall(str(message.get("X-Failed-Recipients", "")))
    own = {one.lower() for name in ("To", "From", "Reply-To") for one in _ADDRESS.findall(str(message.get(name, "")))}
    if not named:
        said = _before_original(text)
        named = [one for one in _ADDRESS.findall(said) if one.lower() not in own and not _MAIL_SYSTEM.search(one)][:1]
    found = []
    for address in dict.fromkeys(named):
        reason = _about(address, text)
        status, code = "".join(_STATUS.findall(reason)[:1]), "".join(_CODE.findall(reason)[:1])
        failed = not (status or code).startswith("4")
        found.append(_bounce(address, failed, status, reason, returned))
    return found


def _is_returned(message: Message) -> bool:
    sender = f"{message.get('From', '')} {message.get('Return-Path', '')}"
    from_system = bool(_MAIL_SYSTEM.search(sender)) or _kind(message) == "delivery-status"
    return from_system and (bool(_RETURNED.search(_subject(message) + _text(message)[:3000])) or _has_failed(message))


def _has_failed(message: Message) -> bool:
    return "X-Failed-Recipients" in message or bool(_NO_ADDRESS_WORDS.search(_text(message)[:3000]))


def _before_original(text: str) -> str:
    """The mail system's own words, without the letter that it gives back."""
    cut = _ORIGINAL.search(text)
    return text[: cut.start()] if cut and cut.start() > 20 else text[:4000]


# --- words ------------------------------------------------------------------------------------------------------------
def _bounce(address: str, failed: bool, status: str, reason: str, returned: str) -> Bounce:
    hard = failed and _is_hard(status, reason)
    return Bounce(address.strip(".").lower(), failed, hard, status, _tidy(reason)[:500], returned)


def _is_hard(status: str, reason: str) -> bool:
    if status.startswith("4"):
        return False
    by_words = bool(_NO_ADDRESS_WORDS.search(reason))
    if _NOT_THE_ADDRESS.search(reason) and not by_words:
        return False
    return by_words or bool(_NO_ADDRESS_STATUS.match(status))


def _about(address: str, text: str) -> str:
    """The lines around the address, where a reason stands."""
    said = _before_original(text)
    at = said.lower().find(address.lower())
    return _tidy(said[max(0, at - 100) : at + 500] if at >= 0 else said[:500])


def _returned_id(message: Message) -> str:
    """The Message-ID of the letter that came back."""
    for part in message.walk():
        payload = part.get_payload()
        whole = payload[0] if isinstance(payload, list) and payload else None
        if part.get_content_type() == "message/rfc822" and isinstance(whole, Message) and "Message-ID" in whole:
            return str(whole["Message-ID"]).strip()
    found_ids = _MESSAGE_ID.findall("\n".join(_texts(message)))
    return str(found_ids[-1]) if found_ids else ""


def _text(message: Message) -> str:
    return "\n".join(_texts(message))[:_LONGEST]


def _texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text" or part.get_content_type() == "message/delivery-status":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                charset = str(part.get_content_charset() or "utf-8")
                try:
                    text = content[:_LONGEST].decode(charset, "replace")
                except LookupError:
                    text = content[:_LONGEST].decode("utf-8", "replace")
                yield re.sub(r"<[^<>@]{1,200}>", " ", text) if part.get_content_subtype() == "html" else text


def _kind(message: Message) -> str:
    is_report = message.get_content_type() == "multipart/report"
    return str(message.get_param("report-type") or "").lower() if is_report else ""


def _subject(message: Message) -> str:
    return str(message.get("Subject", ""))


def _tidy(text: str) -> str:
    return " ".join(str(text).split())
