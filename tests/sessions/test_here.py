"""Signing in on site: the printed sheet, its code, and the page behind it on one's own phone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from lms.extensions import db
from lms.progress.models import Completion
from lms.sessions.attendance_actions import sheet_code
from lms.sessions.here_views import NAMES_FROM_PLACE
from lms.sessions.models import Attendance, Presence
from tests import factories
from tests.sessions.conftest import MOSCOW
from tests.sessions.test_attendance import attended, completed
from tests.sessions.test_pages import words

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)


@pytest.fixture
def hall(school, today):
    school.live_session.place = "г. Сальск, ул. Ленина, 12"
    today.move_to(START)
    db.session.commit()
    return school


def here(school) -> str:
    return f"/here/{school.live_session.id}/{sheet_code(school.live_session)}"


def test_one_press_signs_in_whoever_holds_the_phone(hall, as_, cast):
    client = as_(cast.volunteer)

    assert "Вы — Ковалёва Ирина" in words(client.get(here(hall)))
    assert attended() == {}
    answer = client.post(here(hall))

    assert "Записано: Ирина Ковалёва на месте" in words(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert attended() == {cast.volunteer.id: Presence.SIGNED}
    assert set(completed()) == {cast.volunteer.id}


@pytest.mark.parametrize("typed", ["ковалева ирина", "Ирина  Ковалёва", "VOLUNTEER@lms.test"])
def test_without_signing_in_the_whole_name_does_and_it_is_told_apart(hall, client, cast, typed):
    answer = client.post(here(hall), data={"name": typed})

    assert answer.status_code == 200
    assert attended() == {cast.volunteer.id: Presence.NAMED}


@pytest.mark.parametrize(
    "typed", ["Ковалёва", "Ковалева Ирин", "Савченко Дмитрий", "<svg onload=1>", "{{7*7}}", "", "х" * 900]
)
def test_nobody_is_guessed_from_a_part_of_a_name_or_from_outside_the_list(hall, client, cast, typed):
    answer = client.post(here(hall), data={"name": typed})

    assert answer.status_code == 422
    assert "<svg onload" not in answer.get_data(as_text=True)
    assert 'value="49"' not in answer.get_data(as_text=True)
    assert attended() == {}


def test_of_two_with_one_name_neither_is_taken(hall, client, cast):
    factories.enrolment(factories.person("Ковалёва", "Ирина", centre=cast.bataysk), hall.cycle)

    assert client.post(here(hall), data={"name": "Ковалёва Ирина"}).status_code == 422
    assert attended() == {}


def test_many_wrong_names_from_one_place_end_it_for_a_while(hall, client, cast):
    for number in range(NAMES_FROM_PLACE.most):
        client.post(here(hall), data={"name": f"Никто {number}"})

    assert client.post(here(hall), data={"name": "Ковалёва Ирина"}).status_code == 422
    assert attended() == {}


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (START - timedelta(minutes=16), "Отметиться здесь можно с чт, 3 декабря, 14:45"),
        (START + timedelta(minutes=91), "Отметиться здесь уже нельзя"),
    ],
)
def test_the_code_works_in_its_window_only(hall, as_, cast, today, at, said):
    today.move_to(at)
    client = as_(cast.volunteer)

    assert said in words(client.get(here(hall)))
    client.post(here(hall))

    assert attended() == {}


def test_a_code_opens_its_own_session_only_and_a_new_one_ends_it(hall, as_, cast):
    other = factories.live_session(hall.module, starts_at=START)
    old = here(hall)
    client = as_(cast.trainer)

    assert client.get(f"/here/{other.id}/{sheet_code(hall.live_session)}").status_code == 404
    assert client.get(f"/here/{hall.live_session.id}/ключ").status_code == 404
    client.post(f"/sessions/{hall.live_session.id}/sheet")

    assert client.post(old).status_code == 404
    assert client.get(here(hall)).status_code == 200


def test_a_letters_link_is_no_code_and_a_guest_of_another_letter_is_nobody_here(hall, invited, client, cast):
    other = factories.live_session(starts_at=START, audience="invited")
    client.post(f"/i/{invited.secret}/open")

    assert client.get(f"/here/{hall.live_session.id}/{invited.secret}").status_code == 404
    assert client.post(f"/here/{other.id}/{sheet_code(other)}").status_code == 422
    assert client.post(here(hall)).status_code == 200
    assert attended() == {cast.volunteer.id: Presence.SIGNED}


def test_ten_presses_at_once_are_one_presence(hall, app, cast):
    person = cast.volunteer.get_id()
    address = here(hall)
    db.session.commit()

    def press(_number: int) -> int:
        client = FlaskClient(app, app.response_class)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = person, True
        return client.post(address).status_code

    with ThreadPoolExecutor(10) as pool:
        codes = set(pool.map(press, range(10)))

    assert codes == {200}
    assert (db.session.query(Attendance).count(), db.session.query(Completion).count()) == (1, 1)


def test_the_sheet_has_everybodys_name_and_a_code_drawn_here(hall, as_, cast):
    page = as_(cast.trainer).get(f"/sessions/{hall.live_session.id}/sheet")
    text = page.get_data(as_text=True)

    assert "<svg" in text
    assert f"https://lms.test{here(hall)}" in text
    assert "style=" not in text
    assert ("Ковалёва Ирина" in text, "Чужинова Клавдия" in text) == (True, True)
    assert as_(cast.volunteer).get(f"/sessions/{hall.live_session.id}/sheet").status_code == 403
