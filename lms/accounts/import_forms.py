"""A list of people, pasted or as a file; and mending its rows one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField, TextAreaField
from wtforms.fields import SelectChoice

from lms.accounts.people_list import Row, split_name
from lms.accounts.tables import Line, read_file, read_text

MOST_BYTES = 10_000_000


class ListForm(FlaskForm):
    text = TextAreaField(
        _l("List"),
        description=_l(
            "A person a line: family name, given name and patronymic, e-mail, centre. As it stands in a table."
        ),
    )
    file = FileField(_l("Or a file: CSV or XLSX"), description=_l("From Excel, a form of Yandex, Google, 1C or Moodle"))
    centre = SelectField(
        _l("Centre of those whose line names none"), coerce=int, default=0, description=_l("It may stay empty")
    )

    def __init__(self, centres: Mapping[int, str]) -> None:
        super().__init__()
        if centres:
            self.centre.choices = [
                SelectChoice("0", _l("The list says it")),
                *(SelectChoice(str(id), name) for id, name in centres.items()),
            ]
        else:
            del self.centre

    @property
    def source(self) -> str:
        return (self.file.data.filename or "")[:200] if self.file.data else ""

    @property
    def centre_id(self) -> int | None:
        return self.centre.data or None if "centre" in self else None

    def read(self) -> list[Line]:
        """The lines of the file, else of the text; nothing, with a word at the field, when they cannot be read."""
        at = self.file if self.file.data else self.text
        try:
            lines = read_file(self._content()) if self.file.data else read_text(self.text.data or "")
        except ValueError as error:
            at.errors = [str(error)]
            return []
        if not lines:
            at.errors = [str(_l("There is not a single line in it."))]
        return lines

    def _content(self) -> bytes:
        content: bytes = self.file.data.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(_l("The file is too large: at most 10 MB."))
        return content


def mended(rows: list[Row], typed: Mapping[str, str], centre_names: Mapping[str, str]) -> list[Row]:
    """The rows with what was typed into them: ``17-name``, ``17-email``, ``17-centre`` (an id), ``17-position``.

    The number is the row's place in the list, from 0: two rows may stand in one line.
    """
    found = []
    for place, row in enumerate(rows):
        name, email, position = (typed.get(f"{place}-{field}") for field in ("name", "email", "position"))
        centre = centre_names.get(typed.get(f"{place}-centre", ""))
        if name is not None and name.split() != [
            *row.family_name.split(),
            *row.given_name.split(),
            *row.patronymic.split(),
        ]:
            family, given, patronymic = split_name(name[:500])
            row = replace(row, family_name=family, given_name=given, patronymic=patronymic)
        row = replace(
            row,
            email=row.email if email is None else email[:500].strip(),
            centre=row.centre if centre is None else centre,
            position=row.position if position is None else position[:500].strip(),
        )
        found.append(row)
    return found
