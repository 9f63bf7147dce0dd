"""What each person's attempts at a quiz come to, as the quiz says that they count: ``standing.py``, in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from lms.quizzes.models import Attempt, Quiz
from lms.quizzes.terms import Counts, Showing


def standings(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """For each person with a result in one of those quizzes: quiz_id, person_id, percent, passed (1 or 0), and ``at``,
    when the attempt that decided it was handed in."""
    tries = _numbered(which)
    alone = case(
        (tries.counts == Counts.FIRST, tries.from_first == 1), (tries.counts == Counts.LAST, tries.from_last == 1),
        else_=true(),
    )  # fmt: skip
    passed = func.max(case((tries.passed.is_(true()), 1), else_=0))
    averaged = func.sum(tries.percent) // func.count()
    averages = tries.counts == Counts.AVERAGE
    return (
        select(
            tries.quiz_id,
            tries.person_id,
            case((averages, averaged), else_=func.max(tries.percent)).label("percent"),
            case((averages, case((averaged >= tries.pass_mark, 1), else_=0)), else_=passed).label("passed"),
            case(
                (averages, func.max(tries.submitted_at)),
                else_=func.min(case((tries.passed.is_(true()), tries.submitted_at))),
            ).label("at"),
        )
        .where(alone)
        .group_by(tries.quiz_id, tries.person_id, tries.counts, tries.pass_mark)
    )


def _numbered(which: ColumnElement[bool]) -> Any:
    """The attempts with a result, each with its place from the first and from the last."""
    whose = (Attempt.quiz_id, Attempt.person_id)
    return (
        select(
            Attempt.quiz_id, Attempt.person_id, Attempt.percent, Attempt.passed, Attempt.submitted_at,
            Quiz.counts, Quiz.pass_mark,
            func.row_number().over(partition_by=whose, order_by=Attempt.number).label("from_first"),
            func.row_number().over(partition_by=whose, order_by=Attempt.number.desc()).label("from_last"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(which, Attempt.submitted_at.is_not(None), Attempt.passed.is_not(None))
        .subquery()
        .c
    )  # fmt: skip


def tells_at(now: Any) -> ColumnElement[bool]:
    """Quizzes of which somebody may know at that time whether it is passed: ``standing.is_held_back``, in SQL."""
    return or_(
        Quiz.show_results.not_in((Showing.AFTER_CLOSE, Showing.NEVER)), Quiz.closes_at.is_(None), Quiz.closes_at <= now
    )


def held_back_until(now: Any) -> ColumnElement[bool]:
    """Quizzes whose results were held back, and are no more."""
    return and_(Quiz.show_results.in_((Showing.AFTER_CLOSE, Showing.NEVER)), Quiz.closes_at <= now)
