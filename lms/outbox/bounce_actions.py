"""What a returned letter does: it failed after all, and an address that is no good gets no more letters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.extensions import db
from lms.outbox.bounces import Bounce
from lms.outbox.models import AddressTrouble, Letter, LetterState
from lms.outbox.topics import Topic

# Mail servers try for five days before they give a letter back.
COMES_BACK_WITHIN = timedelta(days=7)


def note(bounce: Bounce, *, now: datetime) -> None:
    """Mark the address with the reason and the letter that came back, if it is known whose it is.

    A hard bounce stops what waits for the address, but for ways in: whoever asks for one knows her own address.
    A soft one is only noted. Anybody may forge a bounce: it is believed when it names our own Message-ID, or an address
    that a letter left for within the last days.
    """
    letter = _returned(bounce)
    if letter is None and not _was_written_to(bounce.address, now):
        return
    address = letter.recipient if letter is not None else bounce.address
    said = " ".join(part for part in (bounce.status, bounce.reason) if part)[:1000]
    _write_down(address, bounce.hard, said, now)
    if letter is not None and bounce.failed and letter.state in {LetterState.SENT, LetterState.GATHERED}:
        letter.state = LetterState.FAILED
        letter.last_answer = said if said[:1] in "45" else f"5.0.0 {said}"
    if bounce.hard:
        stopped = update(Letter).where(
            Letter.recipient == address,
            Letter.topic != Topic.SIGN_IN,
            Letter.state.in_((LetterState.QUEUED, LetterState.HELD)),
        )
        db.session.execute(stopped.values(state=LetterState.FAILED, last_answer=said))


def _returned(bounce: Bounce) -> Letter | None:
    """The letter that came back, by its Message-ID, which nobody can guess."""
    if not bounce.message_id:
        return None
    return db.session.scalar(select(Letter).where(Letter.message_id == bounce.message_id))


def _was_written_to(address: str, now: datetime) -> bool:
    lately = select(Letter.id).where(Letter.recipient == address, Letter.sent_at > now - COMES_BACK_WITHIN)
    return db.session.scalar(lately.limit(1)) is not None


def _write_down(address: str, hard: bool, reason: str, now: datetime) -> None:
    row: dict[str, Any] = {"address": address, "hard": hard, "reason": reason, "at": now}
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(AddressTrouble).values(row)
    # A soft one does not soften what was hard.
    again = {"reason": reason, "at": now} | ({"hard": True} if hard else {})
    db.session.execute(insert.on_conflict_do_update(index_elements=["address"], set_=again))
