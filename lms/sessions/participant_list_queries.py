"""A provider's list beside the people we know: who is who by address, and who might be by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.extensions import db
from lms.sessions.attendance_queries import names_of, plain
from lms.sessions.models import LiveSession, ParticipantList
from lms.sessions.participant_lists import Participant
from lms.sessions.queries import AnyRow

_AT_ONCE = 500


@dataclass(frozen=True)
class Row:
    """One participant and what we make of her. ``place`` is hers in the list, from 0.

    ``person`` is hers by the exact address, or by a human's word (``by_hand``); ``maybe`` are people of exactly that
    whole name: shown to a human, matched by nobody.
    """

    place: int
    participant: Participant
    person: AnyRow | None = None
    by_hand: bool = False
    leads: bool = False
    maybe: list[AnyRow] = field(default_factory=list)


def lists_of(live_session: LiveSession) -> list[ParticipantList]:
    """The newest first."""
    found = select(ParticipantList).where(ParticipantList.live_session_id == live_session.id)
    return list(db.session.scalars(found.order_by(ParticipantList.id.desc())))


def reconciled(kept: ParticipantList, live_session: LiveSession, expected: list[AnyRow]) -> list[Row]:
    """Its rows; ``expected`` are the session's ``attendance_rows``, among whom names are looked for."""
    found = [Participant.of(row) for row in kept.rows]
    assigned = {int(place): int(person_id) for place, person_id in kept.assigned.items()}
    by_address = people_at({one.address for one in found if one.address})
    by_id = people_with(assigned.values())
    leaders = {person.id for person in live_session.trainers}
    by_name: dict[str, list[AnyRow]] = {}
    for row in expected:
        for name in names_of(row) - {plain(row.email)}:
            by_name.setdefault(name, []).append(row)
    rows = []
    for place, one in enumerate(found):
        person = by_address.get(one.address)
        by_hand = person is None and place in assigned
        person = by_id.get(assigned[place]) if by_hand else person
        maybe = [] if person else by_name.get(plain(one.name), [])
        rows.append(Row(place, one, person, by_hand, person is not None and person.id in leaders, maybe))
    return rows


def people_at(addresses: Iterable[str]) -> dict[str, AnyRow]:
    """Who may come in here and has one of these addresses, by address."""
    wanted, found = sorted(addresses), {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = db.session.execute(_PEOPLE.where(Person.email.in_(wanted[start : start + _AT_ONCE])))
        found.update({row.email: row for row in rows})
    return found


def people_with(ids: Iterable[int]) -> dict[int, AnyRow]:
    rows = db.session.execute(_PEOPLE.where(Person.id.in_(sorted(set(ids)))))
    return {row.id: row for row in rows}


_PEOPLE = (
    select(
        Person.id, Person.email, Person.family_name, Person.given_name,
        Centre.name.label("centre_name"), Centre.name_en.label("centre_name_en"),
    )
    .outerjoin(Centre, Centre.id == Person.centre_id)
    .where(Person.suspended_at.is_(None))
)  # fmt: skip
