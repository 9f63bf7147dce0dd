"""Planned letters of a session: reminders, and the one after it. A worker calls these when they are due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from lms.extensions import db
from lms.sessions import invitation_queries as invitations
from lms.sessions import mail
from lms.sessions import reminder_queries as queries
from lms.sessions.models import LiveSession, Reminded, Reminder
from lms.sessions.writing_actions import write

# A reminder that was written is written anew only for a session that moved further than this.
MOVED_FAR = timedelta(hours=1)


def plan(live_session: LiveSession, plans: Collection[tuple[Any, ...]], *, now: datetime) -> None:
    """The session has these reminders (anchor, minutes, at, whom) from now on; those it had stay what they are."""
    had = {(one.anchor, one.minutes, one.at, one.whom): one for one in live_session.reminders}
    live_session.reminders = [
        had.get(tuple(wanted)) or Reminder(anchor=wanted[0], minutes=wanted[1], at=wanted[2], whom=wanted[3])
        for wanted in plans
    ]
    for reminder in live_session.reminders:
        due = reminder.due_at(live_session.starts_at, live_session.ends_at)
        if reminder.written_at is not None and due > now and due - reminder.written_at > MOVED_FAR:
            reminder.written_at = None


def write_reminder(reminder_id: int, *, now: datetime) -> int:
    """Turn a reminder that is due into letters, or drop it if it is late; how many letters that makes.

    Two workers may come at once: whoever marks it first writes.
    """
    if not _ours(update(Reminder).where(Reminder.id == reminder_id, Reminder.written_at.is_(None)), written_at=now):
        return 0
    reminder = db.session.get_one(Reminder, reminder_id, populate_existing=True)
    live_session = reminder.live_session
    starts_at, ends_at = live_session.starts_at, live_session.ends_at
    if now >= reminder.late_from(starts_at, ends_at) or not live_session.is_published or live_session.is_cancelled:
        return 0
    if reminder.whom is Reminded.SILENT and not live_session.takes_answers(now):
        return 0
    people = queries.reminded(live_session, reminder.whom)
    occasion = mail.planned(live_session, reminder)
    write(occasion, live_session, people, by=invitations.organiser_of(live_session.id), now=now)
    return len(people)


def write_followup(live_session_id: int, *, now: datetime) -> int:
    """The one letter after the session, to everybody who knew of it; how many."""
    table: Any = LiveSession.__table__
    mine = update(table).where(table.c.id == live_session_id, table.c.followed_up_at.is_(None))
    if not _ours(mine, followed_up_at=now):
        return 0
    live_session = db.session.get_one(LiveSession, live_session_id, populate_existing=True)
    people = invitations.everybody_told(live_session_id)
    by = invitations.organiser_of(live_session_id)
    write(mail.followup(live_session, now), live_session, people, by=by, now=now)
    return len(people)


def _ours(mark: Any, **values: Any) -> bool:
    result: Any = db.session.execute(mark.values(**values).execution_options(synchronize_session=False))
    return bool(result.rowcount)
