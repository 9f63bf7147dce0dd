"""Saying how a session was."""

from __future__ import annotations

from datetime import datetime

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions.inserts import insert_into
from lms.sessions.models import Feedback, LiveSession


def give(person: Person, live_session: LiveSession, useful: int, clear: int, words: str, *, now: datetime) -> bool:
    """The last word counts, as long as links of its letters live. False: it is too early or too late."""
    if not live_session.takes_feedback(now):
        return False
    said = {"useful": useful, "clear": clear, "words": words, "given_at": now}
    db.session.execute(
        insert_into(Feedback.__table__)
        .values(live_session_id=live_session.id, person_id=person.id, **said)
        .on_conflict_do_update(index_elements=["live_session_id", "person_id"], set_=said)
    )
    return True
