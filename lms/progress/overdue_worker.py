"""Hands in what nobody handed in before its time was up: with the answers that were saved, and no others."""

from __future__ import annotations

from sqlalchemy import select

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.progress.quiz_actions import hand_in, note_held_back
from lms.quizzes import actions, queries
from lms.quizzes.models import Attempt


@every(minute="*")
def hand_in_overdue() -> int:
    """One commit an attempt, so that nobody's save waits for many; gives how many there were."""
    count = 0
    for attempt_id in queries.overdue(now()):
        attempt = actions.hold(select(Attempt).where(Attempt.id == attempt_id))
        if attempt is not None and attempt.is_open and actions.is_over(attempt, now()):
            hand_in(attempt, now=now())
            count += 1
        db.session.commit()
    return count


@every(minute="*")
def note_closed_quizzes() -> int:
    """Who has done a quiz whose results were held back until it closed; gives how many."""
    found = note_held_back(now=now())
    db.session.commit()
    return found
