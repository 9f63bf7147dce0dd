from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from lms.forms import DayField, LineField
from lms.materials.filetypes import kept_name
from lms.materials.upload_forms import LARGEST, ArchiveField, quota_problem

_KEY = re.compile(r"[0-9a-f]{32}")


class KeyField(HiddenField):
    """Tells one press of a button from another: the same one twice has one effect."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=lambda: secrets.token_hex(16), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        given = valuelist[0] if valuelist else ""
        self.data = given if _KEY.fullmatch(given) else secrets.token_hex(16)


class SeasonForm(FlaskForm):
    """The name of a cycle that is made out of another one or out of a file, and its first day."""

    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    starts_on = DayField(
        _l("First day"),
        needed=_l("Choose the first day of the new season."),
        description=_l("Everything that has a day moves along with it: sessions, deadlines, what appears by itself."),
    )
    key = KeyField()


class NamedSeasonForm(FlaskForm):
    """The same for a cycle out of a file, which may have no days at all."""

    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    starts_on = DayField(
        _l("First day"),
        description=_l("With another one, everything that has a day moves along with it."),
    )

    def has_room_for(self, size: int) -> bool:
        """Do so many bytes more fit? Where they do not, the form says so."""
        problem = quota_problem(size)
        if problem:
            self.form_errors.append(problem)
        return not problem


class ArchiveForm(FlaskForm):
    file = ArchiveField(
        _l("File"),
        description=_l("An archive of a cycle (ZIP) or a Common Cartridge (IMSCC), at most %(size)s", size=LARGEST),
    )

    def validate_file(self, field: Field) -> None:
        """No ``required`` in the browser: a file that came ahead is no longer in the field."""
        if not field.data:
            raise ValidationError(_("Choose a file first."))
        if field.came_ahead is None and (problem := quota_problem(field.data.stream.seek(0, 2))):
            raise ValidationError(problem)

    @property
    def source(self) -> str:
        """What the file was called; never empty, which would mean a copy."""
        return kept_name(self.file.data.filename or "") or "—"


class ModuleCopyForm(FlaskForm):
    title = LineField(_l("Title"))
    into = SelectField(_l("Cycle"), coerce=int, description=_l("The copy comes to its end."))
    key = KeyField()

    def offer(self, cycles: Mapping[int, str]) -> None:
        self.into.choices = [SelectChoice(str(id), name) for id, name in cycles.items()]
