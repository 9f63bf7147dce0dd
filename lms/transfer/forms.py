from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectChoice, SelectField

from lms.forms import DayField, LineField

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


class ModuleCopyForm(FlaskForm):
    title = LineField(_l("Title"))
    into = SelectField(_l("Cycle"), coerce=int, description=_l("The copy comes to its end."))
    key = KeyField()

    def offer(self, cycles: Mapping[int, str]) -> None:
        self.into.choices = [SelectChoice(str(id), name) for id, name in cycles.items()]
