"""Whom one may watch, and the facts behind the matrix: four statements, however many people and modules there are.

The matrix of a cycle is kept per process until anything in the database changes or the hour turns (lateness).
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    union_all,
)

from lms import permissions as can
from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, DueException, Enrolment, Module, Rule, State, is_out
from lms.cycles.queries import last_appearance
from lms.database import revision
from lms.extensions import db
from lms.materials.models import ReadingPosition
from lms.packages.models import Claim
from lms.progress.matrix import NOWHERE, Column, Group, Matrix, People, Row, people_named
from lms.progress.models import Completion, How
from lms.progress.remembered import Remembered
from lms.progress.rules import Required
from lms.quizzes.models import Attempt
from lms.sessions.models import Attendance, Audience, LiveSession

_activity, _session = Activity.__table__.c, LiveSession.__table__.c
_FEW = 500


def watched_people(person: Person) -> Select[Person]:
    """Whose progress a person may look at: who teaches or coordinates everybody's, others of those whom they see."""
    return select(Person) if can.teach(person) else visible_people(person)


def watched_cycles(person: Person) -> Select[Cycle]:
    """Cycles with somebody in them whose progress the person may look at, the newest first."""
    cycles = select(Cycle).order_by((Cycle.state == State.PUBLISHED).desc(), Cycle.starts_on.desc(), Cycle.id.desc())
    if can.teach(person):
        return cycles
    theirs = watched_people(person).with_only_columns(Person.id).order_by(None)
    return cycles.where(
        Cycle.state == State.PUBLISHED,
        Cycle.id.in_(select(Enrolment.cycle_id).where(Enrolment.left_at.is_(None), Enrolment.person_id.in_(theirs))),
    )


# --- the matrix, remembered -------------------------------------------------------------------------------------------
_remembered: Remembered[Matrix] = Remembered()


def matrix_of(person: Person, cycle: Cycle, *, now: datetime) -> Matrix:
    """The people of the cycle whom this person may watch × its published modules."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = (str(db.engine.url), revision(), cycle.id, scope_of(person), hour, last_appearance())
    return _remembered.get(key, lambda: _load(watched_people(person), cycle, now))


def scope_of(person: Person) -> str:
    """Whose progress somebody watches, as one word: who has the same word sees the same people."""
    return "all" if can.teach(person) else f"centre {person.centre_id}"


def fresh_matrix(cycle: Cycle, *, now: datetime) -> Matrix:
    """Everybody in the cycle × its published modules as this transaction has them, remembered by nobody."""
    return _load(select(Person), cycle, now)


def _load(people: Select[Person], cycle: Cycle, now: datetime) -> Matrix:
    rows, groups = _people(people, cycle)
    matrix = Matrix(rows, groups, _columns(cycle), now)
    ids = [one.activity_id for column in matrix.columns for one in column.required]
    place, size = {str(row.id): at for at, row in enumerate(rows)}, len(rows)
    _except(matrix, cycle)
    done: dict[int, People] = {}
    excused: dict[int, People] = {}
    waiting: dict[int, People] = {}
    for activity_id, all_ids, excused_ids, waiting_ids in db.session.execute(_done(ids)):
        for found, some in ((done, all_ids), (excused, excused_ids), (waiting, waiting_ids)):
            found[activity_id] = found.get(activity_id, 0) | people_named(some, place, size)
    matrix.judge(done, excused, waiting)
    return matrix


def _people(people: Select[Person], cycle: Cycle) -> tuple[list[Row], list[Group]]:
    """The people enrolled now, by centre (the mentor first) and name, and where each centre's rows begin and end."""
    found = list(
        db.session.execute(
            people.with_only_columns(
                Person.id,
                Person.family_name,
                Person.given_name,
                Person.position,
                Person.email,
                Person.last_seen_at,
                Centre.slug,
                Centre.name,
                Centre.name_en,
                Centre.is_mentor,
            )
            .join(Enrolment, Enrolment.person_id == Person.id)
            .outerjoin(Centre, Centre.id == Person.centre_id)
            .where(Enrolment.cycle_id == cycle.id, Enrolment.left_at.is_(None), Person.suspended_at.is_(None))
            .order_by(None)
        )
    )
    found.sort(key=_place_in_table)
    rows = [
        Row(one.id, f"{one.family_name} {one.given_name}".strip(), one.position, one.email, one.last_seen_at)
        for one in found
    ]
    groups = []
    start = 0
    for at, one in enumerate(found):
        if at + 1 == len(found) or found[at + 1].slug != one.slug:
            groups.append(Group(one.slug or NOWHERE, one.name or "", one.name_en or "", start, at + 1))
            start = at + 1
    return rows, groups


def _place_in_table(one: Any) -> tuple[Any, ...]:
    def alphabet(text: str | None) -> str:
        return (text or "").lower().replace("ё", "е")

    return (
        one.slug is None, not one.is_mentor, alphabet(one.name), one.slug or "",
        alphabet(one.family_name), alphabet(one.given_name), one.id,
    )  # fmt: skip


