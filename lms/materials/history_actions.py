"""Keeping what a page was, and what is typed before it is saved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials.history_models import PageDraft, PageVersion
from lms.materials.history_queries import last_version, whose
from lms.materials.models import Material


def keep_version(material: Material, person: Person | None, *, now: datetime) -> None:
    """Remember the page as it is saved now, unless the last version says the same. The page must have its id."""
    last = last_version(material)
    if last is not None and (last.title, last.body) == (material.title, material.body):
        return
    db.session.add(
        PageVersion(
            material_id=material.id,
            number=last.number + 1 if last else 1,
            title=material.title,
            body=material.body,
            saved_by_id=person.id if person else None,
            saved_at=now,
        )
    )


def keep_draft(
    person: Person,
    module_id: int,
    material: Material | None,
    *,
    title: str,
    body: str,
    based_on: int | None,
    now: datetime,
) -> None:
    """The last one counts: a draft replaces the one before it."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    typed = {"title": title, "body": body, "based_on": based_on, "at": now}
    material_id = material.id if material else None
    of_new = material is None
    db.session.execute(
        insert(PageDraft)
        .values(person_id=person.id, module_id=module_id, material_id=material_id, **typed)
        .on_conflict_do_update(
            index_elements=["person_id", "module_id" if of_new else "material_id"],
            index_where=text("material_id IS NULL" if of_new else "material_id IS NOT NULL"),
            set_=typed,
        )
    )


def drop_draft(person: Person, module_id: int, material_id: int | None) -> None:
    db.session.execute(delete(PageDraft).where(*whose(person, module_id, material_id)))
