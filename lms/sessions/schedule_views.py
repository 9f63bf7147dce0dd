"""The public schedule: what is coming in the published cycles, without the way in."""

from __future__ import annotations

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from lms import display
from lms.access import public
from lms.clock import now
from lms.extensions import db
from lms.outbox.render import link
from lms.sessions import ical, mail, queries, words
from lms.sessions.views import blueprint, calendar_file


@blueprint.get("/schedule")
@public
def schedule() -> ResponseReturnValue:
    rows = db.session.execute(queries.public_schedule(now())).all()
    return render_template("sessions/schedule.html", rows=rows, kinds=words.KINDS)


@blueprint.get("/schedule.ics")
@public
def schedule_calendar() -> ResponseReturnValue:
    """For calendars that subscribe to an address; sessions called off say so."""
    rows = db.session.execute(queries.public_schedule(now())).all()
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
    return calendar_file(ical.published(events, name), "schedule.ics")
