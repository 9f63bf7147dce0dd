"""Letters as lists and figures."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlalchemy import Select, func, select

from lms.extensions import db
from lms.outbox.models import Letter, LetterState

# SQLite takes 32,766 values in a statement, older builds fewer.
_AT_ONCE = 5000


class Figures(TypedDict):
    """Letters by state, and for how many seconds the longest waiting one has been due (0 when none is)."""

    counts: dict[str, int]
    oldest_seconds: int


def ids_by_key(keys: list[str]) -> dict[str, int]:
    """The letters there are among those keys."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = db.session.execute(select(Letter.key, Letter.id).where(Letter.key.in_(keys[start : start + _AT_ONCE])))
        found.update((key, letter_id) for key, letter_id in rows)
    return found


def counts() -> dict[LetterState, int]:
    """How many letters are in each state, zeros included."""
    rows = db.session.execute(select(Letter.state, func.count()).group_by(Letter.state))
    return dict.fromkeys(LetterState, 0) | dict(rows.all())


def figures(now: datetime) -> Figures:
    """For the health page. What waits for its next try is not late; what is due and still lies here is."""
    due = db.session.scalar(
        select(func.min(Letter.next_try_at)).where(
            Letter.state.in_((LetterState.QUEUED, LetterState.SENDING)), Letter.next_try_at <= now
        )
    )
    return {
        "counts": {state.value: number for state, number in counts().items()},
        "oldest_seconds": max(0, round((now - due).total_seconds())) if due else 0,
    }


def letters(states: tuple[LetterState, ...], search: str = "") -> Select[Letter]:
    """Letters in those states, the newest first; ``search`` is a part of the address or of the subject."""
    found = select(Letter).where(Letter.state.in_(states)).order_by(Letter.id.desc())
    if not search:
        return found
    part = search.strip().lower()
    return found.where(
        func.lower(Letter.recipient).contains(part, autoescape=True)
        | func.lower(Letter.subject).contains(part, autoescape=True)
    )
