"""The form of a package: a ZIP, a title, and for a new one when it counts as done."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from lms.cycles.models import FITTING_RULES, Rule
from lms.display import file_size
from lms.forms import EditForm, LineField
from lms.materials.upload_forms import LARGEST, ArchiveField, quota_problem
from lms.packages import archive, words
from lms.packages.models import Package

_RULE_NAMES = {
    Rule.CLAIMED: _l("when the package says that it is completed or passed"),
    Rule.OPENED: _l("when it is opened"),
    Rule.OPTIONAL: _l("never: it is there for whoever likes"),
}


class PackageForm(EditForm):
    title = LineField(_l("Title"), optional=True, description=_l("Left empty, it is what the package is called."))
    title_en = LineField(_l("Title in English"), optional=True)
    upload = ArchiveField(
        _l("The package, a ZIP"),
        description=_l("SCORM 1.2 or 2004, as iSpring, Articulate and others export it; up to %(size)s.", size=LARGEST),
    )
    is_published = BooleanField(_l("Published: learners see it"))

    def __init__(self, package: Package) -> None:
        self.package = package
        super().__init__(obj=package)

    def validate_upload(self, field: Field) -> None:
        if not field.data:
            if self.is_published.data and self.package.lacks is not None:
                raise ValidationError(_("Choose the ZIP, or leave the package a draft."))
            if not self.title.data and not self.package.title:
                raise ValidationError(_("Choose the ZIP, or give a title and upload it later."))
            return
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        largest = current_app.config["UPLOAD_LIMIT"]
        if size > largest:
            raise ValidationError(
                _("The archive has %(size)s, at most %(largest)s fits. Export it with smaller pictures and videos.",
                  size=file_size(size), largest=file_size(largest))
            )  # fmt: skip
        if field.came_ahead is None and (problem := quota_problem(size)):
            raise ValidationError(problem)
        if (field.data.filename or "").lower().endswith(".h5p"):
            raise ValidationError(words.refusal(archive.Refused(archive.Trouble.H5P)))


class NewPackageForm(PackageForm):
    rule = RadioField(
        _l("Counts as done"), choices=[SelectChoice(rule.value, _RULE_NAMES[rule]) for rule in FITTING_RULES["package"]]
    )

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        if self.rule.data not in {rule.value for rule in FITTING_RULES["package"]}:
            self.rule.data = package.rule.value


def rule_name(rule: Rule) -> Any:
    return _RULE_NAMES.get(rule, "")
