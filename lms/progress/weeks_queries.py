"""Counting by week what people of a cycle did. Three statements, however many people, weeks and sessions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, select, union_all

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Enrolment, Module, is_out
from lms.extensions import db
from lms.progress.matrix_queries import watched_people
from lms.progress.models import Completion, How
from lms.progress.weeks import Seen, Week, beginnings
from lms.quizzes.models import Attempt
from lms.sessions.models import Attendance, Audience, LiveSession

_activity, _session = Activity.__table__.c, LiveSession.__table__.c


def people_in(viewer: Person, cycle: Cycle, centre: Centre | None = None) -> Select[Any]:
    """The ids of those in the cycle whom the viewer may watch, of that centre or of all; who left counts as well."""
    people = (
        watched_people(viewer)
        .with_only_columns(Person.id)
        .order_by(None)
        .where(Person.id.in_(select(Enrolment.person_id).where(Enrolment.cycle_id == cycle.id)))
    )
    return people.where(Person.centre_id == centre.id) if centre else people


def weeks(cycle: Cycle, people: Select[Any], mondays: list[date], zone: str) -> list[Week]:
    """Completions, and people who completed something, handed in a quiz or came to a session, in each week."""
    starts = beginnings(mondays, zone)
    in_cycle = select(_activity.id).join(Module.__table__, Module.id == _activity.module_id).where(
        Module.cycle_id == cycle.id
    )  # fmt: skip
    held = select(LiveSession.id).where(LiveSession.cycle_id == cycle.id)
    deeds = union_all(
        _deeds(Completion.at, Completion.person_id, starts, 1).where(
            Completion.activity_id.in_(in_cycle), Completion.how != How.EXCUSED, Completion.person_id.in_(people)
        ),
        _deeds(Attempt.submitted_at, Attempt.person_id, starts, 0).where(
            Attempt.quiz_id.in_(in_cycle), Attempt.person_id.in_(people)
        ),
        _deeds(Attendance.at, Attendance.person_id, starts, 0).where(
            Attendance.live_session_id.in_(held), Attendance.person_id.in_(people)
        ),
    ).subquery()
    rows = db.session.execute(
        select(deeds.c.week, func.sum(deeds.c.done), func.count(deeds.c.person_id.distinct())).group_by(deeds.c.week)
    )
    counted = {week: (done, number) for week, done, number in rows}
    return [Week(monday, *counted.get(place, (0, 0))) for place, monday in enumerate(mondays)]


def _deeds(at: Any, person_id: Any, starts: list[datetime], done: int) -> Select[Any]:
    """Since the first week: in which one (from 0), whose, and whether it counts as a completion."""
    week: ColumnElement[int] = case(
        *((at >= start, literal(place, Integer)) for place, start in reversed(list(enumerate(starts)))), else_=None
    )
    return select(week.label("week"), person_id.label("person_id"), literal(done, Integer).label("done")).where(
        at >= starts[0]
    )


def sessions_seen(cycle: Cycle, people: Select[Any], now: datetime) -> list[Seen]:
    """The sessions of the cycle that were held for all of it, the earliest first."""
    there = (
        select(Attendance.live_session_id.label("id"), Attendance.person_id, literal(1, Integer).label("there"))
        .where(Attendance.person_id.in_(people))
    )  # fmt: skip
    was_there = and_(Attendance.live_session_id == Completion.activity_id, Attendance.person_id == Completion.person_id)
    watched = (
        select(Completion.activity_id.label("id"), Completion.person_id, literal(0, Integer).label("there"))
        .outerjoin(Attendance, was_there)
        .where(Completion.how == How.WATCHED, Attendance.id.is_(None), Completion.person_id.in_(people))
    )
    seen = union_all(there, watched).subquery()
    rows = db.session.execute(
        select(
            _session.id, _activity.title, _activity.title_en, _session.starts_at,
            _session.zone, func.coalesce(func.sum(seen.c.there), 0),
            func.coalesce(func.sum(1 - seen.c.there), 0),
        )
        .select_from(LiveSession.__table__)
        .join(Activity.__table__, _activity.id == _session.id)
        .outerjoin(seen, seen.c.id == _activity.id)
        .where(
            _session.cycle_id == cycle.id, _session.audience == Audience.CYCLE, is_out(_activity),
            _session.cancelled_at.is_(None), _session.ends_at <= now,
        )
        .group_by(
            _session.id, _activity.title, _activity.title_en, _session.starts_at,
            _session.zone,
        )
        .order_by(_session.starts_at, _session.id)
    )  # fmt: skip
    return [Seen(*row) for row in rows]
