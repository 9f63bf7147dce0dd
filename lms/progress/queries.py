"""Which modules a person may open, what of them is done, and what was decided by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Module, State, is_out
from lms.cycles.queries import enrolled_in
from lms.extensions import db
from lms.progress.models import Completion, Decision, SavedView


def visible_modules(person: Person) -> Select[Module]:
    """Modules whose page a person may open; the same bounds as ``cycles.queries.visible_to`` sets for activities."""
    modules = select(Module)
    if can.teach(person):
        return modules
    modules = modules.where(is_out(Module))
    if person.letter is not None:
        return modules.where(Module.id == person.letter.module_id)
    modules = modules.join(Cycle, Module.cycle_id == Cycle.id).where(Cycle.state == State.PUBLISHED)
    return modules if can.look_after_people(person) else modules.where(enrolled_in(person, Cycle.id))


def done_in_module(person: Person, module_id: int) -> set[int]:
    """The ids of the module's activities that the person has done (or is excused from)."""
    return set(
        db.session.scalars(
            select(Completion.activity_id)
            .join(Activity, Activity.id == Completion.activity_id)
            .where(Completion.person_id == person.id, Activity.module_id == module_id)
        )
    )


def views_of(person: Person) -> Select[SavedView]:
    """The filters of the table that a person keeps under a name."""
    return select(SavedView).where(SavedView.person_id == person.id).order_by(SavedView.name)


# --- what was decided -------------------------------------------------------------------------------------------------
def batches_of(by: Person, module_id: int, since: datetime) -> list[Any]:
    """What a person lately decided about many at once in a module: rows of batch, at, reason, people."""
    return list(
        db.session.execute(
            select(
                Decision.batch, Decision.at, Decision.reason,
                func.count(Decision.person_id.distinct()).label("people"),
            )
            .join(Activity, Activity.id == Decision.activity_id)
            .where(Decision.batch != "", Decision.by_id == by.id, Decision.at >= since, Activity.module_id == module_id)
            .group_by(Decision.batch, Decision.at, Decision.reason)
            .order_by(Decision.at.desc())
        )
    )  # fmt: skip


def decisions_about(person: Person) -> list[Any]:
    """What coordinators decided about a person's activities, the latest first: rows with who, when and why."""
    by = Person.__table__.alias("by")
    return list(
        db.session.execute(
            select(
                Decision.activity_id,
                Decision.verdict,
                Decision.at,
                Decision.reason,
                Activity.title,
                Activity.title_en,
                by.c.given_name,
                by.c.family_name,
            )
            .join(Activity, Activity.id == Decision.activity_id)
            .outerjoin(by, by.c.id == Decision.by_id)
            .where(Decision.person_id == person.id)
            .order_by(Decision.at.desc(), Decision.id.desc())
        )
    )
