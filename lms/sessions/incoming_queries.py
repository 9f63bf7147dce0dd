"""Mail that came in: what waits for a human, and what was read of late."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.extensions import db
from lms.sessions.incoming_models import IncomingLetter


def waiting() -> Select[IncomingLetter]:
    """What nobody has decided yet, the oldest first: it has waited longest."""
    return _with_names().where(IncomingLetter.settled_at.is_(None)).order_by(IncomingLetter.id)


def settled() -> Select[IncomingLetter]:
    return _with_names().where(IncomingLetter.settled_at.is_not(None)).order_by(IncomingLetter.id.desc())


def number_waiting() -> int:
    return db.session.scalar(select(func.count()).where(IncomingLetter.settled_at.is_(None))) or 0


def _with_names() -> Select[IncomingLetter]:
    return select(IncomingLetter).options(joinedload(IncomingLetter.person), joinedload(IncomingLetter.live_session))
