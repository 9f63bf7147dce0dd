"""Essays that wait for somebody to check them, and those checked lately."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.cycles.models import Module
from lms.extensions import db
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.quizzes.queries import Columns

MOST_SHOWN = 200
LATELY = 20


def _waits() -> ColumnElement[bool]:
    return and_(
        Question.kind == QuestionKind.ESSAY,
        Answer.points.is_(None),
        Answer.given.is_not(None),
        Attempt.submitted_at.is_not(None),
    )


def count_waiting() -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Question)
            .join(Answer, Answer.question_id == Question.id)
            .join(Attempt, Attempt.id == Answer.attempt_id)
            .where(_waits())
        )
        or 0
    )


def _rows() -> Select[*tuple[Any, ...]]:
    checker = aliased(Person)
    return (
        select(
            Answer.attempt_id, Answer.question_id, Answer.checked_at, Answer.points, Answer.out_of, Question.text_html,
            Attempt.submitted_at, Quiz.title, Quiz.title_en, Module.position.label("module_position"),
            Person.family_name, Person.given_name, checker.family_name.label("by_family_name"),
            checker.given_name.label("by_given_name"),
        )
        .select_from(Answer)
        .join(Question, Question.id == Answer.question_id)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Module, Module.id == Quiz.module_id)
        .outerjoin(checker, checker.id == Answer.checked_by_id)
    )  # fmt: skip


def waiting() -> Sequence[Columns]:
    """Who has waited longest comes first."""
    rows = _rows().where(_waits()).order_by(Attempt.submitted_at, Answer.attempt_id, Answer.question_id)
    return db.session.execute(rows.limit(MOST_SHOWN)).all()


def checked_lately() -> Sequence[Columns]:
    rows = _rows().where(Answer.checked_at.is_not(None)).order_by(Answer.checked_at.desc(), Answer.attempt_id)
    return db.session.execute(rows.limit(LATELY)).all()


def essay(attempt_id: int, question_id: int) -> Select[Answer]:
    """One handed-in answer to an essay question."""
    return (
        select(Answer)
        .join(Question, Question.id == Answer.question_id)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .where(
            Answer.attempt_id == attempt_id,
            Answer.question_id == question_id,
            Question.kind == QuestionKind.ESSAY,
            Attempt.submitted_at.is_not(None),
        )
    )
