"""Who has earned a certificate, who has one, and whose one may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select

from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.centres.models import Centre
from lms.certificates import numbers
from lms.certificates.models import Certificate
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.progress.completion_queries import cycle_completions
from lms.progress.models import CycleCompletion


def completed(person: Person, cycle: Cycle) -> dict[int, datetime]:
    """Of those whom this person may see: whose completion of the cycle is on record, and since when."""
    theirs = visible_people(person).where(Person.suspended_at.is_(None)).with_only_columns(Person.id).order_by(None)
    rows = cycle_completions(cycle).where(CycleCompletion.person_id.in_(theirs))
    columns = rows.with_only_columns(CycleCompletion.person_id, CycleCompletion.at).order_by(None)
    return {row.person_id: row.at for row in db.session.execute(columns)}


def ready_ids(person: Person, cycle: Cycle) -> set[int]:
    """Of those whom this person may see: who has completed the cycle and never had a certificate of it."""
    theirs = visible_people(person).where(Person.suspended_at.is_(None)).with_only_columns(Person.id).order_by(None)
    held = exists().where(
        Certificate.cycle_id == CycleCompletion.cycle_id, Certificate.person_id == CycleCompletion.person_id
    )
    rows = cycle_completions(cycle).where(CycleCompletion.person_id.in_(theirs), ~held)
    return set(db.session.scalars(rows.with_only_columns(CycleCompletion.person_id).order_by(None)))


# --- those that were given --------------------------------------------------------------------------------------------
def current_of(person: Person, cycle_id: int | None = None) -> list[Certificate]:
    """The person's own, the last edition of each, the newest first."""
    own = select(Certificate).where(Certificate.person_id == person.id, Certificate.replaced_at.is_(None))
    if cycle_id is not None:
        own = own.where(Certificate.cycle_id == cycle_id)
    return list(db.session.scalars(own.order_by(Certificate.issued_at.desc(), Certificate.id.desc())))


def by_address(address: str) -> Certificate | None:
    """Whoever knows the whole address knows its code."""
    parts = numbers.parse(address)
    if parts is None:
        return None
    year, serial, code = parts
    return db.session.scalar(
        select(Certificate).where(Certificate.code == code, Certificate.year == year, Certificate.serial == serial)
    )


def visible_certificates(person: Person, cycle: Cycle) -> Select[Certificate]:
    """The network's coordinators see all, a centre's those of her people."""
    theirs = visible_people(person).with_only_columns(Person.id).order_by(None)
    return select(Certificate).where(Certificate.cycle_id == cycle.id, Certificate.person_id.in_(theirs))


def holders(cycle: Cycle) -> set[int]:
    """Ids of those who have, or had, one for the cycle: nobody gets a second by itself."""
    return set(db.session.scalars(select(Certificate.person_id).where(Certificate.cycle_id == cycle.id)))


# --- the coordinator's list -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Counts:
    ready: int
    valid: int
    revoked: int


def counts(person: Person, cycle: Cycle, ready: list[int]) -> Counts:
    given = visible_certificates(person, cycle).where(Certificate.replaced_at.is_(None)).subquery()
    valid, revoked = db.session.execute(
        select(
            func.count(given.c.id).filter(given.c.revoked_at.is_(None)),
            func.count(given.c.id).filter(given.c.revoked_at.is_not(None)),
        )
    ).one()
    return Counts(len(ready), valid, revoked)


def ready_rows(cycle: Cycle, ids: list[int]) -> list[Any]:
    """The people with those ids by centre and name."""
    completers = select(CycleCompletion.person_id).where(CycleCompletion.cycle_id == cycle.id)
    rows = db.session.execute(
        select(
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Centre.slug,
            Centre.name,
            Centre.name_en,
        )
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(Person.id.in_(completers))
        .order_by(Centre.id.is_(None), Centre.name, Person.family_name, Person.given_name, Person.id)
    )
    wanted = set(ids)
    return [row for row in rows if row.id in wanted]


def register_rows(person: Person, cycle: Cycle, *, state: str = "", every_edition: bool = False) -> list[Any]:
    """Certificates by number, each with its person's centre. ``state``: valid, revoked, or all."""
    chosen = visible_certificates(person, cycle).with_only_columns(Certificate.id)
    rows = (
        select(
            Certificate.id,
            Certificate.year,
            Certificate.serial,
            Certificate.edition,
            Certificate.name,
            Certificate.hours,
            Certificate.completed_at,
            Certificate.issued_at,
            Certificate.replaced_at,
            Certificate.revoked_at,
            Certificate.reason,
            Certificate.code,
            Centre.slug,
            Centre.name.label("centre"),
            Centre.name_en.label("centre_en"),
        )
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(Certificate.id.in_(chosen))
        .order_by(Certificate.year, Certificate.serial, Certificate.edition)
    )
    if not every_edition:
        rows = rows.where(Certificate.replaced_at.is_(None))
    if state:
        rows = rows.where(Certificate.revoked_at.is_(None) if state == "valid" else Certificate.revoked_at.is_not(None))
    return list(db.session.execute(rows))


def editions(certificate: Certificate) -> list[Certificate]:
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == certificate.person_id, Certificate.cycle_id == certificate.cycle_id)
            .order_by(Certificate.edition)
        )
    )


def revoked_codes() -> list[tuple[str, datetime]]:
    return [
        (code, at)
        for code, at in db.session.execute(
            select(Certificate.code, Certificate.revoked_at).where(Certificate.revoked_at.is_not(None))
        )
        if at is not None
    ]
