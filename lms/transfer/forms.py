from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, HiddenField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from lms.forms import DayField, LineField
from lms.materials.filetypes import kept_name

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


class ArchiveForm(FlaskForm):
    file = FileField(
        _l("File"),
        [InputRequired(_l("Choose a file first."))],
        description=_l("An archive of a cycle (ZIP) or a Common Cartridge (IMSCC), at most 50 MB"),
    )

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
