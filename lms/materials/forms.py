"""One form for each kind of material; what all have stands in MaterialForm."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from lms.display import file_size
from lms.forms import EditForm, LineField
from lms.materials import chapters, filetypes, links, markdown, players
from lms.materials.models import Material, MaterialKind
from lms.materials.upload_forms import LARGEST, UploadField, refuse_bad_files
from lms.texts import paragraphs


class AddressField(StringField):
    """An address of a page on the web, kept in ASCII; what was typed stays in the field when it is refused."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, [_refuse_bad_address], **kwargs)

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, links.checked(players.address_in(self.data)) if self.data else "")


def _refuse_bad_address(_form: FlaskForm, field: Field) -> None:
    try:
        if field.data:
            links.checked(players.address_in(field.data))
    except ValueError:
        raise ValidationError(
            _("This is no address of a page. It begins with https://, for example https://rutube.ru/video/…")
        ) from None


class MaterialForm(EditForm):
    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    topic = LineField(
        _l("Topic"), optional=True, longest=60, description=_l("A word or two, by which it is found in the library.")
    )
    is_published = BooleanField(_l("Published: learners see it"))

    def __init__(self, material: Material) -> None:
        self.material = material
        super().__init__(obj=material)


class PageForm(MaterialForm):
    body = TextAreaField(_l("Text"), filters=[paragraphs])
    uploads = MultipleFileField(
        _l("Add files and pictures"),
        [refuse_bad_files],
        description=_l("They are put at the end of the text as a line each."),
    )
    document = FileField(
        _l("Take the text from a Word file"),
        [refuse_bad_files],
        description=_l("A .docx: its text and its pictures are put at the end of this one, clean."),
    )

    def validate_document(self, field: Field) -> None:
        if field.data and filetypes.ending(field.data.filename or "") != "docx":
            raise ValidationError(_("Only .docx is read here. Save the document as .docx and choose it again."))

    def validate_body(self, field: Field) -> None:
        if self.is_published.data and not field.data:
            raise ValidationError(_("Write the text, or leave the page a draft."))
        try:
            markdown.to_html(field.data)
        except markdown.TooLong:
            raise ValidationError(too_long(field.data)) from None


class FileForm(MaterialForm):
    title = LineField(_l("Title"), optional=True, description=_l("Left empty, it is the name of the file."))
    upload = UploadField(
        _l("File"),
        [refuse_bad_files],
        description=_l("PDF, office files, pictures, sound and video, up to %(size)s.", size=LARGEST),
    )

    def validate_upload(self, field: Field) -> None:
        if not field.data and self.material.file_id is None:
            raise ValidationError(_("Choose a file."))


class LinkForm(MaterialForm):
    url = AddressField(_l("Address"))

    def validate_url(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Paste the address of the page here."))


class RecordingForm(MaterialForm):
    url = AddressField(
        _l("Address of the recording"),
        description=_l(
            "YouTube, RuTube and VK Video play on the page, once they are asked to; others open at their own. "
            "The code for inserting does as well, and of a private video of VK only that."
        ),
    )
    upload = UploadField(
        _l("Or a file"),
        [refuse_bad_files],
        description=_l("MP4, WebM or sound, up to %(size)s. A file goes before an address.", size=LARGEST),
    )
    sound_upload = UploadField(
        _l("The sound alone"), [refuse_bad_files], description=_l("MP3, M4A or OGG, for those with a weak connection.")
    )
    without_sound = BooleanField(_l("Without the sound alone"))
    minutes = IntegerField(
        _l("How long it is, in minutes"), [Optional(), NumberRange(1, 1000, _l("Between 1 and 1,000 minutes."))]
    )
    recording_of_id = SelectField(
        _l("Recording of the session"),
        coerce=lambda value: int(value) if value not in {"", None, "None"} else None,
        description=_l("Who watches it has then done the session too, where the session’s rule allows."),
    )
    chapters = TextAreaField(
        _l("Chapters"),
        filters=[paragraphs],
        description=_l(
            "One a line with its time: “05:30 What to write about”. Left empty, they are the plan of the session."
        ),
    )
    transcript = TextAreaField(
        _l("Text of the recording"),
        filters=[paragraphs],
        description=_l("What is said in it, in Markdown: to read instead, and to be found by the search."),
    )

    def validate_upload(self, field: Field) -> None:
        if not field.data and not self.url.data and self.material.file_id is None:
            raise ValidationError(_("Give an address or choose a file."))

    def validate_sound_upload(self, field: Field) -> None:
        file_type = filetypes.TYPES.get(filetypes.ending(field.file_name))
        if file_type is not None and not file_type.is_audio:
            raise ValidationError(_("This is no sound. Choose an MP3, M4A or OGG."))

    def validate_chapters(self, field: Field) -> None:
        try:
            chapters.read(field.data or "")
        except chapters.NoChapter as found:
            raise ValidationError(
                _(
                    "Line %(number)s, “%(line)s”: begin it with a time after that of the line before, like “05:30”.",
                    number=found.number,
                    line=found.line[:60],
                )
            ) from None

    def validate_transcript(self, field: Field) -> None:
        try:
            markdown.to_html(field.data or "", largest=markdown.LARGEST_TRANSCRIPT)
        except markdown.TooLong:
            raise ValidationError(too_long(field.data, markdown.LARGEST_TRANSCRIPT)) from None


FORMS: dict[MaterialKind, type[MaterialForm]] = {
    MaterialKind.PAGE: PageForm,
    MaterialKind.FILE: FileForm,
    MaterialKind.LINK: LinkForm,
    MaterialKind.RECORDING: RecordingForm,
}


def too_long(text: str, largest: int = markdown.LARGEST) -> str:
    size = len(text.encode("utf-8", "replace"))
    if size > largest:
        return _(
            "The page has %(size)s, at most %(largest)s fits. Make two materials of it.",
            size=file_size(size),
            largest=file_size(largest),
        )
    return _("There are too many square brackets in the text. Make two materials of it.")
