"""One row of the reminders on a session's form: how long before or after what, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from lms.sessions import words
from lms.sessions.fields import ClockField, DayField
from lms.sessions.models import Anchor, Reminded, Reminder

UNITS = {"minutes": _l("minutes"), "hours": _l("hours"), "days": _l("days")}
_MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60}
SIDES = {
    "before_start": _l("before the start"),
    "after_start": _l("after the start"),
    "before_end": _l("before the end"),
    "after_end": _l("after the end"),
    "at": _l("at a day and time"),
}
_ANCHORS = {
    "before_start": (Anchor.START, -1),
    "after_start": (Anchor.START, 1),
    "before_end": (Anchor.END, -1),
    "after_end": (Anchor.END, 1),
}


def _choices(words_by_value: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, word) for value, word in words_by_value.items()]


class Plan(NamedTuple):
    """What makes a reminder what it is; ``minutes`` are counted from the anchor, before it negative."""

    anchor: Anchor
    minutes: int
    at: datetime | None
    whom: Reminded


class ReminderForm(Form):
    amount = IntegerField(_l("How long"), validators=[Optional(), NumberRange(0, 1000, _l("A number from 0 to 1000."))])
    unit = SelectField(_l("Unit"), choices=_choices(UNITS), default="days")
    side = SelectField(_l("Before or after"), choices=_choices(SIDES), default="before_start")
    day = DayField(_l("Day"), validators=[Optional()])
    clock = ClockField(_l("Time"), validators=[Optional()])
    whom = SelectField(_l("To whom"), choices=_choices({one.value: word for one, word in words.REMINDED.items()}))

    @property
    def is_empty(self) -> bool:
        return self.day.data is None and not self.day.errors if self.side.data == "at" else self.amount.data is None

    def validate(self, extra_validators: Any = None) -> bool:
        fine = bool(super().validate(extra_validators))
        if self.side.data == "at" and (self.day.data is None) != (self.clock.data is None):
            self.clock.errors = [_("Give both the day and the time.")]
            return False
        return fine

    def plan(self, zone: str | None) -> Plan:
        whom = Reminded(self.whom.data)
        if self.side.data == "at":
            local = datetime.combine(self.day.data, self.clock.data, tzinfo=ZoneInfo(zone or "UTC"))  # type: ignore[arg-type]
            return Plan(Anchor.MOMENT, 0, local.astimezone(UTC), whom)
        anchor, sign = _ANCHORS[self.side.data or "before_start"]
        return Plan(anchor, sign * (self.amount.data or 0) * _MINUTES[self.unit.data or "days"], None, whom)


class ReminderRows(FieldList):
    """Rows whose errors are told one after the other, as those of any field."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        fine = bool(super().validate(form, extra_validators))
        self.errors: list[str] = [
            str(text) for row in self.entries for texts in row.form.errors.values() for text in texts
        ]
        return fine


def shown(reminder: Reminder | Plan, zone: str) -> dict[str, Any]:
    """The row that asks for that reminder."""
    if reminder.anchor is Anchor.MOMENT and reminder.at is not None:
        local = reminder.at.astimezone(ZoneInfo(zone))
        return {"side": "at", "day": local.date(), "clock": local.time(), "whom": reminder.whom.value}
    minutes = timedelta(minutes=abs(reminder.minutes)) // timedelta(minutes=1)
    unit = next(name for name in ("days", "hours", "minutes") if minutes % _MINUTES[name] == 0)
    side = "after" if reminder.minutes > 0 or (reminder.anchor is Anchor.END and not reminder.minutes) else "before"
    return {
        "amount": minutes // _MINUTES[unit],
        "unit": unit,
        "side": f"{side}_{reminder.anchor.value}",
        "whom": reminder.whom.value,
    }
