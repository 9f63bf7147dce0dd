"""Who has not done one module: what each of them has of it, and when they were reminded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.cycles.models import Activity
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.matrix import Column
from lms.progress.models import Completion, How
from lms.quizzes.models import Attempt
from lms.sessions.models import LiveSession

_activity, _session = Activity.__table__.c, LiveSession.__table__.c


@dataclass(frozen=True)
class Standing:
    """How one person stands to one module: what is done and how, the last attempts, the reminders."""

    how: Mapping[int, How]
    attempts: Mapping[int, Any]
    reminded_at: tuple[datetime, ...]


def required_of(column: Column) -> list[Any]:
    """The required activities of a module in order: rows of id, type, title, title_en, starts_at."""
    return list(
        db.session.execute(
            select(
                _activity.id, _activity.type, _activity.title,
                _activity.title_en, _session.starts_at,
            )
            .select_from(Activity.__table__.outerjoin(LiveSession.__table__, _session.id == _activity.id))
            .where(_activity.id.in_([one.activity_id for one in column.required]))
            .order_by(_activity.position, _activity.id)
        )
    )  # fmt: skip


def standings(column: Column, person_ids: Collection[int]) -> dict[int, Standing]:
    """How those people stand to a module. Three statements."""
    activities = [one.activity_id for one in column.required]
    how: dict[int, dict[int, How]] = defaultdict(dict)
    for person_id, activity_id, one_how in db.session.execute(
        select(Completion.person_id, Completion.activity_id, Completion.how).where(
            Completion.activity_id.in_(activities), Completion.person_id.in_(person_ids)
        )
    ):
        how[person_id][activity_id] = one_how
    attempts: dict[int, dict[int, Any]] = defaultdict(dict)
    for attempt in db.session.execute(
        select(
            Attempt.person_id, Attempt.quiz_id, Attempt.submitted_at, Attempt.score, Attempt.max_score, Attempt.percent
        )
        .where(Attempt.quiz_id.in_(activities), Attempt.person_id.in_(person_ids))
        .order_by(Attempt.number)
    ):
        attempts[attempt.person_id][attempt.quiz_id] = attempt
    reminded = reminders_about(column.id)
    return {one: Standing(how[one], attempts[one], tuple(reminded.get(one, ()))) for one in person_ids}


def reminder_key(module_id: int, person_id: int, now: datetime) -> str:
    """One letter a week (ISO 8601) about one module to one person."""
    year, week, _day = now.isocalendar()
    return f"progress-remind:{module_id}:{person_id}:{year}-W{week:02}"


def reminders_about(module_id: int) -> dict[int, list[datetime]]:
    """When each person was reminded of that module."""
    prefix = f"progress-remind:{module_id}:"
    found: dict[int, list[datetime]] = defaultdict(list)
    for person_id, at in db.session.execute(
        select(Letter.person_id, Letter.created_at)
        .where(Letter.key.startswith(prefix, autoescape=True), Letter.person_id.is_not(None))
        .order_by(Letter.created_at)
    ):
        found[person_id or 0].append(at)
    return found
