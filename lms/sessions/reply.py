"""Answers that calendars send back (iTIP REPLY, RFC 5546 §3.2.3, in mail as RFC 6047 has it). Pure.

Read as they really come: Outlook leaves ORGANIZER out, others leave ``method=`` out of the part or METHOD out of the
body, some send the calendar as a file only. What is said is told; whether to believe it, others decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import Message
from email.utils import parseaddr
from typing import Any

import icalendar

_LONGEST = 500_000
_ANSWERS = {"ACCEPTED": "yes", "TENTATIVE": "maybe", "DECLINED": "no"}


@dataclass(frozen=True)
class Reply:
    """``method`` is REPLY also where only its shape says so. ``answer`` is yes, maybe, no, or empty where it is none of
    these (delegated, still open). ``stamp`` is when it was given; None where it does not say."""

    method: str
    uid: str
    attendee: str
    sender: str
    sequence: int
    partstat: str
    answer: str
    stamp: datetime | None
    comment: str


def read(message: Message) -> Reply | None:
    """The answer in that message, or None where there is no calendar that is one."""
    for part in message.walk():
        if not _is_calendar(part):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and len(content) <= _LONGEST and b"BEGIN:VCALENDAR" in content.upper():
            found = _reply(content, str(part.get_param("method") or ""), sender_of(message))
            if found is not None:
                return found
    return None


def sender_of(message: Message) -> str:
    return parseaddr(str(message.get("From", "")))[1].strip().lower()


def _is_calendar(part: Message) -> bool:
    kind, name = part.get_content_type(), str(part.get_filename() or "").lower()
    return kind in {"text/calendar", "application/ics", "text/plain", "application/octet-stream"} and (
        kind.endswith(("calendar", "ics")) or name.endswith(".ics") or kind == "text/plain"
    )


def _reply(content: bytes, outer_method: str, sender: str) -> Reply | None:
    try:
        calendar = icalendar.Calendar.from_ical(content.replace(b"\x00", b""))
        events = calendar.walk("VEVENT")
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return None
    if not events:
        return None
    event = events[0]
    attendees = _list(event.get("ATTENDEE"))
    method = (str(calendar.get("METHOD") or "") or outer_method).upper()
    if not method and len(attendees) == 1 and _partstat(attendees[0]) in {*_ANSWERS, "DELEGATED"}:
        method = "REPLY"
    if method not in {"REPLY", "COUNTER", "DELEGATE"}:
        return None
    who = attendees[0] if attendees else None
    # Two in one answer: one delegates to the other. A human looks at it.
    partstat = "DELEGATED" if len(attendees) > 1 else _partstat(who)
    return Reply(
        method=method,
        uid=str(event.get("UID") or "").strip(),
        attendee=_address(who) or sender,
        sender=sender,
        sequence=_number(event.get("SEQUENCE")),
        partstat=partstat,
        answer=_ANSWERS.get(partstat, "") if method == "REPLY" else "",
        stamp=_instant(event.get("DTSTAMP")),
        comment=" ".join(str(one) for one in _list(event.get("COMMENT")))[:1000],
    )


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _partstat(attendee: Any) -> str:
    return str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()


def _address(attendee: Any) -> str:
    address = str(attendee or "").strip()
    return address[7:].strip().lower() if address.lower().startswith("mailto:") else address.lower()


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _instant(value: Any) -> datetime | None:
    found = getattr(value, "dt", None)
    if isinstance(found, datetime):
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if isinstance(found, date) else None
