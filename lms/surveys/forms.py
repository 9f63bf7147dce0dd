from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from lms import dates
from lms.forms import DayField, EditForm, LineField, ParagraphsField
from lms.materials.markdown import to_html, to_text
from lms.surveys.kinds import SurveyKind, choices_of
from lms.surveys.models import Survey, SurveyQuestion

KIND_NAMES = {
    SurveyKind.SCALE: _l("Scale from 1 to 5"),
    SurveyKind.SINGLE: _l("One answer"),
    SurveyKind.SEVERAL: _l("Several answers"),
    SurveyKind.TEXT: _l("Text"),
}
_MOST_CHOICES = 30
_LONGEST_CHOICE = 200
_WHOLE = "cycle"

# What a survey may be about: (value as in ``about``, words).
Abouts = Sequence[tuple[str, str]]


class SurveyForm(EditForm):
    """``about`` is «cycle», «module:3» or «session:7»."""

    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    intro = ParagraphsField(_l("What people read before they answer"), longest=2000)
    about = SelectField(_l("What the survey is about"))
    is_anonymous = BooleanField(
        _l("Anonymous"),
        description=_l(
            "We keep who has answered, but not which answers are whose: nobody can find it out, nor change it."
        ),
    )
    opens_on = DayField(_l("Open from"), description=_l("Empty: as soon as it is published."))
    closes_on = DayField(_l("Open until"), description=_l("The day ends at 23:59. Empty: until you close it."))

    def __init__(self, abouts: Abouts, survey: Survey | None = None, *, is_answered: bool = False) -> None:
        stored = self.stored(survey) if survey else {"about": _WHOLE}
        super().__init__(data=stored)
        self.about.choices = [SelectChoice(value, words) for value, words in abouts]
        self._kept_anonymous = survey.is_anonymous if survey and is_answered else None

    @property
    def may_change_anonymity(self) -> bool:
        return self._kept_anonymous is None

    @classmethod
    def stored(cls, survey: Survey) -> dict[str, Any]:
        return {
            "version": survey.version,
            "title": survey.title,
            "title_en": survey.title_en,
            "intro": survey.intro,
            "about": about_of(survey),
            "is_anonymous": survey.is_anonymous,
            "opens_on": _day(survey.opens_at),
            "closes_on": _day(survey.closes_at),
        }

    def validate_closes_on(self, field: DayField) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_l("The last day is before the first."))

    def fill(self, thing: Any) -> None:
        for name in ("title", "title_en", "intro"):
            setattr(thing, name, self[name].data)
        if self._kept_anonymous is None:
            thing.is_anonymous = self.is_anonymous.data
        kind, _, number = self.about.data.partition(":")
        thing.module_id = int(number) if kind == "module" else None
        thing.live_session_id = int(number) if kind == "session" else None
        zone = current_app.config["ZONE"]
        thing.opens_at = dates.start_of_day(self.opens_on.data, zone) if self.opens_on.data else None
        if self.closes_on.data != _day(thing.closes_at):  # a survey closed by hand stays closed at its minute
            thing.closes_at = dates.end_of_day(self.closes_on.data, zone) if self.closes_on.data else None


def about_of(survey: Survey) -> str:
    if survey.live_session_id is not None:
        return f"session:{survey.live_session_id}"
    return f"module:{survey.module_id}" if survey.module_id is not None else _WHOLE


def _day(at: datetime | None) -> date | None:
    return at.astimezone(dates.find_zone(current_app.config["ZONE"])).date() if at else None


class SurveyQuestionForm(EditForm):
    """A question of any kind; only the fields of its kind are looked at."""

    kind = SelectField(_l("Type"), choices=[SelectChoice(kind.value, name) for kind, name in KIND_NAMES.items()])
    text = ParagraphsField(_l("Question"), longest=2000)
    low = LineField(_l("1 means"), optional=True, longest=60, description=_l("For example: not at all."))
    high = LineField(_l("5 means"), optional=True, longest=60, description=_l("For example: very much."))
    choices = ParagraphsField(_l("Choices"), description=_l("One a line."))

    def __init__(self, question: SurveyQuestion | None = None, *, kind: SurveyKind, is_answered: bool = False) -> None:
        super().__init__(data=self.stored(question) if question else {"kind": kind.value})
        # What was replied to keeps its meaning: the kind, and the choices there were.
        self._kept = (question.kind, question.choices) if question and is_answered else None

    @property
    def chosen_kind(self) -> SurveyKind:
        return SurveyKind(self.kind.data) if self.kind.data in set(SurveyKind) else SurveyKind.SCALE

    @property
    def may_change_kind(self) -> bool:
        return self._kept is None

    @property
    def lines(self) -> list[str]:
        found = (" ".join(line.split()) for line in (self.choices.data or "").splitlines())
        return [line for line in found if line]

    def validate_kind(self, field: SelectField) -> None:
        if self._kept and self.chosen_kind is not self._kept[0]:
            raise ValidationError(_l("People have answered this question, its type stays. Add a new question instead."))

    def validate_text(self, field: ParagraphsField) -> None:
        if not to_text(to_html(field.data or "")):
            raise ValidationError(_l("Write the question."))

    def validate_choices(self, field: ParagraphsField) -> None:
        if not self.chosen_kind.has_choices:
            return
        lines = self.lines
        if len(lines) < 2:
            raise ValidationError(_l("Write at least two choices."))
        if len(lines) > _MOST_CHOICES or any(len(line) > _LONGEST_CHOICE for line in lines):
            raise ValidationError(_l("At most 30 choices of at most 200 characters."))
        if len({line.casefold() for line in lines}) < len(lines):
            raise ValidationError(_l("Two choices are the same."))
        if self._kept and lines[: len(self._kept[1])] != [text for _, text in self._kept[1]]:
            raise ValidationError(
                _l("People have answered: the choices there are stay as they are. Add new ones below.")
            )

    def fill(self, thing: Any) -> None:
        thing.kind, thing.text, thing.text_html = self.chosen_kind, self.text.data, to_html(self.text.data)
        thing.settings = self._settings()

    def _settings(self) -> dict[str, Any]:
        if self.chosen_kind is SurveyKind.SCALE:
            return {"low": self.low.data, "high": self.high.data}
        if self.chosen_kind.has_choices:
            return {"choices": [{"id": id, "text": text} for id, text in enumerate(self.lines, 1)]}
        return {}

    @classmethod
    def stored(cls, question: SurveyQuestion) -> dict[str, Any]:
        settings = question.settings
        return {
            "version": question.version,
            "kind": question.kind.value,
            "text": question.text,
            "low": settings.get("low", ""),
            "high": settings.get("high", ""),
            "choices": _as_lines(choices_of(settings)),
        }


def _as_lines(choices: Iterable[tuple[int, str]]) -> str:
    return "\n".join(text for _, text in choices)
