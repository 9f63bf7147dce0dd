"""Giving a centre or a person another due time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.cycles.models import Cycle, DueException, Module
from lms.extensions import db


def except_due(
    thing: Module | Cycle, due_at: datetime, *, centre_id: int | None, person_id: int | None, reason: str, by: Person,
    now: datetime,
) -> DueException:  # fmt: skip
    """Of one module, or of every module of a cycle, for one centre or one person; it replaces the one given before."""
    module_id, cycle_id = (thing.id, None) if isinstance(thing, Module) else (None, thing.id)
    found = db.session.scalar(
        select(DueException).filter_by(
            module_id=module_id, cycle_id=cycle_id, centre_id=centre_id, person_id=person_id
        )
    )  # fmt: skip
    if found is None:
        found = DueException(module_id=module_id, cycle_id=cycle_id, centre_id=centre_id, person_id=person_id)
        db.session.add(found)
    found.due_at, found.reason, found.at, found.by_id = due_at, reason, now, by.id
    return found
