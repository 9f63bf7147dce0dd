"""One's own name, language and time zone."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.accounts.forms import ProfileForm
from lms.accounts.views import blueprint
from lms.extensions import db


@blueprint.route("/profile", methods=["GET", "POST"])
@allow(can.learn)
def profile() -> ResponseReturnValue:
    person = me()
    form = ProfileForm(obj=person, own_zone=person.zone, default_zone=current_app.config["ZONE"])
    if not form.validate_on_submit():
        return _page(form, status=422 if form.is_submitted() else 200)
    if not require_version(person.version, form.version.data):
        return _page(form, status=409, meanwhile=form.meanwhile(_stored()))
    form.fill(person)
    locale = person.locale
    db.session.commit()
    flash(_("Saved."), "done")
    response = make_response(redirect(url_for("accounts.profile"), 303))
    # What was chosen in the footer before goes before the profile's language: it is chosen anew here.
    if locale:
        response.set_cookie("language", locale, max_age=365 * 86400, samesite="Lax", secure=current_app.config["HTTPS"])
    else:
        response.delete_cookie("language")
    return response


def _stored() -> dict[str, object]:
    fields = ("family_name", "given_name", "patronymic", "locale", "zone", "version")
    return {field: getattr(me(), field) for field in fields}


def _page(form: ProfileForm, *, status: int, meanwhile: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
    return render_template("accounts/profile.html", form=form, somebody=me(), meanwhile=meanwhile), status
