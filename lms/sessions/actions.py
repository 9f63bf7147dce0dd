"""Answering, entering, and marking who was there. Each has one effect, however often it is pressed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions.models import AnswerWord, Attendance, Invitation, LiveSession, Presence

_ONE_EACH = ["live_session_id", "person_id"]


def answer(person: Person, live_session: LiveSession, word: AnswerWord, *, now: datetime) -> bool:
    """Write down what she says, also where she was not invited by name. False: the session has begun."""
    if not live_session.takes_answers(now):
        return False
    row = {
        "live_session_id": live_session.id,
        "person_id": person.id,
        "invited_at": now,
        "first_message_id": "",
        "answer": word,
        "answered_at": now,
    }
    said = {"answer": word, "answered_at": now}
    db.session.execute(
        insert_into(Invitation.__table__).values(row).on_conflict_do_update(index_elements=_ONE_EACH, set_=said)
    )
    return True


def enter(person: Person, live_session: LiveSession, *, now: datetime) -> bool:
    """Write down that she pressed the enter button. False: it is not the time for it."""
    if not live_session.lets_in(now):
        return False
    row = {"live_session_id": live_session.id, "person_id": person.id, "how": Presence.ENTERED, "at": now}
    db.session.execute(insert_into(Attendance.__table__).values(row).on_conflict_do_nothing(index_elements=_ONE_EACH))
    return True


def mark(
    live_session: LiveSession, present: Collection[int], listed: Collection[int], *, by: Person, now: datetime
) -> tuple[set[int], set[int]]:
    """Of the people listed, those present were there and the others were not; (ids newly marked, ids taken back)."""
    there = set(db.session.scalars(select(Attendance.person_id).where(Attendance.live_session_id == live_session.id)))
    wanted = set(present) & set(listed)
    new, gone = wanted - there, (there & set(listed)) - wanted
    if new:
        rows = [
            {"live_session_id": live_session.id, "person_id": id, "how": Presence.MARKED, "at": now, "by_id": by.id}
            for id in sorted(new)
        ]
        db.session.execute(insert_into(Attendance.__table__).on_conflict_do_nothing(index_elements=_ONE_EACH), rows)
    if gone:
        db.session.execute(
            delete(Attendance).where(
                Attendance.live_session_id == live_session.id, Attendance.person_id.in_(sorted(gone))
            )
        )
    return new, gone


def note_opened(invitation: Invitation, *, now: datetime) -> None:
    """Something behind the link of her letter was pressed; the first time counts."""
    if invitation.opened_at is None:
        invitation.opened_at = now


def insert_into(table: Any) -> Any:
    """An INSERT that can say ON CONFLICT, in the words of the database at hand."""
    return (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(table)
