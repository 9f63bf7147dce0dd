"""«Какие письма присылать»: for who signed in, and behind the link of a letter; and unsubscribing with one click.

Mail programs press «Отписаться» themselves (RFC 8058): that POST comes without a cookie and without a CSRF token, and
the secret in its address is all it has. A GET of the same address changes nothing: scanners follow it.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import dates
from lms import permissions as can
from lms.access import allow, me, public, require_version
from lms.accounts import tokens
from lms.accounts.models import Person, Purpose
from lms.accounts.wish_actions import row_of, switch_off
from lms.accounts.wish_forms import WishesForm
from lms.accounts.wish_queries import wishes_of
from lms.clock import now
from lms.display import locale
from lms.extensions import csrf, db
from lms.freshness import no_store
from lms.outbox.topics import OPTIONAL, Topic

blueprint = Blueprint("wishes", __name__)


@blueprint.before_request
def keep_nowhere() -> None:
    no_store()


@blueprint.after_request
def tell_nobody(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.route("/profile/letters", methods=["GET", "POST"])
@allow(can.learn)
def edit() -> ResponseReturnValue:
    return _edited(me(), "wishes/edit.html", url_for("wishes.edit"))


@blueprint.route("/letter-wishes/<wish_token>", methods=["GET", "POST"])
@public
def from_letter(wish_token: str) -> ResponseReturnValue:
    reader = _reader(wish_token)
    if reader is None:
        return render_template("wishes/over.html"), 410
    return _edited(reader, "wishes/from_letter.html", url_for("wishes.from_letter", wish_token=wish_token))


@blueprint.route("/unsubscribe/<any(reminders, news, all):topic>/<wish_token>", methods=["GET", "POST"])
@public
@csrf.exempt
def unsubscribe(topic: str, wish_token: str) -> ResponseReturnValue:
    """A page with a button; the press is answered without a redirect, as RFC 8058 §3.1 wants it."""
    reader = _reader(wish_token)
    if reader is None:
        return render_template("wishes/over.html"), 410
    topics = OPTIONAL if topic == "all" else {Topic(topic)}
    if request.method == "POST":
        for one in topics:
            switch_off(reader, one)
        db.session.commit()
    is_off = not any(wishes_of(reader).wants(one) for one in topics)
    return render_template("wishes/unsubscribe.html", reader=reader, topic=topic, wish_token=wish_token, is_off=is_off)


def _reader(wish_token: str) -> Person | None:
    found = tokens.find(wish_token, Purpose.LETTER_WISHES, now=now())
    return found.person if found else None


def _edited(person: Person, template: str, address: str) -> ResponseReturnValue:
    wishes = wishes_of(person)
    form = WishesForm(data=WishesForm().read(wishes))

    def page(status: int, meanwhile: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
        zone = dates.zone_words(person.zone or current_app.config["ZONE"], locale())
        return render_template(template, form=form, reader=person, zone=zone, meanwhile=meanwhile), status

    if not form.validate_on_submit():
        return page(422 if form.is_submitted() else 200)
    if not require_version(wishes.version, form.version.data):
        return page(409, form.meanwhile(form.read(wishes)))
    form.write(row_of(person))
    db.session.commit()
    flash(_("Saved."), "done")
    return redirect(address, 303)
