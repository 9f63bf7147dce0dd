"""How letters fared: counts by day and topic, and how long they took. Added up in SQL, in as many statements as there
are functions here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, select
from sqlalchemy.sql.expression import cast
from sqlalchemy.types import Integer

from lms.extensions import db
from lms.outbox.models import Letter, LetterState
from lms.outbox.topics import Topic


class Fate(StrEnum):
    """What became of a letter, as the figures tell it."""

    SENT = "sent"
    WAITING = "waiting"
    REFUSED = "refused"
    RETURNED = "returned"  # it was taken, and came back
    LATE = "late"
    GATHERED = "gathered"  # in the letter of the day, which is counted itself


Counts = Counter[Fate]

_fate = case(
    (Letter.state == LetterState.SENT, Fate.SENT.value),
    (and_(Letter.state == LetterState.FAILED, Letter.sent_at.is_not(None)), Fate.RETURNED.value),
    (Letter.state == LetterState.FAILED, Fate.REFUSED.value),
    (Letter.state == LetterState.EXPIRED, Fate.LATE.value),
    (Letter.state == LetterState.GATHERED, Fate.GATHERED.value),
    else_=Fate.WAITING.value,
)


def counts(days: Sequence[datetime]) -> dict[tuple[int, Topic], Counts]:
    """{(which of the days, topic): counts} of the letters written since the first; ``days`` are their starts, in order.

    The starts come from outside: where a day begins is a matter of the reader's zone.
    """
    day = case(*[(Letter.created_at >= start, number) for number, start in reversed(list(enumerate(days)))])
    told = (
        select(day.label("day"), Letter.topic.label("topic"), _fate.label("fate"))
        .where(Letter.created_at >= days[0])
        .subquery()
    )
    columns = (told.c.day, told.c.topic, told.c.fate)
    found: dict[tuple[int, Topic], Counts] = {}
    for number, topic, fate, count in db.session.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault((number, topic), Counter())[Fate(fate)] = count
    return found


def median_seconds(since: datetime) -> float | None:
    """From writing a letter to handing it over, for half of those sent since then; None where none was."""
    return db.session.scalar(select(func.avg(_middle(since, None).c.seconds)))


def median_seconds_by_topic(since: datetime) -> dict[Topic, float]:
    middle = _middle(since, Letter.topic)
    rows = db.session.execute(select(middle.c.topic, func.avg(middle.c.seconds)).group_by(middle.c.topic))
    return {topic: float(seconds) for topic, seconds in rows}


def _middle(since: datetime, each: Any) -> Any:
    """The one or two letters in the middle of those sent since then, by how long they took; of each group, if given."""
    seconds = _seconds()
    timed = (
        select(
            Letter.topic.label("topic"),
            seconds.label("seconds"),
            func.row_number().over(partition_by=each, order_by=seconds).label("place"),
            func.count().over(partition_by=each).label("number"),
        )
        .where(Letter.state == LetterState.SENT, Letter.sent_at.is_not(None), Letter.created_at >= since)
        .subquery()
    )
    return select(timed).where((timed.c.place * 2).between(timed.c.number, timed.c.number + 2)).subquery()


def _seconds() -> ColumnElement[Any]:
    if db.engine.dialect.name == "postgresql":
        return cast(extract("epoch", Letter.sent_at) - extract("epoch", Letter.created_at), Integer)
    return cast(func.strftime("%s", Letter.sent_at), Integer) - cast(func.strftime("%s", Letter.created_at), Integer)
