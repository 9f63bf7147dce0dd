"""One centre in one cycle: how its people stand, and the sessions they were asked to. Never a word of another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, is_out
from lms.extensions import db
from lms.progress.matrix import Column, Group, Matrix, Row, places
from lms.sessions import queries as sessions
from lms.sessions.models import AnswerWord, Attendance, Invitation, LiveSession, LiveSessionKind, live_session_centre

_live, _activity = LiveSession.__table__.c, Activity.__table__.c


@dataclass(frozen=True)
class Member:
    """Somebody of the centre: how many modules are done, and with which she is late."""

    row: Row
    done: int
    late: list[Column]


@dataclass(frozen=True)
class OfModule:
    """How many of the centre's people have done a module, and how many are late with it."""

    column: Column
    done: int
    late: int


def members(matrix: Matrix, group: Group) -> list[Member]:
    totals = matrix.totals(group)
    return [
        Member(
            matrix.rows[place], totals[place - group.start], [one for one in matrix.columns if one.late >> place & 1]
        )
        for place in places(group.people, group)
    ]


def modules(matrix: Matrix, group: Group) -> list[OfModule]:
    return [
        OfModule(one, (one.settled & group.people).bit_count(), (one.late & group.people).bit_count())
        for one in matrix.columns
    ]


def sessions_of(viewer: Person, centre: Centre, cycle: Cycle) -> Sequence[Any]:
    """The sessions of the cycle and the visits to the centre, the earliest first, as far as the viewer sees them: with
    how many of the centre's people are invited, say they come, have not answered, and were there."""
    asked, came = Invitation.__table__.c, Attendance.__table__.c
    person, guest = Person.__table__.alias("asked_person").c, Person.__table__.alias("came_person").c
    invited = (
        select(
            asked.live_session_id.label("id"),
            func.count().label("invited"),
            func.sum(case((asked.answer == AnswerWord.YES, 1), else_=0)).label("yes"),
            func.sum(case((asked.answer.is_(None), 1), else_=0)).label("silent"),
        )
        .join(person.id.table, and_(person.id == asked.person_id, person.centre_id == centre.id))
        .group_by(asked.live_session_id)
        .subquery()
        .c
    )
    there = (
        select(came.live_session_id.label("id"), func.count().label("there"))
        .join(guest.id.table, and_(guest.id == came.person_id, guest.centre_id == centre.id))
        .group_by(came.live_session_id)
        .subquery()
        .c
    )
    to_centre = exists().where(
        live_session_centre.c.live_session_id == _live.id, live_session_centre.c.centre_id == centre.id
    )
    return db.session.execute(
        select(
            _live.id, _live.kind, _activity.title, _activity.title_en, _live.starts_at, _live.ends_at, _live.zone,
            func.coalesce(invited.invited, 0).label("invited"), func.coalesce(invited.yes, 0).label("yes"),
            func.coalesce(invited.silent, 0).label("silent"), func.coalesce(there.there, 0).label("there"),
        )
        .select_from(LiveSession.__table__)
        .join(Activity.__table__, _activity.id == _live.id)
        .outerjoin(invited.id.table, invited.id == _live.id)
        .outerjoin(there.id.table, there.id == _live.id)
        .where(
            _live.id.in_(sessions.visible_to(viewer).with_only_columns(LiveSession.id).correlate(None)),
            is_out(_activity), _live.cancelled_at.is_(None),
            or_(_live.cycle_id == cycle.id, and_(_live.kind == LiveSessionKind.VISIT, to_centre)),
            or_(invited.invited > 0, there.there > 0, to_centre),
        )
        .order_by(_live.starts_at, _live.id)
    ).all()  # fmt: skip


def split(rows: Sequence[Any], now: datetime) -> tuple[list[Any], list[Any]]:
    """Those still to come, and those that were held, the latest first."""
    return [one for one in rows if one.ends_at > now], [one for one in reversed(rows) if one.ends_at <= now]
