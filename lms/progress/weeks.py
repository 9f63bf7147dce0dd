"""What happened week by week. Pure; weeks_queries.py fills it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.dates import find_zone, start_of_day

MOST = 13  # so many columns still fit on a telephone


@dataclass(frozen=True)
class Week:
    """``done``: activities completed in it; ``people``: how many did something. It is told by its Monday."""

    monday: date
    done: int = 0
    people: int = 0


@dataclass(frozen=True)
class Seen:
    """A session that was held: how many were there, and how many watched the recording instead."""

    id: int
    title: str
    title_en: str
    starts_at: datetime
    zone: str
    there: int
    recording: int

    @property
    def all(self) -> int:
        return self.there + self.recording


def mondays(since: date | None, zone: str, now: datetime) -> list[date]:
    """The Mondays of the weeks from that day (or twelve weeks ago) until now, the last quarter at most."""
    today = now.astimezone(find_zone(zone)).date()
    last = today - timedelta(days=today.weekday())
    first = since - timedelta(days=since.weekday()) if since else last - timedelta(weeks=11)
    count = max(0, (last - first).days // 7)
    return [last - timedelta(weeks=back) for back in range(min(count, MOST - 1), -1, -1)]


def beginnings(of: list[date], zone: str) -> list[datetime]:
    """The first moment of each of those days."""
    return [start_of_day(day, zone) for day in of]
