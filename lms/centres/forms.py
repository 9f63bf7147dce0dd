"""What a centre says of itself."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from lms.forms import EditForm, LineField, ParagraphsField

LEVELS = {
    0: _l("Not open yet"),
    1: _l("Opened"),
    2: _l("Gives advice"),
    3: _l("Runs programmes"),
    4: _l("Mentors others"),
}
_STAIR = [SelectChoice(str(level), words) for level, words in LEVELS.items()]
_PHONE = re.compile(r"[+0-9][0-9 ()\-‐–]{4,30}")
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


class CentreForm(EditForm):
    name = LineField(_l("Name of the centre"), description=_l("The name of the place, as in lists: Salsk"), longest=100)
    name_genitive = LineField(_l("Name in the genitive"), optional=True, longest=100)
    name_prepositional = LineField(_l("Name with “in”"), optional=True, longest=100)
    name_en = LineField(_l("Name in English"), optional=True, longest=100)
    place = LineField(_l("Town or village"), optional=True)
    about = ParagraphsField(
        _l("What the centre is"), description=_l("Two or three sentences for visitors."), longest=2000
    )
    services = ParagraphsField(
        _l("What it helps with"),
        description=_l("One service a line; after a dash, a word about it."),
        longest=4000,
    )
    stage = LineField(_l("Where it stands"), description=_l("In a few words"), optional=True)
    level = SelectField(_l("Stage of development"), choices=_STAIR, coerce=int, default=0)
    address = LineField(_l("Postal address"), optional=True)
    phone = LineField(_l("Telephone"), optional=True, longest=40)
    email = LineField(_l("E-mail"), optional=True)
    hours = LineField(_l("Opening hours"), optional=True)
    is_mentor = BooleanField(_l("This centre mentors the others"))

    def validate_phone(self, field: LineField) -> None:
        if field.data and not _PHONE.fullmatch(field.data):
            raise ValidationError(_l("Write the number as +7 000 000-00-00."))

    def validate_email(self, field: LineField) -> None:
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError(_l("Write one address, for instance salsk@example.org."))

    def stored(self, centre: Any) -> dict[str, Any]:
        return {field.name: getattr(centre, field.name) for field in self if hasattr(centre, field.name)}
