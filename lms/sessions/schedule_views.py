"""The public schedule: what is coming in the published cycles, without the way in."""

from __future__ import annotations

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms import display
from lms.access import public
from lms.clock import now
from lms.cycles.models import Cycle, State
from lms.extensions import db
from lms.outbox.render import link
from lms.sessions import ical, mail, queries, words
from lms.sessions.views import blueprint, calendar_file


@blueprint.get("/schedule")
@public
def schedule() -> ResponseReturnValue:
    rows = db.session.execute(queries.public_schedule(now())).all()
    cycles = {row.cycle_slug: row for row in rows}
    return render_template("sessions/schedule.html", rows=rows, kinds=words.KINDS, cycles=cycles)


@blueprint.get("/schedule.ics")
@public
def schedule_calendar() -> ResponseReturnValue:
    """For calendars that subscribe to an address: all, or ``?cycle=`` one; sessions called off say so."""
    slug = request.args.get("cycle", "")
    if slug and db.session.scalar(select(Cycle.id).where(Cycle.slug == slug, Cycle.state == State.PUBLISHED)) is None:
        abort(404)
    rows = db.session.execute(queries.public_schedule(now(), slug)).all()
    events = [
        mail.event_of(
            row,
            url=link("sessions.show", live_session_id=row.id),
            locale=display.locale(),
            stamp=row.updated_at,
            is_cancelled=row.cancelled_at is not None,
        )
        for row in rows
    ]
    config = current_app.config
    name = config["ORGANISATION_EN"] if display.locale() == "en" else config["ORGANISATION"]
    response = calendar_file(ical.published(events, name), "schedule.ics")
    response.add_etag()
    return response.make_conditional(request)
