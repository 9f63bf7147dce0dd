"""Fields for days, times and choices, as the forms of sessions ask for them."""

from __future__ import annotations

import re
from datetime import date, time

from flask_babel import gettext as _
from wtforms import DateField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

_DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class DayField(DateField):
    """A day as browsers send it (2026-12-03) or as people write it (03.12.2026)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = " ".join(valuelist).strip()
        if not typed:
            self.data = None
            return
        dotted = _DOTTED_DAY.fullmatch(typed)
        try:
            self.data = date(int(dotted[3]), int(dotted[2]), int(dotted[1])) if dotted else date.fromisoformat(typed)
        except ValueError as error:
            self.data = None
            raise ValueError(_("There is no such day. For instance, 03.12.2026.")) from error
        if not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValueError(_("Check the year: it may be from %(first)s to %(last)s.", **years))


class ClockField(TimeField):
    def process_formdata(self, valuelist: list[str]) -> None:
        typed = " ".join(valuelist).strip().replace(".", ":")
        if not typed:
            self.data = None
            return
        try:
            self.data = time.fromisoformat(typed.rjust(5, "0")).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            self.data = None
            raise ValueError(_("There is no such time. For instance, 15:00.")) from error


class CheckboxesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def required(text: str) -> InputRequired:
    return InputRequired(message=text)
