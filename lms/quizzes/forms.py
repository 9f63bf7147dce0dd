from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from lms import dates
from lms.cycles.models import FITTING_RULES, Rule
from lms.forms import DayField, EditForm, LineField, ParagraphsField
from lms.materials.markdown import to_html, to_text
from lms.quizzes import actions
from lms.quizzes.grading import fold, read_number
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Question, Quiz

KIND_NAMES = {
    QuestionKind.SINGLE: _l("One answer"),
    QuestionKind.SEVERAL: _l("Several answers"),
    QuestionKind.TRUE_FALSE: _l("True or false"),
    QuestionKind.SHORT: _l("Short answer"),
    QuestionKind.NUMBER: _l("Number"),
    QuestionKind.MATCHING: _l("Matching"),
    QuestionKind.ORDERING: _l("Ordering"),
    QuestionKind.GAPS: _l("Gaps in a text"),
    QuestionKind.ESSAY: _l("Essay"),
    QuestionKind.INFO: _l("Text between questions"),
}
# Those that can be written here.
WRITTEN_HERE = (
    QuestionKind.SINGLE, QuestionKind.SEVERAL, QuestionKind.TRUE_FALSE, QuestionKind.SHORT, QuestionKind.NUMBER
)  # fmt: skip
_RULE_NAMES = {Rule.PASSED: _l("when it is passed"), Rule.OPTIONAL: _l("it is not asked for")}
_TRUTHS = {"true": _l("true"), "false": _l("false")}
FIRST_ROWS = 4
_MOST_ROWS = 20
_MOST_ACCEPTED = 30


class QuizForm(EditForm):
    title = LineField(_l("Title"))
    title_en = LineField(_l("Title in English"), optional=True)
    intro = ParagraphsField(_l("What learners read before they begin"), longest=2000)
    pass_mark = IntegerField(
        _l("To pass, per cent of the points"),
        [InputRequired(_l("Write a number.")), NumberRange(1, 100, _l("From 1 to 100."))],
        default=60,
        description=_l("From 1 to 100."),
    )
    attempts_allowed = IntegerField(
        _l("Attempts"),
        [Optional(), NumberRange(1, 100, _l("From 1 to 100, or nothing."))],
        default=2,
        description=_l("Empty: as many as one likes."),
    )
    due_on = DayField(
        _l("To be done by"), description=_l("The day ends at 23:59. Later is late, never closed. Empty: as the module.")
    )
    rule = RadioField(
        _l("Counts as done"), choices=[SelectChoice(rule.value, _RULE_NAMES[rule]) for rule in FITTING_RULES["quiz"]]
    )

    def __init__(self, quiz: Quiz | None = None) -> None:
        super().__init__(obj=quiz, due_on=self._day_of(quiz), rule=(quiz.rule if quiz else Rule.PASSED).value)

    @staticmethod
    def _day_of(quiz: Quiz | None) -> date | None:
        if quiz is None or quiz.due_at is None:
            return None
        return quiz.due_at.astimezone(dates.find_zone(current_app.config["ZONE"])).date()

    @classmethod
    def stored(cls, quiz: Quiz) -> dict[str, Any]:
        return vars(quiz) | {"due_on": cls._day_of(quiz), "rule": quiz.rule.value, "version": quiz.version}

    def fill(self, thing: Any) -> None:
        for name in ("title", "title_en", "intro", "pass_mark", "attempts_allowed"):
            setattr(thing, name, self[name].data)
        thing.rule = Rule(self.rule.data)
        thing.due_at = dates.end_of_day(self.due_on.data, current_app.config["ZONE"]) if self.due_on.data else None


class ChoiceForm(Form):
    id = HiddenField()
    is_right = BooleanField(_l("Right"))
    text = LineField(_l("Choice"), optional=True, longest=500)
    feedback = LineField(_l("Explanation of the choice"), optional=True, longest=500)

    @property
    def is_empty(self) -> bool:
        return not (self.text.data or self.feedback.data or self.is_right.data)


