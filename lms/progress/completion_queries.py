"""Who has completed a cycle, and what it takes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select, union_all

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Module, Rule, State, is_out
from lms.extensions import db
from lms.progress.matrix_queries import is_required
from lms.progress.models import Completion, CycleCompletion
from lms.progress.rules import enough

_module, _activity, _completion = Module.__table__.c, Activity.__table__.c, Completion.__table__.c


def cycle_completions(cycle: Cycle) -> Select[CycleCompletion]:
    """Who has completed the cycle and when, by name: rows that are written once and that no later rule undoes.

    Each has ``person``, ``at`` (an instant), ``how`` and ``by`` (who decided, or changed a rule; None for a deed).
    Bound it further to the people somebody may see (``.where(CycleCompletion.person_id.in_(…))``).
    """
    return (
        select(CycleCompletion)
        .join(Person, Person.id == CycleCompletion.person_id)
        .where(CycleCompletion.cycle_id == cycle.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def has_completed(person: Person, cycle: Cycle) -> CycleCompletion | None:
    """The record that this person has completed the cycle; None while she has not."""
    return db.session.scalar(
        select(CycleCompletion).where(CycleCompletion.person_id == person.id, CycleCompletion.cycle_id == cycle.id)
    )


def last_deeds(cycle: Cycle) -> dict[int, datetime]:
    """When each person last did something that the cycle asks for."""
    return {
        row.person_id: row.at
        for row in db.session.execute(
            select(_completion.person_id, func.max(_completion.at).label("at"))
            .join(Activity.__table__, _activity.id == _completion.activity_id)
            .join(Module.__table__, _module.id == _activity.module_id)
            .where(_module.cycle_id == cycle.id, is_required())
            .group_by(_completion.person_id)
        )
    }


_person: BindParameter[int] = bindparam("person_id")
_completed = exists().where(CycleCompletion.cycle_id == _module.cycle_id, CycleCompletion.person_id == _person)
_ENOUGH_OF_MODULE = (
    select(
        _module.cycle_id, _module.needed,
        func.count(_activity.id).label("asked"), func.count(_completion.id).label("done"),
    )
    .select_from(Module.__table__)
    .join(Activity.__table__, and_(_activity.module_id == _module.id, is_required()))
    .outerjoin(Completion.__table__, and_(_completion.activity_id == _activity.id, _completion.person_id == _person))
    .where(_module.id == bindparam("module_id"), is_out(_module), ~_completed)
    .group_by(_module.cycle_id, _module.needed)
)  # fmt: skip


def unfinished_cycle(person: Person, activity: Activity) -> Cycle | None:
    """The cycle the activity stands in, if the person has done enough of its module and has not completed the cycle.

    One statement; the cycle itself is the second.
    """
    if activity.module_id is None:
        return None
    row = db.session.execute(_ENOUGH_OF_MODULE, {"person_id": person.id, "module_id": activity.module_id}).first()
    if row is None or row.done < enough(row.needed, row.asked):
        return None
    return db.session.get(Cycle, row.cycle_id)


def _to_come(thing: Any) -> ColumnElement[bool]:
    return and_(thing.state.in_([State.DRAFT, State.SCHEDULED]), ~is_out(thing))


_cycle: BindParameter[int] = bindparam("cycle_id")
_DRAFTS = union_all(
    select(_module.title, _module.title_en, _module.id.label("module_id")).where(
        _module.cycle_id == _cycle,
        or_(_to_come(_module), and_(is_out(_module), ~exists().where(_activity.module_id == _module.id))),
    ),
    select(_activity.title, _activity.title_en, _activity.module_id)
    .join(Module.__table__, _module.id == _activity.module_id)
    .where(_module.cycle_id == _cycle, is_out(_module), _to_come(_activity), _activity.rule != Rule.OPTIONAL),
)


def drafts_of(cycle: Cycle) -> list[Any]:
    """What of the cycle is still to come, so that nobody can have done all of it: rows of title, title_en, module_id.

    Modules that are drafts or have not appeared yet, those with nothing in them, and such activities in the others.
    """
    return list(db.session.execute(_DRAFTS, {"cycle_id": cycle.id}))
