"""On Monday morning (9:00 in Moscow) coordinators are told what needs their attention; every morning (9:10) the files
that come by themselves are made."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.reports import actions, export_actions
from lms.reports.export_queries import all_exports


@every(day_of_week="1", hour="6", minute="0")
def write_attention() -> None:
    """Hours are UTC, as huey counts them."""
    actions.write_attention(now=now())
    db.session.commit()


@every(hour="6", minute="10")
def make_exports() -> int:
    """Each committed alone; old files are forgotten. A day the worker slept through is made up for; gives how many."""
    today = now().astimezone(ZoneInfo(current_app.config["ZONE"])).date()
    export_actions.forget_old(now=now())
    db.session.commit()
    due = [one for one in all_exports() if one.is_due(today)]
    for export in due:
        export_actions.make(export, today=today, now=now())
        db.session.commit()
    return len(due)
