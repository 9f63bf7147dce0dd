"""Gathering the facts of a period. Seven statements, however many people and sessions there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, and_, false, func, null, or_, select, true
from sqlalchemy.orm import defer, joinedload

from lms.accounts.models import Person, PersonRole, Role
from lms.centres.models import Centre
from lms.certificates import numbers
from lms.certificates.models import Certificate
from lms.cycles.models import Activity, Cycle, Module, is_out
from lms.extensions import db
from lms.progress.models import Completion, CycleCompletion, How
from lms.quizzes.figure_queries import growth
from lms.reports.figures import Given, Grown, Held, Opinions, Participant, Presence, Report
from lms.reports.models import GrantPlan, SignedReport
from lms.sessions.models import Attendance, Feedback, LiveSession, LiveSessionKind

_live = LiveSession.__table__.c
_OF_NO_CYCLE = (LiveSessionKind.VISIT, LiveSessionKind.CONSULTATION)


class Period:
    """From the first moment of one day to the last of another, in the network's zone; ``now`` ends it earlier."""

    def __init__(self, starts_on: date, ends_on: date, zone: str, now: datetime) -> None:
        tz = ZoneInfo(zone)
        self.starts_on, self.ends_on, self.tz = starts_on, ends_on, tz
        self.start = datetime.combine(starts_on, time(), tz)
        self.end = min(datetime.combine(ends_on + timedelta(days=1), time(), tz), now)

    def holds(self, at: Any) -> Any:
        """Is the instant of that column within it?"""
        return and_(at >= self.start, at < self.end)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()


def plan_of(cycle: Cycle) -> GrantPlan:
    """What was promised; an empty plan, not stored, where nobody has written one."""
    return db.session.get(GrantPlan, cycle.id) or GrantPlan(cycle_id=cycle.id, contract="", planned={}, version=0)


def signed_reports() -> Select[SignedReport]:
    """The latest first, each with who signed it, without the thousands of names in it."""
    return (
        select(SignedReport)
        .options(defer(SignedReport.contents), joinedload(SignedReport.signed_by))
        .order_by(SignedReport.signed_at.desc(), SignedReport.id.desc())
    )


def gather(cycle: Cycle, period: Period, *, now: datetime) -> Report:
    """All facts of the cycle in that period, as far as it has gone. Sessions of no cycle count as well when they are
    visits or consultations: centres get those whatever is taught."""
    held, opinions = _held(cycle, period)
    presences = _presences([one.id for one in held], period)
    completed, certificates = _given(cycle, period)
    named = {one.person_id for one in presences} | {one.person_id for one in (*completed, *certificates)}
    plan = plan_of(cycle)
    return Report(
        cycle=cycle.title,
        cycle_en=cycle.title_en,
        contract=plan.contract,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        made_at=now,
        planned=plan.planned,
        held=tuple(held),
        people=tuple(_people(_first_deeds(cycle, held, period), named, period)),
        presences=tuple(presences),
        completed=tuple(completed),
        certificates=tuple(certificates),
        grown=tuple(
            Grown(one.title, one.title_en, one.people, round(one.entry), round(one.final))
            for one in growth(cycle.id, between=(period.start, period.end))
        ),
        opinions=opinions,
    )


def _held(cycle: Cycle, period: Period) -> tuple[list[Held], Opinions]:
    """Published, not called off, and over within the period; and what was said of them in it."""
    of_network = and_(_live.cycle_id.is_(None), _live.kind.in_(_OF_NO_CYCLE))
    said = (
        select(
            Feedback.live_session_id, func.count().label("people"), func.sum(Feedback.useful).label("useful"),
            func.sum(Feedback.clear).label("clear"),
        )
        .where(period.holds(Feedback.given_at))
        .group_by(Feedback.live_session_id)
        .subquery()
    )  # fmt: skip
    rows = db.session.execute(
        select(
            _live.id, _live.kind, Activity.title, Activity.title_en, _live.starts_at, _live.zone, _live.place,
            *(func.coalesce(said.c[name], 0) for name in ("people", "useful", "clear")),
        )
        .join(Activity.__table__, Activity.__table__.c.id == _live.id)
        .outerjoin(said, said.c.live_session_id == _live.id)
        .where(
            or_(_live.cycle_id == cycle.id, of_network),
            is_out(Activity.__table__.c),
            _live.cancelled_at.is_(None),
            period.holds(_live.ends_at),
        )
        .order_by(_live.starts_at, _live.id)
    ).all()  # fmt: skip
    people, useful, clear = (sum(row[at] for row in rows) for at in (-3, -2, -1))
    return [Held(row.id, row.kind.value, *row[2:-3]) for row in rows], Opinions(people, useful, clear)


