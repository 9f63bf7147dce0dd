"""Taking a quiz: start, save, submit; and building one.

Whatever writes to an attempt holds its row first (``hold``), so that a save, another save and the submission come one
after the other, and what was graded is what was saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from lms.accounts.models import Person
from lms.extensions import db
from lms.quizzes import figure_queries, queries
from lms.quizzes.giving import Given, NotOffered, read
from lms.quizzes.grading import NOTHING, Asked, grade, percent_of
from lms.quizzes.models import Answer, Attempt, Choice, Question, QuestionEdition, Quiz

HIGHEST_COUNTER = 10**9


class NoAttemptsLeft(Exception):
    """All attempts that the quiz allows have been submitted."""


# --- taking it --------------------------------------------------------------------------------------------------------
def start(person: Person, quiz: Quiz, *, now: datetime) -> Attempt:
    """The person's open attempt, or else a new one. Two starts at once give one attempt. Raises NoAttemptsLeft."""
    for _ in range(3):
        last = db.session.scalar(
            select(Attempt)
            .where(Attempt.person_id == person.id, Attempt.quiz_id == quiz.id)
            .order_by(Attempt.number.desc())
            .limit(1)
        )
        if last is not None and last.is_open:
            return last
        number = last.number + 1 if last is not None else 1
        if quiz.attempts_allowed is not None and number > quiz.attempts_allowed:
            raise NoAttemptsLeft
        attempt = Attempt(quiz_id=quiz.id, person_id=person.id, number=number, started_at=now)
        try:
            with db.session.begin_nested():
                db.session.add(attempt)
        except IntegrityError:
            continue  # the same person started it in another place this very moment: take that one
        return attempt
    raise RuntimeError("an attempt could neither be started nor found")


def hold(attempts: Select[Attempt]) -> Attempt | None:
    """That one attempt, kept from everybody else until the commit."""
    return db.session.scalar(attempts.with_for_update(of=Attempt).execution_options(populate_existing=True))


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored of one answer after a save; ``kept`` tells whether it is what was sent."""

    given: Given
    counter: int
    saved_at: datetime
    kept: bool


def save(attempt: Attempt, question_id: int, raw: Any, counter: int, *, now: datetime) -> Saved:
    """Store one answer, unless one with the same or a higher counter is stored already.

    Sending the same save again changes nothing. Raises NotOffered for a question or a choice that is not in the quiz.
    """
    rows = queries.question_to_answer(attempt.quiz_id, question_id, attempt.id)
    if not rows or not 1 <= counter <= HIGHEST_COUNTER:
        raise NotOffered
    stored = rows[0]
    given = read(stored.kind, raw, {row.choice_id for row in rows if row.choice_id is not None})
    if stored.counter is not None and stored.counter >= counter:
        same = stored.counter == counter and stored.given == given
        return Saved(stored.given, stored.counter, stored.saved_at, kept=same)
    _write(attempt, question_id, given, counter, is_new=stored.counter is None, now=now)
    return Saved(given, counter, now, kept=True)


def save_form(attempt: Attempt, fields: Mapping[int, tuple[list[str], int]], *, now: datetime) -> list[int]:
    """Store the answers of a posted page: for each question what its fields say, and the counter they were shown with.

    An answer that was saved from another place after the page was shown is kept as it is. Gives the numbers of the
    questions where that happened. Questions and choices that are not in the quiz are passed over.
    """
    overtaken = []
    for question in queries.questions_on_page(attempt.quiz_id, attempt.id):
        if question.id not in fields:
            continue
        values, counter = fields[question.id]
        try:
            given = read(question.kind, values, {id for id, _ in question.choices})
        except NotOffered:
            continue
        nothing_picked = given is None and question.is_picked_once
        if given == question.given or nothing_picked:
            continue
        if counter < question.counter:
            overtaken.append(question.number)
            continue
        new = min(max(counter, question.counter) + 1, 2 * HIGHEST_COUNTER)
        _write(attempt, question.id, given, new, is_new=question.saved_counter is None, now=now)
    return overtaken


def _write(attempt: Attempt, question_id: int, given: Given, counter: int, *, is_new: bool, now: datetime) -> None:
    values = {"given": given, "counter": counter, "saved_at": now}
    if is_new:
        db.session.execute(insert(Answer).values(attempt_id=attempt.id, question_id=question_id, **values))
    else:
        db.session.execute(
            update(Answer).where(Answer.attempt_id == attempt.id, Answer.question_id == question_id).values(**values)
        )
    attempt.saved_at = now


def submit(attempt: Attempt, *, now: datetime) -> None:
    """Grade the attempt for good. Submitting it again changes nothing."""
    if not attempt.is_open:
        return
    given = {
        row.question_id: row.given
        for row in db.session.execute(select(Answer.question_id, Answer.given).where(Answer.attempt_id == attempt.id))
    }
    old: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for asked in queries.asked(attempt.quiz_id):
        row = {
            "attempt_id": attempt.id, "question_id": asked.id, "edition": asked.edition,
            "points": grade(asked, given.get(asked.id)), "out_of": Decimal(asked.points),
        }  # fmt: skip
        if asked.id in given:
            old.append(row)
        else:
            new.append(row | {"counter": 0, "saved_at": now})
    if old:
        db.session.execute(update(Answer), old)
    if new:
        db.session.execute(insert(Answer), new)
    score = sum((row["points"] for row in old + new), NOTHING)
    out_of = sum((row["out_of"] for row in old + new), NOTHING)
    attempt.score, attempt.max_score = score, out_of
    attempt.percent = percent_of(score, out_of)
    attempt.passed = out_of > 0 and attempt.percent >= attempt.quiz.pass_mark
    attempt.submitted_at = now


# --- building it ------------------------------------------------------------------------------------------------------
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
    if not queries.asked_one(question.id).asks_the_same_as(before):
        if figure_queries.answers_to(question.id).submitted:
            db.session.add(QuestionEdition(question_id=question.id, edition=before.edition, asked=before.to_json()))
        question.edition = before.edition + 1
    question.updated_at = now
    flag_modified(question, "updated_at")  # a new version also where only a choice's explanation changed


def rewrite_choices(question: Question, rows: Iterable[tuple[int | None, str, bool, str]]) -> None:
    """Make the choices (id or None, text, is right, feedback) in that order; a choice that keeps its id stays picked in
    attempts that are still open."""
    kept: dict[int | None, Choice] = {choice.id: choice for choice in question.choices}
    question.choices = [
        _fill(kept.get(id) or Choice(), position, text, is_right, feedback)
        for position, (id, text, is_right, feedback) in enumerate(rows, 1)
    ]


def _fill(choice: Choice, position: int, text: str, is_right: bool, feedback: str) -> Choice:
    choice.position, choice.text, choice.is_right, choice.feedback = position, text, is_right, feedback
    return choice


def remove(question: Question, *, now: datetime) -> None:
    """Take a question out of its quiz. One that people have answered is kept for their results."""
    if figure_queries.answers_to(question.id).all:
        question.retired_at = now
    else:
        db.session.delete(question)


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
