"""What needs a coordinator's attention this week: only what she may see, and only what she can do something about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from lms import permissions as can
from lms.accounts.models import Person, PersonRole, Role
from lms.accounts.queries import visible_people
from lms.certificates import queries as certificates
from lms.cycles.models import Activity, Cycle, is_out
from lms.extensions import db
from lms.progress.matrix_queries import matrix_of
from lms.quizzes import figure_queries
from lms.sessions.models import Invitation, LiveSession

SOON = timedelta(days=7)
_live = LiveSession.__table__.c
_activity = Activity.__table__.c


@dataclass(frozen=True)
class Confusing:
    """A quiz with so many questions that confuse."""

    quiz_id: int
    title: str
    title_en: str
    questions: int


@dataclass(frozen=True)
class Attention:
    """``behind``: how many people are late with a module; ``silent``: (id, title, title_en, starts_at, zone, silent,
    invited) of coming sessions that at least half have not answered; ``ready``: how many may get a certificate."""

    cycle: Cycle
    behind: int
    silent: Sequence[Any]
    confusing: Sequence[Confusing]
    ready: int

    @property
    def is_empty(self) -> bool:
        return not (self.behind or self.silent or self.confusing or self.ready)


def coordinators() -> Sequence[Person]:
    """Everybody who coordinates people and may come in."""
    roles = (Role.CENTRE_COORDINATOR, Role.COORDINATOR)
    has_role = select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    people = select(Person).where(Person.id.in_(has_role), Person.suspended_at.is_(None)).order_by(Person.id)
    return db.session.scalars(people).unique().all()


def confusing(cycle: Cycle) -> list[Confusing]:
    """Quizzes of the cycle in which questions confuse; one statement or two a quiz, so ask once for everybody."""
    found = []
    for quiz in figure_queries.listed(cycle.id):
        number = sum(item.confuses for item in figure_queries.items(quiz.id).values())
        if number:
            found.append(Confusing(quiz.id, quiz.title, quiz.title_en, number))
    return found


def attention_for(person: Person, cycle: Cycle, confusing: Sequence[Confusing], *, now: datetime) -> Attention:
    """Only the network's coordinators are told of quizzes: they can turn to the trainers."""
    earned = certificates.completed(person, cycle)
    return Attention(
        cycle=cycle,
        behind=matrix_of(person, cycle, now=now).late.bit_count(),
        silent=_silent(person, cycle, now),
        confusing=confusing if can.coordinate(person) else [],
        ready=len(set(earned) - certificates.holders(cycle)),
    )


def _silent(person: Person, cycle: Cycle, now: datetime) -> Sequence[Any]:
    silent, invited = func.sum(case((Invitation.answer.is_(None), 1), else_=0)), func.count()
    return db.session.execute(
        select(
            _live.id, _activity.title, _activity.title_en, _live.starts_at, _live.zone,
            silent.label("silent"), invited.label("invited"),
        )
        .join(Activity.__table__, _activity.id == _live.id)
        .join(Invitation, Invitation.live_session_id == _live.id)
        .where(
            _live.cycle_id == cycle.id, is_out(_activity), _live.cancelled_at.is_(None),
            _live.starts_at > now, _live.starts_at < now + SOON,
            Invitation.person_id.in_(visible_people(person).with_only_columns(Person.id).order_by(None)),
        )
        .group_by(_live.id, _activity.title, _activity.title_en, _live.starts_at, _live.zone)
        .having(2 * silent >= invited)
        .order_by(_live.starts_at, _live.id)
    ).all()  # fmt: skip