def _presences(session_ids: list[int], period: Period) -> list[Presence]:
    """Who was there; and who watched the recording in the period without having been there."""
    live = select(Attendance.live_session_id, Attendance.person_id, true()).where(
        Attendance.live_session_id.in_(session_ids)
    )
    watched = select(Completion.activity_id, Completion.person_id, false()).where(
        Completion.activity_id.in_(session_ids), Completion.how == How.WATCHED, period.holds(Completion.at)
    )
    rows = [(row[0], row[1], bool(row[2])) for row in db.session.execute(live.union_all(watched))]
    there = {row[:2] for row in rows if row[2]}
    return [Presence(*row) for row in sorted(row for row in rows if row[2] or row[:2] not in there)]


def _given(cycle: Cycle, period: Period) -> tuple[list[Given], list[Given]]:
    """Who completed the cycle; and the certificates that are still good, each person once: a new edition after a change
    of name is no second one."""
    nothing = null().cast(Integer)
    completed = select(
        CycleCompletion.person_id, CycleCompletion.at.label("at"), nothing.label("year"), nothing.label("serial"),
        nothing.label("edition"),
    ).where(CycleCompletion.cycle_id == cycle.id, period.holds(CycleCompletion.at))  # fmt: skip
    certificates = select(
        Certificate.person_id, Certificate.issued_at, Certificate.year, Certificate.serial, Certificate.edition
    ).where(
        Certificate.cycle_id == cycle.id,
        Certificate.replaced_at.is_(None),
        Certificate.revoked_at.is_(None),
        period.holds(Certificate.issued_at),
    )
    rows = db.session.execute(completed.union_all(certificates).order_by("year", "serial", "at", "person_id")).all()
    return (
        [Given(row.person_id, period.day(row.at)) for row in rows if row.year is None],
        [
            Given(row.person_id, period.day(row.at), numbers.number(row.year, row.serial, row.edition))
            for row in rows
            if row.year is not None
        ],
    )


def _first_deeds(cycle: Cycle, held: list[Held], period: Period) -> dict[int, datetime]:
    """When each person first came or did something of the cycle in the period."""
    came = (
        select(Attendance.person_id, func.min(Attendance.at).label("at"))
        .where(Attendance.live_session_id.in_([one.id for one in held]))
        .group_by(Attendance.person_id)
    )  # fmt: skip
    of_cycle = select(Activity.id).join(Module, Module.id == Activity.module_id).where(Module.cycle_id == cycle.id)
    did = (
        select(Completion.person_id, func.min(Completion.at).label("at"))
        .where(Completion.activity_id.in_(of_cycle), period.holds(Completion.at), Completion.how != How.EXCUSED)
        .group_by(Completion.person_id)
    )
    deeds = came.union_all(did).subquery()
    rows = db.session.execute(select(deeds.c.person_id, func.min(deeds.c.at)).group_by(deeds.c.person_id))
    return {row[0]: row[1] for row in rows}


def _people(first: dict[int, datetime], named: set[int], period: Period) -> Iterable[Participant]:
    """By centre and name; each under her weightiest role."""
    ids = set(first) | named
    rows = db.session.execute(
        select(
            Person.id, Person.family_name, Person.given_name, Person.patronymic, Centre.name, Centre.name_en,
            PersonRole.role,
        )
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.id.in_(ids))
        .order_by(Centre.name, Person.family_name, Person.given_name, Person.id)
    )  # fmt: skip
    weights = list(Role)
    for _id, roles in groupby(rows, key=attrgetter("id")):
        row = max(roles, key=lambda one: weights.index(one.role) if one.role else -1)
        name = " ".join(part for part in (row.family_name, row.given_name, row.patronymic) if part)
        day = period.day(first[row.id]) if row.id in first else period.starts_on
        yield Participant(row.id, name, row.name or "", row.name_en or "", (row.role or Role.VOLUNTEER).value, day)
