"""The letter that says a file is ready. The file itself stays here: it names people, and letters travel far."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lms.accounts.models import Person
from lms.dates import say_day
from lms.outbox.message import Message
from lms.outbox.render import render
from lms.outbox.topics import Topic
from lms.reports.export_models import KEPT, PreparedFile, ScheduledExport

WORTH_SENDING = timedelta(days=3)


def ready(export: ScheduledExport, file: PreparedFile | None, day: date, *, now: datetime) -> Message:
    """One for each day the export falls on: the key sees to it. ``file`` None: its filters name what is gone."""
    person: Person = export.person
    locale = person.locale or "ru"
    subject, text, html = render(
        "reports/export",
        locale,
        greeting_name=person.greeting_name,
        name=export.view.name,
        day=say_day(day, locale, now.date()),
        until=say_day((now + KEPT).date(), locale, now.date()),
        file=file,
        rhythm=export.rhythm,
    )
    return Message(
        key=f"export:{export.id}:{day.isoformat()}",
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        person_id=person.id,
        topic=Topic.SERVICE,
        expires_at=now + WORTH_SENDING,
    )
