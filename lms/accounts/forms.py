"""What one types to get in, and about oneself."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from lms import dates
from lms.accounts.addresses import parse_email
from lms.accounts.names import parse_name
from lms.accounts.passwords import LONGEST, check_strength
from lms.forms import EditForm

LOCALES = [SelectChoice("", _l("As in the browser")), SelectChoice("ru", "Русский"), SelectChoice("en", "English")]


class AddressField(EmailField):
    """An e-mail address, as ``parse_email`` writes it."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = parse_email(self.data or "")
        except ValueError as error:
            raise StopValidation(str(error)) from error


class NameField(StringField):
    """A part of a person's name, as ``parse_name`` writes it."""

    data: Any

    def __init__(self, label: Any = None, *, needed: Any = None, **kwargs: Any) -> None:
        self.needed = needed
        super().__init__(label, **kwargs)

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = parse_name(self.data or "")
        except ValueError as error:
            raise StopValidation(str(error)) from error
        if self.needed and not self.data:
            raise StopValidation(str(self.needed))


class NewPasswordField(PasswordField):
    """A password good enough for the person of the form's ``email`` (an attribute or what it is made with)."""

    def pre_validate(self, form: Any) -> None:
        try:
            check_strength(self.data or "", form.address)
        except ValueError as error:
            raise StopValidation(str(error)) from error


class SignInForm(FlaskForm):
    email = AddressField(_l("E-mail"), description=_l("The one that invitations come to"))
    remember = BooleanField(
        _l("Remember me for 30 days"), default=True, description=_l("Not on a computer that others use")
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    code = StringField(
        _l("Or type the six digits from the letter"),
        description=_l("Handy when the letter is open on another device"),
    )

    @property
    def digits(self) -> str:
        """The digits alone, whatever stands between them."""
        return "".join(sign for sign in self.code.data or "" if sign.isdecimal())[:12]


class EnterForm(FlaskForm):
    remember = BooleanField(
        _l("Remember me for 30 days"), default=True, description=_l("Not on a computer that others use")
    )


class PasswordSignInForm(SignInForm):
    password = PasswordField(_l("Password"))


class ForgottenPasswordForm(FlaskForm):
    email = AddressField(_l("E-mail"), description=_l("The one that invitations come to"))


class SetPasswordForm(FlaskForm):
    password = NewPasswordField(_l("New password"), description=_l("At least ten characters; a few words are fine"))

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()


class ChangePasswordForm(SetPasswordForm):
    old = PasswordField(_l("The password you have now"))

    def __init__(self, address: str, *, has_one: bool) -> None:
        super().__init__(address)
        if not has_one:
            del self.old

    @property
    def old_password(self) -> str:
        return (self.old.data or "")[: LONGEST * 2] if "old" in self else ""


class ProfileForm(EditForm):
    family_name = NameField(_l("Family name"), needed=_l("Write the family name."))
    given_name = NameField(_l("Given name"))
    patronymic = NameField(_l("Patronymic"))
    locale = SelectField(_l("Language"), choices=LOCALES, default="")
    zone = SelectField(_l("Time zone"), default="")

    def __init__(self, *args: Any, own_zone: str, default_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = "en" if str(get_locale()).startswith("en") else "ru"
        names = [*dates.ZONES, *([own_zone] if own_zone and own_zone not in dates.ZONES else [])]
        usual = dates.zone_words(default_zone, locale)
        self.zone.choices = [
            SelectChoice("", _l("As for everybody: %(zone)s", zone=usual)),
            *(SelectChoice(name, dates.zone_words(name, locale)) for name in names),
        ]


class RegistrationForm(FlaskForm):
    family_name = NameField(_l("Family name"), needed=_l("Write the family name."))
    given_name = NameField(_l("Given name"), needed=_l("Write the given name."))
    patronymic = NameField(_l("Patronymic"))
    email = AddressField(_l("E-mail"), description=_l("We will send a link to it"))
    centre = SelectField(_l("Resource centre"), validate_choice=True)

    def __init__(self, centres: dict[str, str]) -> None:
        super().__init__()
        self.centre.choices = [
            SelectChoice("", _l("Choose a centre")),
            *(SelectChoice(slug, name) for slug, name in centres.items()),
        ]

    def validate_centre(self, field: SelectField) -> None:
        if not field.data:
            raise StopValidation(str(_l("Choose the centre you belong to.")))
