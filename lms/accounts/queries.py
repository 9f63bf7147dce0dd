"""Which people one may see. Whoever lies outside does not exist for one: a 404."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from lms import permissions as can
from lms.accounts.models import Person
from lms.extensions import db


def visible_people(person: Person) -> Select[tuple[Person]]:
    """The network's coordinators see everybody, a centre's coordinator the people of her centre, others nobody."""
    if can.coordinate(person):
        return select(Person)
    if can.look_after_people(person) and person.centre_id is not None:
        return select(Person).where(Person.centre_id == person.centre_id)
    return select(Person).where(false())


def by_email(email: str) -> Person | None:
    """The person with that address, as ``addresses.parse_email`` writes it."""
    return db.session.scalar(select(Person).where(Person.email == email))
