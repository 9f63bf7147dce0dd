"""A live session as a calendar event: the invitation calendars answer, its cancelling, and the one to keep.

RFC 5545 (the format), RFC 5546 §3.2.2 (REQUEST), §3.2.5 (CANCEL), §3.2.1 (PUBLISH). Pure: plain values in, bytes out.

An invitation names one attendee, so that nobody's address leaks. Ten thousand of them differ in a few lines only:
``Personal`` writes the calendar once and puts those lines in for each person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress
from icalendar import Event as Component

PRODUCT = "-//Masterskaya//Sessions//RU"
# Stands in an event for what differs from person to person; ``Personal`` puts hers in its place.
PERSONAL_LINK = "https://personal-link.invalid/"
_NOBODY = "nobody@personal-link.invalid"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_CONTROL_BUT_LINE_END = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]+")
_FOLD = re.compile(rb"\r\n[ \t]")


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a calendar is told. ``uid`` is whole, with its host; ``sequence`` grows with each change people are told of.

    Instants are aware; ``zone`` is the IANA zone the session was entered in. ``url`` may be ``PERSONAL_LINK``, and
    ``description`` and ``location`` may contain it.
    """

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: str
    organizer_name: str
    is_cancelled: bool = False


class Personal:
    """The calendar of one event, ready to be addressed: ``Personal(event, "REQUEST").to(name, address, link)``."""

    def __init__(self, event: Event, method: str) -> None:
        component = _component(event)
        component.add("attendee", vCalAddress(f"mailto:{_NOBODY}"))
        written = _FOLD.sub(b"", _calendar([(event, component)], method))
        self._asks = method == "REQUEST"
        # Runs of lines that are everybody's, each followed by one that is personal.
        self._common: list[bytes] = [b""]
        self._personal: list[bytes] = []
        for line in written.split(b"\r\n")[:-1]:
            if _NOBODY.encode() in line or PERSONAL_LINK.encode() in line:
                self._personal.append(line)
                self._common.append(b"")
            else:
                self._common[-1] += fold(line) + b"\r\n"

    def to(self, name: str, address: str, link: str, answer: str = "NEEDS-ACTION") -> bytes:
        """The calendar for one person; ``answer`` is her PARTSTAT, which an update leaves as she gave it."""
        attendee = self._attendee(name, address, answer)
        parts = [self._common[0]]
        for line, after in zip(self._personal, self._common[1:], strict=True):
            own = attendee if _NOBODY.encode() in line else line.replace(PERSONAL_LINK.encode(), link.encode())
            parts += (fold(own), b"\r\n", after)
        return b"".join(parts)

    def _attendee(self, name: str, address: str, answer: str) -> bytes:
        said = _parameter(name) or address
        asked = f";ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE" if self._asks else ""
        return f'ATTENDEE;CUTYPE=INDIVIDUAL{asked};CN="{said}":mailto:{_idna(address)}'.encode("utf-8", "replace")


def published(events: Iterable[Event], name: str = "") -> bytes:
    """Events to put into a calendar of one's own: nobody is asked, nobody else is named."""
    return _calendar([(event, _component(event)) for event in events], "PUBLISH", name)


def fold(line: bytes) -> bytes:
    """A line in pieces of at most 75 octets, none of which splits a letter (RFC 5545 §3.1)."""
    if len(line) <= 75:
        return line
    pieces, start, room = [], 0, 75
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(line[start:end])
        start, room = end, 74
    return b"\r\n ".join([*pieces, line[start:]])


def _calendar(events: list[tuple[Event, Component]], method: str, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", _line(name))
        # How often a calendar that subscribes may look again (RFC 7986 §5.7, and what Outlook reads).
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    spans: dict[str, list[int]] = {}
    for event, _ in events:
        spans.setdefault(event.zone, []).extend((event.starts_at.year, event.ends_at.year))
    for zone, years in spans.items():
        if zone != "UTC":
            calendar.add_component(_timezone(zone, min(years) - 1, max(years) + 2))
    for _, component in events:
        calendar.add_component(component)
    written: bytes = calendar.to_ical()
    return written


def _component(event: Event) -> Component:
    component = Component()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("dtstamp", event.stamp.astimezone(UTC))
    component.add("dtstart", _local(event.starts_at, event.zone))
    component.add("dtend", _local(event.ends_at, event.zone))
    component.add("summary", _line(event.summary))
    if event.description:
        component.add("description", _text(event.description))
    if event.location:
        component.add("location", _line(event.location))
    if event.url:
        component.add("url", event.url)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("transp", "TRANSPARENT" if event.is_cancelled else "OPAQUE")
    organizer = vCalAddress(f"mailto:{_idna(event.organizer)}")
    organizer.params["CN"] = _parameter(event.organizer_name)
    component.add("organizer", organizer)
    return component


def _local(at: datetime, zone: str) -> datetime:
    """The time on the clock there; in UTC where that clock shows it twice (the hour before a change back)."""
    local = at.astimezone(ZoneInfo(zone))
    seen_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return at.astimezone(UTC) if seen_twice or zone == "UTC" else local


@lru_cache(maxsize=64)
def _timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """Every change of the clocks there in those years (RFC 5545 §3.6.5).

    Made by hand: ``Timezone.from_tzinfo`` of icalendar 7 takes large steps and misses short times, as Ramadan's in
    Morocco.
    """
    tz = ZoneInfo(zone)
    at, end = (datetime(year, 1, 1, tzinfo=tz).astimezone(UTC) for year in (first_year, last_year))
    made = Timezone()
    made.add("tzid", zone)
    observances: dict[tuple[bool, timedelta, timedelta, str], TimezoneDaylight | TimezoneStandard] = {}
    before = at.astimezone(tz)
    _observe(made, observances, at, before, before)
    while at < end:
        after = (at + timedelta(days=1)).astimezone(tz)
        if after.utcoffset() != before.utcoffset():
            _observe(made, observances, _change_between(at, at + timedelta(days=1), tz), before, after)
        at, before = at + timedelta(days=1), after
    return made


def _change_between(early: datetime, late: datetime, tz: ZoneInfo) -> datetime:
    """The minute in which the clocks change."""
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        if middle.astimezone(tz).utcoffset() == early.astimezone(tz).utcoffset():
            early = middle
        else:
            late = middle
    return late


def _observe(
    made: Timezone,
    observances: dict[tuple[bool, timedelta, timedelta, str], TimezoneDaylight | TimezoneStandard],
    at: datetime,
    before: datetime,
    after: datetime,
) -> None:
    """Write down that from that instant on the clocks go as ``after`` says; the onset is told by the old clock."""
    old, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    onset = (at + old).replace(tzinfo=None)
    key = (bool(after.dst()), old, new, after.tzname() or "")
    known = observances.get(key)
    if known is not None:
        known.add("rdate", onset)
        return
    observance = TimezoneDaylight() if after.dst() else TimezoneStandard()
    observance.add("dtstart", onset)
    observance.add("tzoffsetfrom", old)
    observance.add("tzoffsetto", new)
    observance.add("tzname", key[3])
    observances[key] = observance
    made.add_component(observance)


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split()).encode("utf-8", "replace").decode()


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL_BUT_LINE_END.sub(" ", text).encode("utf-8", "replace").decode()


def _parameter(text: str) -> str:
    """A name between quotation marks, where neither those nor RFC 6868's circumflex may stand."""
    return _line(text).replace('"', "’").replace("^", "")


def _idna(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
