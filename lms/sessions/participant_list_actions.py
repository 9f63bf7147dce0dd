"""Keeping a provider's list, saying whose a row is, and writing who was there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.extensions import db
from lms.sessions.actions import put_presence
from lms.sessions.attendance_actions import note
from lms.sessions.models import SEEN_COMING, Attendance, LiveSession, ParticipantList, Presence
from lms.sessions.participant_list_queries import Row
from lms.sessions.participant_lists import Participant


def keep(
    found: list[Participant], live_session: LiveSession, *, source: str, by: Person, now: datetime
) -> ParticipantList:
    kept = ParticipantList(
        live_session_id=live_session.id,
        by_id=by.id,
        created_at=now,
        source=source,
        rows=[one.kept() for one in found],
        assigned={},
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def assign(kept: ParticipantList, whose: Mapping[int, int]) -> None:
    """A human says whose those rows are: the person's id by the row's place."""
    if whose:
        kept.assigned = kept.assigned | {str(place): person_id for place, person_id in whose.items()}


def write(kept: ParticipantList, rows: list[Row], live_session: LiveSession, *, by: Person, now: datetime) -> set[int]:
    """Everybody recognised was there, but for those who lead; the ids of those of whom we did not know yet."""
    stays: dict[int, Participant] = {}
    for row in rows:
        if row.person is not None and not row.leads:
            known = stays.get(row.person.id)
            stays[row.person.id] = together(known, row.participant) if known else row.participant
    attended = {
        one.person_id: one
        for one in db.session.scalars(select(Attendance).where(Attendance.live_session_id == live_session.id))
    }
    new = {person_id: stay for person_id, stay in stays.items() if person_id not in attended}
    for person_id, stay in stays.items():
        if person_id in attended:
            _tell_more(attended[person_id], stay)
    if new:
        put_presence(live_session, [_row(id, stay, live_session, by) for id, stay in sorted(new.items())])
        note(live_session, [(id, Presence.LISTED, True) for id in sorted(new)], by=by, now=now)
    kept.written_at = now
    return set(new)


def together(one: Participant, other: Participant) -> Participant:
    """One person who stands in the list twice, under two addresses."""
    return Participant(
        one.name,
        one.address,
        min((at for at in (one.joined_at, other.joined_at) if at), default=None),
        max((at for at in (one.left_at, other.left_at) if at), default=None),
        None if one.minutes is None and other.minutes is None else (one.minutes or 0) + (other.minutes or 0),
        one.lines + other.lines,
    )


def _row(person_id: int, stay: Participant, live_session: LiveSession, by: Person) -> dict[str, object]:
    return {
        "person_id": person_id,
        "how": Presence.LISTED,
        "at": stay.joined_at or live_session.starts_at,
        "left_at": stay.left_at,
        "minutes": stay.minutes,
        "by_id": by.id,
    }


def _tell_more(known: Attendance, stay: Participant) -> None:
    """What the list adds to a presence we know of; a mark by hand gets the time somebody came."""
    known.left_at, known.minutes = (
        stay.left_at or known.left_at,
        known.minutes if stay.minutes is None else stay.minutes,
    )
    if stay.joined_at is None:
        return
    if known.how is Presence.MARKED:
        known.how, known.at = Presence.LISTED, stay.joined_at
    elif known.how in SEEN_COMING:
        known.at = min(known.at, stay.joined_at)
