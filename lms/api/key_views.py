"""Access keys: a coordinator makes one for a program of hers, sees it once, and ends it when she likes."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me
from lms.accounts import tokens
from lms.accounts.models import Purpose, Token
from lms.api import queries
from lms.api.forms import KeyForm
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store

blueprint = Blueprint("api_keys", __name__, url_prefix="/access-keys")

LIFETIME = timedelta(days=365)


@blueprint.get("/")
@allow(can.read_by_program)
def index() -> ResponseReturnValue:
    return _page(KeyForm())


@blueprint.post("/")
@allow(can.read_by_program)
def new() -> ResponseReturnValue:
    """The key is shown in the answer itself and nowhere else: only its hash is kept."""
    form = KeyForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    secret, _code = tokens.issue(me(), Purpose.API, now=now(), lifetime=LIFETIME, label=str(form.label.data))
    db.session.commit()
    return _page(KeyForm(formdata=None), secret=secret)


@blueprint.post("/<int:key_id>/end")
@allow(can.read_by_program)
def end(key_id: int) -> ResponseReturnValue:
    key = db.one_or_404(queries.keys_of(me()).where(Token.id == key_id))
    key.revoked_at = now()
    db.session.commit()
    flash(_("The key opens nothing any more."), "done")
    return redirect(url_for("api_keys.index"), 303)


def _page(form: KeyForm, *, secret: str = "", status: int = 200) -> ResponseReturnValue:
    no_store()
    keys = db.session.scalars(queries.keys_of(me())).all()
    address = f"{current_app.config['PUBLIC_URL']}{url_for('api.people')}"
    return render_template(
        "api_keys/index.html", form=form, keys=keys, secret=secret, now=now(), address=address
    ), status
