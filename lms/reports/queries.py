"""Gathering the facts of a period. Eight statements, however many people and sessions there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select

from lms.accounts.models import Person, Role
from lms.accounts.queries import roles_of
from lms.centres.models import Centre
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
    """The latest first."""
    return select(SignedReport).order_by(SignedReport.signed_at.desc(), SignedReport.id.desc())


def gather(cycle: Cycle, period: Period, *, now: datetime) -> Report:
    """All facts of the cycle in that period, as far as it has gone. Sessions of no cycle count as well when they are
    visits or consultations: centres get those whatever is taught."""
    held = _held(cycle, period)
    presences = _presences([one.id for one in held], period)
    completed = _completed(cycle, period)
    certificates = _certificates(cycle, period)
    given = (*completed, *certificates)
    named = {one.person_id for one in presences} | {one.person_id for one in given}
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
        opinions=_opinions([one.id for one in held], period),
    )


def _held(cycle: Cycle, period: Period) -> list[Held]:
    """Published, not called off, and over within the period."""
    of_network = and_(_live.cycle_id.is_(None), _live.kind.in_(_OF_NO_CYCLE))
    rows = db.session.execute(
        select(
            _live.id, _live.kind, Activity.title, Activity.title_en, _live.starts_at, _live.zone, _live.place,
        )
        .join(Activity.__table__, Activity.__table__.c.id == _live.id)
        .where(
            or_(_live.cycle_id == cycle.id, of_network),
            is_out(Activity.__table__.c),
            _live.cancelled_at.is_(None),
            period.holds(_live.ends_at),
        )
        .order_by(_live.starts_at, _live.id)
    )  # fmt: skip
    return [Held(row.id, row.kind.value, *row[2:]) for row in rows]


def _presences(session_ids: list[int], period: Period) -> list[Presence]:
    """Who was there; and who watched the recording in the period without having been there."""
    live = db.session.execute(
        select(Attendance.live_session_id, Attendance.person_id).where(Attendance.live_session_id.in_(session_ids))
    ).all()
    there = {(row.live_session_id, row.person_id) for row in live}
    watched = db.session.execute(
        select(Completion.activity_id, Completion.person_id).where(
            Completion.activity_id.in_(session_ids), Completion.how == How.WATCHED, period.holds(Completion.at)
        )
    ).all()
    by_recording = {(row.activity_id, row.person_id) for row in watched} - there
    found = [Presence(*pair, is_live=True) for pair in there] + [
        Presence(*pair, is_live=False) for pair in by_recording
    ]
    return sorted(found, key=lambda one: (one.live_session_id, one.person_id))


def _completed(cycle: Cycle, period: Period) -> list[Given]:
    rows = db.session.execute(
        select(CycleCompletion.person_id, CycleCompletion.at)
        .where(CycleCompletion.cycle_id == cycle.id, period.holds(CycleCompletion.at))
        .order_by(CycleCompletion.at, CycleCompletion.person_id)
    )
    return [Given(row.person_id, period.day(row.at)) for row in rows]


def _certificates(cycle: Cycle, period: Period) -> list[Given]:
    """Those that are still good, each person once: a new edition after a change of name is no second one."""
    rows = db.session.scalars(
        select(Certificate)
        .where(
            Certificate.cycle_id == cycle.id,
            Certificate.replaced_at.is_(None),
            Certificate.revoked_at.is_(None),
            period.holds(Certificate.issued_at),
        )
        .order_by(Certificate.year, Certificate.serial)
    )
    return [Given(one.person_id, period.day(one.issued_at), one.number) for one in rows]


def _first_deeds(cycle: Cycle, held: list[Held], period: Period) -> dict[int, datetime]:
    """When each person first came or did something of the cycle in the period."""
    came = (
        select(Attendance.person_id, Attendance.at)
        .where(Attendance.live_session_id.in_([one.id for one in held]))
    )  # fmt: skip
    did = (
        select(Completion.person_id, Completion.at)
        .join(Activity, Activity.id == Completion.activity_id)
        .join(Module, Module.id == Activity.module_id)
        .where(Module.cycle_id == cycle.id, period.holds(Completion.at), Completion.how != How.EXCUSED)
    )
    deeds = came.union_all(did).subquery()
    rows = db.session.execute(select(deeds.c.person_id, func.min(deeds.c.at)).group_by(deeds.c.person_id))
    return {row[0]: row[1] for row in rows}


def _people(first: dict[int, datetime], named: set[int], period: Period) -> Iterable[Participant]:
    ids = set(first) | named
    roles = roles_of(ids)
    rows = db.session.execute(
        select(Person.id, Person.family_name, Person.given_name, Person.patronymic, Centre.name, Centre.name_en)
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(Person.id.in_(ids))
        .order_by(Centre.name, Person.family_name, Person.given_name, Person.id)
    )
    for row in rows:
        name = " ".join(part for part in (row.family_name, row.given_name, row.patronymic) if part)
        role = (roles.get(row.id) or [Role.VOLUNTEER])[0].value
        day = period.day(first[row.id]) if row.id in first else period.starts_on
        yield Participant(row.id, name, row.name or "", row.name_en or "", role, day)


def _opinions(session_ids: list[int], period: Period) -> Opinions:
    row = db.session.execute(
        select(
            func.count(), func.coalesce(func.sum(Feedback.useful), 0), func.coalesce(func.sum(Feedback.clear), 0)
        ).where(Feedback.live_session_id.in_(session_ids), period.holds(Feedback.given_at))
    ).one()
    return Opinions(*row)
