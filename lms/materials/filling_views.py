"""From what was typed into the form of a material to the material: texts, files, documents, recordings."""

from __future__ import annotations

from io import BytesIO

from flask import current_app, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.access import me
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.materials import actions, documents, lengths, markdown, pasted_html, storage, use_queries
from lms.materials.forms import FileForm, LinkForm, MaterialForm, PageForm, RecordingForm
from lms.materials.models import Material, StoredFile
from lms.materials.upload_forms import UploadField, no_room, upload_problem
from lms.materials.views import files_folder
from lms.materials.watching_actions import forget_watching


def lay_down(form: MaterialForm) -> bool:
    """The files that came with the form, put in their place before anything is written: that takes its time, and
    nobody shall wait for it meanwhile. False: there is no room; the form says so."""
    fields = [field for field in form if isinstance(field, UploadField) and isinstance(field.data, FileStorage)]
    if isinstance(form, PageForm) and form.uploads.data:
        fields.append(form.uploads)
    if fields:
        db.session.rollback()
    for field in fields:
        try:
            field.data = [*map(_laid, field.data)] if isinstance(field.data, list) else _laid(field.data)
        except storage.NoRoom:
            field.errors = [no_room()]
            return False
    return True


def write(form: MaterialForm, material: Material) -> bool:
    """What was typed into the material. False: something of it cannot be kept; the form says so."""
    try:
        return _fill(form, material)
    except storage.NoRoom:
        field = form.uploads if isinstance(form, PageForm) else form.upload
        field.errors = [no_room()]
        return False


def _fill(form: MaterialForm, material: Material) -> bool:
    material.title, material.title_en, material.topic = form.title.data, form.title_en.data, form.topic.data
    match form:
        case PageForm():
            try:
                document = _read_document(form)
                kept = [_keep(upload) for upload in form.uploads.data or []]
                parts = filter(None, [form.body.data, document, *map(actions.mention, kept)])
                actions.write_page(material, "\n\n".join(parts))
            except documents.Unreadable:
                form.document.errors = [_("This document cannot be read. Open it in Word and save it anew as .docx.")]
                return False
            except (markdown.TooLong, pasted_html.TooLong):
                form.document.errors = [_("The text becomes too long with it. Make two materials of it.")]
                return False
        case FileForm():
            if form.upload.data:
                _take_place(material, _keep(form.upload.data))
            if not material.title and material.file is not None:
                material.title = material.file.original_name.rpartition(".")[0]
        case LinkForm():
            form.url.populate_obj(material, "url")
        case RecordingForm():
            _write_recording(form, material)
    if form.is_published.data is not material.is_published:
        material.state, material.publish_at = (State.PUBLISHED if form.is_published.data else State.DRAFT), None
    return True


def _take_place(material: Material, new: StoredFile) -> None:
    """A file that is this material's alone keeps its address; one that is used elsewhere too stays as it is there."""
    if material.file is not None and material.file is not new and use_queries.count_uses(material.file) == 1:
        actions.put_in_place(material.file, new)
    else:
        material.file = new


def _write_recording(form: RecordingForm, material: Material) -> None:
    material.minutes, material.recording_of_id = form.minutes.data, form.recording_of_id.data
    material.chapters = form.chapters.data
    actions.write_transcript(material, form.transcript.data)
    if form.upload.data:
        material.seconds = _seconds(form.upload.data)
        material.url, material.file = "", _keep(form.upload.data)
        forget_watching(material)
    elif form.url.data and form.url.data != material.url:
        form.url.populate_obj(material, "url")
        material.file, material.seconds = None, None
        forget_watching(material)
    if form.sound_upload.data:
        material.seconds = material.seconds or _seconds(form.sound_upload.data)
        material.sound = _keep(form.sound_upload.data)
    elif form.without_sound.data:
        material.sound = None
    if material.minutes is None and material.seconds:
        material.minutes = max(1, round(material.seconds / 60))


def _read_document(form: PageForm) -> str:
    if not form.document.data:
        return ""

    def keep_picture(content: bytes, name: str) -> str:
        picture = FileStorage(BytesIO(content), filename=name)
        if upload_problem(picture, current_app.config["UPLOAD_LIMIT"]):
            return ""
        file = _keep(_laid(picture))
        return url_for("materials.file", file_id=file.id, name=file.original_name)

    return documents.to_markdown(form.document.data.stream, keep_picture)


def _laid(upload: FileStorage) -> StoredFile:
    return actions.laid_down(upload, files_folder(), largest=current_app.config["UPLOAD_LIMIT"], now=now())


def _keep(file: StoredFile) -> StoredFile:
    """One that came ahead of the form is kept already."""
    if file.id is None:
        file.uploaded_by_id = me().id
        db.session.add(file)
        db.session.flush()
    return file


def _seconds(file: StoredFile) -> int | None:
    with (files_folder() / file.storage_name).open("rb") as content:
        return lengths.seconds(content)
