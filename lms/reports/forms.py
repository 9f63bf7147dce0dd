"""The period asked for, and what was promised."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional, ValidationError

from lms.forms import DayField, EditForm, LineField
from lms.reports.figures import Indicator
from lms.reports.words import INDICATORS


class PeriodForm(FlaskForm):
    """Read from the address; both days belong to the period."""

    class Meta:
        csrf = False

    starts_on = DayField(_l("From the day"))
    ends_on = DayField(_l("To the day"))

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("The period ends before it begins."))


class PlanForm(EditForm):
    """A field for each indicator, added below; what is left empty is not promised."""

    contract = LineField(_l("Contract"), optional=True, longest=100, description=_l("Its number, as reports name it"))

    @property
    def planned(self) -> dict[str, int]:
        found = {indicator.value: self[indicator.value].data for indicator in Indicator}
        return {name: number for name, number in found.items() if number is not None}


for _indicator in Indicator:
    _whole = NumberRange(0, 1_000_000, message=_l("A whole number from 0 to 1,000,000."))
    setattr(PlanForm, _indicator.value, IntegerField(INDICATORS[_indicator], validators=[Optional(), _whole]))
