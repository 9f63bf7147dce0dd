"""Several people at one screen: whoever hosts them ticks her own people, once or while the session runs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lms.extensions import db
from lms.sessions.models import Attendance, Presence
from tests import factories
from tests.sessions.conftest import MOSCOW
from tests.sessions.test_attendance import attended, completed
from tests.sessions.test_pages import words

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)


@pytest.fixture
def room(school, cast, today):
    """It is on; in Сальск sit the coordinator and two volunteers, of whom one is not in the cycle."""
    today.move_to(START)
    school.newcomer = factories.person("Яковлева", "Ольга", centre=cast.salsk)
    db.session.commit()
    return school


def address(school) -> str:
    return f"/sessions/{school.live_session.id}/room"


def test_she_ticks_her_own_people_and_it_counts_for_them(room, as_, cast):
    client = as_(cast.centre_coordinator)
    page = words(client.get(address(room)))

    ids = [cast.volunteer.id, room.newcomer.id]
    client.post(address(room), data={"listed": ids, "was": "", "present": ids})

    assert "Ковалёва Ирина" in page
    assert "Чужинова" not in page
    assert attended() == dict.fromkeys(ids, Presence.ROOM)
    assert set(completed()) == set(ids)
    assert "Записано: присутствуют ещё 2 человека" in words(client.get(address(room)))


def test_whoever_comes_later_is_added_and_a_slip_is_taken_back(room, as_, cast, today):
    client = as_(cast.centre_coordinator)
    client.post(address(room), data={"listed": [cast.volunteer.id], "was": "", "present": [cast.volunteer.id]})
    today.move_to(START + timedelta(hours=2))

    client.post(
        address(room),
        data={
            "listed": [cast.volunteer.id, room.newcomer.id],
            "was": str(cast.volunteer.id),
            "present": [room.newcomer.id],
        },
    )

    assert attended() == {room.newcomer.id: Presence.ROOM}
    assert set(completed()) == {room.newcomer.id}


def test_people_of_another_centre_cannot_be_smuggled_in(room, as_, cast):
    client = as_(cast.centre_coordinator)

    client.post(address(room), data={"listed": [cast.stranger.id], "was": "", "present": [cast.stranger.id]})

    assert attended() == {}
    assert client.get(f"{address(room)}?centre=bataysk").status_code == 404
    assert client.post(f"{address(room)}?centre=bataysk").status_code == 404


def test_she_cannot_take_back_what_somebody_pressed_herself(room, as_, cast):
    as_(cast.volunteer).post(f"/sessions/{room.live_session.id}/enter")

    as_(cast.centre_coordinator).post(
        address(room), data={"listed": [cast.volunteer.id], "was": str(cast.volunteer.id), "present": []}
    )

    assert attended() == {cast.volunteer.id: Presence.ENTERED}


@pytest.mark.parametrize("at", [START - timedelta(minutes=16), START + timedelta(days=8)])
def test_before_the_doors_open_and_long_after_nobody_is_marked(room, as_, cast, today, at):
    today.move_to(at)

    client = as_(cast.centre_coordinator)
    client.post(address(room), data={"listed": [cast.volunteer.id], "was": "", "present": [cast.volunteer.id]})

    assert attended() == {}
    assert "disabled" in client.get(address(room)).get_data(as_text=True)


def test_a_trainer_speaks_for_any_centre(room, as_, cast):
    client = as_(cast.trainer)

    assert "Чужинова" in words(client.get(f"{address(room)}?centre=bataysk"))
    client.post(
        f"{address(room)}?centre=salsk",
        data={"listed": [cast.volunteer.id], "was": "", "present": [cast.volunteer.id]},
    )

    assert attended() == {cast.volunteer.id: Presence.ROOM}
    assert db.session.query(Attendance).one().by_id == cast.trainer.id


def test_volunteers_host_no_room_and_a_hidden_session_is_a_404(room, as_, cast):
    draft = factories.live_session(title="Черновик", state="draft")

    assert as_(cast.volunteer).get(address(room)).status_code == 403
    assert as_(cast.centre_coordinator).get(f"/sessions/{draft.id}/room").status_code == 404


def test_the_page_of_the_session_leads_her_there_while_it_can_be_done(room, as_, cast, today):
    def page() -> str:
        return words(as_(cast.centre_coordinator).get(f"/sessions/{room.live_session.id}"))

    assert "Кто у нашего экрана" in page()
    today.move_to(START + timedelta(days=9))
    assert "Кто у нашего экрана" not in page()
