"""Remembering what of a recording somebody has played, and where she stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials import chapters, played
from lms.materials.models import Material, ReadingPosition
from lms.materials.played import Stretch

_END = 10  # seconds before the end from which on it begins anew the next time


def remember_watching(
    person: Person, material: Material, claimed: list[Stretch], *, second: int | None, length: int, now: datetime
) -> ReadingPosition:
    """Add what a player says was played; the same report again changes nothing but the time of the last one.

    ``second`` is where it stands (None: nothing is played yet), ``length`` how many seconds it says there are.
    """
    place = _place_of(person, material, now)
    since = (now - place.at).total_seconds()
    place.at = now
    if second is None:
        return place
    place.length = _length(material, max(length, place.length))
    known = played.believed(played.read(place.played), claimed, since=since)
    place.played, place.percent = played.write(known), played.percent(known, place.length)
    place.second = second if second < place.length - _END else 0
    place.heading = chapters.clock(place.second) if place.second else ""
    return place


def _length(material: Material, told: int) -> int:
    """What the file itself says; else the player's word, though not much below what the author gave in minutes."""
    return material.seconds or max(told, 60 * ((material.minutes or 1) - 1))


def _place_of(person: Person, material: Material, now: datetime) -> ReadingPosition:
    """Held until the commit: two devices that report at once add up."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = {"person_id": person.id, "material_id": material.id, "anchor": "", "heading": "", "percent": 0, "at": now}
    db.session.execute(insert(ReadingPosition).values(**new).on_conflict_do_nothing())
    return db.session.scalars(
        select(ReadingPosition)
        .where(ReadingPosition.person_id == person.id, ReadingPosition.material_id == material.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def forget_watching(material: Material) -> None:
    """Another recording takes the place of this one: what was played of the old one says nothing of the new."""
    db.session.execute(delete(ReadingPosition).where(ReadingPosition.material_id == material.id))
