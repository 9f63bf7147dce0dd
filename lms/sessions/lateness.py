"""Who came late and who left early. Pure: instants in, whole minutes out, 0 where it is neither."""

from __future__ import annotations

from datetime import datetime

from lms.sessions.models import LATE_AFTER, SEEN_COMING, Presence


def late_by(how: Presence | None, came_at: datetime | None, starts_at: datetime) -> int:
    """A mark by hand says nothing of when somebody came."""
    if how not in SEEN_COMING or came_at is None or came_at < starts_at + LATE_AFTER:
        return 0
    return int((came_at - starts_at).total_seconds() // 60)


def early_by(left_at: datetime | None, ends_at: datetime) -> int:
    if left_at is None or left_at > ends_at - LATE_AFTER:
        return 0
    return int((ends_at - left_at).total_seconds() // 60)
