"""What DNS should say of the sender's domain so that letters are trusted, and what it says. Pure: asks nobody itself.

SPF (RFC 7208) names the servers that may send, DKIM (RFC 6376) publishes the key letters are signed with, DMARC
(RFC 7489) says what becomes of letters that are neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol

from flask_babel import gettext as _

LOCAL = {"", "localhost", "127.0.0.1", "::1"}


class Kind(StrEnum):
    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"


@dataclass(frozen=True)
class Record:
    """A TXT record as it should be; ``text`` is empty where it cannot be said yet."""

    kind: Kind
    name: str
    text: str


@dataclass(frozen=True)
class Finding:
    """``state`` is a shape of the macro ``status``; ``found`` is what others said, in their own words."""

    state: str
    word: str
    sentence: str
    found: str = ""


class Unasked(Exception):
    """The question got no answer: no network, no resolver, too late."""


class Resolver(Protocol):
    def texts(self, name: str) -> list[str]:
        """The TXT records of that name, each in one piece; none where there is none. Raises Unasked."""


def records(
    domain: str, *, server: str, own_host: str, selector: str, public_key: str, reports_to: str
) -> list[Record]:
    """What should stand in DNS. ``public_key`` is base64; without a selector there is no name for it."""
    spf = " ".join(["v=spf1", *_sending(server, own_host), "mx", "~all"])
    dkim = f"v=DKIM1; k=rsa; p={public_key}" if selector and public_key else ""
    return [
        Record(Kind.SPF, domain, spf),
        Record(Kind.DKIM, f"{selector or '…'}._domainkey.{domain}", dkim),
        Record(Kind.DMARC, f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:{reports_to}"),
    ]


def look_up(wanted: Sequence[Record], resolver: Resolver) -> list[Finding]:
    """A finding for each record. Once a question got no answer the others are not asked: each would be waited for."""
    findings: list[Finding] = []
    silence = ""
    for record in wanted:
        if record.kind is Kind.DKIM and not record.text:
            findings.append(_no_key())
            continue
        try:
            texts = [] if silence else resolver.texts(record.name)
        except Unasked as error:
            silence = str(error)
        findings.append(_not_asked(silence) if silence else _JUDGES[record.kind](record, texts))
    return findings


def tags(text: str) -> dict[str, str]:
    """``v=DKIM1; k=rsa; p=…`` as a mapping, without the spaces that may stand anywhere."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _equals, value in pairs if name.strip()}


def _sending(server: str, own_host: str) -> list[str]:
    """Who hands letters to the world: the mail server, or this machine, where it has a name that others know."""
    host = own_host if server.lower() in LOCAL else server
    if host.lower() in LOCAL:
        return []
    try:
        return [f"ip{ip_address(host).version}:{host}"]
    except ValueError:
        return [f"a:{host}"]


def _spf(_record: Record, texts: list[str]) -> Finding:
    found = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    said = "\n".join(found)
    if not found:
        return Finding("late", _("Missing"), _("No record says which servers may send letters of this domain."))
    if len(found) > 1:
        return Finding("late", _("Twice"), _("There must be one SPF record. With two, neither counts."), said)
    ends = found[0].lower().split()
    if "+all" in ends or "all" in ends:
        return Finding("late", _("Open to all"), _("It lets anybody send in your name. End it with ~all."), said)
    if "-all" in ends or "~all" in ends or any(part.startswith("redirect=") for part in ends):
        return Finding("done", _("In place"), _("Make sure that it names your mail server."), said)
    return Finding("wait", _("Without an end"), _("It forbids nothing. End it with ~all."), said)


def _dkim(record: Record, texts: list[str]) -> Finding:
    found = [text for text in texts if "p" in tags(text)]
    said = "\n".join(found)
    ours = tags(record.text)["p"]
    if not found:
        return Finding("late", _("Missing"), _("Letters are signed, but nobody can check the signature."))
    if len(found) > 1:
        return Finding("late", _("Twice"), _("There must be one key under this name."), said)
    if not tags(found[0])["p"]:
        return Finding("late", _("Withdrawn"), _("The key under this name is withdrawn. Publish ours instead."), said)
    if tags(found[0])["p"] != ours:
        return Finding("late", _("Another key"), _("Letters are signed with another key than the one published."), said)
    return Finding("done", _("In place"), _("The published key is the one letters are signed with."), said)


def _dmarc(_record: Record, texts: list[str]) -> Finding:
    found = [text for text in texts if tags(text).get("v", "").upper() == "DMARC1"]
    said = "\n".join(found)
    if not found:
        return Finding("late", _("Missing"), _("Large mail services take letters of a domain without it for spam."))
    if len(found) > 1:
        return Finding("late", _("Twice"), _("There must be one DMARC record. With two, neither counts."), said)
    if tags(found[0]).get("p", "") not in {"quarantine", "reject"}:
        sentence = _("It only watches. Once SPF and DKIM have been good for weeks, p=quarantine stops forgers.")
        return Finding("done", _("In place"), sentence, said)
    return Finding("done", _("In place"), _("Letters forged in your name are turned away."), said)


def _no_key() -> Finding:
    sentence = _("Letters are not signed: LMS_DKIM_SELECTOR and LMS_DKIM_KEY are not set, or the key cannot be read.")
    return Finding("wait", _("No key"), sentence)


def _not_asked(why: str) -> Finding:
    sentence = _("DNS does not answer from here. Try again later, or look from another computer.")
    return Finding("off", _("Not known"), sentence, why)


_JUDGES = {Kind.SPF: _spf, Kind.DKIM: _dkim, Kind.DMARC: _dmarc}
