from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from lms.accounts.wish_models import LetterWishes
from lms.forms import EditForm

_HOURS = [SelectChoice(hour, f"{hour}:00") for hour in range(24)]


class WishesForm(EditForm):
    reminders = BooleanField(
        _l("Reminders"), description=_l("That a session comes, that a module is left, that you have not answered")
    )
    news = BooleanField(_l("News"), description=_l("What centres tell each other, new materials and sessions"))
    together = RadioField(
        _l("How they come"),
        choices=[
            SelectChoice("single", _l("As they come, each by itself")),
            SelectChoice("digest", _l("Once a day, in one letter in the morning")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    quiet = BooleanField(_l("Not at night"), description=_l("What is written at night waits for the morning"))
    quiet_from = SelectField(_l("Quiet from"), choices=_HOURS, coerce=int)
    quiet_until = SelectField(_l("Quiet until"), choices=_HOURS, coerce=int)

    def read(self, wishes: LetterWishes) -> dict[str, Any]:
        """The fields as the row has them."""
        is_quiet = wishes.quiet_from is not None
        return {
            "reminders": wishes.reminders,
            "news": wishes.news,
            "together": "digest" if wishes.digest else "single",
            "quiet": is_quiet,
            "quiet_from": wishes.quiet_from if is_quiet else 21,
            "quiet_until": wishes.quiet_until if is_quiet else 8,
            "version": wishes.version,
        }

    def write(self, wishes: LetterWishes) -> None:
        wishes.reminders, wishes.news = self.reminders.data, self.news.data
        wishes.digest = self.together.data == "digest"
        wishes.quiet_from = self.quiet_from.data if self.quiet.data else None
        wishes.quiet_until = self.quiet_until.data if self.quiet.data else None
