from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.forms import EditForm
from lms.texts import paragraphs


class RevocationForm(EditForm):
    reason = TextAreaField(
        _l("Why"),
        description=_l("It stays in the register; the check page says only that it is revoked."),
        filters=[paragraphs],
        validators=[
            DataRequired(_l("Write a few words: later nobody will remember the reason.")),
            Length(max=500, message=_l("At most 500 characters.")),
        ],
    )
