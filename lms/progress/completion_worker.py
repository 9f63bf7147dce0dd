"""Once an hour: write down who has completed a cycle without a deed of their own, as when a session was called off."""

from __future__ import annotations

from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import Cycle, State
from lms.extensions import db
from lms.outbox.worker import every
from lms.progress.actions import note_everybody


@every(minute="20")
def note_completions() -> int:
    """How many were found in all published cycles."""
    found = sum(
        note_everybody(cycle, now=now())
        for cycle in db.session.scalars(select(Cycle).where(Cycle.state == State.PUBLISHED))
    )
    db.session.commit()
    return found
