"""A minute to take it back: letters to many wait for it, and what came with them goes with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.accounts.models import Token
from lms.clock import now
from lms.extensions import db
from lms.outbox.models import LetterState
from lms.sessions import actions, invitation_actions
from lms.sessions.models import AnswerWord, Invitation
from lms.sessions.queries import invitation_of
from lms.sessions.undo_actions import take_back
from tests.sessions.conftest import letters

MINUTE = timedelta(minutes=1)


@pytest.fixture
def press(school, cast, as_):
    client = as_(cast.coordinator)
    client.post(
        f"/sessions/{school.live_session.id}/invitations/new",
        data={"everybody": "y", "number_shown": "2", "do": "invite"},
    )
    return client


def test_invitations_wait_a_minute_and_the_page_offers_to_take_them_back(school, press, today):
    page = press.get(f"/sessions/{school.live_session.id}/invitations").get_data(as_text=True)

    assert {letter.next_try_at - letter.created_at for letter in letters()} == {MINUTE}
    assert "2 письма уйдут в 12:01." in page.replace("\u00a0", " ")


def test_taken_back_it_was_never_sent(school, press):
    press.post(f"/sessions/{school.live_session.id}/invitations/undo")

    assert (letters(), db.session.query(Invitation).all(), db.session.query(Token).all()) == ([], [], [])


def test_whoever_answered_on_her_own_keeps_her_answer(school, cast):
    actions.answer(cast.volunteer, school.live_session, AnswerWord.YES, now=now())
    invitation_actions.invite([cast.volunteer.id], school.live_session, by=cast.coordinator, now=now(), delay=MINUTE)

    assert take_back(school.live_session, now=now()) == 1

    kept = invitation_of(cast.volunteer.id, school.live_session.id)
    assert (kept.answer, kept.first_message_id, kept.letter_id) == (AnswerWord.YES, "", None)


def test_what_has_gone_stays(school, press, today):
    today.shift(MINUTE)
    page = press.get(f"/sessions/{school.live_session.id}/invitations").get_data(as_text=True)
    press.post(f"/sessions/{school.live_session.id}/invitations/undo")

    assert "Отменить отправку" not in page.replace("\u00a0", " ")
    assert len(letters()) == 2


def test_a_letter_in_a_workers_hands_is_not_taken_back(school, press):
    letters()[0].state = LetterState.SENDING

    press.post(f"/sessions/{school.live_session.id}/invitations/undo")

    assert (len(letters()), db.session.query(Invitation).count()) == (1, 1)


def test_a_reminder_taken_back_leaves_the_letter_before_and_may_come_again(invited, cast, as_):
    for letter in letters():
        letter.state, letter.sent_at = LetterState.SENT, now()
    first = [letter.id for letter in letters()]
    client = as_(cast.coordinator)

    client.post(f"/sessions/{invited.live_session.id}/reminders")
    assert len(letters("remind:")) == 2
    client.post(f"/sessions/{invited.live_session.id}/invitations/undo")

    assert letters("remind:") == []
    rows = db.session.scalars(db.select(Invitation).order_by(Invitation.id)).all()
    assert [(row.letter_id, row.reminded_at) for row in rows] == [(id, None) for id in first]
