"""Which letters of a session to many can still be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from lms.extensions import db
from lms.outbox.models import Letter, LetterState

# Nothing older is offered, however long its letters wait for another reason.
_LATELY = timedelta(minutes=10)
_KINDS = ("invite", "remind", "missed")


def can_be_taken_back(live_session_id: int, now: datetime) -> ColumnElement[bool]:
    """Is the letter of the statement one of those that wait for their first try?"""
    return and_(
        Letter.state == LetterState.QUEUED,
        Letter.attempts == 0,
        Letter.next_try_at > now,
        Letter.created_at > now - _LATELY,
        or_(*[Letter.key.startswith(f"{kind}:{live_session_id}:") for kind in _KINDS]),
    )


def taken_back_until(live_session_id: int, now: datetime) -> tuple[int, datetime | None]:
    """How many there are, and when the first of them goes."""
    number, until = db.session.execute(
        select(func.count(), func.min(Letter.next_try_at)).where(can_be_taken_back(live_session_id, now))
    ).one()
    return int(number), until
