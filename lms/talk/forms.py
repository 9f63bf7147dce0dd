from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from lms.forms import EditForm, ParagraphsField

LONGEST = 3000


class AskForm(FlaskForm):
    text = ParagraphsField(_l("Your question to the trainer"), longest=LONGEST)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.text.validators = [DataRequired(_l("Write something here.")), *self.text.validators]


class AnswerForm(EditForm):
    answer = ParagraphsField(_l("Answer"), longest=2 * LONGEST)
    seen_by = RadioField(
        _l("Who sees it"),
        choices=[
            SelectChoice("all", _l("Everybody who may open the page; the name of who asked is not shown")),
            SelectChoice("one", _l("Only who asked")),
        ],
        default="all",
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.answer.validators = [DataRequired(_l("Write something here.")), *self.answer.validators]
