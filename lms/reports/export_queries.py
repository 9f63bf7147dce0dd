"""Which exports come by themselves, and which files of theirs somebody may have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from lms import permissions as can
from lms.accounts.models import Person
from lms.extensions import db
from lms.progress.matrix_queries import scope_of
from lms.progress.models import SavedView
from lms.reports.export_models import PreparedFile, ScheduledExport


def exports_of(person: Person) -> Select[ScheduledExport]:
    """One's own, by the name of the view."""
    return (
        select(ScheduledExport)
        .join(SavedView, SavedView.id == ScheduledExport.view_id)
        .where(ScheduledExport.person_id == person.id)
        .options(joinedload(ScheduledExport.view))
        .order_by(SavedView.name, ScheduledExport.id)
    )


def files_of(person: Person, now: datetime) -> Select[PreparedFile]:
    """One's own that are kept still, the latest first, as long as one looks after the people who stand in them."""
    if not can.look_after_people(person):
        return select(PreparedFile).where(false())
    return (
        select(PreparedFile)
        .where(
            PreparedFile.person_id == person.id,
            PreparedFile.scope == scope_of(person),
            PreparedFile.ends_at > now,
        )
        .order_by(PreparedFile.made_at.desc(), PreparedFile.id.desc())
    )


def all_exports() -> Sequence[ScheduledExport]:
    """Those whose owners may come in, with owner and view."""
    return (
        db.session.scalars(
            select(ScheduledExport)
            .join(Person, Person.id == ScheduledExport.person_id)
            .where(Person.suspended_at.is_(None))
            .options(joinedload(ScheduledExport.person), joinedload(ScheduledExport.view))
            .order_by(ScheduledExport.id)
        )
        .unique()
        .all()
    )
