"""Taking a quiz: start, save, submit.

Whatever writes to an attempt holds its row first (``hold``), so that a save, another save and the submission come one
after the other, and what was graded is what was saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from random import SystemRandom
from typing import Any, NamedTuple

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.extensions import db
from lms.quizzes import asked_queries, queries
from lms.quizzes.giving import Given, NotOffered, read
from lms.quizzes.grading import NOTHING, grade, percent_of, score_of
from lms.quizzes.models import Answer, Attempt, ExtraTime, Quiz
from lms.quizzes.standing import time_is_up

HIGHEST_COUNTER = 10**9


_chance = SystemRandom()


class NoAttemptsLeft(Exception):
    """All attempts that the quiz allows have been submitted."""


class NotOpenNow(Exception):
    """The quiz opens later, or is closed already."""


# --- taking it --------------------------------------------------------------------------------------------------------
def start(person: Person, quiz: Quiz, *, now: datetime) -> Attempt:
    """The person's open attempt, or else a new one. Two starts at once give one attempt.

    Raises NotOpenNow and NoAttemptsLeft.
    """
    for _ in range(3):
        last = db.session.scalar(
            select(Attempt)
            .where(Attempt.person_id == person.id, Attempt.quiz_id == quiz.id)
            .order_by(Attempt.number.desc())
            .limit(1)
        )
        if last is not None and last.is_open:
            return last
        if not quiz.is_open_at(now):
            raise NotOpenNow
        number = last.number + 1 if last is not None else 1
        if quiz.attempts_allowed is not None and number > quiz.attempts_allowed:
            raise NoAttemptsLeft
        attempt = Attempt(quiz_id=quiz.id, person_id=person.id, number=number, started_at=now, dealt=deal(quiz))
        attempt.deadline_at = quiz.deadline_of(now, queries.extra_minutes(quiz.id, person.id))
        try:
            with db.session.begin_nested():
                db.session.add(attempt)
        except IntegrityError:
            continue  # the same person started it in another place this very moment: take that one
        return attempt
    raise RuntimeError("an attempt could neither be started nor found")


def deal(quiz: Quiz) -> list[list[int]] | None:
    """[[question id, points], …] where chance decides what is asked or in which order; None where it does not."""
    if not (quiz.shuffle_questions or quiz.draws):
        return None
    own, by_topic = queries.to_deal(quiz)
    dealt = [[row.id, row.points, row.kind.asks] for row in own]
    for draw in quiz.draws:
        shelf = by_topic[draw.topic_id]
        for row in _chance.sample(shelf, min(draw.count, len(shelf))):
            shelf.remove(row)
            dealt.append([row.id, row.points if draw.points is None else draw.points, True])
    if quiz.shuffle_questions:  # a text between the questions keeps its place
        order = iter(_chance.sample(asking := [one for one in dealt if one[2]], len(asking)))
        dealt = [next(order) if one[2] else one for one in dealt]
    return [[id, points] for id, points, _ in dealt]


def reschedule(quiz: Quiz) -> None:
    """Call when the times of a quiz, or someone's extra time, were changed: they hold for open attempts as well."""
    given = select(ExtraTime.person_id, ExtraTime.minutes).where(ExtraTime.quiz_id == quiz.id)
    extra = {row.person_id: row.minutes for row in db.session.execute(given)}
    for attempt in db.session.scalars(
        select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.submitted_at.is_(None)).with_for_update(of=Attempt)
    ):
        attempt.deadline_at = quiz.deadline_of(attempt.started_at, extra.get(attempt.person_id, 0))


def give_time(quiz: Quiz, person: Person, minutes: int) -> None:
    """So many minutes more than the others have; 0 is none."""
    found = db.session.get(ExtraTime, (quiz.id, person.id))
    if found is not None and not minutes:
        db.session.delete(found)
    elif found is not None:
        found.minutes = minutes
    elif minutes:
        db.session.add(ExtraTime(quiz_id=quiz.id, person_id=person.id, minutes=minutes))
    db.session.flush()
    reschedule(quiz)


