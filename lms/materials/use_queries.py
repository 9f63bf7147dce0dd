"""What of the stored files is used, where, and how much room they take.

Whatever points to a file counts, in whichever area: foreign keys are found in the tables themselves, and a text that
names a file's address (a draft, an earlier version of a page, a question of a survey) keeps it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Select, Table, Text, cast, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from lms.extensions import db
from lms.materials.models import Material, PictureSize, StoredFile, material_file
from lms.materials.upload_models import Upload

_NAMED = re.compile(r"/files/(\d{1,18})/")
# Tables that go with a file, and letters, which show none.
_NO_USE = {PictureSize.__tablename__, Upload.__tablename__, "letter"}
MOST_SHOWN = 300


def taken() -> int:
    """Bytes of everything that is kept: files, their smaller pictures, packages, what waits and what is on its way.

    What several rows share, as copies of a package do, counts once.
    """
    kept = union(*(select(table.c.storage_name, table.c.size) for table in _keeping())).subquery()
    return int(db.session.scalar(select(func.sum(kept.c.size)).where(kept.c.storage_name != "")) or 0)


def newest(*, words: str = "", unused: bool = False) -> Sequence[StoredFile]:
    """The files by when they came, the newest first; ``words`` are looked for in their names."""
    found: Select[Any] = select(StoredFile).options(selectinload(StoredFile.sizes), joinedload(StoredFile.uploaded_by))
    if words:
        found = found.where(func.lower(StoredFile.original_name).contains(words.lower(), autoescape=True))
    if unused:
        found = found.where(~_is_pointed_to())
    newest_first = found.order_by(StoredFile.uploaded_at.desc(), StoredFile.id.desc())
    return db.session.scalars(newest_first.limit(MOST_SHOWN)).all()


def materials_using(ids: Iterable[int]) -> Sequence[Any]:
    """(file_id, id, title, title_en) of the materials that are a file, have it as their sound, or show it."""
    shown = material_file.c
    ways = union(
        *(select(way.label("file_id"), Material.id.label("id")) for way in (Material.file_id, Material.sound_id)),
        select(shown.file_id, shown.material_id),
    ).subquery()
    return db.session.execute(
        select(ways.c.file_id, Material.id, Material.title, Material.title_en)
        .join(ways, ways.c.id == Material.id)
        .where(ways.c.file_id.in_(list(ids)))
        .order_by(Material.title, Material.id)
    ).all()


def is_used(file: StoredFile) -> bool:
    return count_uses(file) > 0 or bool(mentioned({file.id}))


def count_uses(file: StoredFile) -> int:
    """By how many rows, of whatever kind, the file is pointed to."""
    counts = [select(func.count()).where(column == file.id).scalar_subquery() for column in _pointers()]
    return int(db.session.scalar(select(sum(counts[1:], counts[0]))) or 0)


def unused(before: datetime) -> list[StoredFile]:
    """Files that came before then and that nothing points to or names."""
    found = db.session.scalars(
        select(StoredFile)
        .where(StoredFile.uploaded_at < before, ~_is_pointed_to())
        .options(selectinload(StoredFile.sizes))
        .order_by(StoredFile.id)
    ).all()
    named = mentioned({file.id for file in found})
    return [file for file in found if file.id not in named]


def mentioned(ids: set[int]) -> set[int]:
    """Which of them some text of the database names by their address."""
    named: set[int] = set()
    for column in _texts() if ids else ():
        texts = db.session.scalars(select(cast(column, Text)).where(cast(column, Text).contains("/files/")))
        for text in texts.yield_per(100):
            named |= ids & {int(id) for id in _NAMED.findall(text)}
    return named


def abandoned(before: datetime) -> Sequence[Upload]:
    """Uploads that nothing has come of since then."""
    return db.session.scalars(
        select(Upload).where(Upload.touched_at < before).options(selectinload(Upload.pieces)).order_by(Upload.id)
    ).all()


def known_names() -> set[str]:
    """Every name under which some row keeps a file (storage.py says which columns have them)."""
    columns = [column for column in _columns() if column.name.endswith("storage_name")]
    return {name for column in columns for name in db.session.scalars(select(column)) if name}


# --- the tables -------------------------------------------------------------------------------------------------------
def _columns() -> list[Column[Any]]:
    return [column for table in db.metadata.sorted_tables for column in table.columns]


def _keeping() -> list[Table]:
    """The tables whose rows say what they keep and how large it is."""
    return [table for table in db.metadata.sorted_tables if {"storage_name", "size"} <= set(table.columns.keys())]


def _pointers() -> list[Column[Any]]:
    id = StoredFile.__table__.c.id
    return [
        column
        for column in _columns()
        if column.references(id) and column.table.name not in _NO_USE  # type: ignore[arg-type]
    ]


def _is_pointed_to() -> ColumnElement[bool]:
    uses = (select(column).where(column == StoredFile.id).correlate(StoredFile) for column in _pointers())
    return or_(*(use.exists() for use in uses))


def _texts() -> list[Column[Any]]:
    return [
        column for column in _columns() if column.table.name not in _NO_USE and isinstance(column.type, Text | JSON)
    ]
