"""The sheet for signing in on site: names and room to sign, and a QR code that leads to a page on one's own phone."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from lms import permissions as can
from lms.access import allow, me, require
from lms.extensions import db
from lms.freshness import no_store
from lms.later import later
from lms.outbox.render import link
from lms.sessions import attendance_actions, words
from lms.sessions import attendance_queries as queries
from lms.sessions.queries import trainers_of
from lms.sessions.views import blueprint, find_visible

# Lines for those whose names are not on the sheet.
segno = later("segno")
EMPTY_LINES = 5


@blueprint.get("/sessions/<int:live_session_id>/sheet")
@allow(can.teach)
def sheet(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_visible(live_session_id)
    require(can.mark_attendance(me(), live_session))
    code = attendance_actions.sheet_code(live_session)
    address = link("here.show", live_session_id=live_session.id, code=code)
    return render_template(
        "sessions/sheet.html",
        live_session=live_session,
        rows=queries.attendance_rows(live_session),
        empty=range(EMPTY_LINES),
        trainers=words.led_by([f"{row.given_name} {row.family_name}".strip() for row in trainers_of(live_session)]),
        address=address,
        picture=drawn(address),
    )


@blueprint.post("/sessions/<int:live_session_id>/sheet")
@allow(can.teach)
def turn_sheet(live_session_id: int) -> ResponseReturnValue:
    """A new code, where the old one has got about."""
    live_session = find_visible(live_session_id)
    require(can.mark_attendance(me(), live_session))
    attendance_actions.turn_sheet(live_session)
    db.session.commit()
    flash(_("The code is new: print the sheet again. The old one signs nobody in."), "done")
    return redirect(url_for("sessions.sheet", live_session_id=live_session_id), 303)


def drawn(address: str) -> Markup:
    """The QR code as SVG that stands in the page and takes the size the style sheet gives it."""
    picture: str = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2, light="#fff")
    return Markup(picture)  # drawn by the library from an address of ours
