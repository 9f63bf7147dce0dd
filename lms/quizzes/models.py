"""A quiz, its questions, and what people answered. Each answer is a row saved on its own.

A question stands in a quiz, or in a topic of the bank, from which quizzes draw at random.

``Question.settings`` by kind (``share`` is the per cent of the points that an answer is worth; numbers are decimals as
text; Markdown may stand in a question's text, in the texts of choices, pairs and items, and nowhere else):

* single, several: {"shuffle": bool} besides the rows of ``choice``; a choice without a ``share`` gets the usual one.
* true_false: {"right": bool, "feedback": {"true": "…", "false": "…"}}
* short: {"accepted": [{"text": "…", "share": 100, "feedback": "…"}], "case": bool, "yo": bool, "spaces": bool,
  "wildcards": bool}. The four say what matters: capitals, «ё» or «е», spaces; and whether ``*`` stands for anything.
* number: {"answers": [{"answer": "50", "tolerance": "0.5" or "5%", "share": 100, "feedback": "…"}], "unit": "м",
  "units": [{"unit": "см", "factor": "0.01"}]}. A typed number times the factor is what the answers are in.
* matching: {"pairs": [{"left": "…", "right": "…"}], "extra": ["a right side of no pair"]}
* ordering: {"items": ["first", "second"], "scoring": "exact" or "neighbours" or "places"}
* gaps: the text holds [[1]], [[2]]; {"gaps": [{"kind": "short", "points": 1, …as short} or {"kind": "number",
  "points": 1, …as number} or {"kind": "choice", "points": 1, "options": [{"text": "…", "share": 100}]}]}, the first is
  [[1]]. The points of a gap are its weight: the question's points are spread by them.
* essay: {"rubric": [{"criterion": "…", "points": 2}], "words": [least, most]}, either of them None or left out; the
  points of a criterion are its weight.
* info: {}, and the question has 0 points.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from secrets import randbits
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Numeric, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Activity, Lack
from lms.database import Base, Model, word
from lms.materials.models import StoredFile
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.terms import Counts, Layout, Showing

__all__ = [
    "Answer", "Attempt", "Choice", "Counts", "ExtraTime", "Layout", "Question", "QuestionEdition", "QuestionKind",
    "Quiz", "QuizDraw", "Regrading", "Showing", "Topic",
]  # fmt: skip


class Quiz(Activity):
    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    intro: Mapped[str] = mapped_column(Text, default="")
    # Per cent of the points needed to pass.
    pass_mark: Mapped[int] = mapped_column(default=60)
    # How many times one may try; None is as often as one likes.
    attempts_allowed: Mapped[int | None]
    counts: Mapped[Counts] = mapped_column(word(Counts), default=Counts.BEST)
    shuffle_questions: Mapped[bool] = mapped_column(default=False)
    shuffle_choices: Mapped[bool] = mapped_column(default=False)
    layout: Mapped[Layout] = mapped_column(word(Layout), default=Layout.ALL)
    # Attempts begin between these; what is open at the closing is handed in then.
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    time_limit_minutes: Mapped[int | None]
    # Answers on their way when the time is up are still taken.
    grace_seconds: Mapped[int] = mapped_column(default=60)
    show_results: Mapped[Showing] = mapped_column(word(Showing), default=Showing.AT_ONCE)
    show_right_answers: Mapped[Showing] = mapped_column(word(Showing), default=Showing.SETTLED)
    # Per cent of a question's points that a wrong choice takes away; 0 is none.
    penalty: Mapped[int] = mapped_column(default=0)
    # An entry quiz points at its final quiz: what was learnt between them is reported.
    pair_of_id: Mapped[int | None] = mapped_column(ForeignKey("quiz.id", ondelete="SET NULL"), index=True)

    questions: Mapped[list[Question]] = relationship(
        back_populates="quiz", order_by="Question.position", cascade="all, delete-orphan"
    )
    draws: Mapped[list[QuizDraw]] = relationship(
        back_populates="quiz", order_by="QuizDraw.id", cascade="all, delete-orphan"
    )
    pair_of: Mapped[Quiz | None] = relationship(foreign_keys=pair_of_id, remote_side=id)

    __mapper_args__ = {"polymorphic_identity": "quiz", "inherit_condition": id == Activity.id}

    @property
    def live_questions(self) -> list[Question]:
        """The questions that are asked now, in order."""
        return [question for question in self.questions if question.retired_at is None]

    @property
    def lacks(self) -> Lack | None:
        asks = any(question.kind.asks for question in self.live_questions) or self.draws
        return None if asks else Lack.QUESTIONS

    def is_open_at(self, now: datetime) -> bool:
        """May an attempt begin now?"""
        return (self.opens_at is None or now >= self.opens_at) and (self.closes_at is None or now < self.closes_at)

    def deadline_of(self, started_at: datetime, extra_minutes: int = 0) -> datetime | None:
        """When the time of an attempt that began then is up; extra time lengthens the limit, not the closing."""
        ends = [self.closes_at] if self.closes_at is not None else []
        if self.time_limit_minutes is not None:
            ends.append(started_at + timedelta(minutes=self.time_limit_minutes + extra_minutes))
        return min(ends, default=None)


class Topic(Model):
    """A shelf of the bank: questions that stand in no quiz."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    questions: Mapped[list[Question]] = relationship(
        back_populates="topic", order_by="Question.position, Question.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class QuizDraw(Model):
    """So many questions of a topic, chosen at random when an attempt begins; they come after the quiz's own ones."""

    __tablename__ = "quiz_draw"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    count: Mapped[int]
    # What each of them is worth here; None is what the question says itself.
    points: Mapped[int | None]

    quiz: Mapped[Quiz] = relationship(back_populates="draws")
    topic: Mapped[Topic] = relationship()


