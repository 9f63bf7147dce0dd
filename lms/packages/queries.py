"""Which packages a person may open, and what they say of whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Module
from lms.cycles.queries import visible_to
from lms.extensions import db
from lms.packages.models import Claim, Package


def visible_package(person: Person, package_id: int) -> Select[Any]:
    """One package the person may open, with its module and cycle."""
    return (
        visible_to(person, Package)
        .where(Package.id == package_id)
        .options(joinedload(Package.module).joinedload(Module.cycle))
    )


def claims_of(person: Person, package: Package) -> dict[str, Claim]:
    """What the package says of this person, by the identifier of the part."""
    rows = select(Claim).where(Claim.person_id == person.id, Claim.package_id == package.id)
    return {claim.part: claim for claim in db.session.scalars(rows)}


def count_begun(package: Package, among: Select[Person] | None = None) -> int:
    """How many people have opened it: all, or of those that one may watch."""
    begun = select(func.count(Claim.person_id.distinct())).where(Claim.package_id == package.id)
    if among is not None:
        begun = begun.where(Claim.person_id.in_(among.with_only_columns(Person.id).order_by(None)))
    return db.session.scalar(begun) or 0


def people_in(package: Package, watched: Select[Person]) -> Select[*tuple[Any, ...]]:
    """Of the people one may watch, those of whom the package says something, by centre and name."""
    said = select(Claim.person_id).where(Claim.package_id == package.id)
    found: Select[*tuple[Any, ...]] = (
        watched.with_only_columns(
            Person.id, Person.family_name, Person.given_name, Person.patronymic,
            Centre.name.label("centre"), Centre.name_en.label("centre_en"),
        )
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(Person.id.in_(said))
        .order_by(None)
        .order_by(Centre.name, Person.family_name, Person.given_name, Person.id)
    )  # fmt: skip
    return found


def claims_about(package: Package, person_ids: Collection[int]) -> Sequence[Any]:
    """What the package says of those people: rows of person_id, part, status, score, seconds, at."""
    return db.session.execute(
        select(Claim.person_id, Claim.part, Claim.status, Claim.score, Claim.seconds, Claim.at)
        .where(Claim.package_id == package.id, Claim.person_id.in_(list(person_ids)))
        .order_by(Claim.at)
    ).all()
