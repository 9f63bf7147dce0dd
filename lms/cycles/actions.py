"""Enrolling people, and putting modules and activities in order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Enrolment, Module
from lms.extensions import db
from lms.slugs import slug


# --- enrolment --------------------------------------------------------------------------------------------------------
def enrol(people: Iterable[Person], cycle: Cycle, *, now: datetime) -> int:
    """Put people into the cycle; who left comes back. Gives how many were not in it before."""
    _hold(Cycle, cycle.id)
    wanted = {person.id for person in people}
    rows = db.session.execute(
        select(Enrolment.person_id, Enrolment.left_at).where(
            Enrolment.cycle_id == cycle.id, Enrolment.person_id.in_(wanted)
        )
    ).all()
    back = {row.person_id for row in rows if row.left_at is not None}
    new = wanted - {row.person_id for row in rows}
    if back:
        db.session.execute(
            update(Enrolment)
            .where(Enrolment.cycle_id == cycle.id, Enrolment.person_id.in_(back))
            .values(left_at=None, enrolled_at=now)
        )
    if new:
        db.session.execute(
            insert(Enrolment), [{"person_id": id, "cycle_id": cycle.id, "enrolled_at": now} for id in sorted(new)]
        )
    return len(new) + len(back)


def unenrol(people: Iterable[Person], cycle: Cycle, *, now: datetime) -> int:
    """Take people off the cycle; what they did stays told. Gives how many were in it."""
    _hold(Cycle, cycle.id)
    leaving = db.session.scalars(
        select(Enrolment.id).where(
            Enrolment.cycle_id == cycle.id,
            Enrolment.person_id.in_({person.id for person in people}),
            Enrolment.left_at.is_(None),
        )
    ).all()
    db.session.execute(update(Enrolment).where(Enrolment.id.in_(leaving)).values(left_at=now))
    return len(leaving)


# --- making and ordering ----------------------------------------------------------------------------------------------
def name_cycle(cycle: Cycle, year: int) -> None:
    """Give a new cycle its address, which stays when the title changes."""
    base = slug(cycle.title, longest=40) or "cycle"
    start = cycle.starts_on.year if isinstance(cycle.starts_on, date) else year
    if not base.endswith(str(start)):
        base = f"{base}-{start}"
    taken = set(db.session.scalars(select(Cycle.slug).where(Cycle.slug.startswith(base, autoescape=True))))
    cycle.slug, number = base, 1
    while cycle.slug in taken:
        number += 1
        cycle.slug = f"{base}-{number}"


def append_module(module: Module, cycle: Cycle) -> None:
    """Put a new module at the end of the cycle."""
    _hold(Cycle, cycle.id)
    last = db.session.scalar(select(func.max(Module.position)).where(Module.cycle_id == cycle.id))
    module.cycle_id, module.position = cycle.id, (last or 0) + 1


def place(activity: Activity, module: Module) -> None:
    """Put an activity at the end of the module."""
    _hold(Module, module.id)
    last = db.session.scalar(select(func.max(Activity.position)).where(Activity.module_id == module.id))
    activity.module_id, activity.position = module.id, (last or 0) + 1


def move(thing: Module | Activity, step: int) -> None:
    """Move a module within its cycle, or an activity within its module: -1 is up, +1 is down.

    At either end nothing happens. Only positions are written, so whoever has the thing open in a form still saves it.
    """
    if isinstance(thing, Module):
        _hold(Cycle, thing.cycle_id)
        _reorder(Module, Module.cycle_id == thing.cycle_id, thing.id, step)
    elif thing.module_id is not None:
        _hold(Module, thing.module_id)
        _reorder(Activity, Activity.module_id == thing.module_id, thing.id, step)


def move_to(activity: Activity, place: int) -> None:
    """Put an activity at that place of its module, counted from 1; beyond the ends is the end."""
    if activity.module_id is not None:
        _hold(Module, activity.module_id)
        _reorder(Activity, Activity.module_id == activity.module_id, activity.id, place=place)


def _reorder(
    kind: type[Module] | type[Activity],
    inside: ColumnElement[bool],
    moved_id: int,
    step: int = 0,
    *,
    place: int | None = None,
) -> None:
    rows = db.session.execute(select(kind.id, kind.position).where(inside).order_by(kind.position, kind.id)).all()
    order = [row.id for row in rows]
    at = order.index(moved_id)
    wanted = at + step if place is None else place - 1
    order.insert(min(max(wanted, 0), len(order) - 1), order.pop(at))
    before = {row.id: row.position for row in rows}
    for position, id in enumerate(order, 1):
        if before[id] != position:
            db.session.execute(update(kind).where(kind.id == id).values(position=position))


def _hold(kind: type[Cycle] | type[Module], id: int) -> None:
    """Let two people who change one order, or one list, do it one after the other (PostgreSQL; SQLite does anyway)."""
    db.session.execute(select(kind.id).where(kind.id == id).with_for_update())
