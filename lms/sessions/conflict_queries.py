"""Sessions at the same time that somebody is expected at as well. They are shown, and not forbidden."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.extensions import db
from lms.sessions.models import LiveSession, live_session_centre, live_session_trainer
from lms.sessions.queries import AnyRow


def conflicts(
    times: Collection[tuple[datetime, datetime]],
    *,
    trainer_ids: Collection[int],
    centre_ids: Collection[int],
    but: int | None = None,
) -> list[AnyRow]:
    """(id, title, title_en, starts_at, ends_at, zone, who) of sessions that overlap one of those times.

    ``who`` is the trainer or the centre in question; ``but`` is the session that is being changed.
    """
    if not times or not (trainer_ids or centre_ids):
        return []
    overlap = or_(*[(LiveSession.starts_at < ends) & (LiveSession.ends_at > starts) for starts, ends in times])
    found: list[AnyRow] = []
    trainer_name = func.trim(Person.given_name + " " + Person.family_name).label("who")
    for table, column, whom, ids, name in (
        (live_session_trainer, live_session_trainer.c.person_id, Person, trainer_ids, trainer_name),
        (live_session_centre, live_session_centre.c.centre_id, Centre, centre_ids, Centre.name.label("who")),
    ):
        if not ids:
            continue
        rows = (
            select(
                LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.starts_at, LiveSession.ends_at,
                LiveSession.zone, name,
            )
            .join(table, table.c.live_session_id == LiveSession.id)
            .join(whom, whom.id == column)
            .where(overlap, LiveSession.cancelled_at.is_(None), column.in_(list(ids)), LiveSession.id != (but or 0))
            .order_by(LiveSession.starts_at, LiveSession.id)
        )  # fmt: skip
        found += db.session.execute(rows).all()
    return found