class QuestionForm(EditForm):
    """A question of any kind; only the fields of its kind are looked at."""

    kind = SelectField(_l("Type"), choices=[SelectChoice(kind.value, KIND_NAMES[kind]) for kind in WRITTEN_HERE])
    points = IntegerField(
        _l("Points"), [InputRequired(_l("Write a number.")), NumberRange(1, 100, _l("From 1 to 100."))], default=1
    )
    text = ParagraphsField(_l("Question"))
    choices = FieldList(FormField(ChoiceForm), _l("Choices"), max_entries=_MOST_ROWS)
    # Without validate_choice: radio buttons of another kind are not on the page and come without a value.
    right = RadioField(
        _l("The statement is"), choices=[SelectChoice(*truth) for truth in _TRUTHS.items()], validate_choice=False
    )
    accepted = ParagraphsField(
        _l("Accepted answers"),
        description=_l("One a line. Capitals, “ё” or “е”, spaces and a full stop at the end make no difference."),
    )
    answer = LineField(_l("Right answer"), optional=True, longest=50, description=_l("For example 12.5."))
    tolerance = LineField(
        _l("May differ by"), optional=True, longest=50, description=_l("0 means exactly this number.")
    )
    unit = LineField(_l("Unit"), optional=True, longest=40, description=_l("Stands after the field."))
    explanation = ParagraphsField(_l("Explanation"), description=_l("Learners read it with the result."), longest=2000)

    def __init__(self, question: Question | None = None, *, kind: QuestionKind | None = None) -> None:
        new = {"kind": kind or QuestionKind.SINGLE, "tolerance": "0"}
        super().__init__(data=_as_typed(question) if question else new)
        while self.chosen_kind.has_choices and len(self.choices) < FIRST_ROWS and not self.is_submitted():
            self.choices.append_entry()

    @property
    def chosen_kind(self) -> QuestionKind:
        return QuestionKind(self.kind.data) if self.kind.data in WRITTEN_HERE else QuestionKind.SINGLE

    @property
    def can_add_row(self) -> bool:
        return len(self.choices) < _MOST_ROWS

    # --- rows of choices, added and taken away by a press of a button ---
    def change_rows(self, pressed: Any) -> bool:
        """Was it "one more row", "without this row" or "another type"? Then the form is only shown again."""
        if "drop" in pressed:
            gone = f"choices-{pressed['drop']}"
            self.choices.entries[:] = [entry for entry in self.choices.entries if entry.name != gone]
        elif "more" in pressed and self.can_add_row:
            self.choices.append_entry()
        elif "retype" not in pressed:
            return False
        while self.chosen_kind.has_choices and len(self.choices) < 2:
            self.choices.append_entry()
        return True

    @property
    def rows(self) -> list[ChoiceForm]:
        return [entry.form for entry in self.choices if not entry.form.is_empty]

    # --- what must be true ---
    def validate_text(self, field: ParagraphsField) -> None:
        html = to_html(field.data or "")
        if not to_text(html) and "<img" not in html:
            raise ValidationError(_l("Write the question."))

    def validate_choices(self, field: FieldList) -> None:
        if not self.chosen_kind.has_choices:
            return
        right = [row for row in self.rows if row.is_right.data]
        if any(not row.text.data for row in self.rows):
            raise ValidationError(_l("A choice has no text: write it or take the row away."))
        if len(self.rows) < 2:
            raise ValidationError(_l("Write at least two choices."))
        if not right:
            raise ValidationError(_l("Tick the right choice."))
        if self.chosen_kind is QuestionKind.SINGLE and len(right) > 1:
            raise ValidationError(_l("Only one choice can be right here. For more, choose the type “Several answers”."))
        if len({fold(row.text.data) or row.text.data for row in self.rows}) < len(self.rows):
            raise ValidationError(_l("Two choices are the same."))

    def validate_right(self, field: RadioField) -> None:
        if self.chosen_kind is QuestionKind.TRUE_FALSE and field.data not in _TRUTHS:
            raise ValidationError(_l("Say whether the statement is true."))

    def validate_accepted(self, field: ParagraphsField) -> None:
        if self.chosen_kind is not QuestionKind.SHORT:
            return
        if not self.accepted_texts:
            raise ValidationError(_l("Write at least one answer that is right."))
        if len(self.accepted_texts) > _MOST_ACCEPTED:
            raise ValidationError(_l("At most 30 answers."))

    def validate_answer(self, field: LineField) -> None:
        if self.chosen_kind is QuestionKind.NUMBER and self._number(field) is None:
            raise ValidationError(_l("Write a number, for example 12.5."))

    def validate_tolerance(self, field: LineField) -> None:
        if self.chosen_kind is not QuestionKind.NUMBER or not field.data:
            return
        number = self._number(field)
        if number is None or number < 0:
            raise ValidationError(_l("Write a number, 0 or more."))

    @property
    def accepted_texts(self) -> list[str]:
        found: dict[str, str] = {}
        for line in (self.accepted.data or "").splitlines():
            if fold(line):
                found.setdefault(fold(line), line.strip())
        return list(found.values())

    def _number(self, field: LineField) -> Decimal | None:
        return read_number(field.data or "", self.unit.data or "")

    # --- into the question and back ---
    def fill(self, thing: Any) -> None:
        thing.kind, thing.points, thing.explanation = self.chosen_kind, self.points.data, self.explanation.data
        thing.text, thing.text_html = self.text.data, to_html(self.text.data)
        thing.settings = self._settings()
        rows = self.rows if self.chosen_kind.has_choices else []
        actions.rewrite_choices(
            thing, [(_id(row), row.text.data, bool(row.is_right.data), row.feedback.data) for row in rows]
        )

    def _settings(self) -> dict[str, Any]:
        match self.chosen_kind:
            case QuestionKind.TRUE_FALSE:
                return {"right": self.right.data == "true"}
            case QuestionKind.SHORT:
                return {"accepted": [{"text": text, "share": 100, "feedback": ""} for text in self.accepted_texts]}
            case QuestionKind.NUMBER:
                answer = {
                    "answer": format(self._number(self.answer) or Decimal(0), "f"),
                    "tolerance": format(self._number(self.tolerance) or Decimal(0), "f"),
                }
                return {"answers": [answer | {"share": 100, "feedback": ""}], "unit": self.unit.data, "units": []}
        return {}

    def meanwhile_of(self, question: Question) -> list[tuple[str, str]]:
        """As ``EditForm.meanwhile``, with the choices as lines."""
        stored = _as_typed(question)
        choices = _as_lines((c["is_right"], c["text"], c["feedback"]) for c in stored.pop("choices"))
        typed = _as_lines((row.is_right.data, row.text.data, row.feedback.data) for row in self.rows)
        words = {"kind": KIND_NAMES[question.kind], "right": _TRUTHS[stored["right"]]}
        same = {name for name in words if self[name].data == stored[name]}
        differing = self.meanwhile(stored | {name: word for name, word in words.items() if name not in same})
        return [*differing, (str(self.choices.label.text), choices)] if choices != typed else differing


def _id(row: ChoiceForm) -> int | None:
    typed = row.id.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def _as_typed(question: Question) -> dict[str, Any]:
    settings = question.settings
    number = (settings.get("answers") or [{}])[0]
    return {
        "version": question.version,
        "kind": question.kind.value,
        "points": question.points,
        "text": question.text,
        "explanation": question.explanation,
        "choices": [
            {"id": choice.id, "is_right": choice.is_right, "text": choice.text, "feedback": choice.feedback}
            for choice in question.choices
        ],
        "right": "true" if settings.get("right") else "false",
        "accepted": "\n".join(one["text"] for one in settings.get("accepted") or []),
        "answer": str(number.get("answer", "")),
        "tolerance": str(number.get("tolerance", "0")),
        "unit": settings.get("unit", ""),
    }


def _as_lines(rows: Iterable[tuple[bool, str, str]]) -> str:
    return "\n".join(
        f"{'✓' if is_right else '○'} {text}{f' — {feedback}' if feedback else ''}" for is_right, text, feedback in rows
    )
