"""A letter in the form it travels in (RFC 5322, 2045, 2047, 6047). Pure: no database, no clock, no settings.

Put together by hand: Python's own ``EmailMessage`` needs 3.6 ms a letter, which is 36 seconds for ten thousand; this
needs about a tenth of a millisecond. Bodies are base64, so no line of a text can be mistaken for a part's boundary, and
every header value goes through ``_line``, so none can begin a header of its own.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from lms.outbox.topics import Topic

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9' -]{0,60}")
_PLAIN_TEXT = re.compile(r"(?!.*=\?)[\x20-\x7e]{0,60}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f<>()\[\],;:\\\"@]+@[^\s\x00-\x1f\x7f<>()\[\],;:\\\"@]+")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_MAILTO = b"mailto:"


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is written to one recipient. ``key`` says which letter it is: one key is one letter, however often put.

    ``expires_at`` is when it is no longer worth sending. ``calendar`` is a whole VCALENDAR whose METHOD is
    ``calendar_method``. ``references`` are Message-IDs of earlier letters of the same conversation. ``wait_until`` is
    when it may go at the soonest; ``for_digest``, it then goes in one letter with others.
    """

    key: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    expires_at: datetime
    topic: Topic = Topic.SERVICE
    reply_to: str = ""
    reply_to_name: str = ""
    person_id: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: bytes | None = None
    calendar_method: str = "REQUEST"
    references: str = ""
    wait_until: datetime | None = None
    for_digest: bool = False


def build(message: Message, *, sender: str, sender_name: str, message_id: str, date: datetime) -> bytes:
    """The whole message with CRLF line ends; ``message_id`` with its angle brackets. A bad address is a ValueError."""
    head = [
        f"From: {mailbox(sender_name, sender)}",
        f"To: {mailbox(message.recipient_name, message.recipient)}",
        f"Subject: {encoded_text(message.subject)}",
        f"Date: {_date(date)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
    ]
    if message.reply_to:
        head.append(f"Reply-To: {mailbox(message.reply_to_name, message.reply_to)}")
    earlier = _MESSAGE_ID.findall(message.references)
    if earlier:
        head += [f"In-Reply-To: {earlier[-1]}", "References: " + "\r\n ".join(earlier)]
    for name, value in message.headers.items():
        head.append(_header(name, value))
    head.append("MIME-Version: 1.0")
    alternatives = [
        _part("text/plain; charset=utf-8", _base64(_text(message.text))),
        _part("text/html; charset=utf-8", _base64(_text(message.html))),
    ]
    if message.calendar is None:
        return "\r\n".join([*head, _multipart("alternative", alternatives)]).encode()

    calendar = _base64(message.calendar)
    method = message.calendar_method
    if not method.isalpha():
        raise ValueError(f"no calendar method: {method!r}")
    alternatives.append(_part(f"text/calendar; charset=utf-8; method={method}", calendar))
    attachment = _part('application/ics; name="invite.ics"', calendar, 'attachment; filename="invite.ics"')
    return "\r\n".join([*head, _multipart("mixed", [_multipart("alternative", alternatives), attachment])]).encode()


def copy(mime: bytes, *, message_id: str, date: datetime, recipient: str, new_recipient: str = "") -> bytes:
    """The same letter once more: another Message-ID and date, so that no mailbox throws it away as seen before.

    With ``new_recipient`` it goes to another address, which the calendar's ATTENDEE then also names (RFC 6047 wants
    them to agree). ``mime`` is something ``build`` made.
    """
    head, _, body = mime.partition(b"\r\n\r\n")
    head = re.sub(rb"(?m)^Message-ID: [^\r]*", lambda _match: f"Message-ID: {message_id}".encode(), head, count=1)
    head = re.sub(rb"(?m)^Date: [^\r]*", lambda _match: f"Date: {_date(date)}".encode(), head, count=1)
    if new_recipient and new_recipient != recipient:
        old, new = (f"<{address_for_mail(address)}>\r\n".encode() for address in (recipient, new_recipient))
        before, to, after = (head + b"\r\n").partition(b"\r\nTo: ")
        head = (before + to + after.replace(old, new, 1)).removesuffix(b"\r\n")
        body = _readdressed(body, address_for_mail(recipient).encode(), address_for_mail(new_recipient).encode())
    return head + b"\r\n\r\n" + body


