"""Providers' lists hold names of people who are none of ours: after a month they are thrown away."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.sessions.models import ParticipantList

KEPT = timedelta(days=30)


@every(hour="3", minute="40")
def forget_old_lists() -> None:
    db.session.execute(delete(ParticipantList).where(ParticipantList.created_at < now() - KEPT))
    db.session.commit()
