"""The form of a question of any kind. What a kind needs beside choices is typed in lines (lines.py says how)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from lms.extensions import db
from lms.forms import EditForm, LineField, ParagraphsField
from lms.materials import filetypes
from lms.materials.markdown import to_html, to_text
from lms.materials.upload_forms import UploadField, no_room, quota_problem, upload_problem
from lms.quizzes import lines, question_actions
from lms.quizzes.grading import fold, read_number
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Question
from lms.quizzes.question_as_typed import as_typed, choice_lines, gap_lines, pair_lines
from lms.quizzes.question_row_forms import ChoiceForm, GapForm, PairForm

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
_TRUTHS = {"true": _l("true"), "false": _l("false")}
_SCORINGS = {
    "places": _l("for each item in its place"),
    "neighbours": _l("for each two that follow one another rightly"),
    "exact": _l("only for the whole order"),
}
FIRST_ROWS = 4
_FEWEST_ROWS = {"choices": 2, "pairs": 2, "gaps": 1}
_MOST_ROWS = 20
_MOST_LINES = 30


class QuestionForm(EditForm):
    """A question of any kind; only the fields of its kind are looked at."""

    kind = SelectField(_l("Type"), choices=[SelectChoice(kind.value, name) for kind, name in KIND_NAMES.items()])
    points = IntegerField(
        _l("Points"), [InputRequired(_l("Write a number.")), NumberRange(0, 100, _l("From 1 to 100."))], default=1
    )
    text = ParagraphsField(_l("Question"))
    picture = UploadField(
        _l("A picture to add"),
        description=_l("PNG, JPEG, GIF or WebP. It is put under the text; move its line as you like."),
    )
    picture_words = LineField(
        _l("What the picture shows"), optional=True, longest=200, description=_l("For those who cannot see it.")
    )
    title = LineField(_l("Name among trainers"), optional=True, longest=120, description=_l("Learners never see it."))
    tags = LineField(
        _l("Tags"), optional=True, longest=200, description=_l("Words to find it by, with commas between.")
    )
    # single, several
    choices = FieldList(FormField(ChoiceForm), _l("Choices"), max_entries=_MOST_ROWS)
    keeps_order = BooleanField(_l("Keep the choices in this order, also where the quiz shuffles them"))
    # true or false; without validate_choice, because radio buttons of another kind are not on the page
    right = RadioField(
        _l("The statement is"), choices=[SelectChoice(*truth) for truth in _TRUTHS.items()], validate_choice=False
    )
    feedback_true = LineField(_l("Explanation for who says “true”"), optional=True, longest=500)
    feedback_false = LineField(_l("Explanation for who says “false”"), optional=True, longest=500)
    # short
    accepted = ParagraphsField(
        _l("Accepted answers"),
        description=_l(
            "One a line. After a bar, if you like, the per cent of the points and an explanation: “fee | 50 | Almost”."
        ),
    )
    case = BooleanField(_l("Capitals matter"))
    yo = BooleanField(_l("“ё” and “е” differ"))
    spaces = BooleanField(_l("Spaces matter"))
    wildcards = BooleanField(_l("A star stands for anything: “resource*”"))
    # number
    answer = LineField(_l("Right answer"), optional=True, longest=50, description=_l("For example 12.5."))
    tolerance = LineField(
        _l("May differ by"),
        optional=True,
        longest=50,
        description=_l("0 means exactly this number; it may be in per cent."),
    )
    unit = LineField(_l("Unit"), optional=True, longest=40, description=_l("Stands after the field."))
    more_answers = ParagraphsField(
        _l("Other answers worth something"), description=_l("One a line: “60 ± 5 | 50 | Without the last month”.")
    )
    units = ParagraphsField(_l("Other units to answer in"), description=_l("One a line: “cm = 0.01”."))
    # matching
    pairs = FieldList(FormField(PairForm), _l("Pairs"), max_entries=_MOST_ROWS)
    extra = ParagraphsField(_l("Right sides of no pair"), description=_l("One a line. They make guessing harder."))
    # ordering
    items = ParagraphsField(_l("Items in the right order"), description=_l("One a line. Learners see them shuffled."))
    scoring = SelectField(
        _l("Points are given"), choices=[SelectChoice(*one) for one in _SCORINGS.items()], validate_choice=False
    )
    # gaps
    gaps = FieldList(FormField(GapForm), _l("Gaps"), max_entries=_MOST_ROWS)
    # essay
    rubric = ParagraphsField(
        _l("What is looked at in checking"),
        description=_l("A criterion a line, with the points it is worth: “The addressee is named | 2”."),
    )
    least_words = IntegerField(_l("Words, at least"), [Optional(), NumberRange(1, 5000, _l("From 1 to 5000."))])
    most_words = IntegerField(_l("Words, at most"), [Optional(), NumberRange(1, 5000, _l("From 1 to 5000."))])
    explanation = ParagraphsField(_l("Explanation"), description=_l("Learners read it with the result."), longest=2000)

    def __init__(self, question: Question | None = None, *, kind: QuestionKind | None = None) -> None:
        new = {"kind": kind or QuestionKind.SINGLE, "tolerance": "0", "scoring": "places"}
        super().__init__(data=as_typed(question) if question else new)
        # Other systems let several choices of one answer be right, each by itself: what came so may stay so.
        self.had_several_right = question is not None and sum(one.is_right for one in question.choices) > 1
        rows = self.rows_field
        while rows is not None and len(rows) < min(FIRST_ROWS, 4) and not self.is_submitted():
            rows.append_entry()

    @property
    def chosen_kind(self) -> QuestionKind:
        return QuestionKind(self.kind.data) if self.kind.data in set(QuestionKind) else QuestionKind.SINGLE

    # --- rows, added and taken away by a press of a button ---
    @property
    def rows_field(self) -> FieldList | None:
        """The rows that the chosen kind has."""
        if self.chosen_kind.has_choices:
            return self.choices
        return {QuestionKind.MATCHING: self.pairs, QuestionKind.GAPS: self.gaps}.get(self.chosen_kind)

    @property
    def can_add_row(self) -> bool:
        return self.rows_field is not None and len(self.rows_field) < _MOST_ROWS

    def change_rows(self, pressed: Any) -> bool:
        """Was it "one more row", "without this row" or "another type"? Then the form is only shown again."""
        rows = self.rows_field
        if "drop" in pressed and rows is not None:
            gone = {pressed["drop"], f"{rows.name}-{pressed['drop']}"}
            rows.entries[:] = [entry for entry in rows.entries if entry.name not in gone]
        elif "more" in pressed and self.can_add_row and rows is not None:
            rows.append_entry()
        elif "retype" not in pressed:
            return False
        while rows is not None and len(rows) < _FEWEST_ROWS[rows.name]:
            rows.append_entry()
        return True

    @property
    def rows(self) -> list[Any]:
        rows = self.rows_field
        return [entry.form for entry in rows if not entry.form.is_empty] if rows is not None else []

    # --- what must be true ---
    def validate_picture(self, field: UploadField) -> None:
        if not field.data:
            return
        if field.came_ahead is not None:  # it was looked at when it came
            self._must_be_picture(field.came_ahead.file_type)
            return
        problem = quota_problem(field.data.stream.seek(0, 2))
        db.session.rollback()  # looking at it takes its time, and nobody shall wait for it
        problem = problem or upload_problem(field.data, current_app.config["UPLOAD_LIMIT"])
        if problem:
            raise ValidationError(problem)
        self._must_be_picture(filetypes.recognise(field.data.filename or "", field.data.stream))

    @staticmethod
    def _must_be_picture(file_type: filetypes.FileType) -> None:
        if not file_type.is_picture:
            raise ValidationError(_l("Choose a picture: PNG, JPEG, GIF or WebP."))

    def validate_points(self, field: IntegerField) -> None:
        if self.chosen_kind.asks and field.data is not None and field.data < 1:
            raise ValidationError(_l("From 1 to 100."))

    def validate_text(self, field: ParagraphsField) -> None:
        html = to_html(field.data or "")
        if not to_text(html) and "<img" not in html and not self.picture.data:
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
        if self.chosen_kind is QuestionKind.SINGLE and len(right) > 1 and not self.had_several_right:
            raise ValidationError(_l("Only one choice can be right here. For more, choose the type “Several answers”."))
        if len({fold(row.text.data) or row.text.data for row in self.rows}) < len(self.rows):
            raise ValidationError(_l("Two choices are the same."))
        try:
            [row.share_typed for row in self.rows]
        except ValueError:
            raise ValidationError(_l("The share of a choice is a number from −100 to 100.")) from None

    def validate_right(self, field: RadioField) -> None:
        if self.chosen_kind is QuestionKind.TRUE_FALSE and field.data not in _TRUTHS:
            raise ValidationError(_l("Say whether the statement is true."))

    def validate_accepted(self, field: ParagraphsField) -> None:
        if self.chosen_kind is not QuestionKind.SHORT:
            return
        rows = _readable(lambda: self.accepted_rows)
        if not any(row["share"] == lines.FULL for row in rows):
            raise ValidationError(_l("Write at least one answer that is right."))
        if len(rows) > _MOST_LINES:
            raise ValidationError(_l("At most 30 answers."))

    def validate_answer(self, field: LineField) -> None:
        if self.chosen_kind is QuestionKind.NUMBER and read_number(field.data or "", self.unit.data or "") is None:
            raise ValidationError(_l("Write a number, for example 12.5."))

    def validate_tolerance(self, field: LineField) -> None:
        if self.chosen_kind is not QuestionKind.NUMBER or not field.data:
            return
        try:
            lines.read_tolerance(field.data, self.unit.data or "")
        except lines.Unreadable:
            raise ValidationError(_l("Write a number, 0 or more.")) from None

    def validate_more_answers(self, field: ParagraphsField) -> None:
        if self.chosen_kind is QuestionKind.NUMBER:
            _readable(lambda: lines.read_numbers(field.data, self.unit.data or ""))

    def validate_units(self, field: ParagraphsField) -> None:
        if self.chosen_kind is QuestionKind.NUMBER:
            _readable(lambda: lines.read_units(field.data))

    def validate_pairs(self, field: FieldList) -> None:
        if self.chosen_kind is not QuestionKind.MATCHING:
            return
        if any(not (row.left.data and row.right.data) for row in self.rows):
            raise ValidationError(_l("A pair has one side only: write both or take the row away."))
        if len(self.rows) < 2:
            raise ValidationError(_l("Write at least two pairs."))
        if len({row.left.data for row in self.rows}) < len(self.rows):
            raise ValidationError(_l("Two pairs have the same left side."))

    def validate_items(self, field: ParagraphsField) -> None:
        if self.chosen_kind is not QuestionKind.ORDERING:
            return
        items = lines.lines_of(field.data)
        if not 2 <= len(items) <= _MOST_ROWS:
            raise ValidationError(_l("From two to twenty items, one a line."))
        if len(set(items)) < len(items):
            raise ValidationError(_l("Two items are the same."))

    def validate_gaps(self, field: FieldList) -> None:
        if self.chosen_kind is not QuestionKind.GAPS:
            return
        numbers = lines.gap_numbers(self.text.data or "")
        if numbers != list(range(1, len(self.rows) + 1)):
            raise ValidationError(_l("Mark the gaps in the text in order, [[1]], [[2]], and write answers for each."))
        for row in self.rows:
            rows = _readable(lambda row=row: row.rows)  # type: ignore[misc]
            if not any(one["share"] == lines.FULL for one in rows):
                raise ValidationError(_l("Each gap needs an answer that is right; in a list it has a star before it."))
            if not 1 <= (row.points.data or 1) <= 100:
                raise ValidationError(_l("The weight of a gap is a number from 1 to 100."))

    def validate_rubric(self, field: ParagraphsField) -> None:
        if self.chosen_kind is QuestionKind.ESSAY:
            _readable(lambda: lines.read_rubric(field.data))

    def validate_most_words(self, field: IntegerField) -> None:
        if field.data and self.least_words.data and field.data < self.least_words.data:
            raise ValidationError(_l("This is less than the fewest words."))

    @property
    def accepted_rows(self) -> lines.Rows:
        """Without those that say nothing, and those that are the same as one before where nothing is made to matter."""
        is_strict = self.case.data or self.yo.data or self.spaces.data
        found: dict[str, dict[str, Any]] = {}
        for row in lines.read_words(self.accepted.data):
            if fold(row["text"]):
                found.setdefault(row["text"] if is_strict else fold(row["text"]), row)
        return list(found.values())

    # --- into the question and back ---
    def say_no_room(self) -> None:
        self.picture.errors = [no_room()]

    def fill(self, thing: Any) -> None:
        kind = self.chosen_kind
        thing.kind, thing.points = kind, self.points.data if kind.asks else 0
        thing.explanation, thing.title = self.explanation.data, self.title.data
        thing.tags = list(dict.fromkeys(tag.strip() for tag in (self.tags.data or "").split(",") if tag.strip()))
        thing.text, thing.text_html = self.text.data, to_html(self.text.data)
        thing.settings = self._settings(thing.settings or {})
        rows = self.rows if kind.has_choices else []
        question_actions.rewrite_choices(
            thing, [(_id(r), r.text.data, bool(r.is_right.data), r.feedback.data, r.share_typed) for r in rows]
        )

    def _settings(self, old: dict[str, Any]) -> dict[str, Any]:
        match self.chosen_kind:
            case QuestionKind.SINGLE | QuestionKind.SEVERAL:
                return {"shuffle": False} if self.keeps_order.data else {}
            case QuestionKind.TRUE_FALSE:
                told = {"true": self.feedback_true.data, "false": self.feedback_false.data}
                return {"right": self.right.data == "true", "feedback": told}
            case QuestionKind.SHORT:
                flags = {name: True for name in ("case", "yo", "spaces", "wildcards") if self[name].data}
                return {"accepted": self.accepted_rows, **flags}
            case QuestionKind.NUMBER:
                return {
                    "answers": self._numbers(old),
                    "unit": self.unit.data,
                    "units": lines.read_units(self.units.data),
                }
            case QuestionKind.MATCHING:
                pairs = [{"left": row.left.data, "right": row.right.data} for row in self.rows]
                return {"pairs": pairs, "extra": lines.lines_of(self.extra.data)}
            case QuestionKind.ORDERING:
                scoring = self.scoring.data if self.scoring.data in _SCORINGS else "places"
                return {"items": lines.lines_of(self.items.data), "scoring": scoring}
            case QuestionKind.GAPS:
                before = old.get("gaps", [])
                return {"gaps": [_gap(row, before[n] if n < len(before) else {}) for n, row in enumerate(self.rows)]}
            case QuestionKind.ESSAY:
                words = [self.least_words.data, self.most_words.data]
                return {"rubric": lines.read_rubric(self.rubric.data), "words": words}
        return {}

    def _numbers(self, old: dict[str, Any]) -> lines.Rows:
        unit = self.unit.data or ""
        feedback = (old.get("answers") or [{}])[0].get("feedback", "")
        first = {
            "answer": lines.plain(read_number(self.answer.data or "", unit) or Decimal(0)),
            "tolerance": lines.read_tolerance(self.tolerance.data or "0", unit),
            "share": lines.FULL,
            "feedback": feedback,
        }
        return [first, *lines.read_numbers(self.more_answers.data, unit)]

    def meanwhile_of(self, question: Question) -> list[tuple[str, str]]:
        """As ``EditForm.meanwhile``, with the rows as lines."""
        stored = as_typed(question)
        rows = {"choices": choice_lines, "pairs": pair_lines, "gaps": gap_lines}
        kept = {name: as_lines(stored.pop(name)) for name, as_lines in rows.items()}
        typed = {name: as_lines([entry.data for entry in self[name]]) for name, as_lines in rows.items()}
        words = {"kind": KIND_NAMES[question.kind], "right": _TRUTHS[stored["right"]]}
        same = {name for name in words if self[name].data == stored[name]}
        differing = self.meanwhile(stored | {name: word for name, word in words.items() if name not in same})
        return [
            *differing,
            *((str(self[name].label.text), kept[name] or "—") for name in rows if kept[name] != typed[name]),
        ]


def _readable(read: Callable[[], lines.Rows]) -> lines.Rows:
    try:
        return read()
    except lines.Unreadable as error:
        raise ValidationError(_l("This line cannot be read: “%(line)s”.", line=str(error)[:80])) from None


def _gap(row: GapForm, before: dict[str, Any]) -> dict[str, Any]:
    """The gap as typed; what the form does not ask (whether capitals matter, units) stays as it was."""
    kind = row.chosen_kind
    kept = before if before.get("kind") == kind else {}
    return {**kept, "kind": kind, "points": row.points.data or 1, lines.GAP_ROWS[kind]: row.rows}


def _id(row: ChoiceForm) -> int | None:
    typed = row.id.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None
