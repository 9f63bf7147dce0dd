"""Answering and entering. Each has one effect, however often it is pressed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions import waiting_actions as waiting
from lms.sessions.inserts import insert_into
from lms.sessions.models import AnswerWord, Attendance, Invitation, LiveSession, Presence

_ONE_EACH = ["live_session_id", "person_id"]


def answer(
    person: Person, live_session: LiveSession, word: AnswerWord, *, now: datetime, note: str | None = None
) -> AnswerWord | None:
    """Write down what she says, also where she was not invited by name, and a word to the organiser if there is one.

    What is written is given back: where seats are few, a yes may be a place in the line. None: the session has begun.
    """
    if not live_session.takes_answers(now):
        return None
    if live_session.capacity is not None:
        return _answer_for_a_seat(person, live_session, word, note, now)
    _write_down(person, live_session, word, None, note, now)
    return word


def _answer_for_a_seat(
    person: Person, live_session: LiveSession, word: AnswerWord, note: str | None, now: datetime
) -> AnswerWord:
    """Whoever had a seat or a place in the line keeps it with another yes, and gives it up with anything else."""
    capacity = waiting.hold(live_session)
    was, line = waiting.as_written(person.id, live_session.id)
    if word is AnswerWord.YES:
        word = was if was in {AnswerWord.YES, AnswerWord.WAITING} else waiting.seat(live_session.id, capacity)
    if word is not AnswerWord.WAITING:
        line = None
    elif line is None:
        line = waiting.next_in_line(live_session.id)
    _write_down(person, live_session, word, line, note, now)
    if word is AnswerWord.WAITING and was is not AnswerWord.WAITING:
        waiting.tell_of_waiting(person, live_session, now=now)
    if was is AnswerWord.YES and word is not AnswerWord.YES:
        waiting.promote(live_session, now=now)
    return word


def _write_down(
    person: Person, live_session: LiveSession, word: AnswerWord, line: int | None, note: str | None, now: datetime
) -> None:
    said: dict[str, Any] = {"answer": word, "answered_at": now, "line": line}
    if note is not None:
        said["note"] = note
    key = {"live_session_id": live_session.id, "person_id": person.id}
    row = {"invited_at": now, "first_message_id": "", "note": ""} | key | said
    db.session.execute(
        insert_into(Invitation.__table__).values(row).on_conflict_do_update(index_elements=_ONE_EACH, set_=said)
    )


def enter(person: Person, live_session: LiveSession, *, now: datetime) -> bool:
    """Write down that she pressed the enter button. False: it is not the time for it."""
    if not live_session.lets_in(now):
        return False
    put_presence(live_session, [{"person_id": person.id, "how": Presence.ENTERED, "at": now}])
    return True


def note_opened(invitation: Invitation, *, now: datetime) -> None:
    """Something behind the link of her letter was pressed; the first time counts."""
    if invitation.opened_at is None:
        invitation.opened_at = now


def put_presence(live_session: LiveSession, rows: list[dict[str, Any]]) -> None:
    """Write down that those people were there; who is known to have been there already stays as she is."""
    whole = {"live_session_id": live_session.id, "left_at": None, "minutes": None, "by_id": None}
    insert = insert_into(Attendance.__table__).on_conflict_do_nothing(index_elements=_ONE_EACH)
    db.session.execute(insert, [whole | row for row in rows])