# Pictures that a question or its choices show.
question_file = Table(
    "question_file",
    Base.metadata,
    Column("question_id", ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Question(Model):
    """Stands in a quiz or in a topic of the bank. ``settings`` as said above."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int | None] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(word(QuestionKind))
    # What trainers call it among themselves; learners never see it.
    title: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text)
    text_html: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(default=1)
    explanation: Mapped[str] = mapped_column(Text, default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Turns with every change of what is asked or how it is graded; moving a question is no such change.
    edition: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime | None]
    # Taken out of the quiz after people had answered it: asked no more, still told in their results.
    retired_at: Mapped[datetime | None]
    # How it stood before its last change (building_actions.state_of); None where it was never changed.
    before_change: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)

    quiz: Mapped[Quiz | None] = relationship(back_populates="questions")
    topic: Mapped[Topic | None] = relationship(back_populates="questions")
    choices: Mapped[list[Choice]] = relationship(
        back_populates="question", order_by="Choice.position", cascade="all, delete-orphan"
    )
    files: Mapped[list[StoredFile]] = relationship(secondary=question_file)

    __table_args__ = (
        CheckConstraint(
            "quiz_id IS NULL AND topic_id IS NOT NULL OR quiz_id IS NOT NULL AND topic_id IS NULL", "place"
        ),
    )
    __mapper_args__ = {"version_id_col": version}


class Choice(Model):
    __tablename__ = "choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    is_right: Mapped[bool] = mapped_column(default=False)
    # Per cent of the points that picking it gives, or takes when below nothing; None is what grading.py derives.
    share: Mapped[float | None]
    feedback: Mapped[str] = mapped_column(Text, default="")

    question: Mapped[Question] = relationship(back_populates="choices")


class QuestionEdition(Model):
    """How a question stood before it was changed, kept when people's submitted answers were graded by it.

    ``asked`` is ``grading.Asked.to_json()``.
    """

    __tablename__ = "question_edition"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked: Mapped[dict[str, Any]]


class Regrading(Model):
    """A correction of a question that was carried into results already given: by whom, and what it changed."""

    __tablename__ = "regrading"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    edition: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # How many people's results were looked at, rose, fell, came to pass, and kept a pass they would not have got.
    people: Mapped[int]
    better: Mapped[int]
    worse: Mapped[int]
    newly_passed: Mapped[int]
    kept_passes: Mapped[int]

    by: Mapped[Person | None] = relationship()


class ExtraTime(Model):
    """Minutes that one person has more than the others for a quiz with a time limit."""

    __tablename__ = "extra_time"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    minutes: Mapped[int]

    person: Mapped[Person] = relationship()


class Attempt(Model):
    """One person's go at a quiz; ``number`` counts from 1. Scores are written when it is submitted, or, where a person
    has to check an essay, when the last of them is checked.

    ``dealt`` is [[question id, points], …] in the order asked, where that was decided when the attempt began (a random
    draw, a shuffle); None is: the quiz's own questions as they stand. ``seed`` orders whatever is shuffled within a
    question; it is secret, or the right order could be found from the shuffled one.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    # When its time is up, without the grace; None is never.
    deadline_at: Mapped[datetime | None] = mapped_column(index=True)
    dealt: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    seed: Mapped[int] = mapped_column(BigInteger, default=lambda: randbits(62))
    score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    max_score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    percent: Mapped[int | None]
    passed: Mapped[bool | None]

    quiz: Mapped[Quiz] = relationship()
    person: Mapped[Person] = relationship()
    answers: Mapped[list[Answer]] = relationship(back_populates="attempt", cascade="all, delete-orphan")

    __table_args__ = (UniqueConstraint("person_id", "quiz_id", "number"),)

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None

    @property
    def waits_for_checking(self) -> bool:
        return self.submitted_at is not None and self.percent is None


class Answer(Model):
    """``given`` is what the person gave, as JSON (giving.py says how for each kind), or NULL where it was taken back or
    never given.

    ``counter`` counts the saves of one answer over all devices: an old retry never overwrites a newer answer. Written
    when the attempt is submitted, for every question asked: ``points`` got, ``out_of`` there were to get, and the
    ``edition`` of the question it was graded by. An essay's points come when a person has checked it, with those for
    each criterion of its rubric (decimals as text) and a comment.
    """

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    given: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    counter: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    out_of: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    edition: Mapped[int | None]
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    criteria: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    comment: Mapped[str] = mapped_column(Text, default="")

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
    checked_by: Mapped[Person | None] = relationship()
