"""Calendars are read by two independent parsers; both must see what was meant."""

from __future__ import annotations

import ctypes.util
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.dates import ZONES
from lms.sessions import ical

OTHER_ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Tehran",
)


def event(**fields) -> ical.Event:
    start = datetime(2026, 12, 3, 12, tzinfo=UTC)
    return ical.Event(
        **{
            "uid": "abc@lms.test",
            "sequence": 0,
            "stamp": datetime(2026, 11, 24, 9, tzinfo=UTC),
            "starts_at": start,
            "ends_at": start + timedelta(minutes=90),
            "zone": "Europe/Moscow",
            "summary": "PR и соцсети НКО без бюджета",
            "description": f"О чём писать.\n\nВойти: {ical.PERSONAL_LINK}",
            "location": ical.PERSONAL_LINK,
            "url": ical.PERSONAL_LINK,
            "organizer": "masterskaya@example.org",
            "organizer_name": "Мастерская",
        }
        | fields
    )


def test_an_invitation_is_written_exactly_so():
    written = ical.Personal(event(), "REQUEST").to(
        "Ирина Ковалёва", "kovaleva@example.org", "https://lms.test/i/secret/join"
    )

    assert written.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Masterskaya//Sessions//RU",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Moscow",
        "BEGIN:STANDARD",
        "DTSTART:20250101T000000",
        "TZNAME:MSK",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "SUMMARY:PR и соцсети НКО без бюджета",
        "DTSTART;TZID=Europe/Moscow:20261203T150000",
        "DTEND;TZID=Europe/Moscow:20261203T163000",
        "DTSTAMP:20261124T090000Z",
        "UID:abc@lms.test",
        "SEQUENCE:0",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=",
        ' TRUE;CN="Ирина Ковалёва":mailto:kovaleva@example.org',
        "DESCRIPTION:О чём писать.\\n\\nВойти: https://lms.test/i/secre",
        " t/join",
        "LOCATION:https://lms.test/i/secret/join",
        "ORGANIZER;CN=Мастерская:mailto:masterskaya@example.org",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:https://lms.test/i/secret/join",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_cancelling_asks_nobody_for_an_answer():
    written = ical.Personal(event(is_cancelled=True, sequence=3, url="", location="", description=""), "CANCEL")

    lines = written.to("Ирина", "a@example.org", "").decode().split("\r\n")

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", "UID:abc@lms.test"} <= set(lines)
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CUTYPE=INDIVIDUAL;CN="Ирина":mailto:a@example.org'
    ]


def test_the_published_one_names_nobody():
    written = ical.published([event(url="https://lms.test/sessions/7", location="", description="")], "Школа")

    calendar = icalendar.Calendar.from_ical(written)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == "Школа"
    assert b"ATTENDEE" not in written


def test_an_address_in_cyrillic_is_written_in_idna():
    written = ical.Personal(event(), "REQUEST").to("Анна", "anna@почта.рф", "https://lms.test/")

    (found,) = icalendar.Calendar.from_ical(written).walk("VEVENT")
    assert found["ATTENDEE"] == "mailto:anna@xn--80a1acny.xn--p1ai"


