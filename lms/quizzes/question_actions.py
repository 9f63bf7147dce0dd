"""Questions of a quiz as they are written, moved, taken out and brought back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from lms.extensions import db
from lms.materials.markdown import FILE_ADDRESS
from lms.materials.models import StoredFile
from lms.quizzes import asked_queries, figure_queries
from lms.quizzes.grading import Asked
from lms.quizzes.models import Choice, Question, QuestionEdition, Quiz


def show_files(question: Question) -> None:
    """Note which uploaded pictures the question's texts show: whoever may see the question may see them."""
    shown = {int(id) for text in _shown_texts(question) for id in FILE_ADDRESS.findall(text)}
    question.files = list(db.session.scalars(select(StoredFile).where(StoredFile.id.in_(shown)))) if shown else []


def _shown_texts(question: Question) -> list[str]:
    """Everything in which a picture may stand."""
    settings = question.settings or {}
    pairs = settings.get("pairs") or ()
    sides = [side for pair in pairs for side in (pair["left"], pair["right"])]
    choices = [one.text for one in question.choices]
    return [question.text_html, *choices, *sides, *(settings.get("extra") or ()), *(settings.get("items") or ())]


def append(question: Question, quiz: Quiz, *, now: datetime) -> None:
    """Put a new question at the end of the quiz."""
    live = _live(quiz)
    question.position = live[-1].position + 1 if live else 1
    question.updated_at = now
    question.quiz = quiz


def note_change(question: Question, before: Asked, *, now: datetime) -> None:
    """Call when a question was rewritten and flushed: results given by it so far go on telling it as it was ``before``.

    A better explanation is no other question: it is shown with old results as well.
    """
    if not asked_queries.asked_one(question.id).asks_the_same_as(before):
        if figure_queries.answers_to(question.id).submitted:
            db.session.add(QuestionEdition(question_id=question.id, edition=before.edition, asked=before.to_json()))
        question.edition = before.edition + 1
    question.updated_at = now
    flag_modified(question, "updated_at")  # a new version also where only a choice's explanation changed


def rewrite_choices(
    question: Question, rows: Iterable[tuple[int | None, str, bool, str, float | None]], again: Iterable[Choice] = ()
) -> None:
    """Make the choices (id or None, text, is right, feedback, share) in that order; a choice that keeps its id stays
    picked where people picked it. ``again`` are choices that had gone, made anew under the ids they had."""
    kept: dict[int | None, Choice] = {choice.id: choice for choice in (*question.choices, *again)}
    question.choices = [
        _fill(kept.get(id) or Choice(), position, text, is_right, feedback, share)
        for position, (id, text, is_right, feedback, share) in enumerate(rows, 1)
    ]


def _fill(choice: Choice, position: int, text: str, is_right: bool, feedback: str, share: float | None) -> Choice:
    choice.position, choice.text, choice.is_right = position, text, is_right
    choice.feedback, choice.share = feedback, share
    return choice


def remove(question: Question, *, now: datetime) -> None:
    """Take a question out of its quiz: it is asked no more, kept for results there are, and can be brought back."""
    question.retired_at = now


def restore(question: Question, *, now: datetime) -> None:
    """Bring a question back that was taken out, to where it stood."""
    question.retired_at, question.updated_at = None, now


def move(quiz: Quiz, question: Question, step: int) -> None:
    """One place up (-1) or down (+1) among the questions asked; at either end nothing happens."""
    order = _live(quiz)
    at = order.index(question)
    order.insert(min(max(at + step, 0), len(order) - 1), order.pop(at))
    for position, each in enumerate(order, 1):
        db.session.execute(update(Question).where(Question.id == each.id).values(position=position))


def _live(quiz: Quiz) -> list[Question]:
    """The questions asked now, in order, while nobody else changes the order."""
    db.session.execute(select(Quiz.id).where(Quiz.id == quiz.id).with_for_update())
    return quiz.live_questions
