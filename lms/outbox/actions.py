"""Putting letters into the outbox and taking them out again. Whoever calls commits: the letter goes with the change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import current_app
from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.extensions import db
from lms.outbox.message import Message, build, copy
from lms.outbox.models import AddressTrouble, DeliveryHold, Letter, LetterState
from lms.outbox.queries import dead_addresses, ids_by_key
from lms.outbox.signing import unsigned
from lms.outbox.topics import Topic

SENDER_NAME = "Мастерская"
# A letter with its calendar weighs some 15 KB: this many stand in memory at a time.
_AT_ONCE = 1000


def put(message: Message, *, now: datetime) -> Letter:
    """Queue one letter. A letter that is there already under this key is given back as it is."""
    letter_id = put_all([message], now=now)[message.key]
    return db.session.get_one(Letter, letter_id)


def put_all(messages: Iterable[Message], *, now: datetime) -> dict[str, int]:
    """Queue many letters in a few statements; {key: id of its letter}, with those that were there already."""
    wanted = {message.key: message for message in messages}
    ids = ids_by_key(list(wanted))
    new = [message for key, message in wanted.items() if key not in ids]
    if not new:
        return ids
    # Another transaction may put the same letters meanwhile: then there is one of each, and it is found below.
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Letter.__table__).on_conflict_do_nothing(index_elements=["key"])
    dead = dead_addresses([message.recipient for message in new])
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        db.session.execute(insert, [_row(message, now) | _fate(message, dead) for message in some])
    _note()
    return ids | ids_by_key([message.key for message in new])


def send_again(letter: Letter, *, now: datetime, recipient: str | None = None) -> Letter:
    """Queue the same content once more, to another address if one is given. What waits is not doubled but goes at once.

    Where a copy may have arrived, the new one has a Message-ID of its own: mailboxes drop what they have seen.
    """
    new_recipient = recipient or letter.recipient
    forgive(new_recipient)  # whoever presses this knows better than what came back
    if letter.is_waiting and new_recipient == letter.recipient:
        if letter.state is not LetterState.SENDING:
            letter.state = LetterState.QUEUED
            letter.next_try_at = min(letter.next_try_at, now)
            _note()
        return letter
    if letter.state is LetterState.SENT or new_recipient != letter.recipient:
        letter.message_id = _message_id()
    letter.mime = copy(
        unsigned(letter.mime),
        message_id=letter.message_id,
        date=now,
        recipient=letter.recipient,
        new_recipient=new_recipient,
    )
    letter.recipient = new_recipient
    letter.state = LetterState.QUEUED
    letter.lease = None
    letter.attempts = 0
    letter.next_try_at = now
    letter.sent_at = None
    _note()
    return letter


def send_failed_again(*, now: datetime) -> int:
    """Queue every letter that failed and is still worth sending; how many (the server was at fault, and is mended)."""
    failed = update(Letter).where(Letter.state == LetterState.FAILED, Letter.expires_at > now)
    again = failed.values(state=LetterState.QUEUED, attempts=0, next_try_at=now, lease=None, sent_at=None)
    result: Any = db.session.execute(again)
    _note()
    return int(result.rowcount)


def forgive(address: str) -> None:
    """Letters go to that address again, whatever came back from it."""
    db.session.execute(delete(AddressTrouble).where(AddressTrouble.address == address))


def hold_all(by_id: int, *, now: datetime) -> None:
    """No letter leaves until ``let_go``; those that come meanwhile wait with the others."""
    if db.session.get(DeliveryHold, 1) is None:
        db.session.add(DeliveryHold(id=1, since=now, by_id=by_id))


def let_go() -> None:
    db.session.execute(delete(DeliveryHold))
    _note()


def release(letters: Iterable[Letter], *, now: datetime) -> None:
    """What waited for the letter of the day goes by itself."""
    for letter in letters:
        letter.state, letter.next_try_at = LetterState.QUEUED, now
    _note()


def wait_until(letter_ids: Collection[int], until: datetime) -> None:
    """These go no sooner; what is under way already stays so."""
    ids = sorted(letter_ids)
    for start in range(0, len(ids), _AT_ONCE):
        db.session.execute(
            update(Letter)
            .where(
                Letter.id.in_(ids[start : start + _AT_ONCE]),
                Letter.state == LetterState.QUEUED,
                Letter.next_try_at < until,  # what waits for the morning goes on waiting
            )
            .values(next_try_at=until)
        )


def drop(key_prefix: str) -> int:
    """Take back the letters with such keys that nobody has begun to send; how many. Their keys are free again."""
    taken_back = delete(Letter).where(
        Letter.state.in_((LetterState.QUEUED, LetterState.HELD)), Letter.key.startswith(key_prefix, autoescape=True)
    )
    result: Any = db.session.execute(taken_back)
    return int(result.rowcount)


def _row(message: Message, now: datetime) -> dict[str, object]:
    message_id = _message_id()
    goes_at = max(now, message.wait_until or now)
    state = LetterState.HELD if message.for_digest else LetterState.QUEUED
    if message.wait_until and goes_at >= message.expires_at:
        state = LetterState.EXPIRED
    return {
        "key": message.key,
        "topic": message.topic,
        "person_id": message.person_id,
        "recipient": message.recipient,
        "recipient_name": message.recipient_name[:255],
        "subject": message.subject,
        "message_id": message_id,
        "mime": build(
            message,
            sender=current_app.config["MAIL_DEFAULT_SENDER"],
            sender_name=SENDER_NAME,
            message_id=message_id,
            date=now,
        ),
        "state": state,
        "attempts": 0,
        "created_at": now,
        "next_try_at": goes_at,
        "expires_at": message.expires_at,
        "last_answer": "",
    }


def _fate(message: Message, dead: dict[str, str]) -> dict[str, object]:
    """To an address that gives letters back nothing goes but the way in that its owner has just asked for."""
    if message.topic is Topic.SIGN_IN or message.recipient not in dead:
        return {}
    return {"state": LetterState.FAILED, "last_answer": dead[message.recipient]}


def _message_id() -> str:
    return f"<{uuid4()}@{current_app.config['MAIL_DOMAIN']}>"


def _note() -> None:
    """Leave word for the end of the request that the worker has something to do (see worker.py)."""
    db.session.info["letters"] = True