def test_the_hour_that_comes_twice_is_told_in_utc():
    """On the night of 25 October 2026 clocks in Berlin show 02:30 twice; the second time is meant."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    written = ical.Personal(
        event(starts_at=second, ends_at=second + timedelta(hours=2), zone="Europe/Berlin"), "REQUEST"
    )

    lines = written.to("Анна", "a@example.org", "https://lms.test/").decode().split("\r\n")
    assert {"DTSTART:20261025T013000Z", "DTEND;TZID=Europe/Berlin:20261025T043000"} <= set(lines)


# Everything people type, line ends and emoji and marks that turn the line around among it.
words = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\",;:\\^'й🎉\u202e\u200b"), max_size=60)
spoken = st.one_of(words, st.sampled_from(["Ковалёва\r\nATTENDEE:mailto:evil@x.org", "🎉" * 40, 'Анна "Аня" Ф.', ""]))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2031, 12, 31)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
LINK = "https://lms.test/i/0123456789abcdef0123456789abcdef/join"


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(
    starts_at=instants,
    length=st.integers(5, 60 * 80),
    zone=st.sampled_from([*ZONES, *OTHER_ZONES]),
    summary=spoken,
    description=spoken,
    name=spoken,
    sequence=st.integers(0, 500),
    method=st.sampled_from(["REQUEST", "CANCEL"]),
)
def test_two_parsers_read_the_same_instant_uid_and_method(
    starts_at, length, zone, summary, description, name, sequence, method
):
    ends_at = starts_at + timedelta(minutes=length)
    one = event(
        starts_at=starts_at, ends_at=ends_at, zone=zone, summary=summary, sequence=sequence,
        description=f"{description} {ical.PERSONAL_LINK}", is_cancelled=method == "CANCEL",
    )  # fmt: skip

    written = ical.Personal(one, method).to(name, "a@example.org", LINK)

    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(written)
    (first,) = calendar.walk("VEVENT")
    forget_zones()
    second = vobject.readOne(written.decode()).vevent
    assert (first.start.astimezone(UTC), first.end.astimezone(UTC)) == (starts_at, ends_at)
    assert (second.dtstart.value.astimezone(UTC), second.dtend.value.astimezone(UTC)) == (starts_at, ends_at)
    assert (first["UID"], second.uid.value) == ("abc@lms.test", "abc@lms.test")
    assert (first["SEQUENCE"], second.sequence.value) == (sequence, str(sequence))
    assert (calendar["METHOD"], first["ATTENDEE"], second.attendee.value) == (
        method, "mailto:a@example.org", "mailto:a@example.org"
    )  # fmt: skip
    assert first["URL"] == second.url.value == LINK
    assert str(first["DESCRIPTION"]).endswith(LINK)
    assert "evil" not in first["ATTENDEE"]


@pytest.mark.slow
def test_every_change_of_the_clocks_is_told():
    """In Morocco the clocks go back for Ramadan, five weeks a year; a reader without that zone must learn of each."""
    for year in (2026, 2027, 2028):
        for day in range(1, 366, 3):
            start = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
            one = event(starts_at=start, ends_at=start + timedelta(hours=1), zone="Africa/Casablanca")
            forget_zones()
            read = vobject.readOne(ical.Personal(one, "REQUEST").to("", "a@example.org", LINK).decode())
            assert read.vevent.dtstart.value.astimezone(UTC) == start


def forget_zones() -> None:
    """vobject keeps the first VTIMEZONE it saw under a name; every calendar brings its own."""
    for zone in [*ZONES, *OTHER_ZONES]:
        vobject.icalendar.registerTzid(zone, None)


@pytest.mark.skipif(not ctypes.util.find_library("ical"), reason="needs libical3")
def test_a_third_reader_finds_nothing_against_rfc_5546():
    library = ctypes.CDLL(ctypes.util.find_library("ical"))
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    for method in ("REQUEST", "CANCEL"):
        one = ical.Personal(event(is_cancelled=method == "CANCEL", zone="Europe/Berlin"), method)
        read = library.icalparser_parse_string(one.to("Анна", "a@example.org", LINK))
        assert library.icalrestriction_check(read) == 1


def test_ten_thousand_are_written_in_a_moment(benchmark_seconds=2.0):
    one = ical.Personal(event(), "REQUEST")

    before = datetime.now(UTC)
    for number in range(10_000):
        one.to("Ирина Ковалёва", f"person{number}@example.org", LINK)

    assert (datetime.now(UTC) - before).total_seconds() < benchmark_seconds


def test_zones_of_the_list_are_all_known():
    assert all(ZoneInfo(zone) for zone in ZONES)
