"""Deciding by hand about one activity of one person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from lms.progress.models import Verdict
from lms.texts import paragraphs

_WORDS = {
    Verdict.DONE: _l("Count it as done"),
    Verdict.EXCUSED: _l("Excuse: it need not be done"),
    Verdict.TAKEN_BACK: _l("Take back: it was not done"),
}


class DecisionForm(FlaskForm):
    verdict = RadioField(_l("What to decide"), validators=[InputRequired(_l("Choose one of them."))])
    reason = TextAreaField(
        _l("Why"),
        description=_l("It stays beside the decision. For example: took part by telephone."),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Write a few words: later nobody will remember the reason.")),
            Length(max=500, message=_l("At most 500 characters.")),
        ],
    )

    def offer_for_many(self) -> None:
        """About those who have not done it: nothing can be taken back."""
        self.verdict.choices = [(one.value, _WORDS[one]) for one in (Verdict.EXCUSED, Verdict.DONE)]

    def offer(self, is_done: bool) -> None:
        """Only what is done can be taken back."""
        verdicts = [Verdict.DONE, Verdict.EXCUSED] + ([Verdict.TAKEN_BACK] if is_done else [])
        self.verdict.choices = [(verdict.value, _WORDS[verdict]) for verdict in verdicts]
