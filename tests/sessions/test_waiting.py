"""A session with few seats: who comes too late waits, whoever is first gets what falls free, and is written to."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import icalendar
import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Purpose
from lms.accounts.tokens import issue_many
from lms.clock import now
from lms.extensions import db
from lms.sessions import actions, invitation_actions
from lms.sessions.models import AnswerWord, Invitation
from lms.sessions.queries import invitation_of
from tests import factories
from tests.sessions.conftest import calendar_of, letter_to, letters, text_of

YES, NO, WAITING = AnswerWord.YES, AnswerWord.NO, AnswerWord.WAITING


@pytest.fixture
def full(invited, cast) -> object:
    """One seat, taken by the volunteer; the stranger and the trainer wait, in this order."""
    invited.live_session.capacity = 1
    for person in (cast.volunteer, cast.stranger, cast.trainer):
        actions.answer(person, invited.live_session, YES, now=now())
    db.session.commit()
    return invited


def answers(live_session) -> dict[str, AnswerWord | None]:
    rows = db.session.scalars(db.select(Invitation).where(Invitation.live_session_id == live_session.id))
    return {row.person.family_name: row.answer for row in rows}


def partstat(person) -> str:
    (event,) = icalendar.Calendar.from_ical(calendar_of(letter_to(person))).walk("VEVENT")
    return event["ATTENDEE"].params["PARTSTAT"]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def test_a_yes_beyond_the_limit_waits_and_is_told_its_place(full, cast):
    assert answers(full.live_session) == {"Ковалёва": YES, "Чужинова": WAITING, "Савченко": WAITING}
    assert [letter.key.split(":")[0] for letter in letters() if letter.person_id == cast.trainer.id] == ["wait"]
    text = plain(text_of(letter_to(cast.trainer)))
    assert "Мест на этой встрече больше нет. Вы в листе ожидания, вторые." in text
    assert (partstat(cast.stranger), partstat(cast.trainer)) == ("TENTATIVE", "TENTATIVE")


def test_a_place_that_falls_free_goes_to_the_first_in_line_with_a_letter(full, cast):
    actions.answer(cast.volunteer, full.live_session, NO, now=now())

    assert answers(full.live_session) == {"Ковалёва": NO, "Чужинова": YES, "Савченко": WAITING}
    assert [letter.person_id for letter in letters("seat:")] == [cast.stranger.id]
    assert (
        letter_to(cast.stranger)["Subject"] == "Для вас есть место. Чт, 3 декабря, 15:00 — PR и соцсети НКО без бюджета"
    )
    assert letter_to(cast.stranger)["References"] == letter_to(cast.stranger, "invite:")["Message-ID"]
    assert partstat(cast.stranger) == "ACCEPTED"


def test_a_rollback_takes_the_seat_and_the_letter_back_together(full, cast):
    actions.answer(cast.volunteer, full.live_session, NO, now=now())
    db.session.rollback()

    assert answers(full.live_session)["Чужинова"] == WAITING
    assert letters("seat:") == []


def test_another_yes_moves_nobody_in_the_line(full, cast):
    actions.answer(cast.stranger, full.live_session, YES, now=now())
    actions.answer(cast.volunteer, full.live_session, YES, now=now())
    actions.answer(cast.volunteer, full.live_session, NO, now=now())

    assert answers(full.live_session) == {"Ковалёва": NO, "Чужинова": YES, "Савченко": WAITING}
    assert len(letters("wait:")) == 2


def test_who_leaves_the_line_and_comes_back_stands_last(full, cast):
    actions.answer(cast.stranger, full.live_session, NO, now=now())
    actions.answer(cast.stranger, full.live_session, YES, now=now())
    actions.answer(cast.volunteer, full.live_session, NO, now=now())

    assert answers(full.live_session) == {"Ковалёва": NO, "Чужинова": WAITING, "Савченко": YES}


def test_taking_somebody_off_the_list_frees_her_seat(full, cast):
    invitation_actions.remove(invitation_of(cast.volunteer.id, full.live_session.id), by=cast.coordinator, now=now())

    assert answers(full.live_session) == {"Чужинова": YES, "Савченко": WAITING}


@pytest.mark.parametrize(("limit", "waiting"), [("2", ["Савченко"]), ("", []), ("1", ["Чужинова", "Савченко"])])
def test_a_higher_limit_lets_in_who_waits(full, cast, as_, limit, waiting):
    client = as_(cast.coordinator)
    page = client.get(f"/sessions/{full.live_session.id}/edit").get_data(as_text=True)
    form = {
        "kind": "seminar", "title": full.live_session.title, "day": "2026-12-03", "starts": "15:00", "ends": "16:30",
        "zone": "Europe/Moscow", "room_url": full.live_session.room_url, "audience": "cycle",
        "module_id": f"m{full.module.id}", "rule": "present_or_watched", "capacity": limit,
        "version": full.live_session.version,
    }  # fmt: skip
    assert 'name="capacity"' in page

    response = client.post(f"/sessions/{full.live_session.id}/edit", data=form)

    assert response.status_code == 303
    assert [name for name, said in answers(full.live_session).items() if said is WAITING] == waiting
    assert len(letters("seat:")) == 2 - len(waiting)


@pytest.mark.parametrize("limit", ["0", "-1", "много", "99999999999999999999"])
def test_a_limit_that_is_no_number_of_seats_is_refused_and_kept(invited, cast, as_, limit):
    form = {"title": "Другое", "capacity": limit, "version": invited.live_session.version}

    response = as_(cast.coordinator).post(f"/sessions/{invited.live_session.id}/edit", data=form)

    assert response.status_code == 422
    assert f'value="{limit}"' in response.get_data(as_text=True)
    assert invited.live_session.capacity is None


def test_nobody_can_say_that_she_waits(invited, client):
    assert client.post(f"/i/{invited.secret}/answer", data={"answer": "waiting"}).status_code == 404


def test_the_pages_tell_the_place_in_the_line(full, cast, client, as_):
    full.live_session.audience = "cycle"
    by_letter = plain(client.get(f"/i/{full.other_secret}").get_data(as_text=True))
    signed_in = plain(as_(cast.stranger).get(f"/sessions/{full.live_session.id}").get_data(as_text=True))

    for text in (by_letter, signed_in):
        assert "Вы в листе ожидания, первые." in text
        assert 'value="yes" aria-pressed="true"' in text


def test_the_answer_is_told_at_once(full, client):
    client.post(f"/i/{full.other_secret}/answer", data={"answer": "yes"})
    text = plain(client.get(f"/i/{full.other_secret}").get_data(as_text=True))

    assert "Мест больше нет. Вы в листе ожидания, первые. Мы напишем, как только место освободится." in text


def test_the_invitations_page_counts_those_who_wait(full, cast, as_):
    text = plain(
        as_(cast.coordinator).get(f"/sessions/{full.live_session.id}/invitations?state=waiting").get_data(True)
    )

    assert "Ждут места" in text
    assert "Чужинова" in text
    assert "Ковалёва Ирина" not in text


def test_a_word_to_the_organiser_stands_on_her_page_and_stays_with_another_answer(invited, cast, client, as_):
    client.post(f"/i/{invited.secret}/answer", data={"answer": "yes", "note": "Опоздаю на 10 минут <b>"})
    client.post(f"/i/{invited.secret}/answer", data={"answer": "maybe"})

    page = as_(cast.coordinator).get(f"/sessions/{invited.live_session.id}/invitations?state=all")

    assert invitation_of(cast.volunteer.id, invited.live_session.id).note == "Опоздаю на 10 минут <b>"
    assert "Опоздаю на 10 минут &lt;b&gt;" in plain(page.get_data(as_text=True))


def test_an_overlong_word_is_cut(invited, cast, client):
    client.post(f"/i/{invited.secret}/answer", data={"answer": "yes", "note": "ы" * 5000})

    assert len(invitation_of(cast.volunteer.id, invited.live_session.id).note) == 500


def test_of_many_who_say_yes_at_once_exactly_the_limit_gets_seats(school, cast, app):
    """Twelve people, five seats; then everybody who has one says no at once, and the next five have them."""
    school.live_session.capacity = 5
    ids = [factories.person().id for _ in range(12)]
    secrets = issue_many(
        ids,
        Purpose.INVITATION,
        now=now(),
        expires_at=school.live_session.links_end_at,
        object_id=school.live_session.id,
    )
    db.session.commit()

    def say(secret: str, word: str) -> int:
        return FlaskClient(app, app.response_class).post(f"/i/{secret}/answer", data={"answer": word}).status_code

    def all_say(people, word: str) -> Counter:
        db.session.commit()  # or SQLite's write lock would stay with the test
        with ThreadPoolExecutor(6) as pool:
            codes = set(pool.map(lambda id: say(secrets[id], word), people))
        db.session.expire_all()
        assert codes == {303}
        return Counter(db.session.scalars(db.select(Invitation.answer)))

    assert all_say(ids, "yes") == {YES: 5, WAITING: 7}
    seated = db.session.scalars(db.select(Invitation.person_id).where(Invitation.answer == YES)).all()
    assert all_say(seated, "no") == {YES: 5, NO: 5, WAITING: 2}
    assert (len(letters("seat:")), len(letters("wait:"))) == (5, 7)
    lines = db.session.scalars(db.select(Invitation.line).where(Invitation.answer == WAITING)).all()
    assert len(set(lines)) == 2
