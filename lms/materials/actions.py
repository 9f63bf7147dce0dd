"""Writing pages, keeping files, remembering where someone stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.cycles.models import Module, State
from lms.downloads import attachment
from lms.extensions import db
from lms.materials import filetypes, markdown, pictures, reading, storage
from lms.materials.models import Material, MaterialKind, PictureSize, ReadingPosition, StoredFile
from lms.materials.storage import Kept, Place

# What makes a stored file another one at the same address.
_REPLACED = (
    "storage_name", "original_name", "content_type", "size", "sha256", "uploaded_by_id", "uploaded_at", "width",
    "height",
)  # fmt: skip


def new_material(module: Module, kind: MaterialKind, *, now: datetime) -> Material:
    """A draft of that kind with its usual rule, not yet placed (cycles.actions.place)."""
    material = Material(
        kind=kind, state=State.DRAFT, module_id=module.id, body="", url="", created_at=now, updated_at=now
    )
    material.rule = material.fitting_rules[0]
    return material


def write_page(material: Material, text: str) -> None:
    """Keep the Markdown and what it looks like, how long it takes, and which files it shows.

    Raises markdown.TooLong.
    """
    material.body_html = markdown.to_html(text)
    material.body = text
    material.minutes = reading.minutes(material.body_html)
    _show_files_of(material.body_html, material)


def write_transcript(material: Material, text: str) -> None:
    """Keep what is said in a recording. Raises markdown.TooLong."""
    material.transcript_html = markdown.to_html(text, largest=markdown.LARGEST_TRANSCRIPT)
    material.transcript = text
    _show_files_of(material.transcript_html, material)


def _show_files_of(html: str, material: Material) -> None:
    shown = markdown.files_in(html)
    material.page_files = list(db.session.scalars(select(StoredFile).where(StoredFile.id.in_(shown))))


def keep_file(upload: FileStorage, person: Person, place: Place, *, largest: int, now: datetime) -> StoredFile:
    """Keep an upload that ``forms.upload_problem`` has nothing against; a picture as pictures.py draws it.

    Raises storage.NoRoom and storage.Unreachable; then nothing is left behind.
    """
    file = laid_down(upload, place, largest=largest, now=now)
    file.uploaded_by_id = person.id
    db.session.add(file)
    db.session.flush()
    return file


def laid_down(upload: FileStorage, place: Place, *, largest: int, now: datetime) -> StoredFile:
    """The content in its place and what is to be known of it; no row yet. Does not ask the database."""
    name = filetypes.kept_name(upload.filename or "")
    file_type = filetypes.recognise(name, upload.stream)
    file = StoredFile(original_name=name, content_type=file_type.content_type, uploaded_at=now)
    if file_type.is_picture:
        _lay_down_picture(file, pictures.draw(upload.stream), place)
        return file
    headers = {"Content-Type": file_type.content_type, "Content-Disposition": attachment(name)}
    kept = storage.keep(upload.stream, place, largest=largest, headers=headers)
    file.storage_name, file.size, file.sha256 = kept.name, kept.size, kept.sha256
    return file


def take_away(files: Iterable[StoredFile], place: Place) -> None:
    """Nothing takes what was laid down: its content goes."""
    for file in files:
        for name in (file.storage_name, *(size.storage_name for size in file.sizes)):
            storage.remove(place, name)


def put_in_place(file: StoredFile, new: StoredFile) -> None:
    """The file keeps its address and becomes the new one in all else; its old content is swept in a day."""
    content = {name: getattr(new, name) for name in _REPLACED}
    sizes = [
        PictureSize(width=one.width, height=one.height, storage_name=one.storage_name, size=one.size)
        for one in new.sizes
    ]
    if new.id is not None:
        db.session.delete(new)  # with the upload it came by
    file.sizes = []
    db.session.flush()
    file.sizes = sizes
    for name, value in content.items():
        setattr(file, name, value)
    db.session.flush()


def _lay_down_picture(file: StoredFile, drawn: pictures.Drawn, place: Place) -> None:
    laid: list[Kept] = []
    try:
        for content in (drawn.content, *(one.content for one in drawn.smaller)):
            laid.append(storage.keep(BytesIO(content), place, largest=len(content)))
    except OSError:
        for kept in laid:
            storage.remove(place, kept.name)
        raise
    whole, *lesser = laid
    file.storage_name, file.size, file.sha256 = whole.name, whole.size, whole.sha256
    file.width, file.height = drawn.width, drawn.height
    file.sizes = [
        PictureSize(width=one.width, height=one.height, storage_name=kept.name, size=kept.size)
        for one, kept in zip(drawn.smaller, lesser, strict=True)
    ]


def mention(file: StoredFile) -> str:
    """The line of Markdown that shows a picture or links to a file."""
    words = file.original_name.rpartition(".")[0].replace("[", "(").replace("]", ")").replace("`", "")
    mark = "!" if file.file_type.is_picture else ""
    return f"{mark}[{words}](/files/{file.id}/{quote(file.original_name, safe='')})"


def remember_position(person: Person, material: Material, *, anchor: str, percent: int, now: datetime) -> None:
    """Where the person is in the material; the heading's own words are looked up, not believed."""
    heading = next((h.text for h in markdown.contents(material.body_html) if h.id == anchor), "")
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    place = {"anchor": anchor if heading else "", "heading": heading[:255], "percent": percent, "at": now}
    db.session.execute(
        insert(ReadingPosition)
        .values(person_id=person.id, material_id=material.id, **place)
        .on_conflict_do_update(index_elements=["person_id", "material_id"], set_=place)
    )
