"""Letters as lists and figures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import undefer

from lms.extensions import db
from lms.outbox.models import AddressTrouble, DeliveryHold, Letter, LetterState

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


def counts(search: str = "") -> dict[LetterState, int]:
    """How many of the letters found are in each state, zeros included."""
    rows = db.session.execute(select(Letter.state, func.count()).where(_found(search)).group_by(Letter.state))
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


def letters(states: Collection[LetterState], search: str = "") -> Select[Letter]:
    """Letters in those states, the newest first."""
    return select(Letter).where(Letter.state.in_(states), _found(search)).order_by(Letter.id.desc())


def newest(person_id: int, key_prefix: str) -> Letter | None:
    """The last letter to that person with such a key."""
    hers = select(Letter).where(Letter.person_id == person_id, Letter.key.startswith(key_prefix, autoescape=True))
    return db.session.scalar(hers.order_by(Letter.id.desc()).limit(1))


def held_letters(now: datetime) -> list[Letter]:
    """What waits for the letter of the day, of those for whom its hour has come; by person, the oldest first."""
    due = select(Letter.person_id).where(Letter.state == LetterState.HELD, Letter.next_try_at <= now)
    held = select(Letter).where(Letter.state == LetterState.HELD, Letter.expires_at > now, Letter.person_id.in_(due))
    return list(db.session.scalars(held.order_by(Letter.person_id, Letter.id).options(undefer(Letter.mime))))


def dead_addresses(addresses: Collection[str]) -> dict[str, str]:
    """{address: why} of those that letters no longer go to."""
    found: dict[str, str] = {}
    wanted = sorted(set(addresses))
    for start in range(0, len(wanted), _AT_ONCE):
        rows = db.session.execute(
            select(AddressTrouble.address, AddressTrouble.reason).where(
                AddressTrouble.hard, AddressTrouble.address.in_(wanted[start : start + _AT_ONCE])
            )
        )
        found.update((address, reason) for address, reason in rows)
    return found


def trouble_of(address: str) -> AddressTrouble | None:
    return db.session.get(AddressTrouble, address)


def held_since() -> datetime | None:
    """Since when all letters are held back; None while they go."""
    return db.session.scalar(select(DeliveryHold.since))


def to_send_again(now: datetime) -> int:
    """How many failed and are still worth sending."""
    failed = select(func.count()).where(Letter.state == LetterState.FAILED, Letter.expires_at > now)
    return db.session.scalar(failed) or 0


def _found(search: str) -> ColumnElement[bool]:
    """A part of the recipient's address or name, or of the subject."""
    part = search.strip().lower()
    if not part:
        return true()
    columns = (Letter.recipient, Letter.recipient_name, Letter.subject)
    return or_(*[func.lower(column).contains(part, autoescape=True) for column in columns])
