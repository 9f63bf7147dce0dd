"""Carrying letters out: claim one → commit → hand it over → mark it and claim the next in one step → commit.

So there is one commit a letter, and a worker killed at any moment has at most one letter in its hands. Unless it noted
that the server had accepted it (``journal``), that letter comes back when its lease ends and is sent once more, with
the same Message-ID. No transaction is open while a server is spoken to. Any number of workers may do this at once: on
PostgreSQL they skip each other's rows, on SQLite they take turns.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from flask import current_app
from sqlalchemy import Connection, Table, and_, case, or_, select, update

from lms.clock import now
from lms.extensions import db
from lms.outbox import signing
from lms.outbox.journal import Fate, Journal, fate_of, forget_old
from lms.outbox.models import DeliveryHold, Letter, LetterState
from lms.outbox.post import Carrier, Refused, Unreachable, carrier

log = structlog.get_logger()

# How long to wait after the first, second, … try; the last holds until the letter expires.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
# So many letters in a row that met with the server's own trouble, and this run leaves the rest for the next.
PATIENCE = 3

_letter = cast(Table, Letter.__table__)
_column = _letter.c


@dataclass(frozen=True)
class Claimed:
    """A letter that is ours until the lease ends; ``ends`` on the clock of ``time.monotonic``."""

    id: int
    recipient: str
    mime: bytes
    attempts: int
    ends: float


def deliver(stop: Callable[[], bool] = lambda: False) -> int:
    """Carry out every letter that is due, and give how many were sent. Ends early, between letters, when ``stop()``."""
    if not _is_anything_due():
        return 0
    word = secrets.token_hex(8)
    sent = troubles = 0
    folder = Path(current_app.config["DATA_FOLDER"]) / "accepted"
    with db.engine.begin() as connection:
        _tidy(connection, now(), folder)
        letter = None if stop() else _claim(connection, word)
    forget_old(folder)
    with carrier() as way_out, Journal(folder, word) as notes:
        while letter is not None:
            outcome, trouble = _try(way_out, letter, word, notes)
            troubles = troubles + trouble if trouble else 0
            sent += outcome["state"] is LetterState.SENT
            log.info("letter", id=letter.id, state=outcome["state"].value, attempt=letter.attempts)
            with db.engine.begin() as connection:
                _mark(connection, letter, word, outcome)
                letter = None if troubles >= PATIENCE or stop() else _claim(connection, word)
    return sent


def _sealed(letter: Claimed, word: str) -> bytes:
    """Signed, if letters are signed here; it is kept so before it is carried, so that every try is the same letter."""
    if not signing.is_on() or signing.is_signed(letter.mime):
        return letter.mime
    sealed = signing.sign(letter.mime)
    with db.engine.begin() as connection:
        _mark(connection, letter, word, {"mime": sealed, "lease": word})
    return sealed


def _try(way_out: Carrier, letter: Claimed, word: str, notes: Journal) -> tuple[dict[str, Any], int]:
    """What one try comes to for the letter's row, and how much the server seemed to be in trouble (see PATIENCE)."""
    try:
        mime = _sealed(letter, word)
        seconds = letter.ends - time.monotonic()
        leaving = partial(notes.leaving, letter.id)
        answer = way_out.carry(letter.id, letter.recipient, mime, seconds=seconds, leaving=leaving)
        notes.accepted(letter.id)
    except Refused as refusal:
        if refusal.final:
            return {"state": LetterState.FAILED, "last_answer": refusal.answer}, 0
        again = now() + wait(letter.attempts)
        return {"state": LetterState.QUEUED, "next_try_at": again, "last_answer": refusal.answer}, int(refusal.trouble)
    except Unreachable as error:
        # The letter was not tried: the try is not counted, and it is the first to go when the server is back.
        untried = {"state": LetterState.QUEUED, "next_try_at": now(), "attempts": letter.attempts - 1}
        return untried | {"last_answer": str(error)}, PATIENCE
    return {"state": LetterState.SENT, "sent_at": now(), "last_answer": answer}, 0