def hold(attempts: Select[Attempt]) -> Attempt | None:
    """That one attempt, kept from everybody else until the commit."""
    return db.session.scalar(attempts.with_for_update(of=Attempt).execution_options(populate_existing=True))


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored of one answer after a save, and how it stands in the page's fields; ``kept`` tells whether it is
    what was sent."""

    given: Given
    fields: list[str]
    counter: int
    saved_at: datetime
    kept: bool


def save(attempt: Attempt, question_id: int, raw: Any, counter: int, *, now: datetime) -> Saved:
    """Store one answer, unless one with the same or a higher counter is stored already.

    Sending the same save again changes nothing. Raises NotOffered for a question or a choice that is not in the quiz.
    """
    found = queries.question_to_answer(queries.paper_of(attempt), question_id)
    if found is None or not 1 <= counter <= HIGHEST_COUNTER:
        raise NotOffered
    stored, offered = found
    given = read(offered, raw)
    if stored.counter is not None and stored.counter >= counter:
        same = stored.counter == counter and stored.given == given
        return Saved(stored.given, offered.fields(stored.given), stored.counter, stored.saved_at, kept=same)
    _write(attempt, [_Row(question_id, given, counter, is_new=stored.counter is None)], now=now)
    return Saved(given, offered.fields(given), counter, now, kept=True)


@dataclass(frozen=True, slots=True)
class FormSaved:
    """What came of a posted page: the numbers of the questions that had been answered from another place after it was
    shown, and all questions as they stand now."""

    overtaken: list[int]
    questions: list[queries.OnPage]

    @property
    def gaps(self) -> list[queries.OnPage]:
        return [question for question in self.questions if not question.is_answered]


def save_form(attempt: Attempt, fields: Mapping[int, tuple[list[str], int]], *, now: datetime) -> FormSaved:
    """Store the answers of a posted page: for each question what its fields say, and the counter they were shown with.

    An answer that was saved from another place after the page was shown is kept as it is. Questions and choices that
    are not in the quiz are passed over. Four statements, however many questions there are.
    """
    saved = FormSaved([], [])
    rows = []
    for question in queries.questions_on_page(queries.paper_of(attempt)):
        values, counter = fields.get(question.id, ([], 0))
        given = _said(question, values) if question.id in fields else question.given
        if given != question.given and counter < question.counter:
            saved.overtaken.append(question.number)
        elif given != question.given:
            new = min(max(counter, question.counter) + 1, 2 * HIGHEST_COUNTER)
            rows.append(_Row(question.id, given, new, is_new=question.saved_counter is None))
            question = replace(question, given=given, saved_counter=new)
        saved.questions.append(question)
    _write(attempt, rows, now=now)
    return saved


def _said(question: queries.OnPage, values: list[str]) -> Given:
    """What a page's fields say of a question; what is stored, where they say nothing."""
    try:
        given = read(question.offered, values)
    except NotOffered:
        return question.given
    nothing_picked = given is None and question.is_picked_once
    nothing_moved = question.given is None and given == list(question.offered.items)
    return question.given if nothing_picked or nothing_moved else given


class _Row(NamedTuple):
    question_id: int
    given: Given
    counter: int
    is_new: bool


def _write(attempt: Attempt, rows: Sequence[_Row], *, now: datetime) -> None:
    """One statement for the answers that are new, and one for those that change."""
    for statement, is_new in ((insert(Answer), True), (update(Answer), False)):
        values = [
            {"attempt_id": attempt.id, "question_id": row.question_id, "given": row.given, "counter": row.counter,
             "saved_at": now}
            for row in rows if row.is_new is is_new
        ]  # fmt: skip
        if values:
            db.session.execute(statement, values)
            attempt.saved_at = now


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Is its time up, the grace over too? Then nothing more is taken."""
    return attempt.deadline_at is not None and time_is_up(attempt.deadline_at, attempt.quiz.grace_seconds, now)


def submit(attempt: Attempt, *, now: datetime) -> None:
    """Grade the attempt for good, at the latest for the moment when its time was up. Submitting it again changes
    nothing. Where a person has to check an answer, the result waits for that."""
    if not attempt.is_open:
        return
    given = {
        row.question_id: row.given
        for row in db.session.execute(select(Answer.question_id, Answer.given).where(Answer.attempt_id == attempt.id))
    }
    old: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for asked in asked_queries.asked(queries.paper_of(attempt)):
        if not asked.kind.asks:
            continue
        put = given.get(asked.id)
        waits = asked.kind.needs_checking and put is not None
        row = {
            "attempt_id": attempt.id, "question_id": asked.id, "edition": asked.edition,
            "points": None if waits else grade(asked, put, penalty=attempt.quiz.penalty),
            "out_of": Decimal(asked.points),
        }  # fmt: skip
        if asked.id in given:
            old.append(row)
        else:
            new.append(row | {"counter": 0, "saved_at": now})
    if old:
        db.session.execute(update(Answer), old)
    if new:
        db.session.execute(insert(Answer), new)
    attempt.submitted_at = now if attempt.deadline_at is None else min(now, attempt.deadline_at)
    _settle(attempt, [(row["points"], row["out_of"]) for row in old + new])


def settle(attempt: Attempt) -> None:
    """Reckon the result anew from the points of its answers (an essay was checked, a question graded again)."""
    db.session.flush()
    rows = db.session.execute(
        select(Answer.points, Answer.out_of).where(Answer.attempt_id == attempt.id, Answer.out_of.is_not(None))
    )
    _settle(attempt, [(row.points, row.out_of) for row in rows])


def _settle(attempt: Attempt, rows: Sequence[tuple[Decimal | None, Decimal | None]]) -> None:
    points = [got for got, _ in rows if got is not None]
    attempt.max_score = sum((out_of or NOTHING for _, out_of in rows), NOTHING)
    if len(points) < len(rows):
        attempt.score = attempt.percent = attempt.passed = None
        return
    attempt.score = score_of(points)
    attempt.percent = percent_of(attempt.score, attempt.max_score)
    attempt.passed = attempt.max_score > 0 and attempt.percent >= attempt.quiz.pass_mark


def check(
    answer: Answer, points: Decimal, *, criteria: list[str] | None, comment: str, by: Person, now: datetime
) -> None:
    """A person's word about an essay: its points, those for each criterion, and a comment the learner reads. When no
    answer of the attempt waits any more, its result is reckoned."""
    answer.points = max(NOTHING, min(points, answer.out_of or NOTHING))
    answer.criteria, answer.comment = criteria, comment
    answer.checked_at, answer.checked_by_id = now, by.id
    settle(answer.attempt)
