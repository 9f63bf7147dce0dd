"""What of the curriculum a person may see. What lies outside does not exist for her: a 404."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import SQLColumnExpression

from lms import permissions as can
from lms.accounts.models import Person, PersonRole, Role
from lms.accounts.readers import Kind, bounds, kind_of, of_kind
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Enrolment, Module, State, is_out, standing
from lms.extensions import db

A = TypeVar("A", bound=Activity)

_NEWEST_FIRST = (Cycle.starts_on.desc(), Cycle.id.desc())


def enrolled_in(person: Person, cycle_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Is the person enrolled (and has not left) in the cycle of that column?"""
    return exists().where(
        Enrolment.cycle_id == cycle_id, Enrolment.person_id == person.id, Enrolment.left_at.is_(None)
    )  # fmt: skip


def visible_to(person: Person, kind: type[A]) -> Select[A]:
    """Activities of that kind a person may open.

    Trainers and coordinators: all, drafts too. Coordinators of a centre: what is published. Learners: what is published
    in the cycles they are enrolled in. Guests from a letter: what is published in the module of their session.
    """
    if can.teach(person):
        return select(kind)
    published = select(kind).where(is_out(kind))
    if person.letter is not None:
        within = [kind.id == person.letter.live_session_id]
        if person.letter.module_id is not None:
            within.append(kind.module_id == person.letter.module_id)
        return published.where(or_(*within))
    published = (
        published.join(Module, kind.module_id == Module.id)
        .join(Cycle, Module.cycle_id == Cycle.id)
        .where(is_out(Module), Cycle.state == State.PUBLISHED)
    )
    if can.look_after_people(person):
        return published
    return published.where(enrolled_in(person, Cycle.id))


def visible_cycles(person: Person) -> Select[Cycle]:
    """Cycles, the newest first."""
    cycles = select(Cycle).order_by(*_NEWEST_FIRST)
    if can.teach(person):
        return cycles
    cycles = cycles.where(Cycle.state == State.PUBLISHED)
    return cycles if can.look_after_people(person) else cycles.where(enrolled_in(person, Cycle.id))


def current_cycle(person: Person) -> Cycle | None:
    """The cycle shown where none is named: the newest published one the person sees, else the newest at all."""
    return db.session.scalar(_current_cycle(kind_of(person)), bounds(person))


@lru_cache(maxsize=64)
def _current_cycle(kind: Kind) -> Select[Cycle]:
    published_first = case((Cycle.state == State.PUBLISHED, 0), else_=1)
    return visible_cycles(of_kind(kind)).order_by(None).order_by(published_first, *_NEWEST_FIRST).limit(1)


def public_cycles() -> Select[Cycle]:
    return select(Cycle).where(Cycle.state == State.PUBLISHED).order_by(Cycle.starts_on.desc(), Cycle.id.desc())


def enrolled_people(cycle: Cycle) -> Select[Person]:
    """People in the cycle now, by name; suspended accounts are left out."""
    return (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cycle_id == cycle.id, Enrolment.left_at.is_(None), Person.suspended_at.is_(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def is_enrolled(person: Person, cycle: Cycle) -> bool:
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Enrolment.cycle_id == cycle.id, Enrolment.person_id == person.id, Enrolment.left_at.is_(None)
                )
            )
        )
    )


def programme(cycle: Cycle) -> Sequence[Any]:
    """The published modules of a cycle in order: id, position, titles, summaries, due_at."""
    return db.session.execute(
        select(
            Module.id,
            Module.position,
            Module.title,
            Module.title_en,
            Module.summary,
            Module.summary_en,
            Module.due_at,
        )
        .where(Module.cycle_id == cycle.id, is_out(Module))
        .order_by(Module.position, Module.id)
    ).all()


def last_appearance() -> datetime | None:
    """When something scheduled has come out last: what was counted before that is to be counted anew."""
    moments = [
        select(func.max(thing.publish_at)).where(thing.state == State.SCHEDULED, is_out(thing)).scalar_subquery()
        for thing in (Module.__table__.c, Activity.__table__.c)
    ]
    return max(filter(None, db.session.execute(select(*moments)).one()), default=None)


# --- for those who make it --------------------------------------------------------------------------------------------
def module_rows() -> dict[int, list[Any]]:
    """Every module by its cycle's id, in order, with how many activities it has and how many of them are drafts."""
    drafts = func.count(case((Activity.state == State.DRAFT, 1)))
    rows = db.session.execute(
        select(
            Module.id,
            Module.cycle_id,
            Module.position,
            Module.title,
            Module.title_en,
            standing(Module).label("state"),
            Module.due_at,
            func.count(Activity.id).label("activities"),
            drafts.label("drafts"),
        )
        .outerjoin(Activity, Activity.module_id == Module.id)
        .group_by(Module.id)
        .order_by(Module.cycle_id, Module.position, Module.id)
    )
    by_cycle: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_cycle[row.cycle_id].append(row)
    return by_cycle


def enrolled_counts() -> dict[int, int]:
    """How many people are in each cycle, by the cycle's id; suspended accounts are left out."""
    return {
        row.cycle_id: row.people
        for row in db.session.execute(
            select(Enrolment.cycle_id, func.count().label("people"))
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.left_at.is_(None), Person.suspended_at.is_(None))
            .group_by(Enrolment.cycle_id)
        )
    }


# --- for those who enrol ----------------------------------------------------------------------------------------------
def learners() -> Select[Person]:
    """Whom "everybody" and "the whole centre" mean: active people of the centres, by name. Staff are chosen by hand."""
    return (
        select(Person)
        .where(
            Person.suspended_at.is_(None),
            exists().where(
                PersonRole.person_id == Person.id, PersonRole.role.in_([Role.VOLUNTEER, Role.CENTRE_COORDINATOR])
            ),
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def _in_cycle(cycle: Cycle) -> ColumnElement[bool]:
    return and_(Enrolment.person_id == Person.id, Enrolment.cycle_id == cycle.id, Enrolment.left_at.is_(None))


def enrolment_by_centre(cycle: Cycle) -> Sequence[Any]:
    """For each centre, and None for people without one: how many people it has and how many are in the cycle."""
    people = learners().order_by(None).subquery()
    return db.session.execute(
        select(
            Centre.id,
            Centre.slug,
            Centre.name,
            Centre.name_en,
            func.count(people.c.id).label("people"),
            func.count(Enrolment.id).label("enrolled"),
        )
        .select_from(people)
        .outerjoin(Centre, Centre.id == people.c.centre_id)
        .outerjoin(
            Enrolment,
            and_(Enrolment.person_id == people.c.id, Enrolment.cycle_id == cycle.id, Enrolment.left_at.is_(None)),
        )
        .group_by(Centre.id)
        .order_by(Centre.id.is_(None), Centre.name)
    ).all()


def people_by_enrolment(cycle: Cycle, centre_id: int | None) -> Sequence[Any]:
    """The people of a centre (None: of no centre), by name, each with since when they are in the cycle, if they are.

    Staff of no centre who are no learners are listed too, so that they can be chosen by hand.
    """
    return db.session.execute(
        select(
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Person.position,
            Enrolment.enrolled_at,
        )
        .outerjoin(Enrolment, _in_cycle(cycle))
        .where(Person.suspended_at.is_(None), Person.centre_id == centre_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()
