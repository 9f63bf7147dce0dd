"""The bank's topics and questions, and what else the builder asks beside the quiz itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, cast, func, or_, select
from sqlalchemy.orm import joinedload

from lms.cycles.models import Module
from lms.extensions import db
from lms.quizzes.models import ExtraTime, Question, Quiz, QuizDraw, Regrading, Topic
from lms.quizzes.queries import Columns

MOST_FOUND = 100


def topics() -> Sequence[Columns]:
    """Every topic by its title, with how many questions stand in it and how many quizzes draw from it."""
    questions = (
        select(func.count(Question.id))
        .where(Question.topic_id == Topic.id, Question.retired_at.is_(None))
        .correlate(Topic)
        .scalar_subquery()
    )
    quizzes = select(func.count(QuizDraw.id)).where(QuizDraw.topic_id == Topic.id).correlate(Topic).scalar_subquery()
    return db.session.execute(
        select(Topic.id, Topic.title, questions.label("questions"), quizzes.label("quizzes")).order_by(
            func.lower(Topic.title), Topic.id
        )
    ).all()


def offered_topics() -> list[tuple[int, str]]:
    """(id, «Сметы · 12») of the topics there is something to draw from."""
    return [(row.id, f"{row.title} · {row.questions}") for row in topics() if row.questions]


def questions_of(topic_id: int) -> Sequence[Question]:
    return db.session.scalars(
        select(Question)
        .where(Question.topic_id == topic_id, Question.retired_at.is_(None))
        .order_by(Question.position, Question.id)
    ).all()


def found(words: str) -> Sequence[Columns]:
    """Questions, of quizzes and of the bank, in whose text, title or tags every one of the words stands."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Question.id, Question.kind, Question.text_html, Question.title, Question.quiz_id, Question.topic_id,
            Topic.title.label("topic_title"), Quiz.title.label("quiz_title"), Module.position.label("module_position"),
        )
        .outerjoin(Topic, Topic.id == Question.topic_id)
        .outerjoin(Quiz, Quiz.id == Question.quiz_id)
        .outerjoin(Module, Module.id == Quiz.module_id)
        .where(Question.retired_at.is_(None))
    )  # fmt: skip
    for word in words.split()[:8]:
        pattern = f"%{_escaped(word.lower())}%"
        places = (Question.text, Question.title, cast(Question.tags, Text))
        wanted = wanted.where(or_(*(func.lower(place).like(pattern, escape="\\") for place in places)))
    return db.session.execute(wanted.order_by(Question.topic_id.is_(None), Question.id).limit(MOST_FOUND)).all()


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def quizzes_to_put_into() -> Sequence[Columns]:
    """id, titles and the module's number of every quiz, the newest first."""
    return db.session.execute(
        select(Quiz.id, Quiz.title, Quiz.title_en, Module.position)
        .outerjoin(Module, Module.id == Quiz.module_id)
        .order_by(Quiz.id.desc())
    ).all()


# --- beside a quiz ----------------------------------------------------------------------------------------------------
def extra_times(quiz_id: int) -> Sequence[ExtraTime]:
    """Who has more time for the quiz."""
    return db.session.scalars(
        select(ExtraTime).where(ExtraTime.quiz_id == quiz_id).options(joinedload(ExtraTime.person))
    ).all()


def regradings_of(question_id: int) -> Sequence[Regrading]:
    """The last corrections that were carried into results, the newest first."""
    return db.session.scalars(
        select(Regrading)
        .where(Regrading.question_id == question_id)
        .options(joinedload(Regrading.by))
        .order_by(Regrading.id.desc())
        .limit(5)
    ).all()
