"""Pages of a calendar: which days they show, and what lies on each. Pure: days and rows in, days out.

A day is that of the reader's zone; a session of several days lies on each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

# So many days an agenda looks ahead.
AGENDA = 60
_AT = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


class Span(StrEnum):
    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass
class Day:
    day: date
    is_outside: bool = False  # of the month before or after
    rows: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """``first`` to ``last`` are the days on it; ``at`` names it, ``previous`` and ``following`` its neighbours."""

    span: Span
    at: str
    previous: str
    following: str
    anchor: date
    first: date
    last: date

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """From its first midnight to that after its last day."""
        tz = ZoneInfo(zone)
        return (
            datetime.combine(self.first, time(), tzinfo=tz),
            datetime.combine(self.last + timedelta(days=1), time(), tzinfo=tz),
        )

    def days(self, rows: Iterable[Any], zone: str) -> list[Day]:
        """Its days in order, each with its sessions; an agenda has only those with any."""
        tz, count = ZoneInfo(zone), (self.last - self.first).days + 1
        found = [Day(self.first + timedelta(days=shift)) for shift in range(count)]
        for day in found:
            day.is_outside = self.span is Span.MONTH and day.day.month != self.anchor.month
        for row in rows:
            starts = row.starts_at.astimezone(tz).date()
            ends = (row.ends_at - timedelta(seconds=1)).astimezone(tz).date()
            for day in found:
                if starts <= day.day <= ends:
                    day.rows.append(row)
        return [day for day in found if day.rows] if self.span is Span.AGENDA else found


def read_day(text: str, today: date) -> date:
    """The day of «2026-12» or «2026-12-03»; today where that says none."""
    found = _AT.fullmatch(text)
    if found is None:
        return today
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return today
    return day if 2000 <= day.year <= 2100 else today


def page(span: Span, day: date) -> Page:
    if span is Span.MONTH:
        return _month(day.replace(day=1))
    if span is Span.WEEK:
        monday = day - timedelta(days=day.weekday())
        before, after = monday - timedelta(days=7), monday + timedelta(days=7)
        return Page(span, str(monday), str(before), str(after), monday, monday, monday + timedelta(days=6))
    before, after = day - timedelta(days=AGENDA), day + timedelta(days=AGENDA)
    return Page(span, str(day), str(before), str(after), day, day, after - timedelta(days=1))


def _month(first: date) -> Page:
    """Whole weeks, from Monday to Sunday."""
    after = (first + timedelta(days=31)).replace(day=1)
    last = after - timedelta(days=1)
    return Page(
        Span.MONTH,
        f"{first:%Y-%m}",
        f"{first - timedelta(days=1):%Y-%m}",
        f"{after:%Y-%m}",
        first,
        first - timedelta(days=first.weekday()),
        last + timedelta(days=6 - last.weekday()),
    )
