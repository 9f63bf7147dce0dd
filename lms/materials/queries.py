"""Which materials and files a person may open, and where she stopped reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Cycle, Module, is_out, standing
from lms.cycles.queries import visible_to
from lms.extensions import db
from lms.materials.markdown import files_in
from lms.materials.models import Material, ReadingPosition, StoredFile, material_file
from lms.materials.offering import offered


def visible_material(person: Person, material_id: int) -> Select[Any]:
    """One material the person may open, with its module, cycle and file."""
    return (
        visible_to(person, Material)
        .where(Material.id == material_id)
        .options(
            joinedload(Material.module).joinedload(Module.cycle), joinedload(Material.file), joinedload(Material.sound)
        )
    )


def materials_to_take(person: Person, module_id: int) -> Sequence[Material]:
    """What of a module the person may read now, in order, with its files; drafts of nobody."""
    return db.session.scalars(
        visible_to(person, Material)
        .where(Material.module_id == module_id, is_out(Material))
        .options(joinedload(Material.file), joinedload(Material.sound), selectinload(Material.page_files))
        .order_by(Material.position, Material.id)
    ).all()


def library(person: Person) -> Sequence[Any]:
    """Every material the person may open, by cycle (the newest first), module and place in it."""
    visible = visible_to(person, Material).with_only_columns(Material.id)
    return db.session.execute(
        select(
            Cycle.id.label("cycle_id"),
            Cycle.title.label("cycle_title"),
            Cycle.title_en.label("cycle_title_en"),
            Module.id.label("module_id"),
            Module.position.label("number"),
            Module.title.label("module_title"),
            Module.title_en.label("module_title_en"),
            Material.id,
            Material.title,
            Material.title_en,
            standing(Material).label("state"),
            Material.kind,
            Material.url,
            Material.minutes,
            Material.topic,
            StoredFile.original_name,
            StoredFile.size,
        )
        .join(Module, Module.id == Material.module_id)
        .join(Cycle, Cycle.id == Module.cycle_id)
        .outerjoin(StoredFile, StoredFile.id == Material.file_id)
        .where(Material.id.in_(visible))
        .order_by(Cycle.starts_on.desc(), Cycle.id.desc(), Module.position, Module.id, Material.position, Material.id)
    ).all()


def visible_file(person: Person, file_id: int) -> Select[Any]:
    """A file the person may open: one that a visible material is, has as sound or shows on its page. Trainers: any."""
    wanted = select(StoredFile).where(StoredFile.id == file_id)
    if can.teach(person):
        return wanted
    visible = visible_to(person, Material)
    on_pages = select(material_file.c.file_id).where(
        material_file.c.material_id.in_(visible.with_only_columns(Material.id))
    )
    themselves = [StoredFile.id.in_(visible.with_only_columns(one)) for one in (Material.file_id, Material.sound_id)]
    return wanted.where(or_(*themselves, StoredFile.id.in_(on_pages)))


def shown(html: str) -> str:
    """The HTML of a page, its pictures in the sizes that are kept of them."""
    return shown_all([html])[0]


def shown_all(texts: Sequence[str]) -> list[str]:
    """The same for many at once, in one statement; in none where no text has a picture."""
    ids = {id for html in texts for id in files_in(html)}
    if not ids:
        return list(texts)
    pictures = select(StoredFile).where(StoredFile.id.in_(ids), StoredFile.width.is_not(None))
    rows = db.session.scalars(pictures.options(selectinload(StoredFile.sizes))).all()
    offers = {file.id: offer for file in rows if (offer := file.offer) is not None}
    return [offered(html, offers) for html in texts]


def modules_of_file(person: Person, file_id: int) -> set[int]:
    """The modules in which visible materials are that file, have it as sound or show it on their pages."""
    visible = visible_to(person, Material).with_only_columns(Material.module_id)
    on_pages = select(material_file.c.material_id).where(material_file.c.file_id == file_id)
    holds = or_(Material.file_id == file_id, Material.sound_id == file_id, Material.id.in_(on_pages))
    return set(db.session.scalars(visible.where(holds)))


def position_of(person: Person, material: Material) -> ReadingPosition | None:
    return db.session.get(ReadingPosition, (person.id, material.id))


def topics() -> list[str]:
    """The topics that trainers have given materials so far, by name."""
    given = select(Material.topic).where(Material.topic != "").distinct().order_by(Material.topic)
    return list(db.session.scalars(given.limit(200)))
