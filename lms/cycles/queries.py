"""What of the curriculum a person may see. What lies outside does not exist for her: a 404."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.sql import ColumnElement

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Enrolment, Module, State
from lms.extensions import db

A = TypeVar("A", bound=Activity)


def enrolled_in(person: Person, cycle_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Is the person enrolled (and has not left) in the cycle of that column?"""
    return exists().where(
        Enrolment.cycle_id == cycle_id, Enrolment.person_id == person.id, Enrolment.left_at.is_(None)
    )  # fmt: skip


def visible_to(person: Person, kind: type[A]) -> Select[tuple[A]]:
    """Activities of that kind a person may open.

    Trainers and coordinators: all, drafts too. Coordinators of a centre: what is published. Learners: what is published
    in the cycles they are enrolled in. Guests from a letter: what is published in the module of their session.
    """
    if can.teach(person):
        return select(kind)
    published = select(kind).where(kind.state == State.PUBLISHED)
    if person.letter is not None:
        within = [kind.id == person.letter.live_session_id]
        if person.letter.module_id is not None:
            within.append(kind.module_id == person.letter.module_id)
        return published.where(or_(*within))
    published = (
        published.join(Module, kind.module_id == Module.id)
        .join(Cycle, Module.cycle_id == Cycle.id)
        .where(Module.state == State.PUBLISHED, Cycle.state == State.PUBLISHED)
    )
    if can.look_after_people(person):
        return published
    return published.where(enrolled_in(person, Cycle.id))


def visible_cycles(person: Person) -> Select[tuple[Cycle]]:
    """Cycles, the newest first."""
    cycles = select(Cycle).order_by(Cycle.starts_on.desc(), Cycle.id.desc())
    if can.teach(person):
        return cycles
    cycles = cycles.where(Cycle.state == State.PUBLISHED)
    return cycles if can.look_after_people(person) else cycles.where(enrolled_in(person, Cycle.id))


def current_cycle(person: Person) -> Cycle | None:
    """The cycle shown where none is named: the newest published one the person sees, else the newest at all."""
    published = db.session.scalar(visible_cycles(person).where(Cycle.state == State.PUBLISHED).limit(1))
    return published or db.session.scalar(visible_cycles(person).limit(1))


def public_cycles() -> Select[tuple[Cycle]]:
    return select(Cycle).where(Cycle.state == State.PUBLISHED).order_by(Cycle.starts_on.desc(), Cycle.id.desc())


def enrolled_people(cycle: Cycle) -> Select[tuple[Person]]:
    """People in the cycle now, by name; suspended accounts are left out."""
    return (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cycle_id == cycle.id, Enrolment.left_at.is_(None), Person.suspended_at.is_(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
