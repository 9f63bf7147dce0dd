"""The demo's centres and people, out of centres.toml and staff.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lms.accounts.models import Person, Role
from lms.centres.models import Centre
from lms.extensions import db

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Learner:
    """Somebody of the cycle and how far she came: a letter for each module, as centres.toml explains."""

    person: Person
    marks: str


@dataclass(frozen=True)
class Everybody:
    centres: dict[str, Centre]
    learners: list[Learner]
    staff: dict[str, Person]  # by mailbox

    @property
    def all(self) -> list[Person]:
        return [*(learner.person for learner in self.learners), *self.staff.values()]

    def learner(self, mailbox: str) -> Learner:
        return next(one for one in self.learners if one.person.email == f"{mailbox}@example.org")


def make(since: datetime) -> Everybody:
    centres: dict[str, Centre] = {}
    learners: list[Learner] = []
    for row in read_centres():
        centre = centres[row["slug"]] = _centre(row)
        learners += [_learner(line, centre, since) for line in row["people"].strip().splitlines()]
    staff = {}
    for row in tomllib.loads((HERE / "staff.toml").read_text())["person"]:
        roles = {Role(role) for role in row["roles"]}
        person = _person(row["name"], row["position"], row["mailbox"], roles, centres.get(row.get("centre", "")), since)
        staff[row["mailbox"]] = person
    db.session.add_all([*centres.values(), *staff.values(), *(learner.person for learner in learners)])
    db.session.flush()
    return Everybody(centres, learners, staff)


def read_centres() -> list[dict[str, Any]]:
    return list(tomllib.loads((HERE / "centres.toml").read_text())["centre"])


def _centre(row: dict[str, Any]) -> Centre:
    named = ("slug", "name", "name_genitive", "name_prepositional", "name_en", "place", "stage", "level")
    return Centre(
        **{field: row[field] for field in named},
        about=" ".join(row["about"].split()),
        services=row["services"].strip(),
        email=f"{row['slug']}@example.org",
        phone="+7 000 000-00-00",
        address=f"{row['name']}, ул. Примерная, 1",
        hours="пн–пт, 10:00–18:00",
        is_mentor=row.get("is_mentor", False),
    )


def _learner(line: str, centre: Centre, since: datetime) -> Learner:
    name, position, mailbox, marks = (part.strip() for part in line.split("|"))
    role = Role.CENTRE_COORDINATOR if name.startswith("*") else Role.VOLUNTEER
    return Learner(_person(name.lstrip("* "), position, mailbox, {role}, centre, since), marks)


def _person(
    full_name: str, position: str, mailbox: str, roles: set[Role], centre: Centre | None, since: datetime
) -> Person:
    family_name, given_name, patronymic = full_name.split()
    person = Person(
        email=f"{mailbox}@example.org",
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        position=position,
        centre=centre,
        created_at=since,
    )
    person.roles = roles
    return person
