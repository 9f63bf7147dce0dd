"""Checking essays: points by criterion, a comment, and the result of the attempt when nothing is left to check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lms.accounts.models import Person
from lms.quizzes import actions
from lms.quizzes.checking import Criterion, points_of
from lms.quizzes.models import Answer


def check(
    answer: Answer, criteria: Sequence[Criterion], given: Sequence[Decimal], comment: str, *, by: Person, now: datetime
) -> bool:
    """Give the points for each criterion, and a comment; tells whether the attempt has its result now.

    A pass once given is kept, also where a check is changed later.
    """
    attempt, had_passed = answer.attempt, bool(answer.attempt.passed)
    points = points_of(criteria, given, answer.out_of or Decimal(0))
    told = [format(one, "f") for one in given]
    actions.check(answer, points, criteria=told, comment=comment, by=by, now=now)
    if had_passed and attempt.percent is not None:
        attempt.passed = True
    return attempt.percent is not None
