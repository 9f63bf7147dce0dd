"""What trainers learn from the answers: shares of right ones, results by person, who passed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Text, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms import permissions as can
from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.centres.models import Centre
from lms.cycles.models import Module, standing
from lms.extensions import db
from lms.quizzes.items import FEWEST, Item, Sums, point_biserial
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.quizzes.queries import Columns
from lms.quizzes.standing_queries import standings
from lms.quizzes.terms import Counts

_AT_ONCE = 5000


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


def items(quiz_id: int) -> dict[int, Item]:
    """How each question works, by its id, from the same answers as ``shares``; essays only by their share."""
    full = Answer.points >= func.coalesce(Answer.out_of, Question.points)
    rest = cast(Attempt.score - Answer.points, Float)
    settled = Attempt.score.is_not(None)
    rows = db.session.execute(
        select(
            Answer.question_id,
            func.count().label("people"),
            func.sum(case((full, 1), else_=0)).label("right"),
            func.count(case((settled, 1))).label("settled"),
            func.sum(case((and_(settled, full), 1), else_=0)).label("settled_right"),
            func.coalesce(func.sum(case((settled, rest), else_=0.0)), 0.0).label("rest"),
            func.coalesce(func.sum(case((settled, rest * rest), else_=0.0)), 0.0).label("squares"),
            func.coalesce(func.sum(case((and_(settled, full), rest), else_=0.0)), 0.0).label("rest_of_right"),
        )
        .join(Attempt, Answer.attempt_id == Attempt.id)
        .join(Question, Answer.question_id == Question.id)
        .where(*_first_answers(quiz_id))
        .group_by(Answer.question_id)
    )
    found = rows.all()
    enough = any(row.people >= FEWEST for row in found)
    wrong = {id: max(counts) for id, counts in _wrong_counts(quiz_id).items()} if enough else {}
    return {
        row.question_id: Item(
            row.people,
            row.right,
            point_biserial(Sums(row.settled, row.settled_right, row.rest, row.squares, row.rest_of_right)),
            wrong.get(row.question_id, 0),
        )
        for row in found
    }


def _first_answers(quiz_id: int) -> tuple[ColumnElement[bool], ...]:
    """Everybody once, with the first attempt; answers to the question before it was last changed do not count."""
    return (
        Attempt.quiz_id == quiz_id,
        Attempt.number == 1,
        Attempt.submitted_at.is_not(None),
        Answer.points.is_not(None),
        or_(Answer.edition.is_(None), Answer.edition == Question.edition),
    )


_GIVEN = cast(Answer.given, Text)


def _wrong_counts(quiz_id: int) -> dict[int, list[int]]:
    """How often each wrong answer was given, by question; essays have none."""
    found: dict[int, list[int]] = {}
    for row in db.session.execute(
        select(Answer.question_id, func.count().label("times"))
        .join(Attempt, Answer.attempt_id == Attempt.id)
        .join(Question, Answer.question_id == Question.id)
        .where(
            *_first_answers(quiz_id), Answer.given.is_not(None), Question.kind != QuestionKind.ESSAY,
            Answer.points < func.coalesce(Answer.out_of, Question.points),
        )
        .group_by(Answer.question_id, _GIVEN)
    ):  # fmt: skip
        found.setdefault(row.question_id, []).append(row.times)
    return found


def given_to(quiz_id: int) -> dict[int, list[tuple[Any, int]]]:
    """What was given to each question, by its id: (given, how many gave it), the same answers as ``shares``."""
    found: dict[int, list[tuple[Any, int]]] = {}
    for row in db.session.execute(
        select(Answer.question_id, _GIVEN.label("given"), func.count().label("times"))
        .join(Attempt, Answer.attempt_id == Attempt.id)
        .join(Question, Answer.question_id == Question.id)
        .where(*_first_answers(quiz_id), Answer.given.is_not(None), Question.kind != QuestionKind.ESSAY)
        .group_by(Answer.question_id, _GIVEN)
    ):
        found.setdefault(row.question_id, []).append((json.loads(row.given), row.times))
    return found


def by_centre(quiz_id: int) -> Sequence[Columns]:
    """Each centre with people who handed in: names, how many, how many passed, the mean of the per cents that count."""
    counting = standings(Quiz.id == quiz_id).subquery()
    handed_in = select(Attempt.person_id).where(Attempt.quiz_id == quiz_id, Attempt.submitted_at.is_not(None))
    results = (
        select(Person.centre_id, counting.c.percent, func.coalesce(counting.c.passed, 0).label("passed"))
        .outerjoin(counting, counting.c.person_id == Person.id)
        .where(Person.id.in_(handed_in))
        .subquery()
    )
    return db.session.execute(
        select(
            Centre.id, Centre.name, Centre.name_en, func.count().label("people"),
            func.sum(results.c.passed).label("passed"), func.avg(results.c.percent).label("percent"),
        )
        .select_from(results)
        .outerjoin(Centre, Centre.id == results.c.centre_id)
        .group_by(Centre.id)
        .order_by(Centre.id.is_(None), Centre.name)
    ).all()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """What ``people`` who did both quizzes of a pair came to on average: per cent before, and after."""

    title: str
    title_en: str
    module_position: int | None
    people: int
    entry: float
    final: float

    @property
    def points(self) -> int:
        return round(self.final) - round(self.entry)


def growth(
    cycle_id: int, centre_id: int | None = None, *, between: tuple[datetime, datetime] | None = None
) -> list[Growth]:
    """From entry to final quiz, for each pair of the cycle in its order; a person counts who has a result in both.

    Of the entry quiz the first attempt is taken, of the final one what counts as the quiz says. ``centre_id`` looks at
    one centre only; ``between``, at those who handed the final quiz in from one instant until before another, as it
    stood then.
    """
    entry = aliased(Attempt)
    before, after, place = Quiz.__table__.alias("entry_quiz"), aliased(Quiz), Module.__table__.alias("place")
    final = standings(_handed_in(between)).subquery().c
    each = (
        select(
            after.id.label("final_id"), entry.person_id, entry.percent.label("entry"), final.percent.label("final")
        )
        .select_from(before)
        .join(after, after.id == before.c.pair_of_id)
        .join(entry, and_(entry.quiz_id == before.c.id, entry.number == 1, entry.percent.is_not(None)))
        .join(final.quiz_id.table, and_(final.quiz_id == after.id, final.person_id == entry.person_id))
        .join(Person, Person.id == entry.person_id)
        .where(*([Person.centre_id == centre_id] if centre_id is not None else []))
        .subquery()
    )  # fmt: skip
    rows = db.session.execute(
        select(
            Quiz.title, Quiz.title_en, place.c.position, func.count().label("people"),
            func.avg(each.c.entry).label("entry"), func.avg(each.c.final).label("final"),
        )
        .join(each, each.c.final_id == Quiz.id)
        .join(place, place.c.id == Quiz.module_id)
        .where(place.c.cycle_id == cycle_id)
        .group_by(Quiz.id, Quiz.title, Quiz.title_en, place.c.id, place.c.position)
        .order_by(place.c.position, Quiz.id)
    )  # fmt: skip
    return [
        Growth(row.title, row.title_en, row.position, row.people, float(row.entry), float(row.final)) for row in rows
    ]


def _handed_in(between: tuple[datetime, datetime] | None) -> ColumnElement[bool]:
    """The attempts at final quizzes that count; within a time those of people who handed one in then."""
    entry = Quiz.__table__.alias("pairs").c
    is_final = Attempt.quiz_id.in_(select(entry.pair_of_id).where(entry.pair_of_id.is_not(None)))
    if between is None:
        return is_final
    start, end = between
    then = aliased(Attempt)
    within = exists().where(
        then.quiz_id == Attempt.quiz_id, then.person_id == Attempt.person_id,
        then.submitted_at >= start, then.submitted_at < end,
    )  # fmt: skip
    return and_(is_final, Attempt.submitted_at < end, within)


def listed(cycle_id: int) -> Sequence[Columns]:
    """The quizzes of a cycle in its order, with how many people submitted each and how many of them passed."""
    people = (
        select(
            Attempt.quiz_id,
            func.count(Attempt.person_id.distinct()).label("submitted"),
        )
        .where(Attempt.submitted_at.is_not(None))
        .group_by(Attempt.quiz_id)
        .subquery()
    )
    counting = standings(Quiz.module_id.in_(select(Module.id).where(Module.cycle_id == cycle_id))).subquery().c
    passed = select(counting.quiz_id, func.sum(counting.passed).label("people")).group_by(counting.quiz_id).subquery()
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
            func.coalesce(passed.c.people, 0).label("passed"), Quiz.module_id,
        )
        .join(Module, Quiz.module_id == Module.id)
        .outerjoin(people, people.c.quiz_id == Quiz.id)
        .outerjoin(passed, passed.c.quiz_id == Quiz.id)
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
    """A row for each person with a submitted attempt: names, centre_id, attempts, percent and passed as they count,
    last_at.

    Trainers and the network's coordinators see everybody's, a centre's coordinator her own people's.
    """
    counting = standings(Quiz.id == quiz_id).subquery()
    rows: Select[*tuple[Any, ...]] = (
        select(
            Person.id, Person.family_name, Person.given_name, Person.patronymic, Person.centre_id,
            func.count().label("attempts"), func.max(counting.c.percent).label("percent"),
            func.coalesce(func.max(counting.c.passed), 0).label("passed"),
            func.max(Attempt.submitted_at).label("last_at"),
        )
        .join(Attempt, Attempt.person_id == Person.id)
        .outerjoin(counting, counting.c.person_id == Person.id)
        .where(Attempt.quiz_id == quiz_id, Attempt.submitted_at.is_not(None))
        .group_by(Person.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )  # fmt: skip
    if can.teach(viewer):
        return rows
    return rows.where(Person.id.in_(visible_people(viewer).with_only_columns(Person.id)))


def counting_attempts(quiz: Quiz) -> Sequence[Columns]:
    """Of everybody who handed in, by name, the attempt that counts as the quiz says, or the best one where the average
    does: its columns, the person's names, and ``percent`` and ``passed`` as they count."""
    counting = standings(Quiz.id == quiz.id).subquery().c
    has_result = case((Attempt.percent.is_not(None), 0), else_=1)
    order: dict[Counts, tuple[Any, ...]] = {
        Counts.FIRST: (has_result, Attempt.number),
        Counts.LAST: (has_result, Attempt.number.desc()),
    }
    best = (func.coalesce(Attempt.percent, -1).desc(), Attempt.number)
    place = func.row_number().over(partition_by=Attempt.person_id, order_by=order.get(quiz.counts, best))
    ranked = (
        select(Attempt.id, place.label("place"))
        .where(Attempt.quiz_id == quiz.id, Attempt.submitted_at.is_not(None))
        .subquery()
    )
    return db.session.execute(
        select(
            Attempt.id, Attempt.number, Attempt.submitted_at, counting.percent, (counting.passed == 1).label("passed"),
            Person.centre_id, Person.family_name, Person.given_name, Person.patronymic,
        )
        .join(ranked, ranked.c.id == Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(counting.person_id.table, counting.person_id == Attempt.person_id)
        .where(ranked.c.place == 1)
        .order_by(Person.family_name, Person.given_name, Person.id)
    ).all()  # fmt: skip


def given_in(attempt_ids: Sequence[int]) -> dict[tuple[int, int], Any]:
    """What was given, by attempt and question."""
    found = {}
    for start in range(0, len(attempt_ids), _AT_ONCE):
        some = attempt_ids[start : start + _AT_ONCE]
        for row in db.session.execute(
            select(Answer.attempt_id, Answer.question_id, Answer.given).where(Answer.attempt_id.in_(some))
        ):
            found[(row.attempt_id, row.question_id)] = row.given
    return found


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
