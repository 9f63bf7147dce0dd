from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from lms.forms import EditForm, LineField


class AddressForm(EditForm):
    """``version`` is the Message-ID the form was opened on: each new address and each sending has another."""

    email = LineField(_l("Right address"), longest=254)
    in_card = BooleanField(_l("Also keep it in the person’s card, for letters to come"), default=True)
