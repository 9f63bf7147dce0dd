"""Three questions about a session that is over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from lms.forms import ParagraphsField

_MARKS = [
    SelectChoice("5", _l("5 — very")),
    SelectChoice("4", "4"),
    SelectChoice("3", "3"),
    SelectChoice("2", "2"),
    SelectChoice("1", _l("1 — not at all")),
]


class FeedbackForm(FlaskForm):
    useful = RadioField(_l("Was it useful?"), choices=_MARKS, validators=[InputRequired(_l("Choose a mark."))])
    clear = RadioField(_l("Was it clear?"), choices=_MARKS, validators=[InputRequired(_l("Choose a mark."))])
    words = ParagraphsField(_l("What would you change?"), longest=2000)
