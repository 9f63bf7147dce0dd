"""Until when something should be done.

The nearest due time holds: the person's before the centre's, the centre's before everybody's; and for a person or a
centre that of the module before that of the whole cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, DueException, Module
from lms.extensions import db


def due_times(module: Module, people: Sequence[Person], activity: Activity | None = None) -> dict[int, datetime | None]:
    """Until when each of those people should have done the module, or that activity of it, by the person's id."""
    centres = {one.centre_id for one in people if one.centre_id}
    rows = db.session.execute(
        select(DueException.person_id, DueException.centre_id, DueException.due_at)
        .where(
            or_(DueException.module_id == module.id, DueException.cycle_id == module.cycle_id),
            or_(DueException.person_id.in_([one.id for one in people]), DueException.centre_id.in_(centres)),
        )
        .order_by(DueException.module_id.is_not(None))  # the module's come last and take the place of the cycle's
    ).all()
    own = {row.person_id: row.due_at for row in rows if row.person_id}
    of_centre = {row.centre_id: row.due_at for row in rows if row.centre_id}
    common = (activity.due_at if activity else None) or module.due_at or module.cycle.due_at
    return {one.id: own.get(one.id) or of_centre.get(one.centre_id) or common for one in people}


def exceptions_of(thing: Module | Cycle) -> Sequence[DueException]:
    """The other due times of a module or of a whole cycle, those of centres first."""
    whose = DueException.module_id if isinstance(thing, Module) else DueException.cycle_id
    return (
        db.session.scalars(
            select(DueException)
            .where(whose == thing.id)
            .options(joinedload(DueException.centre), joinedload(DueException.person).joinedload(Person.centre))
            .order_by(DueException.person_id.is_not(None), DueException.due_at, DueException.id)
        )
        .unique()
        .all()
    )
