"""Addresses that calendars subscribe to: secret, revocable, and telling only what their person may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject

from lms.accounts import tokens
from lms.accounts.models import Purpose, Role, Token
from lms.clock import now
from lms.extensions import db
from lms.sessions.models import AnswerWord, Audience
from tests import factories
from tests.sessions.conftest import MOSCOW
from tests.sessions.test_attendance import read_aloud


def make(client, which: str = "own") -> str:
    """The path of a new feed, as the page shows its address."""
    page = client.post(f"/sessions/feeds/{which}").get_data(as_text=True)
    return re.search(r'value="https://lms\.test(/feeds/[\w-]+\.ics)"', page)[1]


def events(content: bytes) -> dict[str, icalendar.Event]:
    """By title; two readers must find the same."""
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar["METHOD"] == "PUBLISH"
    other = getattr(vobject.readOne(content.decode()), "vevent_list", [])
    assert [one.uid.value for one in other] == [str(one["UID"]) for one in calendar.walk("VEVENT")]
    return {str(one["SUMMARY"]): one for one in calendar.walk("VEVENT")}


@pytest.fixture
def others(school, cast):
    """What the volunteer must not see, and what she said no to."""
    draft = factories.live_session(school.module, title="Черновик", state="draft")
    hidden = factories.live_session(title="Чужая консультация", audience=Audience.INVITED)
    factories.invitation(cast.stranger, hidden)
    refused = factories.live_session(school.module, title="Не приду")
    factories.invitation(cast.volunteer, refused, answer=AnswerWord.NO)
    long_ago = factories.live_session(school.module, title="Давно", starts_in=timedelta(days=-200))
    db.session.commit()
    return draft, hidden, refused, long_ago


def test_ones_own_feed_has_what_one_is_asked_to_and_nothing_else(school, others, as_, client, cast):
    feed = make(as_(cast.volunteer))

    found = events(client.get(feed).data)

    assert list(found) == ["PR и соцсети НКО без бюджета"]
    one = found["PR и соцсети НКО без бюджета"]
    assert one.start.astimezone(UTC) == datetime(2026, 12, 3, 12, tzinfo=UTC)
    assert one["URL"] == f"https://lms.test/sessions/{school.live_session.id}"
    assert "meet.example.org" not in client.get(feed).text
    assert "ATTENDEE" not in client.get(feed).text


def test_moving_and_calling_off_are_seen_under_the_same_uid(school, as_, client, cast):
    feed = make(as_(cast.volunteer))
    (before,) = events(client.get(feed).data).values()

    school.live_session.starts_at += timedelta(days=1)
    school.live_session.ends_at += timedelta(days=1)
    school.live_session.sequence += 1
    (moved,) = events(client.get(feed).data).values()
    school.live_session.cancelled_at = now()
    school.live_session.sequence += 1
    (called_off,) = events(client.get(feed).data).values()

    assert before["UID"] == moved["UID"] == called_off["UID"]
    assert [one["SEQUENCE"] for one in (before, moved, called_off)] == [0, 1, 2]
    assert moved.start - before.start == timedelta(days=1)
    assert [str(one["STATUS"]) for one in (before, moved, called_off)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_what_has_not_changed_is_not_sent_again(school, as_, client, cast, today):
    feed = make(as_(cast.volunteer))
    first = client.get(feed)
    today.move_to(now() + timedelta(hours=5))

    again = client.get(feed, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"
    school.live_session.title = "Другое"
    assert client.get(feed, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_address_is_kept_as_a_hash_shown_once_and_ended_by_a_press(school, as_, client, cast):
    reader = as_(cast.volunteer)
    feed = make(reader)
    secret = feed.removeprefix("/feeds/").removesuffix(".ics")

    assert secret not in {token.hash for token in db.session.query(Token)}
    assert secret not in reader.get("/sessions/feeds").get_data(as_text=True)
    newer = make(reader)
    assert client.get(feed).status_code == 404
    assert client.get(newer).status_code == 200
    reader.post("/sessions/feeds/own/end")
    assert client.get(newer).status_code == 404


def test_it_ends_with_the_account(school, as_, client, cast):
    feed = make(as_(cast.volunteer))

    cast.volunteer.suspend(now())

    assert client.get(feed).status_code == 404


def test_tokens_of_other_purposes_open_no_calendar(invited, client, cast):
    secret, _ = tokens.issue(cast.volunteer, Purpose.SIGN_IN, now=now(), lifetime=timedelta(minutes=10))

    assert client.get(f"/feeds/{invited.secret}.ics").status_code == 404
    assert client.get(f"/feeds/{secret}.ics").status_code == 404
    assert client.get("/feeds/нет.ics").status_code == 404


def test_a_feed_lets_nobody_in(school, as_, client, cast):
    secret = make(as_(cast.volunteer)).removeprefix("/feeds/").removesuffix(".ics")

    assert client.get(f"/i/{secret}").status_code == 410
    assert client.get("/sessions/").status_code == 302


def test_a_centre_has_what_its_people_are_asked_to_and_how_many_come(school, others, as_, client, cast):
    factories.invitation(cast.volunteer, school.live_session, answer=AnswerWord.YES)
    elsewhere = factories.live_session(title="Только Батайску", audience=Audience.CENTRES)
    elsewhere.centres = [cast.bataysk]
    ours = factories.live_session(title="Выезд в Сальск", audience=Audience.CENTRES, place="Сальск")
    ours.centres = [cast.salsk]

    found = events(client.get(make(as_(cast.centre_coordinator), "centre")).data)

    assert set(found) == {"PR и соцсети НКО без бюджета", "Выезд в Сальск", "Не приду", "Давно"} - {"Давно"}
    assert "Из центра придёт 1 человек" in str(found["PR и соцсети НКО без бюджета"]["DESCRIPTION"])


def test_a_centres_feed_is_for_its_coordinator_as_long_as_she_is_one(school, as_, client, cast):
    feed = make(as_(cast.centre_coordinator), "centre")

    assert as_(cast.volunteer).post("/sessions/feeds/centre").status_code == 404
    cast.centre_coordinator.centre = cast.bataysk
    assert client.get(feed).status_code == 404
    cast.centre_coordinator.centre = cast.salsk
    assert client.get(feed).status_code == 200
    cast.centre_coordinator.change_roles({Role.VOLUNTEER})
    assert client.get(feed).status_code == 404


def test_it_speaks_its_persons_language(school, as_, client, cast):
    cast.volunteer.locale = "en"

    assert list(events(client.get(make(as_(cast.volunteer))).data)) == ["PR and social media without a budget"]


def test_an_empty_feed_is_a_calendar_as_well(school, as_, client, cast):
    nobody = factories.person()

    answer = client.get(make(as_(nobody)))

    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert icalendar.Calendar.from_ical(answer.data).walk("VEVENT") == []


def test_the_page_tells_how_to_give_it_to_a_calendar(school, as_, cast):
    client = as_(cast.volunteer)

    page = client.post("/sessions/feeds/own")

    assert page.headers["Cache-Control"] == "no-store"
    assert 'href="webcal://lms.test/feeds/' in page.get_data(as_text=True)
    assert "Яндекс Календарь" in read_aloud(page)
    assert "Встречи центра" not in read_aloud(page)


def test_a_feed_costs_the_same_for_one_and_for_thirty(school, as_, client, cast, count_queries):
    feed = make(as_(cast.volunteer))

    def statements() -> int:
        db.session.commit()
        with count_queries() as seen:
            assert client.get(feed).status_code == 200
        return sum(one.startswith("SELECT") for one in seen)

    few = statements()
    for day in range(30):
        factories.live_session(school.module, starts_at=datetime(2026, 12, 5, 15, tzinfo=MOSCOW) + timedelta(days=day))

    assert statements() == few <= 5
