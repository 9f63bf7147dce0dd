"""The plan of a live session, as trainers type it: one line an item. Pure.

«00 Знакомство | 5 минут в чате» begins so many minutes after the start, «15:05 О чём писать | Дмитрий Савченко» by the
clock of the session's zone; what stands behind the bar says who or how. A line without a time follows the one before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:\s*[—–-])?\s+(?P<rest>\S.*)")
_MINUTES = re.compile(r"(?P<minutes>\d{1,3})(?:\s*[—–-])?\s+(?P<rest>\S.*)")


@dataclass(frozen=True)
class Item:
    """``at`` is the instant it begins, ``None`` where the line names no time."""

    title: str
    who: str
    at: datetime | None


def items(text: str, starts_at: datetime, zone: str) -> list[Item]:
    """The lines in the order typed, with the instants they begin at."""
    return [_item(line.strip(), starts_at, zone) for line in text.splitlines() if line.strip()]


def current(plan: list[Item], now: datetime, ends_at: datetime) -> int | None:
    """Which item is under way at that moment, counted from 0; None before the first and after the end."""
    begun = [place for place, item in enumerate(plan) if item.at is not None and item.at <= now]
    return begun[-1] if begun and now < ends_at else None


def moved(text: str, before: datetime, after: datetime, zone: str) -> str:
    """The same plan for a session that begins at another hour: times by the clock go along, minutes need not."""
    old, new = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in (before, after))
    shift = new - old

    def move(line: str) -> str:
        clock = _CLOCK.fullmatch(line.strip())
        if clock is None:
            return line
        then = datetime(2000, 1, 2, int(clock["hour"]), int(clock["minute"])) + shift
        return f"{then:%H:%M} {clock['rest']}"

    return "\n".join(move(line) for line in text.splitlines())


def _item(line: str, starts_at: datetime, zone: str) -> Item:
    clock, minutes = _CLOCK.fullmatch(line), _MINUTES.fullmatch(line)
    if clock:
        at: datetime | None = _by_the_clock(int(clock["hour"]), int(clock["minute"]), starts_at, zone)
    elif minutes:
        at = starts_at + timedelta(minutes=int(minutes["minutes"]))
    else:
        at = None
    rest = clock["rest"] if clock else minutes["rest"] if minutes else line
    title, _, who = rest.partition("|")
    return Item(title.strip(), who.strip(), at)


def _by_the_clock(hour: int, minute: int, starts_at: datetime, zone: str) -> datetime:
    """That time on the day of the start, or the next day where it would stand before the start."""
    local = starts_at.astimezone(ZoneInfo(zone))
    at = local.replace(hour=hour, minute=minute, second=0)
    return at if at >= local.replace(second=0) else at + timedelta(days=1)
