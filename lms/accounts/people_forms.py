"""What a coordinator writes about a person."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from lms.accounts.forms import AddressField, NameField
from lms.accounts.models import Role
from lms.forms import EditForm, LineField

ROLES = {
    Role.VOLUNTEER: _l("learner"),
    Role.TRAINER: _l("trainer"),
    Role.CENTRE_COORDINATOR: _l("coordinator of a centre"),
    Role.COORDINATOR: _l("coordinator of the network"),
    Role.ADMIN: _l("administrator"),
}


class RolesField(SelectMultipleField):
    """One checkbox a role."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(EditForm):
    """``centres`` is {id: name} to choose from, ``roles`` those the editor may give; without them the field is gone."""

    family_name = NameField(_l("Family name"), needed=_l("Write the family name."))
    given_name = NameField(_l("Given name"))
    patronymic = NameField(_l("Patronymic"))
    email = AddressField(_l("E-mail"), description=_l("Invitations come to it, and the links to sign in"))
    position = LineField(_l("Position"), description=_l("For instance: volunteer, accountant, head"), optional=True)
    centre_id = SelectField(_l("Centre"), coerce=int, default=0)
    roles = RolesField(_l("Roles"), coerce=Role)

    def __init__(self, *, centres: dict[int, str], roles: list[Role], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if centres:
            self.centre_id.choices = [
                SelectChoice("0", _l("No centre")),
                *(SelectChoice(str(centre_id), name) for centre_id, name in centres.items()),
            ]
        else:
            del self.centre_id
        if len(roles) > 1:
            self.roles.choices = [SelectChoice(role.value, ROLES[role]) for role in roles]
        else:
            del self.roles

    def validate_roles(self, field: RolesField) -> None:
        if not field.data:
            raise StopValidation(str(_l("Tick at least one role.")))

    @property
    def chosen_roles(self) -> set[Role]:
        return set(self.roles.data or []) if "roles" in self else set()
