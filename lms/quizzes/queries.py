"""What is read of quizzes. Reads on learners' pages give what is offered, and never anything that holds a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from lms.accounts.models import Person
from lms.cycles.models import Module, is_out
from lms.extensions import db
from lms.materials.models import StoredFile
from lms.materials.queries import shown_all
from lms.quizzes.giving import Given
from lms.quizzes.headline import headline
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import (
    Answer,
    Attempt,
    Choice,
    ExtraTime,
    Question,
    Quiz,
    QuizDraw,
    question_file,
)
from lms.quizzes.offering import Offered, offer
from lms.quizzes.standing import time_is_up
from lms.quizzes.wording import inline_html, pieces, plain, shows_picture

Columns = Row[*tuple[Any, ...]]
Asking = TypeVar("Asking", bound=Any)


# --- taking a quiz ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Paper:
    """Which questions are asked, and how they are shuffled: as ``models.Attempt`` keeps it, or a quiz as it stands."""

    quiz_id: int
    attempt_id: int | None = None
    dealt: Sequence[Sequence[int]] | None = None
    seed: int = 0
    shuffles_choices: bool = False

    @property
    def is_asked(self) -> ColumnElement[bool]:
        if self.dealt is None:
            return _is_asked(self.quiz_id)
        return and_(Question.id.in_([id for id, _ in self.dealt]), Question.retired_at.is_(None))

    def in_order(self, rows: Sequence[Asking]) -> list[tuple[Asking, int]]:
        """Things with an id and points as they are asked, with the points they are worth here."""
        if self.dealt is None:
            return [(row, row.points) for row in rows]
        by_id = {row.id: row for row in rows}
        return [(by_id[id], points) for id, points in self.dealt if id in by_id]


def paper_of(attempt: Attempt | Columns) -> Paper:
    """Of an attempt, or of a row of its ``heading``."""
    shuffles = bool(getattr(attempt, "shuffle_choices", False))
    if isinstance(attempt, Attempt):
        return Paper(attempt.quiz_id, attempt.id, attempt.dealt, attempt.seed)
    return Paper(attempt.quiz_id, attempt.id, attempt.dealt, attempt.seed, shuffles)


@dataclass(frozen=True, slots=True)
class OnPage:
    """A question as a learner sees it before the result: nothing here tells the right answer.

    ``number`` counts from 1 in the quiz; a block of text between the questions has the number 0.
    """

    number: int
    id: int
    kind: QuestionKind
    text_html: str
    points: int
    offered: Offered
    given: Given = None
    # None where nothing was ever saved.
    saved_counter: int | None = None

    @property
    def headline(self) -> str:
        return headline(self.text_html)[0]

    @property
    def rest(self) -> str:
        return headline(self.text_html)[1]

    @property
    def pieces(self) -> list[tuple[str, int | None]]:
        """A text with gaps, cut at them."""
        return list(pieces(self.text_html, len(self.offered.gaps)))

    @property
    def choices(self) -> list[tuple[int, str]]:
        """(id, HTML)."""
        return [(id, inline_html(text)) for id, text in self.offered.choices]

    @property
    def lefts(self) -> list[str]:
        return [inline_html(text) for text in self.offered.lefts]

    @property
    def rights(self) -> list[tuple[str, str]]:
        """(text as it is kept, its words alone)."""
        return [(text, plain(text)) for text in self.offered.rights]

    @property
    def pictures(self) -> list[str]:
        """The right sides as HTML, where a select of words alone would not tell them."""
        rights = self.offered.rights
        return [inline_html(text) for text in rights] if any(map(shows_picture, rights)) else []

    @property
    def items(self) -> list[tuple[str, str, str]]:
        """(text as it is kept, HTML, its words alone) in the order they were put."""
        return [(text, inline_html(text), plain(text)) for text in self.fields]

    @property
    def fields(self) -> list[str]:
        return self.offered.fields(self.given)

    @property
    def counter(self) -> int:
        return self.saved_counter or 0

    @property
    def is_answered(self) -> bool:
        return not self.kind.asks or self.offered.is_complete(self.given)

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
            Attempt.id, Attempt.quiz_id, Attempt.number, Attempt.saved_at, Attempt.submitted_at, Attempt.deadline_at,
            Attempt.dealt, Attempt.seed, Attempt.score, Attempt.max_score, Attempt.percent, Attempt.passed,
            Quiz.title, Quiz.title_en, Quiz.pass_mark, Quiz.attempts_allowed, Quiz.counts, Quiz.shuffle_choices,
            Quiz.layout, Quiz.closes_at, Quiz.grace_seconds, Quiz.show_results, Quiz.show_right_answers,
            func.coalesce(Quiz.due_at, Module.due_at).label("due_at"),
            Module.id.label("module_id"), Module.position.label("module_position"), Module.cycle_id,
        )
        .join(Quiz, Attempt.quiz_id == Quiz.id)
        .join(Module, Quiz.module_id == Module.id, isouter=True)
        .where(Attempt.id.in_(own))
    )  # fmt: skip


def questions_on_page(paper: Paper) -> list[OnPage]:
    """The questions asked, with what was given so far; two statements, and one or two for pictures in them.

    Settings hold keys: they end here.
    """
    rows = db.session.execute(
        select(
            Question.id, Question.kind, Question.text_html, Question.points, Question.settings,
            Answer.given, Answer.counter,
        )
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == paper.attempt_id))
        .where(paper.is_asked)
        .order_by(Question.position, Question.id)
    ).all()  # fmt: skip
    choices: dict[int, list[tuple[int, str]]] = {}
    for choice in db.session.execute(
        select(Choice.question_id, Choice.id, Choice.text)
        .join(Question, Choice.question_id == Question.id)
        .where(paper.is_asked)
        .order_by(Choice.question_id, Choice.position, Choice.id)
    ):
        choices.setdefault(choice.question_id, []).append((choice.id, choice.text))
    numbers, found = count(1), []
    texts = dict(zip((row.id for row in rows), shown_all([row.text_html for row in rows]), strict=True))
    for row, points in paper.in_order(rows):
        offered = offer(
            row.kind, row.settings, choices.get(row.id, ()),
            seed=paper.seed, question_id=row.id, shuffles=paper.shuffles_choices,
        )  # fmt: skip
        number = next(numbers) if row.kind.asks else 0
        found.append(OnPage(number, row.id, row.kind, texts[row.id], points, offered, row.given, row.counter))
    return found


def _is_asked(quiz_id: int) -> ColumnElement[bool]:
    return and_(Question.quiz_id == quiz_id, Question.retired_at.is_(None))


def question_to_answer(paper: Paper, question_id: int) -> tuple[Columns, Offered] | None:
    """One question that is asked: what is stored of its answer, and what may be given."""
    rows = db.session.execute(
        select(
            Question.kind, Question.settings, Choice.id.label("choice_id"),
            Answer.given, Answer.counter, Answer.saved_at,
        )
        .outerjoin(Choice, Choice.question_id == Question.id)
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == paper.attempt_id))
        .where(paper.is_asked, Question.id == question_id)
    ).all()  # fmt: skip
    if not rows:
        return None
    choices = [(row.choice_id, "") for row in rows if row.choice_id is not None]
    return rows[0], offer(rows[0].kind, rows[0].settings, choices, seed=paper.seed, question_id=question_id)


def answered_of(paper: Paper) -> tuple[int, int]:
    """How many questions have an answer, and how many there are."""
    row = db.session.execute(
        select(func.count(Answer.given), func.count(Question.id))
        .select_from(Question)
        .outerjoin(Answer, and_(Answer.question_id == Question.id, Answer.attempt_id == paper.attempt_id))
        .where(paper.is_asked, Question.kind != QuestionKind.INFO)
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Outline:
    """How many questions an attempt will have, and what they are worth; None where that hangs on the draw."""

    questions: int
    points: int | None


def outline(quiz_id: int) -> Outline:
    own = db.session.execute(
        select(func.count(Question.id), func.coalesce(func.sum(Question.points), 0)).where(
            _is_asked(quiz_id), Question.kind != QuestionKind.INFO
        )
    ).one()
    there = (
        select(func.count(Question.id))
        .where(Question.topic_id == QuizDraw.topic_id, Question.retired_at.is_(None))
        .correlate(QuizDraw)
        .scalar_subquery()
    )
    draws = db.session.execute(select(QuizDraw.count, QuizDraw.points, there).where(QuizDraw.quiz_id == quiz_id)).all()
    drawn = [(min(wanted, found), points) for wanted, points, found in draws]
    known = all(points is not None for _, points in drawn)
    worth = own[1] + sum(questions * (points or 0) for questions, points in drawn)
    return Outline(own[0] + sum(questions for questions, _ in drawn), worth if known else None)


def to_deal(quiz: Quiz) -> tuple[list[Columns], dict[int, list[Columns]]]:
    """What an attempt may be dealt from: the quiz's own questions in order, and those of each topic it draws from."""
    columns = select(Question.id, Question.points, Question.kind, Question.topic_id)
    own = db.session.execute(columns.where(_is_asked(quiz.id)).order_by(Question.position, Question.id)).all()
    topics = [draw.topic_id for draw in quiz.draws]
    by_topic: dict[int, list[Columns]] = {id: [] for id in topics}
    if topics:
        drawn = columns.where(
            Question.topic_id.in_(topics), Question.retired_at.is_(None), Question.kind != QuestionKind.INFO
        )
        for row in db.session.execute(drawn.order_by(Question.id)):
            by_topic[row.topic_id].append(row)
    return list(own), by_topic


