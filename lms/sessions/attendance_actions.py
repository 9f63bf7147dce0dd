"""Marking who was there, by hand, at the screen of a centre or on site; and the log of who marked whom.

A page of ticks says three things: who was ``listed`` on it, who ``was`` ticked when it was shown, and who is
``present`` now. Only what changed in between counts, so nobody who came in meanwhile is taken back by an old page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import delete, insert, select, update

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions.actions import put_presence
from lms.sessions.models import Attendance, AttendanceMark, LiveSession, Presence


@dataclass(frozen=True)
class Ticks:
    """Ids of people as a page of ticks sends them."""

    listed: frozenset[int]
    was: frozenset[int]
    present: frozenset[int]

    def only(self, known: Collection[int]) -> Ticks:
        """Without those who do not stand on the page for this reader."""
        return Ticks(self.listed & frozenset(known), self.was, self.present)

    @property
    def new(self) -> frozenset[int]:
        return (self.listed & self.present) - self.was

    @property
    def gone(self) -> frozenset[int]:
        return (self.listed & self.was) - self.present


def mark(
    live_session: LiveSession, ticks: Ticks, *, by: Person, now: datetime, how: Presence = Presence.MARKED
) -> tuple[set[int], set[int]]:
    """Write down what the ticks say; (ids newly marked, ids taken back)."""
    there = _ways(live_session, ticks.new | ticks.gone)
    new, gone = set(ticks.new - there.keys()), set(ticks.gone & there.keys())
    if how is Presence.ROOM:  # a coordinator takes back her own word only, not what somebody pressed herself
        gone = {id for id in gone if there[id] is Presence.ROOM}
    if new:
        put_presence(live_session, [{"person_id": id, "how": how, "at": now, "by_id": by.id} for id in sorted(new)])
    if gone:
        db.session.execute(
            delete(Attendance).where(
                Attendance.live_session_id == live_session.id, Attendance.person_id.in_(sorted(gone))
            )
        )
    note(live_session, [(id, how, True) for id in sorted(new)], by=by, now=now)
    note(live_session, [(id, there[id], False) for id in sorted(gone)], by=by, now=now)
    return new, gone


def sign(person: Person, live_session: LiveSession, how: Presence, *, now: datetime) -> bool:
    """Write down that she signed in on site. False: it is not the time for it."""
    if not live_session.takes_signatures(now):
        return False
    put_presence(live_session, [{"person_id": person.id, "how": how, "at": now}])
    return True


def note(live_session: LiveSession, marks: Iterable[tuple[int, Presence, bool]], *, by: Person, now: datetime) -> None:
    """Into the log: (id of the person, how, was she there) each."""
    rows: list[dict[str, Any]] = [
        {
            "live_session_id": live_session.id,
            "person_id": person_id,
            "how": how,
            "was_there": was_there,
            "at": now,
            "by_id": by.id,
        }
        for person_id, how, was_there in marks
    ]
    if rows:
        db.session.execute(insert(AttendanceMark), rows)


def _ways(live_session: LiveSession, person_ids: Collection[int]) -> dict[int, Presence]:
    """How we know of those who were there."""
    found = db.session.execute(
        select(Attendance.person_id, Attendance.how).where(
            Attendance.live_session_id == live_session.id, Attendance.person_id.in_(sorted(person_ids))
        )
    )
    return {row.person_id: row.how for row in found}


# --- the code on the sheet --------------------------------------------------------------------------------------------
def sheet_code(live_session: LiveSession) -> str:
    """The secret in the QR code of a session. Made from the installation's key, so it is stored nowhere."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    said = f"sheet:{live_session.uid}:{live_session.sheet_number}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:24]


def is_sheet_code(live_session: LiveSession, code: str) -> bool:
    return hmac.compare_digest(sheet_code(live_session).encode(), code.encode("utf-8", "replace"))


def turn_sheet(live_session: LiveSession) -> None:
    """A new code; whoever has an old sheet signs nobody in with it."""
    turned = update(LiveSession.__table__).where(LiveSession.__table__.c.id == live_session.id)  # type: ignore[arg-type]
    db.session.execute(turned.values(sheet_number=live_session.sheet_number + 1))
