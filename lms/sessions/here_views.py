"""Behind the QR code on the sheet: one press on one's own phone, and one is signed in to the session on site.

The code opens one session, from when its doors open until its end. A GET shows a button and changes nothing. Whoever is
not signed in here writes the whole name or the address; nobody is listed to choose from, and many wrong tries from one
place end it for a while. The sheet shows who only wrote a name.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import public, someone
from lms.accounts import tries
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.actions import complete
from lms.progress.models import How
from lms.sessions import attendance_actions
from lms.sessions import attendance_queries as queries
from lms.sessions.models import Attendance, LiveSession, Presence
from lms.texts import one_line

blueprint = Blueprint("here", __name__)

# Names written in vain from one place (a whole hall may share its address).
NAMES_FROM_PLACE = tries.Limit("here", 100)


@blueprint.before_request
def keep_nowhere() -> None:
    no_store()


@blueprint.after_request
def tell_nobody(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/here/<int:live_session_id>/<code>")
@public
def show(live_session_id: int, code: str) -> ResponseReturnValue:
    return page(find_by_code(live_session_id, code), code)


@blueprint.post("/here/<int:live_session_id>/<code>")
@public
def sign(live_session_id: int, code: str) -> ResponseReturnValue:
    live_session = find_by_code(live_session_id, code)
    at = now()
    if not live_session.takes_signatures(at):
        return redirect(url_for("here.show", live_session_id=live_session_id, code=code), 303)
    person, how = reader(live_session), Presence.SIGNED
    typed = one_line(request.form.get("name"))[:200]
    if person is None or typed:
        person, how = named(live_session, typed), Presence.NAMED
    if person is None:
        db.session.commit()  # the try counts
        return page(live_session, code, typed=typed, error=_nobody(typed)), 422
    attendance_actions.sign(person, live_session, how, now=at)
    complete(person, live_session, How.PRESENT, now=at)
    db.session.commit()
    return page(live_session, code, signed=person)


def find_by_code(live_session_id: int, code: str) -> LiveSession:
    """The session, if it is out and that is its code; everything else is a page that does not exist."""
    found = db.session.get(LiveSession, live_session_id)
    if found is None or not found.is_published or not attendance_actions.is_sheet_code(found, code):
        abort(404)
    return found


def reader(live_session: LiveSession) -> Person | None:
    """Who holds the phone: someone signed in, or the guest of a letter about this very session."""
    person = someone()
    if person is not None and person.letter is not None and person.letter.live_session_id != live_session.id:
        return None
    return person


def named(live_session: LiveSession, typed: str) -> Person | None:
    """The one person meant or invited who is called so."""
    taken = tries.take((NAMES_FROM_PLACE, tries.place(request.remote_addr)), now=now())
    if taken is None:
        return None
    found = queries.people_called(live_session, typed)
    if len(found) != 1:
        return None
    tries.forget(taken=[one.id for one in taken])
    return db.session.get(Person, found[0])


def page(
    live_session: LiveSession, code: str, *, signed: Person | None = None, typed: str = "", error: str = ""
) -> str:
    person = reader(live_session)
    was_there = person and db.session.query(Attendance).filter_by(live_session_id=live_session.id, person_id=person.id)
    return render_template(
        "here/show.html",
        live_session=live_session,
        code=code,
        is_open=live_session.takes_signatures(now()),
        is_early=now() < live_session.opens_at,
        reader=person,
        known=was_there.first() if was_there else None,
        signed=signed,
        typed=typed,
        error=error,
    )


def _nobody(typed: str) -> str:
    if not typed:
        return _("Write your family name and given name.")
    return _("There is nobody of that name in the list. Write it as in the letters you get, or sign the paper sheet.")
