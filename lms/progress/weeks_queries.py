"""Counting by week what people of a cycle did. Two statements, however many people, weeks and sessions.

What was counted is kept per process until anything in the database changes or the minute turns.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, select, union_all

from lms import permissions as can
from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Enrolment, Module, is_out
from lms.database import UTCDateTime, revision
from lms.extensions import db
from lms.progress.matrix_queries import scope_of, watched_people
from lms.progress.models import Completion, How
from lms.progress.remembered import Remembered
from lms.progress.weeks import Seen, Week, beginnings, mondays
from lms.quizzes.models import Attempt
from lms.sessions.models import Attendance, Audience, LiveSession

_activity, _session = Activity.__table__.c, LiveSession.__table__.c
_remembered: Remembered[tuple[list[Week], list[Seen]]] = Remembered()
# Is that person one of those who are counted?
Among = Callable[[Any], ColumnElement[bool]]


def overview(
    viewer: Person, cycle: Cycle, centre: Centre | None, *, zone: str, now: datetime
) -> tuple[list[Week], list[Seen]]:
    """The weeks of the cycle and its sessions, of those whom the viewer may watch."""
    minute = now.replace(second=0, microsecond=0)
    key = (
        str(db.engine.url), revision(), cycle.id, scope_of(viewer), centre.id if centre else None, zone, minute,
    )  # fmt: skip
    among = people_in(viewer, cycle, centre)
    return _remembered.get(
        key,
        lambda: (
            weeks(cycle, among, mondays(cycle.starts_on, zone, now), zone),
            sessions_seen(cycle, among, now),
        ),
    )


def people_in(viewer: Person, cycle: Cycle, centre: Centre | None = None) -> Among:
    """Those in the cycle whom the viewer may watch, of that centre or of all; who left counts as well."""
    people = (
        watched_people(viewer)
        .with_only_columns(Person.id)
        .order_by(None)
        .where(Person.id.in_(select(Enrolment.person_id).where(Enrolment.cycle_id == cycle.id)))
    )
    if centre is not None or not can.teach(viewer):
        few = people.where(Person.centre_id == centre.id) if centre else people
        return lambda person_id: person_id.in_(few)
    # Nearly everybody: with «+ 0» SQLite looks at what was done once, and not for every activity × person in an index.
    return lambda person_id: (person_id + 0).in_(people)


def weeks(cycle: Cycle, among: Among, mondays: list[date], zone: str) -> list[Week]:
    """Completions, and people who completed something, handed in a quiz or came to a session, in each week."""
    starts = beginnings(mondays, zone)
    in_cycle = select(_activity.id).join(Module.__table__, Module.id == _activity.module_id).where(
        Module.cycle_id == cycle.id
    )  # fmt: skip
    held = select(LiveSession.id).where(LiveSession.cycle_id == cycle.id)
    deeds = union_all(
        _deeds(Completion.at, Completion.person_id, starts, 1).where(
            Completion.activity_id.in_(in_cycle), Completion.how != How.EXCUSED, among(Completion.person_id)
        ),
        _deeds(Attempt.submitted_at, Attempt.person_id, starts, 0).where(
            Attempt.quiz_id.in_(in_cycle), among(Attempt.person_id)
        ),
        _deeds(Attendance.at, Attendance.person_id, starts, 0).where(
            Attendance.live_session_id.in_(held), among(Attendance.person_id)
        ),
    ).subquery()
    rows = db.session.execute(
        select(deeds.c.week, func.sum(deeds.c.done), func.count(deeds.c.person_id.distinct())).group_by(deeds.c.week)
    )
    counted = {week: (done, number) for week, done, number in rows}
    return [Week(monday, *counted.get(place, (0, 0))) for place, monday in enumerate(mondays)]


def _deeds(at: Any, person_id: Any, starts: list[datetime], done: int) -> Select[Any]:
    """Since the first week: in which one (from 0), whose, and whether it counts as a completion."""
    return select(
        _week_of(at, starts, 0, len(starts)).label("week"),
        person_id.label("person_id"),
        literal(done, Integer).label("done"),
    ).where(at >= starts[0])


def _week_of(at: Any, starts: list[datetime], first: int, end: int) -> ColumnElement[int]:
    """Which of those weeks it is, by halves: each deed is compared with four days, and not with thirteen.

    The days stand in the statement itself: SQLite would look anew at a parameter for every row whether it is a number.
    """
    if end - first == 1:
        return literal(first, Integer)
    middle = (first + end) // 2
    is_later = at >= literal(starts[middle], UTCDateTime, literal_execute=True)
    return case((is_later, _week_of(at, starts, middle, end)), else_=_week_of(at, starts, first, middle))


def sessions_seen(cycle: Cycle, among: Among, now: datetime) -> list[Seen]:
    """The sessions of the cycle that were held for all of it, the earliest first."""
    held = select(_session.id).where(_session.cycle_id == cycle.id)
    there = select(
        Attendance.live_session_id.label("id"), literal(1, Integer).label("there")
    ).where(Attendance.live_session_id.in_(held), among(Attendance.person_id))  # fmt: skip
    was_there = and_(Attendance.live_session_id == Completion.activity_id, Attendance.person_id == Completion.person_id)
    watched = (
        select(Completion.activity_id.label("id"), literal(0, Integer).label("there"))
        .outerjoin(Attendance, was_there)
        .where(
            Completion.activity_id.in_(held), Completion.how == How.WATCHED, Attendance.id.is_(None),
            among(Completion.person_id),
        )
    )  # fmt: skip
    counted = union_all(there, watched).subquery()
    seen = (
        select(counted.c.id, func.sum(counted.c.there).label("there"), func.count().label("all"))
        .group_by(counted.c.id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            _session.id, _activity.title, _activity.title_en, _session.starts_at,
            _session.zone, func.coalesce(seen.c.there, 0), func.coalesce(seen.c.all - seen.c.there, 0),
        )
        .select_from(LiveSession.__table__)
        .join(Activity.__table__, _activity.id == _session.id)
        .outerjoin(seen, seen.c.id == _activity.id)
        .where(
            _session.cycle_id == cycle.id, _session.audience == Audience.CYCLE, is_out(_activity),
            _session.cancelled_at.is_(None), _session.ends_at <= now,
        )
        .order_by(_session.starts_at, _session.id)
    )  # fmt: skip
    return [Seen(*row) for row in rows]
