"""Addresses that calendars subscribe to: one's own, and that of a centre for its coordinator.

Such an address is a secret: whoever has it reads along. It is shown once, kept as a hash, and ended by a press; it ends
with the account, and a centre's when she no longer looks after it. What it tells is looked up anew each time, by what
the person may see then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, public
from lms.accounts import tokens
from lms.accounts.models import Person, Purpose, Token
from lms.centres.models import Centre
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox.render import link
from lms.sessions import calendar_queries as queries
from lms.sessions import ical, mail
from lms.sessions.queries import AnyRow

blueprint = Blueprint("feeds", __name__)

LIFETIME = timedelta(days=3650)
PURPOSES = {"own": Purpose.CALENDAR, "centre": Purpose.CENTRE_CALENDAR}


@blueprint.get("/sessions/feeds")
@allow(can.learn)
def index() -> ResponseReturnValue:
    return page()


@blueprint.post("/sessions/feeds/<any(own, centre):which>")
@allow(can.learn)
def make(which: str) -> ResponseReturnValue:
    """A new address in place of the old one; this answer is the only one that shows it."""
    centre = hosted_centre(me()) if which == "centre" else None
    if which == "centre" and centre is None:
        abort(404)
    at = now()
    tokens.revoke(PURPOSES[which], me().id, None, at)
    secret, _code = tokens.issue(
        me(), PURPOSES[which], now=at, lifetime=LIFETIME, object_id=centre.id if centre else None
    )
    db.session.commit()
    return page(made=which, address=link("feeds.calendar", feed=secret))


@blueprint.post("/sessions/feeds/<any(own, centre):which>/end")
@allow(can.learn)
def end(which: str) -> ResponseReturnValue:
    tokens.revoke(PURPOSES[which], me().id, None, now())
    db.session.commit()
    flash(_("The address is ended: calendars that have it get nothing more."), "done")
    return redirect(url_for("feeds.index"), 303)


@blueprint.get("/feeds/<feed>.ics")
@public
def calendar(feed: str) -> ResponseReturnValue:
    """What its person may see now, in her language; unchanged since last time: 304."""
    own = tokens.find(feed, Purpose.CALENDAR, now=now())
    token = own or tokens.find(feed, Purpose.CENTRE_CALENDAR, now=now())
    if token is None:
        abort(404)
    person = token.person
    locale = person.locale if person.locale in current_app.config["LANGUAGES"] else _language()
    with force_locale(locale):
        return answer(_own(person, locale) if own else _of_centre(token, locale))


def _own(person: Person, locale: str) -> bytes:
    return ical.published(events(queries.own_feed(person, now()), locale), _("My sessions: Masterskaya"))


def _of_centre(token: Token, locale: str) -> bytes:
    centre = hosted_centre(token.person)
    if centre is None or centre.id != token.object_id:
        abort(404)
    rows = queries.feed_of_centre(token.person, centre, now())
    name = (centre.name_en or centre.name) if locale == "en" else centre.name
    return ical.published(events(rows, locale), _("Sessions of the centre “%(name)s”", name=name))


def events(rows: Iterable[AnyRow], locale: str) -> list[ical.Event]:
    made = []
    for row in rows:
        event = mail.event_of(
            row,
            url=link("sessions.show", live_session_id=row.id),
            locale=locale,
            stamp=row.updated_at,
            is_cancelled=row.cancelled_at is not None,
        )
        coming = getattr(row, "coming", None)
        if coming is not None:
            said = ngettext("%(num)s person of the centre will come", "%(num)s people of the centre will come", coming)
            event = replace(event, description=plain(f"{said}\n\n{event.description}"))
        made.append(event)
    return made


def plain(text: str) -> str:
    """Without the spaces and joiners that keep words together on a page."""
    return text.replace("\u00a0", " ").replace("\u2060", "").strip()


def answer(content: bytes) -> Response:
    response: Response = current_app.response_class(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="sessions.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    response.make_conditional(request)
    return response


def hosted_centre(person: Person) -> Centre | None:
    """The centre whose coordinator she is."""
    return person.centre if person.centre is not None and can.edit_centre(person, person.centre) else None


def page(made: str = "", address: str = "") -> str:
    no_store()
    good = (Token.used_at.is_(None), Token.revoked_at.is_(None), Token.expires_at > now())
    found = select(Token).where(Token.person_id == me().id, Token.purpose.in_(PURPOSES.values()), *good)
    given = {token.purpose: token for token in db.session.scalars(found)}
    return render_template(
        "feeds/index.html",
        given={which: given.get(purpose) for which, purpose in PURPOSES.items()},
        centre=hosted_centre(me()),
        made=made,
        address=address,
        webcal="webcal:" + address.partition(":")[2] if address else "",
        schedule=link("sessions.schedule_calendar"),
    )


def _language() -> str:
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])
