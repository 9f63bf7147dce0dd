"""How a view shall come as a file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from lms.reports.export_models import Ending, Rhythm

RHYTHMS = {Rhythm.WEEKLY: _l("every Monday"), Rhythm.MONTHLY: _l("on the first of every month")}
ENDINGS = {Ending.XLSX: _l("Excel (XLSX)"), Ending.CSV: _l("CSV")}


class ScheduleForm(FlaskForm):
    rhythm = RadioField(
        _l("How often"),
        choices=[SelectChoice(one.value, word) for one, word in RHYTHMS.items()],
        validators=[InputRequired(_l("Choose one of them."))],
    )
    ending = RadioField(
        _l("As what"),
        choices=[SelectChoice(one.value, word) for one, word in ENDINGS.items()],
        validators=[InputRequired(_l("Choose one of them."))],
    )
