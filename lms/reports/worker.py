"""On Monday morning (9:00 in Moscow) coordinators are told what needs their attention."""

from __future__ import annotations

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.reports import actions


@every(day_of_week="1", hour="6", minute="0")
def write_attention() -> None:
    """Hours are UTC, as huey counts them."""
    actions.write_attention(now=now())
    db.session.commit()