def wait(attempts: int) -> timedelta:
    """How long to wait after so many tries, a tenth more or less, so that letters do not all come back at once."""
    return WAITS[min(attempts, len(WAITS)) - 1] * random.uniform(0.9, 1.1)


def _is_anything_due() -> bool:
    """Asked without writing, so that an idle minute changes nothing in the database."""
    at = now()
    with db.engine.connect() as connection:
        waiting = or_(_column.next_try_at <= at, _column.expires_at <= at)
        due = or_(
            and_(_column.state == LetterState.QUEUED, waiting),
            and_(_column.state == LetterState.HELD, _column.expires_at <= at),
            and_(_column.state == LetterState.SENDING, _column.next_try_at <= at),
        )
        return connection.scalar(select(_column.id).where(due).limit(1)) is not None


def _tidy(connection: Connection, at: datetime, folder: Path) -> None:
    """See to what a worker left when it died, and drop what comes too late.

    A letter that was accepted is sent, and one that had not left goes when it would have gone; once, for it may be the
    letter that ends workers. Of any other nobody knows: it goes on behind all that waits, so that, should whatever
    ended the worker end others too, none of them carries it a third time.
    """
    lapsed = and_(_column.state == LetterState.SENDING, _column.next_try_at <= at)
    left: dict[Fate, list[int]] = {fate: [] for fate in Fate}
    for id, lease in connection.execute(select(_column.id, _column.lease).where(lapsed)):
        left[fate_of(folder, lease, id)].append(id)
    sent = {"state": LetterState.SENT, "sent_at": at, "last_answer": "accepted"}
    its_turn = case((_column.attempts == 1, _column.created_at), else_=at)
    untried = {"state": LetterState.QUEUED, "next_try_at": its_turn}
    unknown = {"state": LetterState.QUEUED, "next_try_at": at}
    for fate, outcome in ((Fate.ACCEPTED, sent), (Fate.KEPT, untried), (Fate.UNKNOWN, unknown)):
        if left[fate]:
            ours = and_(lapsed, _column.id.in_(left[fate]))
            connection.execute(update(_letter).where(ours).values({"lease": None} | outcome))
    late = and_(_column.state.in_((LetterState.QUEUED, LetterState.HELD)), _column.expires_at <= at)
    connection.execute(update(_letter).where(late).values(state=LetterState.EXPIRED))


def _claim(connection: Connection, word: str) -> Claimed | None:
    """The letter that has waited longest becomes ours for OUTBOX_LEASE seconds."""
    at, seconds = now(), current_app.config["OUTBOX_LEASE"]
    held = select(DeliveryHold.id).exists()
    first = (
        select(_column.id)
        .where(_column.state == LetterState.QUEUED, _column.next_try_at <= at, _column.expires_at > at, ~held)
        .order_by(_column.next_try_at, _column.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(_letter)
        .where(_column.id == first.scalar_subquery())
        .values(
            state=LetterState.SENDING,
            lease=word,
            attempts=_column.attempts + 1,
            # Our clock shows whole seconds: the one that may be missing is given back.
            next_try_at=at + timedelta(seconds=seconds + 1),
        )
        .returning(_column.id, _column.recipient, _column.mime, _column.attempts)
    )
    row = connection.execute(claim).one_or_none()
    if row is None:
        return None
    return Claimed(row.id, row.recipient, row.mime, row.attempts, time.monotonic() + seconds)


def _mark(connection: Connection, letter: Claimed, word: str, outcome: dict[str, Any]) -> None:
    """Only while the lease is still ours: whoever took the letter over decides about it."""
    ours = and_(_column.id == letter.id, _column.lease == word)
    connection.execute(update(_letter).where(ours).values({"lease": None} | outcome))
