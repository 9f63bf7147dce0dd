"""What forms of every area share: fields for a line, a text, a day; and what to show when someone was faster."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from lms.texts import one_line, paragraphs


def _years_we_live_in(_form: FlaskForm, field: Field) -> None:
    if field.data is not None and not 2000 <= field.data.year <= 2100:
        raise ValidationError(_l("Give a year between 2000 and 2100."))


class LineField(StringField):
    """One line of text, tidied; empty is an error unless ``optional``."""

    def __init__(self, label: Any = None, *, optional: bool = False, longest: int = 200, **kwargs: Any) -> None:
        needed = [] if optional else [DataRequired(_l("Write something here."))]
        length = Length(max=longest, message=_l("At most %(max)d characters."))
        super().__init__(label, [*needed, length], filters=[one_line], **kwargs)


class ParagraphsField(TextAreaField):
    """Some lines of plain text; may be empty."""

    def __init__(self, label: Any = None, *, longest: int = 5000, **kwargs: Any) -> None:
        length = Length(max=longest, message=_l("At most %(max)d characters."))
        super().__init__(label, [length], filters=[paragraphs], **kwargs)


class DayField(DateField):
    """A day; or nothing, unless ``needed`` says what to do then."""

    def __init__(self, label: Any = None, *, needed: Any = "", **kwargs: Any) -> None:
        empty = InputRequired(needed) if needed else Optional()
        super().__init__(label, [empty, _years_we_live_in], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write the day as 2026-12-31.")) from None


class EditForm(FlaskForm):
    """A form that knows which version of the thing it was opened on (``access.require_version`` compares)."""

    version = HiddenField()

    def fill(self, thing: Any) -> None:
        """Write what was typed into the thing (``populate_obj`` without the version, which the database counts)."""
        for field in self:
            if field.name not in {"version", "csrf_token"} and hasattr(type(thing), field.name):
                field.populate_obj(thing, field.name)

    def meanwhile(self, stored: dict[str, Any]) -> list[tuple[str, str]]:
        """(label, what is stored now) of every field that differs from what was typed; and be ready to save again.

        ``stored`` has the value of each field by its name, and the version.
        """
        self.version.data = stored["version"]
        return [
            (str(field.label.text), str(stored[field.name] or "—"))
            for field in self
            if field.name in stored and field.name != "version" and (field.data or "") != (stored[field.name] or "")
        ]
