"""What is said of a file that somebody wants to put here, and the field it comes in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import ValidationError

from lms.access import me
from lms.display import file_size
from lms.extensions import db
from lms.forms import EditForm
from lms.materials import filetypes, pictures, storage, upload_actions, use_queries
from lms.materials.models import StoredFile
from lms.materials.upload_models import Upload


class _Largest:
    """How large a file may be, in words of the language it is read in."""

    def __str__(self) -> str:
        return file_size(current_app.config["UPLOAD_LIMIT"])


LARGEST = _Largest()


def no_room() -> str:
    return _("The server has run out of room, and the file was not kept. Tell the administrator.")


def quota_problem(size: int) -> str:
    """What is wrong with so many bytes more, in words; empty where there is room for them."""
    quota, taken = current_app.config["STORAGE_QUOTA"] * 1024 * 1024, 0
    if not quota or (taken := use_queries.taken()) + size <= quota:
        return ""
    return _(
        "There are %(quota)s for files, %(taken)s are taken: this one does not fit. Delete files that nothing shows.",
        quota=file_size(quota),
        taken=file_size(taken),
    )


def announced_problem(name: str, size: int, largest: int, endings: Collection[str] = filetypes.TYPES) -> str:
    """What is wrong with a file by its name and size alone, in words; empty when it may come."""
    if size > largest:
        return _(
            "The file has %(size)s, at most %(largest)s fits. Make it smaller or give a link to it.",
            size=file_size(size),
            largest=file_size(largest),
        )
    if size == 0:
        return _("The file is empty. Choose another one.")
    if filetypes.ending(filetypes.kept_name(name)) not in endings:
        return _("Such files are not taken. Save it as one of these: %(types)s.", types=", ".join(endings).upper())
    return ""


def upload_problem(upload: FileStorage, largest: int) -> str:
    """What is wrong with an uploaded file, in words; empty when it may be kept."""
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    name = upload.filename or ""
    if problem := announced_problem(name, size, largest):
        return problem
    try:
        if filetypes.recognise(name, upload.stream).is_picture:
            pictures.check(upload.stream)
    except pictures.TooManyPixels:
        return _(
            "The picture has too many points, more than %(most)s million. Save it smaller and choose it again.",
            most=pictures.MOST_PIXELS // 1_000_000,
        )
    except (filetypes.NotWhatItSays, pictures.Unreadable):
        return _(
            "Its name ends in .%(ending)s, but inside is something else. "
            "Save it anew in its own program and choose it again.",
            ending=filetypes.ending(name),
        )
    return ""


def refuse_bad_files(_form: FlaskForm, field: Field) -> None:
    chosen = field.data if isinstance(field.data, list) else [field.data] if field.data else []
    given = [one for one in chosen if isinstance(one, FileStorage)]  # what came ahead was looked at then
    if given and (problem := quota_problem(sum(one.stream.seek(0, 2) for one in given))):
        raise ValidationError(problem)
    if given:
        db.session.rollback()  # looking at them takes its time, and nobody shall wait for it
    problems = [problem for one in given if (problem := upload_problem(one, current_app.config["UPLOAD_LIMIT"]))]
    if problems:
        raise ValidationError(" ".join(dict.fromkeys(problems)))


class UploadField(FileField):
    """A file that comes with the form; or one that came ahead of it in pieces (uploading.js), named by its token.

    ``data`` is a FileStorage, or a StoredFile: one that came ahead, which stays when the form is shown again, or one
    that the view has laid down.
    """

    data: Any
    token = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([one for one in valuelist if isinstance(one, FileStorage)])
        tokens = [one for one in valuelist if isinstance(one, str) and one]
        upload = upload_actions.find(me(), tokens[-1]) if tokens and not self.data else None
        if upload is not None and upload.file is not None:
            self.token, self.data, self.raw_data = upload.token, upload.file, [upload.token]

    @property
    def file_name(self) -> str:
        """What the chosen file is called; empty where none is."""
        if isinstance(self.data, StoredFile):
            return self.data.original_name
        return (self.data.filename or "") if self.data else ""

    @property
    def came_ahead(self) -> StoredFile | None:
        return self.data if self.token else None


class Ahead(NamedTuple):
    original_name: str
    size: int


class ArchiveField(FileField):
    """An archive that comes with the form; or one whose pieces came ahead of it, named by its token.

    ``data`` is a FileStorage either way. Whoever takes it lets the pieces go (upload_actions.let_go).
    """

    data: Any
    token = ""
    _ahead: Ahead | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([one for one in valuelist if isinstance(one, FileStorage)])
        tokens = [one for one in valuelist if isinstance(one, str) and one]
        upload = upload_actions.find(me(), tokens[-1]) if tokens and not self.data else None
        if upload is not None and upload.is_archive and upload.is_whole:
            self._put_together(upload)

    def _put_together(self, upload: Upload) -> None:
        token, ahead = upload.token, Ahead(upload.name, upload.size)
        names = [piece.storage_name for piece in upload.pieces]
        db.session.rollback()  # it takes its time, and nobody shall wait for it
        self.data = FileStorage(upload_actions.put_together(names, storage.here()), filename=ahead.original_name)
        self.token, self._ahead, self.raw_data = token, ahead, [token]

    @property
    def came_ahead(self) -> Ahead | None:
        """What need not be sent again when the form is shown again; one that was refused is chosen anew."""
        return None if self.errors else self._ahead


class ReplacementForm(EditForm):
    upload = UploadField(
        _l("New file"), [refuse_bad_files], description=_l("Its address stays, whatever it is called.")
    )

    def __init__(self, file: StoredFile) -> None:
        self.file = file
        super().__init__(obj=file)

    def validate_upload(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose a file."))
        new = filetypes.TYPES.get(filetypes.ending(field.file_name))
        if self.file.file_type.is_picture and new is not None and not new.is_picture:
            raise ValidationError(_("Only a picture can take its place: pages show it. Choose a picture."))
