"""Which people one may see, and lists of them. Whoever lies outside does not exist for one: a 404."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, false, func, select

from lms import permissions as can
from lms.accounts.models import PeopleImport, Person, PersonRole, Role
from lms.accounts.verdicts import Known
from lms.centres.models import Centre
from lms.extensions import db


def visible_people(person: Person) -> Select[Person]:
    """The network's coordinators see everybody, a centre's coordinator the people of her centre, others nobody.

    Guests of a session are no people of the network.
    """
    if can.coordinate(person):
        return select(Person).where(Person.is_guest.is_(False))
    if can.look_after_people(person) and person.centre_id is not None:
        return select(Person).where(Person.centre_id == person.centre_id, Person.is_guest.is_(False))
    return select(Person).where(false())


def by_email(email: str) -> Person | None:
    """The person with that address, as ``addresses.parse_email`` writes it; a guest has no account."""
    return db.session.scalar(select(Person).where(Person.email == email, Person.is_guest.is_(False)))


def guest_by_email(email: str) -> Person | None:
    """Whoever was invited to a session by that address and has no account."""
    return db.session.scalar(select(Person).where(Person.email == email, Person.is_guest.is_(True)))


# --- lists ------------------------------------------------------------------------------------------------------------
_AT_ONCE = 5000


@dataclass(frozen=True)
class Choice:
    """Which of the visible people are listed: by centre (its id), role, a part of name or address."""

    centre_id: int | None = None
    role: Role | None = None
    search: str = ""


@dataclass(frozen=True)
class Figures:
    """How many people there are, and of these: not here yet, suspended."""

    all: int
    never_here: int
    suspended: int


NEVER_HERE = Person.last_seen_at.is_(None) & Person.suspended_at.is_(None)
SUSPENDED = Person.suspended_at.is_not(None)


def chosen_people(person: Person, choice: Choice) -> ColumnElement[bool]:
    """Is a row of Person among those that this person sees and chose?"""
    within: ColumnElement[bool] = Person.id.in_(visible_people(person).with_only_columns(Person.id))
    if choice.centre_id is not None:
        within &= Person.centre_id == choice.centre_id
    if choice.role is not None:
        within &= exists().where(PersonRole.person_id == Person.id, PersonRole.role == choice.role)
    for word in _plain(choice.search).split():
        within &= _searched_text().contains(word, autoescape=True)
    return within


def figures(chosen: ColumnElement[bool]) -> Figures:
    row = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((NEVER_HERE, 1), else_=0)), 0),
            func.coalesce(func.sum(case((SUSPENDED, 1), else_=0)), 0),
        ).where(chosen)
    ).one()
    return Figures(*row)


def person_rows(chosen: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """What a list says of each, by name; its roles are ``roles_of`` those rows."""
    return (
        select(
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Person.email,
            Person.position,
            Person.last_seen_at,
            Person.suspended_at,
            Centre.name,
            Centre.name_en,
        )
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(chosen)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )


def roles_of(person_ids: Iterable[int]) -> dict[int, list[Role]]:
    """The roles of those people, the weightiest first."""
    order = list(reversed(Role))
    found: dict[int, list[Role]] = {}
    rows = db.session.execute(
        select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(list(person_ids)))
    )
    for person_id, role in sorted(rows, key=lambda row: order.index(row.role)):
        found.setdefault(person_id, []).append(role)
    return found


# --- pasted lists -----------------------------------------------------------------------------------------------------
def imports_by(person: Person) -> Select[PeopleImport]:
    """A pasted list is for its maker alone, as long as she looks after people."""
    return select(PeopleImport).where(PeopleImport.by_id == person.id)


def known_people(person: Person, emails: Iterable[str]) -> dict[str, Known]:
    """Who has those addresses already, and which of them this person may change."""
    wanted = sorted(emails)
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        people = db.session.execute(
            select(
                Person.id,
                Person.email,
                Person.family_name,
                Person.given_name,
                Person.patronymic,
                Person.position,
                Person.centre_id,
            ).where(Person.email.in_(wanted[start : start + _AT_ONCE]))
        ).all()
        roles = roles_of(row.id for row in people)
        for row in people:
            mine = can.coordinate(person) or (person.centre_id is not None and row.centre_id == person.centre_id)
            mine = mine and all(can.give_role(person, role) for role in roles.get(row.id, []))
            found[row.email] = Known(
                row.id, row.family_name, row.given_name, row.patronymic, row.position, row.centre_id, mine
            )
    return found


def _searched_text() -> ColumnElement[str]:
    whole = Person.family_name + " " + Person.given_name + " " + Person.patronymic + " " + Person.email
    return func.replace(func.lower(whole), "ё", "е")


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")[:100]