def extra_minutes(quiz_id: int, person_id: int) -> int:
    return (
        db.session.scalar(
            select(ExtraTime.minutes).where(ExtraTime.quiz_id == quiz_id, ExtraTime.person_id == person_id)
        )
        or 0
    )


def overdue(now: datetime) -> Sequence[int]:
    """The ids of open attempts whose time was up, the grace over too."""
    rows = db.session.execute(
        select(Attempt.id, Attempt.deadline_at, Quiz.grace_seconds)
        .join(Quiz, Attempt.quiz_id == Quiz.id)
        .where(Attempt.submitted_at.is_(None), Attempt.deadline_at < now)
        .order_by(Attempt.deadline_at)
    )
    return [row.id for row in rows if time_is_up(row.deadline_at, row.grace_seconds, now)]


def questions_showing(file_ids: Sequence[int]) -> Sequence[Any]:
    """(file_id, id, quiz_id, title) of the questions that show a file."""
    return db.session.execute(
        select(question_file.c.file_id, Question.id, Question.quiz_id, Question.title)
        .join(Question, Question.id == question_file.c.question_id)
        .where(question_file.c.file_id.in_(file_ids))
        .order_by(Question.id)
    ).all()


def picture(person: Person, file_id: int) -> Select[Any]:
    """A picture that a question shows which the person has been asked."""
    tried = select(Attempt.quiz_id).where(Attempt.person_id == person.id)
    drawn_from = select(QuizDraw.topic_id).where(QuizDraw.quiz_id.in_(tried))
    shown = (
        select(question_file.c.file_id)
        .join(Question, Question.id == question_file.c.question_id)
        .where(or_(Question.quiz_id.in_(tried), Question.topic_id.in_(drawn_from)))
    )
    return select(StoredFile).where(StoredFile.id == file_id, StoredFile.id.in_(shown))


def tries(person: Person, quiz_id: int) -> Sequence[Columns]:
    """A person's attempts at the quiz, the first one first."""
    return db.session.execute(
        select(Attempt.id, Attempt.number, Attempt.submitted_at, Attempt.percent, Attempt.passed)
        .where(Attempt.person_id == person.id, Attempt.quiz_id == quiz_id)
        .order_by(Attempt.number)
    ).all()


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
