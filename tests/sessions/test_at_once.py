"""A double click and a replayed POST have one effect: each is sent ten times at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from flask.testing import FlaskClient

from lms.extensions import db
from lms.outbox.models import LetterState
from lms.progress.models import Completion
from lms.sessions.models import Attendance, Invitation
from tests.sessions.conftest import MOSCOW, letters

TEN = 10


def ten_times(app, address: str, **form) -> Counter:
    """The answers' codes; each client has a connection and a context of its own."""
    db.session.commit()
    with ThreadPoolExecutor(TEN) as pool:
        answers = pool.map(lambda _number: FlaskClient(app, app.response_class).post(address, data=form), range(TEN))
        return Counter((answer.status_code, answer.location) for answer in answers)


def test_ten_answers_are_one(invited, app):
    answers = ten_times(app, f"/i/{invited.secret}/answer", answer="yes")

    assert answers == {(303, f"/i/{invited.secret}"): TEN}
    assert db.session.query(Invitation).filter_by(answer="yes").count() == 1


def test_ten_presses_of_enter_are_one_presence(invited, app, today):
    today.move_to(datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW))

    answers = ten_times(app, f"/i/{invited.secret}/enter")

    assert answers == {(303, "https://meet.example.org/room"): TEN}
    assert (db.session.query(Attendance).count(), db.session.query(Completion).count()) == (1, 1)


def test_ten_requests_for_a_fresh_link_are_one_letter(invited, app, today):
    today.move_to(datetime(2027, 1, 3, 15, 0, tzinfo=MOSCOW))

    ten_times(app, f"/i/{invited.secret}/fresh")

    assert len(letters("link:")) == 1


@pytest.mark.parametrize("press", ["invite", "cancel"])
def test_ten_presses_of_a_coordinator_write_to_each_once(invited, app, cast, press):
    person = cast.coordinator.get_id()
    address, form = {
        "invite": ("invitations/new", {"people": "trainer@lms.test", "number_shown": "1", "do": "invite"}),
        "cancel": ("cancellation", {"version": invited.live_session.version, "reason": "Заболел"}),
    }[press]
    address = f"/sessions/{invited.live_session.id}/{address}"
    db.session.commit()

    def post(_number: int) -> int:
        client = FlaskClient(app, app.response_class)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = person, True
        return client.post(address, data=form).status_code

    with ThreadPoolExecutor(TEN) as pool:
        codes = Counter(pool.map(post, range(TEN)))

    assert codes[303] >= 1
    assert set(codes) <= {303, 409, 422}
    recipients = Counter(letter.recipient for letter in letters("invite:" if press == "invite" else "cancel:"))
    assert set(recipients.values()) == {1}
    assert "trainer@lms.test" in recipients or press == "cancel"


def test_who_moves_and_who_cancels_at_once_are_one_winner_and_one_who_sees_both(invited, app, cast):
    """Both opened the same page; whoever is second is told, and the invited hear of one thing only."""
    live_session = invited.live_session
    held = {"version": str(live_session.version)}
    moved = held | {
        "kind": "seminar", "title": live_session.title, "day": "2026-12-10", "starts": "17:00", "ends": "18:00",
        "zone": "Europe/Moscow", "room_url": live_session.room_url, "module_id": f"m{invited.module.id}",
        "audience": "cycle", "rule": "present", "do": "",
    }  # fmt: skip
    for letter in letters():
        letter.state = LetterState.SENT
    address, who = f"/sessions/{live_session.id}", [cast.coordinator.get_id(), cast.admin.get_id()]
    db.session.commit()
    start = Barrier(2)

    def post(place: int) -> tuple[int, str]:
        client = FlaskClient(app, app.response_class)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = who[place], True
        end, form = (("edit", moved), ("cancellation", held | {"reason": "Зал заняли"}))[place]
        start.wait()
        answer = client.post(f"{address}/{end}", data=form)
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(2) as pool:
        (edit, edit_page), (cancel, cancel_page) = pool.map(post, (0, 1))
    db.session.expire_all()

    told = Counter(letter.key.partition(":")[0] for letter in letters() if letter.state != LetterState.SENT)
    if edit == 303:
        assert (cancel, live_session.cancelled_at) == (409, None)
        assert "Зал заняли" in cancel_page
        assert told == {"invite": 2}  # the same event, one up
    else:
        assert (edit, cancel) == (409, 303)
        assert live_session.starts_at.day == 3
        assert "17:00" in edit_page
        assert told == {"cancel": 2}