def _columns(cycle: Cycle) -> list[Column]:
    rows = db.session.execute(
        select(
            Module.id, Module.position, Module.title, Module.title_en, Module.short_title, Module.short_title_en,
            Module.due_at.label("module_due_at"), Module.needed,
            exists()
            .where(or_(DueException.module_id == Module.id, DueException.cycle_id == Module.cycle_id))
            .label("has_exceptions"),
            _activity.id.label("activity_id"), _activity.due_at,
        )
        .select_from(Module)
        .outerjoin(Activity.__table__, and_(_activity.module_id == Module.id, is_required()))
        .where(Module.cycle_id == cycle.id, is_out(Module))
        .order_by(Module.position, Module.id, _activity.position)
    )  # fmt: skip
    columns: dict[int, Column] = {}
    required: dict[int, list[Required]] = defaultdict(list)
    for row in rows:
        columns[row.id] = Column(
            row.id,
            row.position,
            row.title,
            row.title_en,
            row.short_title,
            row.short_title_en,
            row.module_due_at or cycle.due_at,
            (),
            row.needed,
            has_exceptions=row.has_exceptions,
        )
        if row.activity_id is not None:
            required[row.id].append(Required(row.activity_id, row.due_at or row.module_due_at or cycle.due_at))
    for column in columns.values():
        column.required = tuple(required[column.id])
    return list(columns.values())


def _except(matrix: Matrix, cycle: Cycle) -> None:
    """Give the columns the due times that are other ones for some centres and people."""
    if not any(column.has_exceptions for column in matrix.columns):
        return
    place = {row.id: at for at, row in enumerate(matrix.rows)}
    centres = {group.slug: group.people for group in matrix.groups}
    excepted: list[tuple[int | None, People, datetime]] = []
    for row in db.session.execute(
        select(DueException.module_id, DueException.person_id, DueException.due_at, Centre.slug)
        .outerjoin(Module, Module.id == DueException.module_id)
        .outerjoin(Centre, Centre.id == DueException.centre_id)
        .where(or_(Module.cycle_id == cycle.id, DueException.cycle_id == cycle.id))
        .order_by(DueException.person_id.is_not(None), DueException.module_id.is_not(None), DueException.id)
    ):
        people = centres.get(row.slug, 0) if row.slug else 1 << place[row.person_id] if row.person_id in place else 0
        excepted.append((row.module_id, people, row.due_at))
    for column in matrix.columns:
        column.exceptions = tuple((people, at) for module_id, people, at in excepted if module_id in {None, column.id})


def is_required() -> ColumnElement[bool]:
    """Is that row of the table of activities one that is asked of everybody in the cycle?"""
    not_asked = select(_session.id).where(or_(_session.cancelled_at.is_not(None), _session.audience != Audience.CYCLE))
    return and_(
        is_out(_activity),
        _activity.rule != Rule.OPTIONAL,
        _activity.id.not_in(not_asked.scalar_subquery()),
    )


def _ids(person_id: Any) -> Any:
    """The ids of a group, joined by commas: 90 texts arrive ten times sooner than 180,000 rows."""
    return func.aggregate_strings(cast(person_id, String), ",")


def _done(activity_ids: Collection[int]) -> CompoundSelect[Any]:
    """Of each activity the ids of who did it, who is excused, and whose attempt waits to be checked."""
    excused = case((Completion.how == How.EXCUSED, Completion.person_id))
    nobody = cast(null(), String)
    return union_all(
        select(Completion.activity_id, _ids(Completion.person_id), _ids(excused), nobody)
        .where(Completion.activity_id.in_(activity_ids))
        .group_by(Completion.activity_id),
        select(Attempt.quiz_id, nobody, nobody, _ids(Attempt.person_id))
        .where(Attempt.quiz_id.in_(activity_ids), Attempt.submitted_at.is_not(None), Attempt.percent.is_(None))
        .group_by(Attempt.quiz_id),
    )


def begun_by(matrix: Matrix, places: Collection[int]) -> dict[int, People]:
    """Who of those rows began which module: has an attempt, a reading position, an opened package, or was there.

    One statement. What they have *done* the matrix knows already; this is asked only for the rows that are shown.
    """
    ids = {one.activity_id: column.id for column in matrix.columns for one in column.required}
    if not ids or not places:
        return {}
    people = [matrix.rows[at].id for at in places] if len(places) <= _FEW else None
    statement = union_all(
        *(
            select(activity.label("activity_id"), _ids(person).label("people"))
            .where(activity.in_(list(ids)), *([person.in_(people)] if people else []))
            .group_by(activity)
            for activity, person in (
                (Attempt.quiz_id, Attempt.person_id),
                (ReadingPosition.material_id, ReadingPosition.person_id),
                (Claim.package_id, Claim.person_id),
                (Attendance.live_session_id, Attendance.person_id),
            )
        )
    )
    place, size = {str(row.id): at for at, row in enumerate(matrix.rows)}, len(matrix.rows)
    begun: dict[int, list[People]] = defaultdict(list)
    for activity_id, joined in db.session.execute(statement):
        begun[ids[activity_id]].append(people_named(joined, place, size))
    return {column_id: reduce(operator.or_, sets) for column_id, sets in begun.items()}
