"""Handing in a quiz, and what that does to the path: the quiz is done when the attempt that counts passes it."""

from __future__ import annotations

from datetime import datetime

from lms.cycles.models import Rule
from lms.progress.actions import complete
from lms.progress.models import How
from lms.quizzes import actions as quizzes
from lms.quizzes import queries
from lms.quizzes.models import Attempt
from lms.quizzes.standing import standing


def hand_in(attempt: Attempt, *, now: datetime) -> None:
    """Grade the attempt and write down whether the quiz is done. Doing it again changes nothing."""
    if attempt.is_open:
        quizzes.submit(attempt, now=now)
        note_result(attempt, now=now)


def note_result(attempt: Attempt, *, now: datetime) -> None:
    """Call when an attempt got its result. What was done once stays done, whatever a later attempt comes to."""
    quiz = attempt.quiz
    if quiz.rule is not Rule.PASSED or attempt.percent is None:
        return
    if standing(queries.tries(attempt.person, quiz.id), quiz.counts, quiz.pass_mark).passed:
        complete(attempt.person, quiz, How.PASSED, now=now)
