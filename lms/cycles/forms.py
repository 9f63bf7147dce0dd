from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from lms import dates
from lms.cycles.models import Module
from lms.forms import DayField, EditForm, LineField, ParagraphsField

# A deadline ends with its day where most of our people live.
DEADLINE_ZONE = "Europe/Moscow"


class CycleForm(EditForm):
    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    summary = ParagraphsField(_l("What it is about"), description=_l("Visitors read this first."))
    summary_en = ParagraphsField(_l("What it is about, in English"))
    starts_on = DayField(_l("First day"))
    ends_on = DayField(_l("Last day"))

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
