"""What time it is. Instants are aware and in UTC; a zone is needed only to say them to a person."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, to the second (letters, pages and calendars show no finer)."""
    return datetime.now(UTC).replace(microsecond=0)
