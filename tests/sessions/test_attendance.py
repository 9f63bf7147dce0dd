from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from lms.clock import now
from lms.extensions import db
from lms.progress.models import Completion, How
from lms.sessions.models import AnswerWord, Attendance, Presence
from tests import factories
from tests.sessions.conftest import MOSCOW, reads
from tests.sessions.test_pages import words

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)


@pytest.fixture
def held(school, cast, today, as_):
    """The session has been: the volunteer pressed the button, the stranger is enrolled, a guest was invited by name."""
    today.move_to(START)
    as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/enter")
    factories.invitation(cast.other_coordinator, school.live_session, answer=AnswerWord.YES)
    today.move_to(datetime(2026, 12, 3, 18, 0, tzinfo=MOSCOW))
    return school


def attended() -> dict[int, Presence]:
    return {row.person_id: row.how for row in db.session.query(Attendance)}


def read_aloud(page) -> str:
    """What stands on a page, without its markup and in one line."""
    return " ".join(re.sub(r"<[^>]+>", "", words(page)).split())


def completed() -> dict[int, How]:
    return {row.person_id: row.how for row in db.session.query(Completion)}


def test_the_page_shows_who_is_meant_by_centre_and_who_came_in(held, as_, cast):
    page = as_(cast.trainer).get(f"/sessions/{held.live_session.id}/attendance")

    text = words(page)

    assert page.headers["Cache-Control"] == "no-store"
    assert "был 1 человек из 3" in text
    assert "вход в 15:00" in text
    assert "Придёт" in text
    order = [text.index(name) for name in ("Батайск", "Гончар Олег", "Чужинова Клавдия", "Сальск", "Ковалёва Ирина")]
    assert order == sorted(order)
    assert text.count(" checked") == 1


def test_ticks_mark_and_their_absence_takes_back(held, as_, cast):
    client = as_(cast.trainer)
    listed = [cast.volunteer.id, cast.stranger.id, cast.other_coordinator.id]

    response = client.post(
        f"/sessions/{held.live_session.id}/attendance",
        data={"listed": listed, "was": f"{cast.volunteer.id}", "present": [cast.stranger.id]},
    )

    assert (response.status_code, response.location) == (303, f"/sessions/{held.live_session.id}/attendance")
    assert attended() == {cast.stranger.id: Presence.MARKED}
    assert completed() == {cast.stranger.id: How.PRESENT}
    assert db.session.query(Attendance).one().by_id == cast.trainer.id


def test_who_was_not_on_the_page_is_left_as_she_is(held, as_, cast):
    as_(cast.trainer).post(
        f"/sessions/{held.live_session.id}/attendance", data={"listed": [cast.stranger.id], "present": []}
    )

    assert attended() == {cast.volunteer.id: Presence.ENTERED}
    assert completed() == {cast.volunteer.id: How.PRESENT}


def test_a_stranger_to_the_session_cannot_be_smuggled_in(held, as_, cast):
    as_(cast.trainer).post(
        f"/sessions/{held.live_session.id}/attendance",
        data={"listed": [cast.admin.id, "x"], "present": [cast.admin.id, cast.stranger.id]},
    )

    assert attended() == {cast.volunteer.id: Presence.ENTERED}


def test_what_counts_for_another_reason_is_not_taken_back(held, as_, cast):
    db.session.query(Completion).update({"how": How.WATCHED})

    as_(cast.trainer).post(
        f"/sessions/{held.live_session.id}/attendance",
        data={"listed": [cast.volunteer.id], "was": f"{cast.volunteer.id}"},
    )

    assert attended() == {}
    assert completed() == {cast.volunteer.id: How.WATCHED}


def test_who_came_in_while_the_page_was_open_is_not_taken_back_by_it(school, as_, cast, today):
    """The page showed nobody; then she pressed the button; then the page was saved with one tick."""
    today.move_to(START)
    as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/enter")

    as_(cast.trainer).post(
        f"/sessions/{school.live_session.id}/attendance",
        data={"listed": [cast.volunteer.id, cast.stranger.id], "was": "", "present": [cast.stranger.id]},
    )

    assert attended() == {cast.volunteer.id: Presence.ENTERED, cast.stranger.id: Presence.MARKED}


def test_every_mark_stands_in_the_log_with_who_put_it_and_when(held, as_, cast):
    address = f"/sessions/{held.live_session.id}/attendance"
    as_(cast.trainer).post(address, data={"listed": [cast.stranger.id], "was": "", "present": [cast.stranger.id]})
    as_(cast.coordinator).post(address, data={"listed": [cast.stranger.id], "was": str(cast.stranger.id)})

    log = read_aloud(as_(cast.trainer).get(address)).partition("Кто кого отмечал")[2]

    first, second = log.index("Светлана Бондаренко"), log.index("Дмитрий Савченко")
    assert first < second
    assert log.index("отметка снята: отмечено вручную") < first
    assert log.count("Чужинова Клавдия") == 2
    assert log.count("чт, 3 декабря, 18:00") == 2
    assert attended() == {cast.volunteer.id: Presence.ENTERED}


def test_late_and_early_are_seen_with_the_minutes_between(held, as_, cast):
    row = db.session.query(Attendance).one()
    row.how, row.minutes = Presence.LISTED, 40
    row.at, row.left_at = START + timedelta(minutes=25), START + timedelta(minutes=65)

    page = read_aloud(as_(cast.trainer).get(f"/sessions/{held.live_session.id}/attendance"))

    assert "в списке комнаты, в 15:25 · на встрече 40 минут · на 25 минут позже · до конца оставалось 25 минут" in page


@pytest.mark.parametrize("minutes", [-14, 0, 9])
def test_nobody_is_called_late_for_a_few_minutes(held, as_, cast, minutes):
    db.session.query(Attendance).one().at = START + timedelta(minutes=minutes)

    assert "позже" not in words(as_(cast.trainer).get(f"/sessions/{held.live_session.id}/attendance"))


def test_marking_twice_is_once(held, as_, cast):
    client = as_(cast.trainer)
    data = {"listed": [cast.stranger.id], "present": [cast.stranger.id]}

    for _ in range(2):
        client.post(f"/sessions/{held.live_session.id}/attendance", data=data)

    assert len(attended()) == len(completed()) == 2


@pytest.mark.parametrize("who", ["volunteer", "centre_coordinator"])
def test_learners_mark_nobody(held, as_, cast, who):
    client = as_(getattr(cast, who))
    address = f"/sessions/{held.live_session.id}/attendance"

    assert client.get(address).status_code == 403
    assert client.post(address, data={"listed": [cast.stranger.id], "present": [cast.stranger.id]}).status_code == 403
    assert attended() == {cast.volunteer.id: Presence.ENTERED}


def test_the_page_costs_the_same_for_one_and_for_thirty(held, as_, cast, count_queries):
    client = as_(cast.trainer)
    address = f"/sessions/{held.live_session.id}/attendance"
    client.get(address)

    def statements() -> int:
        db.session.commit()
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        return reads(seen)

    few = statements()
    for _ in range(30):
        factories.invitation(factories.person(centre=factories.centre()), held.live_session, invited_at=now())

    assert statements() == few <= 6
