"""A quiz, its questions, and what people answered. Each answer is a row saved on its own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Activity, Lack
from lms.database import Model, word
from lms.quizzes.kinds import QuestionKind

__all__ = ["Answer", "Attempt", "Choice", "Question", "QuestionEdition", "QuestionKind", "Quiz"]


class Quiz(Activity):
    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    intro: Mapped[str] = mapped_column(Text, default="")
    # Per cent of the points needed to pass.
    pass_mark: Mapped[int] = mapped_column(default=60)
    # How many times one may try; None is as often as one likes.
    attempts_allowed: Mapped[int | None]

    questions: Mapped[list[Question]] = relationship(
        back_populates="quiz", order_by="Question.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"polymorphic_identity": "quiz"}

    @property
    def live_questions(self) -> list[Question]:
        """The questions that are asked now, in order."""
        return [question for question in self.questions if question.retired_at is None]

    @property
    def lacks(self) -> Lack | None:
        return None if self.live_questions else Lack.QUESTIONS


class Question(Model):
    """``settings`` holds what the kind needs beside choices: short {"accepted": [...]}; number {"answer": "50",
    "tolerance": "0", "unit": "человек"} (decimals as text); true_false {"right": true}."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(word(QuestionKind))
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
    version: Mapped[int] = mapped_column(default=1)

    quiz: Mapped[Quiz] = relationship(back_populates="questions")
    choices: Mapped[list[Choice]] = relationship(
        back_populates="question", order_by="Choice.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class Choice(Model):
    __tablename__ = "choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    is_right: Mapped[bool] = mapped_column(default=False)
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


class Attempt(Model):
    """One person's go at a quiz; ``number`` counts from 1. Scores are written once, when it is submitted."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
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


class Answer(Model):
    """``given`` is what the person gave, as JSON (giving.py says how for each kind), or NULL where it was taken back or
    never given.

    ``counter`` counts the saves of one answer over all devices: an old retry never overwrites a newer answer. The last
    three are written when the attempt is submitted, for every question asked: points got, points there were to get, and
    the edition of the question it was graded by.
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

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
