from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList
from wtforms.validators import ValidationError

from lms.forms import EditForm, LineField, ParagraphsField
from lms.quizzes.checking import Criterion
from lms.quizzes.grading import read_number
from lms.quizzes.models import Answer


class CheckingForm(EditForm):
    """``version`` is when the answer was checked before, or nothing: of two who check at once the later one is told."""

    points = FieldList(LineField(_l("Points"), optional=True, longest=10), _l("Points"))
    comment = ParagraphsField(
        _l("What to say to the author"), description=_l("It comes in a letter, and stands in the result."), longest=4000
    )

    def __init__(self, answer: Answer, criteria: Sequence[Criterion]) -> None:
        self.criteria = criteria
        super().__init__(data=self.stored(answer))
        while len(self.points) < len(criteria):
            self.points.append_entry()

    @staticmethod
    def stored(answer: Answer) -> dict[str, Any]:
        return {
            "version": answer.checked_at.isoformat() if answer.checked_at else "",
            "points": list(answer.criteria or ()),
            "comment": answer.comment,
        }

    def validate_points(self, field: FieldList) -> None:
        if len(field.entries) != len(self.criteria):
            raise ValidationError(_l("Reload the page: what is looked at has changed."))
        for entry, criterion in zip(field.entries, self.criteria, strict=True):
            number = read_number(entry.data or "")
            if number is None or not 0 <= number <= criterion.most:
                raise ValidationError(
                    _l("“%(criterion)s”: a number from 0 to %(most)s.", criterion=criterion.text, most=criterion.most)
                )

    @property
    def given(self) -> list[Decimal]:
        return [read_number(entry.data or "") or Decimal(0) for entry in self.points]

    def meanwhile_of(self, answer: Answer) -> list[tuple[str, str]]:
        """What the other one gave, criterion by criterion, and said; and be ready to save again."""
        stored = self.stored(answer)
        self.version.data = stored["version"]
        told = [
            f"{criterion.text}: {points}" for criterion, points in zip(self.criteria, stored["points"], strict=False)
        ]
        return [(str(self.points.label.text), "\n".join(told)), (str(self.comment.label.text), answer.comment or "—")]
