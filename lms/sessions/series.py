"""The days of a series: every so many weeks, or listed. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

MOST = 60  # sessions in one go
_BETWEEN = re.compile(r"[\s,;]+")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def every(first: date, weeks: int, times: int) -> list[date]:
    """``times`` days, each so many weeks after the one before."""
    return [first + timedelta(weeks=weeks * number) for number in range(times)]


def listed(first: date, text: str) -> list[date]:
    """The first day and those in the text (03.12.2026 or 2026-12-03), in order, each once.

    A ValueError carries the word that is no day.
    """
    return sorted({first, *[_day(word) for word in _BETWEEN.split(text) if word]})


def _day(word: str) -> date:
    dotted = _DOTTED.fullmatch(word)
    try:
        return date(int(dotted[3]), int(dotted[2]), int(dotted[1])) if dotted else date.fromisoformat(word)
    except ValueError as error:
        raise ValueError(word) from error
