"""What people say of a session that is over, in figures and words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from lms.extensions import db
from lms.sessions.models import Feedback


@dataclass(frozen=True)
class Figures:
    """How many answered, and their mean marks from 1 to 5 to one decimal; None where nobody did."""

    number: int = 0
    useful: Decimal | None = None
    clear: Decimal | None = None


def figures(live_session_id: int) -> Figures:
    number, useful, clear = db.session.execute(
        select(func.count(), func.sum(Feedback.useful), func.sum(Feedback.clear)).where(
            Feedback.live_session_id == live_session_id
        )
    ).one()
    return Figures(number, _mean(useful, number), _mean(clear, number)) if number else Figures()


def said(live_session_id: int, limit: int = 100) -> list[str]:
    """The words, the newest first, without names."""
    return list(
        db.session.scalars(
            select(Feedback.words)
            .where(Feedback.live_session_id == live_session_id, Feedback.words != "")
            .order_by(Feedback.given_at.desc(), Feedback.id.desc())
            .limit(limit)
        )
    )


def of(person_id: int, live_session_id: int) -> Feedback | None:
    return db.session.scalar(
        select(Feedback).where(Feedback.person_id == person_id, Feedback.live_session_id == live_session_id)
    )


def _mean(total: int, number: int) -> Decimal:
    return round(Decimal(total) / number, 1)
