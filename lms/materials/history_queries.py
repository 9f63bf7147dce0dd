"""The versions of a page and the draft somebody has of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials.history_models import PageDraft, PageVersion
from lms.materials.models import Material


def headed_versions(material: Material) -> Sequence[Any]:
    """Every version without its text, the newest first: number, title, saved_at, size, and who saved it."""
    return db.session.execute(
        select(
            PageVersion.number,
            PageVersion.title,
            PageVersion.saved_at,
            func.length(PageVersion.body).label("size"),
            Person.given_name,
            Person.family_name,
        )
        .outerjoin(Person, Person.id == PageVersion.saved_by_id)
        .where(PageVersion.material_id == material.id)
        .order_by(PageVersion.number.desc())
    ).all()


def find_version(material: Material, number: int) -> PageVersion | None:
    return db.session.scalar(
        select(PageVersion).where(PageVersion.material_id == material.id, PageVersion.number == number)
    )


def last_version(material: Material) -> PageVersion | None:
    newest = select(PageVersion).where(PageVersion.material_id == material.id).order_by(PageVersion.number.desc())
    return db.session.scalar(newest.limit(1))


def draft_of(person: Person, module_id: int, material_id: int | None) -> PageDraft | None:
    return db.session.scalar(select(PageDraft).where(*whose(person, module_id, material_id)))


def whose(person: Person, module_id: int, material_id: int | None) -> list[ColumnElement[bool]]:
    """The draft of that page, or of the new page in that module."""
    if material_id is not None:
        return [PageDraft.person_id == person.id, PageDraft.material_id == material_id]
    return [PageDraft.person_id == person.id, PageDraft.module_id == module_id, PageDraft.material_id.is_(None)]


def count_versions(material: Material) -> int:
    return db.session.scalar(select(func.count()).where(PageVersion.material_id == material.id)) or 0
