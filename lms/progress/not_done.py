"""Those who have not done one module: what each of them has and has not, in words. One line a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from lms.display import day, number
from lms.progress.matrix import Column, Row
from lms.progress.models import How
from lms.progress.not_done_queries import Standing
from lms.progress.rules import Mark
from lms.spreadsheet import Cell

KINDS = ("live_session", "material", "package", "quiz")


@dataclass(frozen=True)
class Line:
    """``cells``: for each kind of activity the module asks for, its mark and words."""

    id: int
    name: str
    position: str
    centre: str
    cells: list[tuple[Mark | None, str]]
    last_seen: str
    reminded: str


def kinds_of(required: Sequence[Any]) -> list[str]:
    return [kind for kind in KINDS if any(one.type == kind for one in required)]


def heads(required: Sequence[Any]) -> list[str]:
    words = {"live_session": _("Session"), "material": _("Materials"), "package": _("Package"), "quiz": _("Quiz")}
    return [words[kind] for kind in kinds_of(required)]


def line(row: Row, centre: str, standing: Standing, column: Column, required: Sequence[Any], now: datetime) -> Line:
    return Line(
        id=row.id,
        name=row.name,
        position=row.position,
        centre=centre,
        cells=[
            _cell(kind, [one for one in required if one.type == kind], standing, column, now)
            for kind in kinds_of(required)
        ],
        last_seen=day(row.last_seen_at) if row.last_seen_at else _("never"),
        reminded=", ".join(day(at) for at in standing.reminded_at[-2:]) or "—",
    )  # fmt: skip


def export_line(one: Line) -> list[Cell]:
    return [one.centre, one.name, one.position, *(text for _mark, text in one.cells), one.last_seen, one.reminded]


def export_head(required: Sequence[Any]) -> list[Cell]:
    return [_("Centre"), _("Person"), _("Position"), *heads(required), _("Last signed in"), _("Reminded")]


def _cell(kind: str, asked: list[Any], standing: Standing, column: Column, now: datetime) -> tuple[Mark | None, str]:
    done = [one for one in asked if one.id in standing.how]
    if len(asked) > 1 or kind in {"material", "package"}:
        return None, _("%(done)s of %(all)s", done=len(done), all=len(asked))
    (activity,) = asked
    if standing.how.get(activity.id) is How.EXCUSED:
        return Mark.OFF, _("excused")
    if kind == "live_session":
        return None, _presence(standing.how.get(activity.id), activity.starts_at, now)
    due = next((one for one in column.required if one.activity_id == activity.id), None)
    late = Mark.LATE if due is not None and due.is_overdue(now) else None
    attempt = standing.attempts.get(activity.id)
    if done:
        return Mark.DONE, _("passed")
    if attempt is None:
        return late or Mark.NONE, _("not begun")
    if attempt.submitted_at is None:
        return late or Mark.NOW, _("attempt open")
    if attempt.percent is None:
        return Mark.WAIT, _("being checked")
    score, of = number(float(attempt.score or 0)), number(float(attempt.max_score or 0))
    return late or Mark.NOW, _("not passed: %(score)s of %(max)s", score=score, max=of)


def _presence(how: How | None, starts_at: datetime | None, now: datetime) -> str:
    if how is How.WATCHED:
        return _("by recording")
    if how is not None:
        return _("was present")
    return _("ahead") if starts_at and starts_at > now else _("was absent")
