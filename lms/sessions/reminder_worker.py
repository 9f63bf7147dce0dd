"""Every minute: reminders that are due become letters, and sessions that are over get their last one."""

from __future__ import annotations

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.sessions import reminder_actions as actions
from lms.sessions import reminder_queries as queries


@every(minute="*")
def write_planned_letters() -> int:
    """One transaction each, so that what fails holds up nothing else; how many letters were written."""
    at = now()
    written = 0
    for reminder_id in queries.due(at):
        written += actions.write_reminder(reminder_id, now=at)
        db.session.commit()
    for live_session_id in queries.followups_due(at):
        written += actions.write_followup(live_session_id, now=at)
        db.session.commit()
    return written
