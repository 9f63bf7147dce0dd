"""Handing in a quiz, and what that does to the path: the quiz is done when the attempt that counts passes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from lms.accounts.models import Person
from lms.cycles.models import Rule
from lms.extensions import db
from lms.progress.actions import complete
from lms.progress.models import Completion, Decision, How
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.quizzes.models import Attempt, Quiz
from lms.quizzes.standing import is_held_back, standing
from lms.quizzes.standing_queries import held_back_until, standings


def hand_in(attempt: Attempt, *, now: datetime) -> None:
    """Grade the attempt and write down whether the quiz is done. Doing it again changes nothing."""
    if attempt.is_open:
        quizzes.submit(attempt, now=now)
        note_result(attempt, now=now)


def note_result(attempt: Attempt, *, now: datetime) -> None:
    """Call when an attempt got its result. What was done once stays done, whatever a later attempt comes to. Where the
    result is held back until the quiz closes, so is this (``note_held_back``)."""
    if attempt.percent is not None:
        note_standing(attempt.person, attempt.quiz, now=now)


def note_standing(person: Person, quiz: Quiz, *, now: datetime) -> None:
    if quiz.rule is not Rule.PASSED:
        return
    if is_held_back(quiz.show_results, closes_at=quiz.closes_at, now=now):
        return
    if standing(queries.tries(person, quiz.id), quiz.counts, quiz.pass_mark).passed:
        complete(person, quiz, How.PASSED, now=now)


def note_held_back(*, now: datetime) -> int:
    """The quizzes that have closed: write down who has done them. A coordinator's word goes before. Gives how many."""
    passed = standings(held_back_until(now) & (Quiz.rule == Rule.PASSED)).subquery().c
    done = exists().where(Completion.activity_id == passed.quiz_id, Completion.person_id == passed.person_id)
    decided = exists().where(Decision.activity_id == passed.quiz_id, Decision.person_id == passed.person_id)
    found = db.session.execute(
        select(passed.quiz_id, passed.person_id).where(passed.passed == 1, ~done, ~decided)
    ).all()
    for row in found:
        complete(db.session.get_one(Person, row.person_id), db.session.get_one(Quiz, row.quiz_id), How.PASSED, now=now)
    return len(found)
