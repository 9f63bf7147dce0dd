"""The line for a seat, where a session has a limit: who comes too late waits, and the first gets what falls free.

Everything here happens in the transaction of the answer that made it necessary. Those who answer one session with a
limit do so one after the other (``hold``), so there are never more seats given than there are.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions import invitation_queries as queries
from lms.sessions import mail
from lms.sessions.models import AnswerWord, Invitation, LiveSession
from lms.sessions.queries import number_of_yes
from lms.sessions.writing_actions import write

# Free seats are no number where there is no limit.
_ALL = 10**9


def hold(live_session: LiveSession) -> int | None:
    """Let two who answer at once do it one after the other (PostgreSQL; SQLite does anyway); the limit as it is now."""
    table = LiveSession.__table__
    return db.session.scalar(
        select(table.c.capacity).where(table.c.id == live_session.id).with_for_update(key_share=True)
    )


def as_written(person_id: int, live_session_id: int) -> tuple[AnswerWord | None, int | None]:
    """What stands written of that person: the answer, and the place in the line."""
    row = db.session.execute(
        select(Invitation.answer, Invitation.line).where(
            Invitation.live_session_id == live_session_id, Invitation.person_id == person_id
        )
    ).one_or_none()
    return (row.answer, row.line) if row else (None, None)


def seat(live_session_id: int, capacity: int | None) -> AnswerWord:
    """What a new yes comes to. The session must be held."""
    return AnswerWord.YES if _free_seats(live_session_id, capacity) > 0 else AnswerWord.WAITING


def next_in_line(live_session_id: int) -> int:
    last = select(func.max(Invitation.line)).where(Invitation.live_session_id == live_session_id)
    return (db.session.scalar(last) or 0) + 1


def tell_of_waiting(person: Person, live_session: LiveSession, *, now: datetime) -> None:
    """A letter for whoever stands in line from now on; in her calendar the session is not certain."""
    place = queries.place_in_line(live_session.id, person.id)
    told = queries.addressees([person.id], live_session.id)
    by = queries.organiser_of(live_session.id)
    write(mail.waiting(live_session, place, now), live_session, told, by=by, now=now)


def promote(live_session: LiveSession, *, now: datetime) -> int:
    """Give the seats that are free to those who wait, in their order, and write to them; how many.

    Whoever frees a seat or changes the limit calls this: somebody says no after all, is taken off the list, or the
    limit is raised or lifted.
    """
    if not live_session.takes_answers(now):
        return 0
    capacity = hold(live_session)
    first = db.session.scalars(
        select(Invitation.person_id)
        .where(Invitation.live_session_id == live_session.id, Invitation.answer == AnswerWord.WAITING)
        .order_by(Invitation.line, Invitation.id)
        .limit(max(0, _free_seats(live_session.id, capacity)))
    ).all()
    if not first:
        return 0
    db.session.execute(
        update(Invitation)
        .where(Invitation.live_session_id == live_session.id, Invitation.person_id.in_(first))
        .values(answer=AnswerWord.YES, line=None)
    )
    told = queries.addressees(first, live_session.id)
    by = queries.organiser_of(live_session.id)
    write(mail.seat(live_session, now), live_session, told, by=by, now=now)
    return len(first)


def _free_seats(live_session_id: int, capacity: int | None) -> int:
    return _ALL if capacity is None else capacity - number_of_yes(live_session_id)
