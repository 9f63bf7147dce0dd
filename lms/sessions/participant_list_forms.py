"""A provider's list, as a file or pasted; and whose the rows are that no address tells."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField, TextAreaField
from wtforms.fields import SelectChoice

from lms import dates
from lms.accounts.tables import Line, read_file, read_text
from lms.sessions.participant_list_queries import Row, people_at

MOST_BYTES = 5_000_000


class ParticipantListForm(FlaskForm):
    file = FileField(
        _l("File: CSV or XLSX"),
        description=_l(
            "Zoom: Reports, Usage, Participants, Export. BigBlueButton: the learning dashboard. "
            "Telemost: the report of the meeting."
        ),
    )
    text = TextAreaField(_l("Or paste the table"))
    zone = SelectField(_l("Whose clock the list shows"), validate_choice=False)

    def __init__(self, zone: str, locale: str) -> None:
        super().__init__()
        names = dict.fromkeys((zone, *dates.ZONES))
        self.zone.choices = [SelectChoice(name, dates.zone_words(name, locale)) for name in names]

    @property
    def source(self) -> str:
        return (self.file.data.filename or "")[:200] if self.file.data else ""

    def chosen_zone(self) -> str:
        """The zone chosen, or nothing with a word at the field when there is no such zone."""
        name = self.zone.data or ""
        if dates.find_zone(name) is None:
            self.zone.errors = [str(_l("There is no such time zone. Choose one from the list."))]
            return ""
        return name

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
            raise ValueError(_l("The file is too large: at most 5 MB."))
        return content


class Recognised:
    """What a human says of rows: ``is-3`` is the person proposed for the row in place 3, ``row-3`` an address typed.

    ``whose`` is the person's id by the row's place; ``errors`` and ``typed`` go back to their rows.
    """

    def __init__(self, rows: list[Row], sent: Mapping[str, str]) -> None:
        self.whose: dict[int, int] = {}
        self.errors: dict[int, str] = {}
        open_rows = [row for row in rows if row.person is None]
        self.typed = {row.place: sent.get(f"row-{row.place}", "").strip()[:200] for row in open_rows}
        self.ticked = {row.place: sent.get(f"is-{row.place}", "") for row in open_rows}
        known = people_at({address.lower() for address in self.typed.values() if address})
        for row in open_rows:
            typed, ticked = self.typed[row.place], self.ticked[row.place]
            if typed and typed.lower() not in known:
                self.errors[row.place] = str(_l("There is nobody with this address here."))
            elif typed:
                self.whose[row.place] = known[typed.lower()].id
            elif ticked in {str(person.id) for person in row.maybe}:
                self.whose[row.place] = int(ticked)
