"""What trainers learn from the answers: shares of right ones, results by person, who passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select, true

from lms import permissions as can
from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.cycles.models import Module, standing
from lms.extensions import db
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.quizzes.queries import Columns


@dataclass(frozen=True, slots=True)
class Share:
    """Of ``people`` who submitted a first attempt, ``right`` got all points of the question as it stands now."""

    people: int
    right: int

    @property
    def percent(self) -> int:
        return round(100 * self.right / self.people)


def shares(quiz_id: int) -> dict[int, Share]:
    """How many answered each question right, by question id. Everybody counts once, with the first attempt; answers to
    the question before it was last changed do not count."""
    rows = db.session.execute(
        select(
            Answer.question_id,
            func.count().label("people"),
            func.sum(case((Answer.points >= func.coalesce(Answer.out_of, Question.points), 1), else_=0)).label("right"),
        )
        .join(Attempt, Answer.attempt_id == Attempt.id)
        .join(Question, Answer.question_id == Question.id)
        .where(
            Attempt.quiz_id == quiz_id, Attempt.number == 1, Attempt.submitted_at.is_not(None),
            Answer.points.is_not(None), or_(Answer.edition.is_(None), Answer.edition == Question.edition),
        )
        .group_by(Answer.question_id)
    )  # fmt: skip
    return {row.question_id: Share(row.people, row.right) for row in rows}


def listed(cycle_id: int) -> Sequence[Columns]:
    """The quizzes of a cycle in its order, with how many people submitted each and how many of them passed."""
    people = (
        select(
            Attempt.quiz_id,
            func.count(Attempt.person_id.distinct()).label("submitted"),
            func.count(case((Attempt.passed.is_(true()), Attempt.person_id)).distinct()).label("passed"),
        )
        .where(Attempt.submitted_at.is_not(None))
        .group_by(Attempt.quiz_id)
        .subquery()
    )
    questions = (
        select(Question.quiz_id, func.count().label("count"), func.sum(Question.points).label("points"))
        .where(Question.retired_at.is_(None))
        .group_by(Question.quiz_id)
        .subquery()
    )
    return db.session.execute(
        select(
            Quiz.id, Quiz.title, Quiz.title_en, standing(Quiz).label("state"), Quiz.pass_mark,
            func.coalesce(questions.c.count, 0).label("questions"),
            func.coalesce(questions.c.points, 0).label("points"),
            func.coalesce(people.c.submitted, 0).label("submitted"),
            func.coalesce(people.c.passed, 0).label("passed"), Quiz.module_id,
        )
        .join(Module, Quiz.module_id == Module.id)
        .outerjoin(people, people.c.quiz_id == Quiz.id)
        .outerjoin(questions, questions.c.quiz_id == Quiz.id)
        .where(Module.cycle_id == cycle_id)
        .order_by(Module.position, Quiz.position, Quiz.id)
    ).all()  # fmt: skip


def modules_of(cycle_id: int) -> Sequence[Columns]:
    return db.session.execute(
        select(Module.id, Module.position, Module.title, Module.title_en)
        .where(Module.cycle_id == cycle_id)
        .order_by(Module.position)
    ).all()


def results(quiz_id: int, viewer: Person) -> Select[*tuple[Any, ...]]:
    """A row for each person with a submitted attempt: names, centre_id, attempts, best percent, passed, last_at.

    Trainers and the network's coordinators see everybody's, a centre's coordinator her own people's.
    """
    rows: Select[*tuple[Any, ...]] = (
        select(
            Person.id, Person.family_name, Person.given_name, Person.patronymic, Person.centre_id,
            func.count().label("attempts"), func.max(Attempt.percent).label("best"),
            func.max(case((Attempt.passed.is_(true()), 1), else_=0)).label("passed"),
            func.max(Attempt.submitted_at).label("last_at"),
        )
        .join(Attempt, Attempt.person_id == Person.id)
        .where(Attempt.quiz_id == quiz_id, Attempt.submitted_at.is_not(None))
        .group_by(Person.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )  # fmt: skip
    if can.teach(viewer):
        return rows
    return rows.where(Person.id.in_(visible_people(viewer).with_only_columns(Person.id)))


def answers_to(question_id: int) -> Columns:
    """How many people have answered the question: ``all``, and ``submitted`` of them."""
    return db.session.execute(
        select(
            func.count(Attempt.person_id.distinct()).label("all"),
            func.count(case((Attempt.submitted_at.is_not(None), Attempt.person_id)).distinct()).label("submitted"),
        )
        .select_from(Answer)
        .join(Attempt, Answer.attempt_id == Attempt.id)
        .where(Answer.question_id == question_id)
    ).one()
