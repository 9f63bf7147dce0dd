"""What people said about the letters they get."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, exists, select

from lms import dates
from lms.accounts import quiet
from lms.accounts.models import Person
from lms.accounts.wish_models import LetterWishes
from lms.extensions import db
from lms.outbox.topics import Topic

_AT_ONCE = 5000


@dataclass(frozen=True)
class Manner:
    """How one person wants to be written to. ``unwanted`` are the topics she switched off."""

    locale: str
    zone: ZoneInfo
    quiet: quiet.Hours | None
    digest: bool = False
    unwanted: frozenset[Topic] = frozenset()


def wishes_of(person: Person) -> LetterWishes:
    """Her row, or one of version 0, not added, that says what holds for those who never chose."""
    usual = usual_quiet_hours() or (None, None)
    return db.session.get(LetterWishes, person.id) or LetterWishes(
        person_id=person.id,
        reminders=True,
        news=True,
        digest=False,
        quiet_from=usual[0],
        quiet_until=usual[1],
        version=0,
    )


def wants(topic: Topic) -> ColumnElement[bool]:
    """Does the Person of the statement want letters of that topic? Whom nobody can remind is not to be counted."""
    column = {Topic.REMINDERS: LetterWishes.reminders, Topic.NEWS: LetterWishes.news}[topic]
    return ~exists().where(LetterWishes.person_id == Person.id, column.is_(False))


def manners_of(person_ids: Iterable[int]) -> dict[int, Manner]:
    ids = sorted(set(person_ids))
    found: dict[int, Manner] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = db.session.execute(
            select(
                Person.id, Person.locale, Person.zone, LetterWishes.person_id.label("chose"), LetterWishes.reminders,
                LetterWishes.news, LetterWishes.digest, LetterWishes.quiet_from, LetterWishes.quiet_until,
            )
            .outerjoin(LetterWishes, LetterWishes.person_id == Person.id)
            .where(Person.id.in_(ids[start : start + _AT_ONCE]))
        )  # fmt: skip
        for row in rows:
            usual = usual_manner(row.locale, row.zone)
            found[row.id] = (
                usual
                if row.chose is None
                else Manner(
                    locale=usual.locale,
                    zone=usual.zone,
                    quiet=None if row.quiet_from is None else (row.quiet_from, row.quiet_until),
                    digest=row.digest,
                    unwanted=frozenset(
                        topic for topic, on in ((Topic.REMINDERS, row.reminders), (Topic.NEWS, row.news)) if not on
                    ),
                )
            )
    return found


def usual_manner(locale: str = "", zone: str = "") -> Manner:
    """For somebody who chose nothing, or of whom we know no more than an address."""
    config = current_app.config
    return Manner(
        locale=locale if locale in config["LANGUAGES"] else config["BABEL_DEFAULT_LOCALE"],
        zone=dates.find_zone(zone or config["ZONE"]) or ZoneInfo(config["ZONE"]),
        quiet=usual_quiet_hours(),
    )


def usual_quiet_hours() -> quiet.Hours | None:
    return quiet.read(current_app.config["QUIET_HOURS"])
