"""How a season moves: by whole days, and every clock shows the hour it showed before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEK = 7


@dataclass(frozen=True)
class Shift:
    """``zone`` is the IANA zone in which days are counted where a thing has none of its own."""

    days: int
    zone: str

    def day(self, day: date) -> date:
        return day + timedelta(days=self.days)

    def instant(self, at: datetime, zone: str = "") -> datetime:
        """The same hour on the clock of that zone so many days later, also where its summer time lies between.

        An hour that the new day does not have (a clock put forward) is the one an hour later.
        """
        local = at.astimezone(ZoneInfo(zone or self.zone))
        return (local + timedelta(days=self.days)).astimezone(UTC)

    @property
    def keeps_weekdays(self) -> bool:
        return self.days % _WEEK == 0


def next_season(first: date) -> date:
    """About a year later, on the same day of the week."""
    return first + timedelta(weeks=52)


def title_of_next(title: str, first: date) -> str:
    """«Школа — 2026» becomes «Школа — 2027»; what names no year stays."""
    return title.replace(str(first.year), str(next_season(first).year))
