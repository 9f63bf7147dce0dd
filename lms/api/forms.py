from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from lms.forms import LineField


class KeyForm(FlaskForm):
    label = LineField(_l("What it is for"), description=_l("For instance: our table of volunteers"), longest=100)
