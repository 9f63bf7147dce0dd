"""Several people at one screen in a centre: its coordinator ticks who of her people sits there."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require
from lms.centres.models import Centre
from lms.centres.queries import open_centres
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.sessions import attendance_actions, words
from lms.sessions import attendance_queries as queries
from lms.sessions.attendance_views import count, ticks
from lms.sessions.models import Presence
from lms.sessions.views import blueprint, find_visible


@blueprint.get("/sessions/<int:live_session_id>/room")
@allow(can.host_rooms)
def room(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_visible(live_session_id)
    centre = asked_centre()
    rows = queries.room_rows(live_session, centre) if centre else []
    return render_template(
        "sessions/room.html",
        live_session=live_session,
        centre=centre,
        centres=db.session.scalars(open_centres()).all() if can.teach(me()) else [],
        rows=rows,
        ticked=[row.id for row in rows if row.at],
        is_open=live_session.takes_room(now()),
        is_early=now() < live_session.opens_at,
        at_screen=Presence.ROOM,
        words=words,
    )


@blueprint.post("/sessions/<int:live_session_id>/room")
@allow(can.host_rooms)
def mark_room(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    centre = asked_centre()
    if centre is None:
        abort(404)
    require(can.mark_room(me(), centre))
    here = url_for("sessions.room", live_session_id=live_session_id, centre=request.args.get("centre"))
    at = now()
    if not live_session.takes_room(at):
        flash(_("It is not the time for it: the marks are taken from 15 minutes before the start."), "wait")
        return redirect(here, 303)
    known = {row.id for row in queries.room_rows(live_session, centre)}
    new, gone = attendance_actions.mark(live_session, ticks().only(known), by=me(), now=at, how=Presence.ROOM)
    count(live_session, new, gone, at)
    db.session.commit()
    said = ngettext(
        "Written down: %(num)s person more is there.", "Written down: %(num)s people more are there.", len(new)
    )
    flash(said if new else _("Saved."), "done")
    return redirect(here, 303)


def asked_centre() -> Centre | None:
    """The centre of the address, else one's own; a centre's coordinator has no other."""
    slug = request.args.get("centre", "")
    if not slug:
        return me().centre
    found = db.session.scalar(select(Centre).where(Centre.slug == slug))
    if found is None or not can.mark_room(me(), found):
        abort(404)
    return found


def _said(number: int) -> str:
    return ngettext(
        "Written down: %(num)s person more is there.", "Written down: %(num)s people more are there.", number
    )