def mailbox(name: str, address: str) -> str:
    """``Имя <address>`` for a header; without a name, the bare address in its brackets."""
    words = _words(name)
    between = "" if not words else "\r\n " if "?=" in words else " "
    return f"{words}{between}<{address_for_mail(address)}>"


@lru_cache(maxsize=1024)
def encoded_text(text: str) -> str:
    """A subject for its header: as it is when plain, else in encoded words of RFC 2047."""
    line = _line(text)
    return line if _PLAIN_TEXT.fullmatch(line) else _encoded(line)


@lru_cache(maxsize=4096)
def _words(name: str) -> str:
    line = _line(name)
    return line if _PLAIN_WORDS.fullmatch(line) else _encoded(line)


def _line(text: str) -> str:
    """One line without control characters, line ends and marks that turn the direction of writing."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _encoded(line: str) -> str:
    """Encoded words, none of which splits a letter or makes its line longer than 76 characters (RFC 2047 §2 and §5)."""
    content = line.encode("utf-8", "replace")
    words: list[str] = []
    while content:
        end = 45 if words else 39  # the header's name stands before the first
        if end < len(content):
            # Better between words: some readers wrongly show a gap where encoded words meet.
            space = content.rfind(b" ", 12, end)
            end = space + 1 if space > 0 else end
        while end < len(content) and content[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?b?{b64encode(content[:end]).decode()}?=")
        content = content[end:]
    return "\r\n ".join(words)


@lru_cache(maxsize=4096)
def address_for_mail(address: str) -> str:
    """The address as mail servers know it: a domain in Cyrillic is written in IDNA."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError("this is no address a letter can go to")
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"


def _header(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"no name of a header: {name!r}")
    line = _line(value)
    return f"{name}: {line if line.isascii() else _encoded(line)}"


@lru_cache(maxsize=16)
def _date(at: datetime) -> str:
    return format_datetime(at)


def _text(text: str) -> bytes:
    """Lines end with CR LF (RFC 2046 §4.1.1); a lone surrogate becomes a question mark."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return text.encode("utf-8", "replace")


def _base64(content: bytes) -> str:
    line = b64encode(content).decode()
    return "".join([f"{line[start : start + 76]}\r\n" for start in range(0, len(line), 76)])


def _part(content_type: str, content: str, disposition: str = "") -> str:
    where = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n{where}\r\n{content}"


def _multipart(kind: str, parts: list[str]) -> str:
    # "_" is no letter of base64, so the boundary cannot occur inside a part.
    boundary = f"=_{kind}"
    inside = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


def _readdressed(body: bytes, old: bytes, new: bytes) -> bytes:
    """The parts with every ``mailto:old`` of their calendars turned into ``mailto:new``."""

    def turn(match: re.Match[bytes]) -> bytes:
        calendar = b64decode(match[2]).replace(b"\r\n ", b"").replace(b"\r\n\t", b"")
        pattern = re.compile(re.escape(_MAILTO + old) + rb"(?![\w.@-])", re.IGNORECASE)
        lines = pattern.sub(lambda _match: _MAILTO + new, calendar).split(b"\r\n")
        return match[1] + _base64(b"\r\n".join(_folded(line) for line in lines)).encode()

    calendars = rb"(Content-Type: (?:text/calendar|application/ics)[^\0]*?\r\n\r\n)([A-Za-z0-9+/=\r\n]+)"
    return re.sub(calendars, turn, body)


def _folded(line: bytes) -> bytes:
    """A calendar's line in pieces of at most 75 octets, none of which splits a letter (RFC 5545 §3.1)."""
    pieces: list[bytes] = []
    while len(line) > 75:
        end = 74 if pieces else 75
        while line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(line[:end])
        line = line[end:]
    return b"\r\n ".join([*pieces, line])
