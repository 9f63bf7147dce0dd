"""Giving certificates, revoking them, giving a new edition. Whoever calls commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.certificates import mail, numbers, queries
from lms.certificates.models import Certificate, Register
from lms.cycles.models import Cycle
from lms.cycles.queries import programme
from lms.extensions import db
from lms.outbox.actions import put_all

# The year of a number is that of the place where most of our people live.
_ZONE = ZoneInfo("Europe/Moscow")


def issue(cycle: Cycle, *, by: Person, now: datetime, only: Collection[int] | None = None) -> list[Certificate]:
    """To everybody who has completed the cycle and never had one for it (``only``: of those), with a letter to each.

    Two who press the button at the same time go one after the other: the second finds nobody left.
    """
    last = _lock_register(now)
    earned = queries.completed(by, cycle)
    ready = set(earned) - queries.holders(cycle)
    if only is not None:
        ready &= set(only)
    people = db.session.scalars(
        select(Person).where(Person.id.in_(ready)).order_by(Person.family_name, Person.given_name, Person.id)
    ).unique()
    modules = len(programme(cycle))
    given = []
    for serial, person in enumerate(people, last.last + 1):
        given.append(_certificate(person, cycle, modules, earned[person.id], by, now, last.year, serial))
    last.last += len(given)
    db.session.add_all(given)
    db.session.flush()
    put_all((mail.ready(certificate, by=by, now=now) for certificate in given), now=now)
    return given


def revoke(certificate: Certificate, *, by: Person, reason: str, now: datetime) -> None:
    certificate.revoke(by=by, reason=reason, now=now)


def reissue(certificate: Certificate, *, by: Person, now: datetime) -> Certificate:
    """A new edition under the same number with the name as it is now; the old one says that it was replaced.

    What was once earned stays earned: the rules of today are not asked. If it was replaced meanwhile, the edition that
    did so is given back.
    """
    _lock_register(now)
    db.session.refresh(certificate)
    latest = queries.editions(certificate)[-1]
    if latest.id != certificate.id:
        return latest
    certificate.replaced_at = now
    cycle, person = certificate.cycle, certificate.person
    new = _certificate(
        person, cycle, certificate.modules, certificate.completed_at, by, now, certificate.year, certificate.serial
    )
    new.edition = certificate.edition + 1
    db.session.add(new)
    db.session.flush()
    put_all([mail.ready(new, by=by, now=now)], now=now)
    return new


def _certificate(
    person: Person,
    cycle: Cycle,
    modules: int,
    completed_at: datetime,
    by: Person,
    now: datetime,
    year: int,
    serial: int,
) -> Certificate:
    return Certificate(
        person=person,
        cycle=cycle,
        year=year,
        serial=serial,
        edition=1,
        code=numbers.new_code(),
        name=person.full_name,
        cycle_title=cycle.title,
        cycle_title_en=cycle.title_en,
        hours=cycle.hours,
        modules=modules,
        completed_at=completed_at,
        issued_at=now,
        issued_by_id=by.id,
    )


def _lock_register(now: datetime) -> Register:
    """This year's line of the register, ours until the transaction ends."""
    year = now.astimezone(_ZONE).year
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    line = dialect.insert(Register.__table__).values(year=year, last=0)
    # An update of nothing waits for whoever else has it, and finds what they left.
    db.session.execute(line.on_conflict_do_update(index_elements=["year"], set_={"last": Register.__table__.c.last}))
    return db.session.scalars(
        select(Register).where(Register.year == year).execution_options(populate_existing=True)
    ).one()
