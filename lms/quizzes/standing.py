"""Which result counts where a person has tried more than once, and whether it passes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lms.quizzes.terms import Counts, Showing


class Try(Protocol):
    @property
    def percent(self) -> int | None: ...
    @property
    def passed(self) -> bool | None: ...
    @property
    def submitted_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """``percent`` is None while no attempt has a result."""

    percent: int | None
    passed: bool


def standing(tries: Iterable[Try], counts: Counts, pass_mark: int) -> Standing:
    """``tries`` in their order; those still open, or waiting for an essay to be checked, do not count yet."""
    results = [(one.percent, bool(one.passed)) for one in tries if one.percent is not None]
    if not results:
        return Standing(None, passed=False)
    match counts:
        case Counts.FIRST:
            return Standing(*results[0])
        case Counts.LAST:
            return Standing(*results[-1])
        case Counts.AVERAGE:
            percent = sum(percent for percent, _ in results) // len(results)
            return Standing(percent, percent >= pass_mark)
    return Standing(max(percent for percent, _ in results), any(passed for _, passed in results))


def is_settled(tries: Sequence[Try], left: int | None) -> bool:
    """Can the key spoil no try any more? The quiz has been passed, or none is left and none is open."""
    return any(one.passed for one in tries) or (left == 0 and all(one.submitted_at is not None for one in tries))


def time_is_up(deadline_at: datetime, grace_seconds: int, now: datetime) -> bool:
    """Is the deadline over, and the grace for answers on their way?"""
    return now > deadline_at + timedelta(seconds=grace_seconds)


def is_held_back(showing: Showing, *, closes_at: datetime | None, now: datetime) -> bool:
    """May nothing tell yet whether the quiz is passed, not even the path? Where results are never shown, and nothing
    closes the quiz, the path tells it at once: one could not go on otherwise."""
    return showing in {Showing.AFTER_CLOSE, Showing.NEVER} and closes_at is not None and now < closes_at


def is_shown(showing: Showing, *, settled: bool, closes_at: datetime | None, now: datetime) -> bool:
    """``settled``: the quiz has been passed or no attempts are left."""
    match showing:
        case Showing.AT_ONCE:
            return True
        case Showing.SETTLED:
            return settled
        case Showing.AFTER_CLOSE:
            return closes_at is not None and now >= closes_at
    return False
