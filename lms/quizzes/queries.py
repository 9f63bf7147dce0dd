"""What is read of quizzes. Reads on learners' pages give rows of columns, and never a column that holds a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from lms.accounts.models import Person
from lms.cycles.models import Module, is_out
from lms.extensions import db
from lms.quizzes.giving import Given
from lms.quizzes.grading import Asked, Option
from lms.quizzes.headline import headline
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Answer, Attempt, Choice, Question, QuestionEdition, Quiz

Columns = Row[*tuple[Any, ...]]


# --- taking a quiz ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OnPage:
    """A question as a learner sees it before the result: nothing here tells the right answer.

    ``number`` counts from 1 in the quiz; ``choices`` are (id, text).
    """

    number: int
    id: int
    kind: QuestionKind
    headline: str
    rest: str
    points: int
    unit: str
    choices: Sequence[tuple[int, str]]
    given: Given = None
    # None where nothing was ever saved.
    saved_counter: int | None = None

    @property
    def counter(self) -> int:
        return self.saved_counter or 0

    @property
    def is_answered(self) -> bool:
        return self.given is not None

    @property
    def is_picked_once(self) -> bool:
        """Is it answered by radio buttons, of which none can be taken back?"""
        return self.kind in {QuestionKind.SINGLE, QuestionKind.TRUE_FALSE}


def attempts_of(person: Person) -> Select[Attempt]:
    """A person's own attempts. What one has begun stays one's own when the quiz is withdrawn or the cycle left; a guest
    from a letter reaches those of the letter's module."""
    attempts = select(Attempt).where(Attempt.person_id == person.id)
    if person.letter is None:
        return attempts
    return attempts.join(Quiz, Attempt.quiz_id == Quiz.id).where(
        Quiz.module_id.is_not(None), Quiz.module_id == person.letter.module_id
    )


def heading(attempts: Select[Attempt]) -> Select[*tuple[Any, ...]]:
    """Of those attempts, what stands at the head of a page: the attempt's, the quiz's and the module's columns."""
    own = attempts.with_only_columns(Attempt.id).scalar_subquery()
    return (
        select(
            Attempt.id, Attempt.quiz_id, Attempt.number, Attempt.saved_at, Attempt.submitted_at,
            Attempt.score, Attempt.max_score, Attempt.percent, Attempt.passed,
            Quiz.title, Quiz.title_en, Quiz.pass_mark, Quiz.attempts_allowed,
            func.coalesce(Quiz.due_at, Module.due_at).label("due_at"),
            Module.id.label("module_id"), Module.position.label("module_position"), Module.cycle_id,
        )
        .join(Quiz, Attempt.quiz_id == Quiz.id)
        .join(Module, Quiz.module_id == Module.id, isouter=True)
        .where(Attempt.id.in_(own))
    )  # fmt: skip


def questions_on_page(quiz_id: int, attempt_id: int | None = None) -> list[OnPage]:
    """The questions asked now, with what was given in that attempt; two statements."""
    rows = db.session.execute(
        select(
            Question.id, Question.kind, Question.text_html, Question.points,
            Question.settings["unit"].as_string().label("unit"), Answer.given, Answer.counter,
        )
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == attempt_id))
        .where(_is_asked(quiz_id))
        .order_by(Question.position, Question.id)
    ).all()  # fmt: skip
    choices: dict[int, list[tuple[int, str]]] = {}
    for choice in db.session.execute(
        select(Choice.question_id, Choice.id, Choice.text)
        .join(Question, Choice.question_id == Question.id)
        .where(_is_asked(quiz_id))
        .order_by(Choice.question_id, Choice.position, Choice.id)
    ):
        choices.setdefault(choice.question_id, []).append((choice.id, choice.text))
    return [
        OnPage(
            number, row.id, row.kind, *headline(row.text_html), row.points, row.unit or "",
            choices.get(row.id, []), row.given, row.counter,
        )
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip


def _is_asked(quiz_id: int) -> ColumnElement[bool]:
    return and_(Question.quiz_id == quiz_id, Question.retired_at.is_(None))


def question_to_answer(quiz_id: int, question_id: int, attempt_id: int) -> Sequence[Columns]:
    """One question of the quiz with what is stored of its answer: a row for each choice (one row where it has none)."""
    return db.session.execute(
        select(Question.kind, Choice.id.label("choice_id"), Answer.given, Answer.counter, Answer.saved_at)
        .outerjoin(Choice, Choice.question_id == Question.id)
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == attempt_id))
        .where(_is_asked(quiz_id), Question.id == question_id)
    ).all()


def answered_of(quiz_id: int, attempt_id: int) -> tuple[int, int]:
    """How many questions have an answer, and how many there are."""
    row = db.session.execute(
        select(func.count(Answer.given), func.count(Question.id))
        .select_from(Question)
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == attempt_id))
        .where(_is_asked(quiz_id))
    ).one()
    return row[0], row[1]


def outline(quiz_id: int) -> Columns:
    """How many questions are asked and what they are worth: questions, points."""
    points = func.coalesce(func.sum(Question.points), 0)
    return db.session.execute(
        select(func.count(Question.id).label("questions"), points.label("points")).where(_is_asked(quiz_id))
    ).one()


def tries(person: Person, quiz_id: int) -> Sequence[Columns]:
    """A person's attempts at the quiz, the first one first."""
    return db.session.execute(
        select(Attempt.id, Attempt.number, Attempt.submitted_at, Attempt.percent, Attempt.passed)
        .where(Attempt.person_id == person.id, Attempt.quiz_id == quiz_id)
        .order_by(Attempt.number)
    ).all()


# --- grading and results ----------------------------------------------------------------------------------------------
def asked(quiz_id: int) -> list[Asked]:
    """The questions asked now, keys and all."""
    return _asked(_is_asked(quiz_id))


def _asked(which: ColumnElement[bool]) -> list[Asked]:
    rows = db.session.execute(
        select(
            Question.id, Question.kind, Question.text, Question.text_html, Question.points, Question.edition,
            Question.explanation, Question.settings,
        )
        .where(which)
        .order_by(Question.position, Question.id)
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


Graded = tuple[Asked, Given, Decimal, Decimal]


def graded(attempt_id: int) -> list[Graded]:
    """All questions of a submitted attempt in order, those changed or taken out since as they were then, each with what
    was given, the points it got and those there were to get."""
    answers = {
        row.question_id: row
        for row in db.session.execute(
            select(
                Answer.question_id, Answer.given, Answer.points, Answer.out_of, Answer.edition, QuestionEdition.asked
            )
            .outerjoin(
                QuestionEdition,
                and_(QuestionEdition.question_id == Answer.question_id, QuestionEdition.edition == Answer.edition),
            )
            .where(Answer.attempt_id == attempt_id, Answer.points.is_not(None))
        )
    }
    found = []
    for now_asked in _asked(Question.id.in_(select(Answer.question_id).where(Answer.attempt_id == attempt_id))):
        row = answers.get(now_asked.id)
        if row is not None:
            then = Asked.from_json(row.asked) if row.asked else now_asked
            out_of = row.out_of if row.out_of is not None else Decimal(then.points)
            found.append((then, row.given, row.points, out_of))
    return found


def next_module(cycle_id: int | None, position: int | None) -> Columns | None:
    """The module that comes after that position in the cycle: id, position."""
    if cycle_id is None or position is None:
        return None
    return db.session.execute(
        select(Module.id, Module.position)
        .where(Module.cycle_id == cycle_id, Module.position > position, is_out(Module))
        .order_by(Module.position)
        .limit(1)
    ).first()
