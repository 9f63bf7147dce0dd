"""Questions as they are graded, keys and all, and answers with what they got: never for a page before the result."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select

from lms.extensions import db
from lms.quizzes.grading import Asked, Option
from lms.quizzes.models import Answer, Attempt, Choice, Question, QuestionEdition
from lms.quizzes.queries import Paper
from lms.quizzes.review import Graded


def asked(paper: Paper) -> list[Asked]:
    """The questions asked, keys and all, each with the points it is worth there."""
    return [replace(one, points=points) for one, points in paper.in_order(_asked(paper.is_asked))]


def _asked(which: ColumnElement[bool]) -> list[Asked]:
    """Those of a quiz before those of the bank, each in order."""
    rows = db.session.execute(
        select(
            Question.id, Question.kind, Question.text, Question.text_html, Question.points, Question.edition,
            Question.explanation, Question.settings,
        )
        .where(which)
        .order_by(Question.topic_id.is_not(None), Question.position, Question.id)
    ).all()  # fmt: skip
    options: dict[int, list[Option]] = {}
    for choice in db.session.execute(
        select(Choice.question_id, Choice.id, Choice.text, Choice.is_right, Choice.feedback, Choice.share)
        .where(Choice.question_id.in_(select(Question.id).where(which)))
        .order_by(Choice.question_id, Choice.position, Choice.id)
    ):
        options.setdefault(choice.question_id, []).append(Option(*choice[1:]))
    return [Asked(**row._mapping, options=tuple(options.get(row.id, ()))) for row in rows]


def asked_one(question_id: int) -> Asked:
    return _asked(Question.id == question_id)[0]


def asked_ever(quiz_id: int) -> list[Asked]:
    """Every question of the quiz, also those taken out since, and those of the bank that were drawn for somebody."""
    return [one for one in _asked(_was_asked(quiz_id)) if one.kind.asks]


def asked_lately(quiz_id: int) -> list[Asked]:
    """As ``asked_ever``, without those taken out of the quiz since."""
    stays = or_(Question.topic_id.is_not(None), Question.retired_at.is_(None))
    return [one for one in _asked(and_(_was_asked(quiz_id), stays)) if one.kind.asks]


def _was_asked(quiz_id: int) -> ColumnElement[bool]:
    answered = select(Answer.question_id).join(Attempt).where(Attempt.quiz_id == quiz_id)
    return or_(Question.quiz_id == quiz_id, and_(Question.topic_id.is_not(None), Question.id.in_(answered)))


def graded(paper: Paper) -> list[Graded]:
    """All questions of a submitted attempt in order, those changed or taken out since as they were then."""
    answers = {
        row.question_id: row
        for row in db.session.execute(
            select(
                Answer.question_id, Answer.given, Answer.points, Answer.out_of, Answer.edition, Answer.comment,
                Answer.criteria, QuestionEdition.asked,
            )
            .outerjoin(
                QuestionEdition,
                and_(QuestionEdition.question_id == Answer.question_id, QuestionEdition.edition == Answer.edition),
            )
            .where(Answer.attempt_id == paper.attempt_id, or_(Answer.points.is_not(None), Answer.out_of.is_not(None)))
        )
    }  # fmt: skip
    found = []
    questions = _asked(Question.id.in_(select(Answer.question_id).where(Answer.attempt_id == paper.attempt_id)))
    for now_asked, _ in paper.in_order(questions):
        row = answers.get(now_asked.id)
        if row is not None:
            then = Asked.from_json(row.asked) if row.asked else now_asked
            out_of = row.out_of if row.out_of is not None else Decimal(then.points)
            found.append(Graded(then, row.given, row.points, out_of, row.comment, tuple(row.criteria or ())))
    return found
