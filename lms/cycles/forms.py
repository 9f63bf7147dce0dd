from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from lms import dates
from lms.cycles.models import Module
from lms.dates import DEADLINE_ZONE
from lms.forms import DayField, EditForm, LineField, ParagraphsField


class CycleForm(EditForm):
    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    summary = ParagraphsField(_l("What it is about"), description=_l("Visitors read this first."))
    summary_en = ParagraphsField(_l("What it is about, in English"))
    starts_on = DayField(_l("First day"))
    ends_on = DayField(_l("Last day"))
    hours = IntegerField(
        _l("Hours of study"),
        [Optional(), NumberRange(1, 2000, _l("Between 1 and 2,000 hours."))],
        description=_l("By the programme, with work of one’s own; they stand on the certificate."),
    )

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("The last day is before the first."))


class ModuleForm(EditForm):
    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    short_title = LineField(
        _l("Short title"),
        optional=True,
        longest=40,
        description=_l("For the head of a narrow column: one or two words."),
    )
    short_title_en = LineField(_l("Short title in English"), optional=True, longest=40)
    summary = ParagraphsField(_l("What it teaches"), longest=2000)
    summary_en = ParagraphsField(_l("What it teaches, in English"), longest=2000)
    due_on = DayField(
        _l("To be done by"), description=_l("The day ends at 23:59, Moscow time. Later is late, never closed.")
    )

    def __init__(self, module: Module | None = None) -> None:
        super().__init__(obj=module, due_on=self.day_of(module) if module else None)

    @staticmethod
    def day_of(module: Module) -> date | None:
        return module.due_at.astimezone(dates.find_zone(DEADLINE_ZONE)).date() if module.due_at else None

    def fill(self, thing: Any) -> None:
        super().fill(thing)
        thing.due_at = self.due_at

    @property
    def due_at(self) -> datetime | None:
        return dates.end_of_day(self.due_on.data, DEADLINE_ZONE) if self.due_on.data else None


class ClockField(TimeField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write the time as 15:00.")) from None


class ScheduleForm(FlaskForm):
    """A moment to come at which something appears by itself, typed as a day and an hour in Moscow."""

    day = DayField(_l("Day"), needed=_l("Choose the day on which it appears."))
    hour = ClockField(
        _l("Time"), [InputRequired(_l("Write the time as 15:00."))], default=time(9), description=_l("Moscow time.")
    )

    def __init__(self, *, now: datetime, stands: datetime | None = None) -> None:
        self.now = now
        local = stands.astimezone(dates.find_zone(DEADLINE_ZONE)) if stands else None
        super().__init__(**({"day": local.date(), "hour": local.time()} if local else {}))

    def validate_day(self, field: DayField) -> None:
        if field.data and self.hour.data and self.at <= self.now:
            raise ValidationError(_l("This moment has passed. Choose one to come, or publish at once."))

    @property
    def at(self) -> datetime:
        """Of a form that is valid."""
        return datetime.combine(
            cast(date, self.day.data), cast(time, self.hour.data), dates.find_zone(DEADLINE_ZONE)
        ).astimezone(UTC)
