"""Centres as lists. Everybody sees those that are open; the archive is for those who keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from lms import permissions as can
from lms.centres.models import Centre
from lms.extensions import db

if TYPE_CHECKING:
    from lms.accounts.models import Person


def open_centres() -> Select[Centre]:
    """The mentor first, then by name."""
    return select(Centre).where(Centre.archived_at.is_(None)).order_by(Centre.is_mentor.desc(), Centre.name, Centre.id)


def archived_centres() -> Select[Centre]:
    return select(Centre).where(Centre.archived_at.is_not(None)).order_by(Centre.name, Centre.id)


def visible_centres(person: Person | None) -> Select[Centre]:
    """Open ones for everybody, all of them for the network's coordinators."""
    if person is not None and can.coordinate(person):
        return select(Centre)
    return select(Centre).where(Centre.archived_at.is_(None))


def taken_slugs(beginning: str) -> set[str]:
    return set(db.session.scalars(select(Centre.slug).where(Centre.slug.startswith(beginning, autoescape=True))))
