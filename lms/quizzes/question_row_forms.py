"""The rows of a question's form: a choice, a pair, a gap."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, HiddenField, IntegerField, SelectChoice, SelectField
from wtforms.validators import Optional

from lms.forms import LineField, ParagraphsField
from lms.quizzes import lines
from lms.quizzes.grading import read_number

_GAP_KINDS = {"short": _l("a word"), "number": _l("a number"), "choice": _l("one of a list")}


class ChoiceForm(Form):
    id = HiddenField()
    is_right = BooleanField(_l("Right"))
    text = LineField(_l("Choice"), optional=True, longest=500)
    share = LineField(_l("Share of the points, per cent"), optional=True, longest=8)
    feedback = LineField(_l("Explanation of the choice"), optional=True, longest=500)

    @property
    def is_empty(self) -> bool:
        return not (self.text.data or self.feedback.data or self.is_right.data)

    @property
    def share_typed(self) -> float | None:
        """The per cent; None where nothing is typed. ValueError for what is none."""
        typed = (self.share.data or "").removesuffix("%").strip()
        number = read_number(typed) if typed else None
        if typed and (number is None or not -100 <= number <= 100):
            raise ValueError(typed)
        return float(number) if number is not None else None


class PairForm(Form):
    left = LineField(_l("Left"), optional=True, longest=300)
    right = LineField(_l("Right side"), optional=True, longest=300)

    @property
    def is_empty(self) -> bool:
        return not (self.left.data or self.right.data)


class GapForm(Form):
    kind = SelectField(_l("Type"), choices=[SelectChoice(*kind) for kind in _GAP_KINDS.items()], validate_choice=False)
    points = IntegerField(_l("Weight"), [Optional()], default=1)
    answers = ParagraphsField(_l("Right answers"))

    @property
    def is_empty(self) -> bool:
        return not self.answers.data

    @property
    def rows(self) -> lines.Rows:
        return lines.GAP_READERS[self.chosen_kind](self.answers.data)

    @property
    def chosen_kind(self) -> str:
        return self.kind.data if self.kind.data in _GAP_KINDS else "short"
