"""When a notice may reach somebody: not in her quiet hours, and for those who want one letter a day, in the morning.

Hours are those of a clock on the wall in her zone, so they stay where they are when summer time begins. Pure.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# The one letter of the day comes at this hour, or when the quiet hours are over if they last longer.
DIGEST_HOUR = 9

Hours = tuple[int, int]


def read(words: str) -> Hours | None:
    """``21-8`` → (21, 8); empty: None. Anything else is a ValueError."""
    if not words:
        return None
    start, _, end = words.partition("-")
    hours = int(start), int(end)
    if not all(0 <= hour < 24 for hour in hours):
        raise ValueError(f"no hours of a day: {words!r}")
    return hours


def not_before(at: datetime, zone: ZoneInfo, quiet: Hours | None) -> datetime:
    """``at`` itself, or the end of the quiet hours it falls into."""
    if quiet is None or quiet[0] == quiet[1]:
        return at
    start, end = quiet
    hour = at.astimezone(zone).hour
    is_quiet = start <= hour < end if start < end else hour >= start or hour < end
    return _next(at, zone, end) if is_quiet else at


def next_digest(at: datetime, zone: ZoneInfo, quiet: Hours | None) -> datetime:
    """When the next one letter of the day goes."""
    return not_before(_next(at, zone, DIGEST_HOUR), zone, quiet)


def _next(at: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The next time that the clock there shows that hour, as an instant in the zone of ``at``."""
    here = at.astimezone(zone)
    day = here.date() + timedelta(days=here.time() >= time(hour))
    return datetime.combine(day, time(hour), zone).astimezone(at.tzinfo)
