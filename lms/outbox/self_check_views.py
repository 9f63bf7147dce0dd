"""«Проверка почты»: what DNS should say of us, how the mail server is spoken to, and a test letter to oneself.

Opening the page asks nothing of the network; each button asks one thing, of our own domain and our own server.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox import actions, post, queries, self_check, signing
from lms.outbox import self_check_mail as mail
from lms.outbox.answers import explain
from lms.outbox.self_check import Record
from lms.outbox.self_check_network import Dns, mail_server

blueprint = Blueprint("self_check", __name__)


@blueprint.get("/letters/self-check")
@allow(can.administer)
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/letters/self-check/records")
@allow(can.administer)
def look_up() -> ResponseReturnValue:
    """Nothing is kept: what DNS says is true only now."""
    return _page(findings=self_check.look_up(_records(), Dns()))


@blueprint.post("/letters/self-check/server")
@allow(can.administer)
def connect() -> ResponseReturnValue:
    return _page(server=mail_server(now()) if post.has_server() else None)


@blueprint.post("/letters/self-check/letter")
@allow(can.administer)
def send() -> ResponseReturnValue:
    person = me()
    letter = mail.test_letter(person.id, person.email, person.greeting_name, locale=person.locale or "", now=now())
    actions.put(letter, now=now())
    db.session.commit()
    flash(_("The test letter is on its way to %(address)s.", address=person.email), "done")
    return redirect(url_for("self_check.show", _anchor="letter"), 303)


def _records() -> list[Record]:
    config, domain = current_app.config, _domain()
    if not domain:
        return []
    return self_check.records(
        domain,
        server=str(config["MAIL_SERVER"]),
        own_host=str(config["MAIL_DOMAIN"]),
        selector=str(config["DKIM_SELECTOR"]),
        public_key=signing.public_key(),
        reports_to=str(config["MAIL_DEFAULT_SENDER"]),
    )


def _domain() -> str:
    """The sender's domain as DNS knows it; empty where the setting is no address."""
    if "@" not in current_app.config["MAIL_DEFAULT_SENDER"]:
        return ""
    try:
        return signing.sender_domain().encode("idna").decode()
    except UnicodeError:
        return ""


def _page(**found: Any) -> str:
    no_store()
    wanted, letter = _records(), queries.newest(me().id, mail.key_prefix(me().id))
    return render_template(
        "outbox/self_check.html",
        sender=current_app.config["MAIL_DEFAULT_SENDER"],
        domain=_domain(),
        records=list(zip(wanted, found.get("findings") or [None] * len(wanted), strict=True)),
        server=found.get("server"),
        has_server=post.has_server(),
        folder=None if post.has_server() else post.folder(),
        address=f"{current_app.config['MAIL_SERVER']}:{current_app.config['MAIL_PORT']}",
        letter=letter,
        explanation=explain(letter.last_answer) if letter else "",
    )
