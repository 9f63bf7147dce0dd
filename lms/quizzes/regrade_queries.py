"""The results that a corrected question may change."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import and_, select

from lms.extensions import db
from lms.quizzes import asked_queries
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.quizzes.regrading import Outlook, Settled, outlook


def outlooks(question: Question) -> dict[int, Outlook]:
    """By quiz (a question of the bank may have been drawn in several): what its present key changes in results."""
    asked = asked_queries.asked_one(question.id)
    found = {}
    for quiz_id, attempts in _settled(question).items():
        quiz = db.session.get_one(Quiz, quiz_id)
        found[quiz_id] = outlook(attempts, asked, pass_mark=quiz.pass_mark, penalty=quiz.penalty)
    return found


def _settled(question: Question) -> dict[int, list[Settled]]:
    """The attempts that have a result and in which the question was graded by another edition than it has now."""
    rows = db.session.execute(
        select(
            Attempt.id, Attempt.quiz_id, Attempt.person_id, Attempt.max_score, Attempt.percent, Attempt.passed,
            Answer.given, Answer.out_of,
        )
        .join(Answer, and_(Answer.attempt_id == Attempt.id, Answer.question_id == question.id))
        .where(
            Attempt.submitted_at.is_not(None), Attempt.percent.is_not(None), Answer.points.is_not(None),
            Answer.edition.is_(None) | (Answer.edition != question.edition),
        )
        .order_by(Attempt.id)
    ).all()  # fmt: skip
    points = _points([row.id for row in rows])
    found: dict[int, list[Settled]] = defaultdict(list)
    for row in rows:
        worth = row.out_of if row.out_of is not None else Decimal(question.points)
        found[row.quiz_id].append(
            Settled(
                row.id, row.person_id, points[row.id], row.max_score or Decimal(0), row.percent, bool(row.passed),
                row.given, worth,
            )
        )  # fmt: skip
    return found


_AT_ONCE = 5000


def _points(attempt_ids: list[int]) -> dict[int, dict[int, Decimal]]:
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for start in range(0, len(attempt_ids), _AT_ONCE):
        some = attempt_ids[start : start + _AT_ONCE]
        for row in db.session.execute(
            select(Answer.attempt_id, Answer.question_id, Answer.points).where(
                Answer.attempt_id.in_(some), Answer.points.is_not(None)
            )
        ):
            found[row.attempt_id][row.question_id] = row.points
    return found
