"""Taking back what was sent to many a moment ago: its letters still wait (UNDO_SECONDS), so nobody has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from lms.accounts.models import Purpose, Token
from lms.extensions import db
from lms.outbox.models import Letter
from lms.sessions.models import Invitation, LiveSession
from lms.sessions.undo_queries import can_be_taken_back
from lms.sessions.writing_actions import portions


def take_back(live_session: LiveSession, *, now: datetime) -> int:
    """Delete the letters that nobody has begun to send, and what came with them; how many.

    Whoever was only now invited is invited no longer; an answer given meanwhile stays. Reminders leave no trace.
    """
    gone = db.session.execute(
        delete(Letter)
        .where(can_be_taken_back(live_session.id, now))
        .returning(Letter.person_id, Letter.key, Letter.created_at, Letter.message_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not gone:
        return 0
    for some in portions(list(gone)):
        _forget_links(live_session.id, some)
        _forget_invitations(live_session.id, [row for row in some if row.key.startswith("invite:")])
        _forget_reminders(live_session.id, [row for row in some if not row.key.startswith("invite:")])
    db.session.expire_all()
    return len(gone)


def _forget_links(live_session_id: int, rows: Sequence[Any]) -> None:
    db.session.execute(
        delete(Token)
        .where(
            Token.purpose == Purpose.INVITATION,
            Token.object_id == live_session_id,
            Token.person_id.in_([row.person_id for row in rows]),
            Token.created_at.in_({row.created_at for row in rows}),
        )
        .execution_options(synchronize_session=False)
    )


def _forget_invitations(live_session_id: int, rows: Sequence[Any]) -> None:
    ours = and_(
        Invitation.live_session_id == live_session_id,
        Invitation.first_message_id.in_([row.message_id for row in rows]),
    )
    never_asked = delete(Invitation).where(ours, Invitation.answer.is_(None))
    db.session.execute(never_asked.execution_options(synchronize_session=False))
    answered = update(Invitation).where(ours).values(first_message_id="", letter_id=None)
    db.session.execute(answered.execution_options(synchronize_session=False))


def _forget_reminders(live_session_id: int, rows: Sequence[Any]) -> None:
    """The letter on the screen is the one before again."""
    before = (
        select(func.max(Letter.id))
        .where(
            Letter.person_id == Invitation.person_id,
            or_(*[Letter.key.startswith(f"{kind}:{live_session_id}:") for kind in ("invite", "seat", "wait")]),
        )
        .scalar_subquery()
    )
    db.session.execute(
        update(Invitation)
        .where(Invitation.live_session_id == live_session_id, Invitation.person_id.in_([row.person_id for row in rows]))
        .values(letter_id=before, reminded_at=None)
        .execution_options(synchronize_session=False)
    )
