"""What a corrected question changes in results that are already given. Pure.

What each question is worth in an attempt stays; only which answers are right is looked at anew. A pass once given is
kept, whatever the new points are: nobody is told afterwards that what was passed is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lms.quizzes.grading import Asked, grade, percent_of, score_of


@dataclass(frozen=True, slots=True)
class Settled:
    """A submitted attempt: ``points`` by question id, of ``out_of`` in all; what was given to the corrected question
    and what that was worth."""

    attempt_id: int
    person_id: int
    points: Mapping[int, Decimal]
    out_of: Decimal
    percent: int
    passed: bool
    given: Any
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    attempt_id: int
    person_id: int
    points: Decimal
    score: Decimal
    old_percent: int
    percent: int
    was_passed: bool
    # By its new points alone.
    reaches: bool

    @property
    def passed(self) -> bool:
        return self.was_passed or self.reaches


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a correction does: every attempt with its new result, and whose differ (people, each counted once)."""

    changes: Sequence[Change]

    def _people(self, changes: Iterable[Change]) -> set[int]:
        return {change.person_id for change in changes}

    @property
    def people(self) -> int:
        return len(self._people(self.changes))

    @property
    def better(self) -> set[int]:
        return self._people(one for one in self.changes if one.percent > one.old_percent)

    @property
    def worse(self) -> set[int]:
        return self._people(one for one in self.changes if one.percent < one.old_percent)

    @property
    def newly_passed(self) -> set[int]:
        passed_before = self._people(one for one in self.changes if one.was_passed)
        return self._people(one for one in self.changes if one.passed) - passed_before

    @property
    def kept_passes(self) -> set[int]:
        """Who would not have passed by the new key, in any attempt, and keeps the pass."""
        reach = self._people(one for one in self.changes if one.reaches)
        return self._people(one for one in self.changes if one.was_passed) - reach

    @property
    def changes_something(self) -> bool:
        return bool(self.better or self.worse or self.newly_passed)


def outlook(attempts: Iterable[Settled], asked: Asked, *, pass_mark: int, penalty: int = 0) -> Outlook:
    return Outlook([_change(one, asked, pass_mark, penalty) for one in attempts])


def _change(settled: Settled, asked: Asked, pass_mark: int, penalty: int) -> Change:
    points = grade(replace(asked, points=settled.worth), settled.given, penalty=penalty)  # type: ignore[arg-type]
    score = score_of([*({**settled.points, asked.id: points}).values()])
    percent = percent_of(score, settled.out_of)
    return Change(
        settled.attempt_id, settled.person_id, points, score, settled.percent, percent, settled.passed,
        reaches=settled.out_of > 0 and percent >= pass_mark,
    )  # fmt: skip
