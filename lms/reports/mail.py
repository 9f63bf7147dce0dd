"""The Monday letter: what needs attention, each with the link to the list behind it; and that a file is ready. The file
itself stays here: it names people, and letters travel far."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.dates import say_day, say_weekday_day
from lms.outbox.message import Message
from lms.outbox.render import render
from lms.outbox.topics import Topic
from lms.reports.attention_queries import Attention
from lms.reports.export_models import KEPT, PreparedFile, ScheduledExport

WORTH_SENDING = timedelta(days=3)


def attention(person: Person, found: Attention, *, now: datetime) -> Message:
    """One a week to one person: the key sees to it."""
    locale = _locale(person)

    def said(thing: object) -> str:
        english = getattr(thing, "title_en", "") if locale == "en" else ""
        return str(english or getattr(thing, "title", ""))

    silent = [
        (
            row.id,
            said(row),
            say_weekday_day(row.starts_at.astimezone(ZoneInfo(row.zone)).date(), locale, now.date()),
            row.silent,
            row.invited,
        )
        for row in found.silent
    ]
    year, week, _day = now.isocalendar()
    return _letter(
        person, "attention", f"attention:{person.id}:{year}-{week:02}", Topic.NEWS, now,
        found=found, cycle=said(found.cycle), silent=silent,
        confusing=[(one.quiz_id, said(one), one.questions) for one in found.confusing],
    )  # fmt: skip


def ready(export: ScheduledExport, file: PreparedFile | None, day: date, *, now: datetime) -> Message:
    """One for each day the export falls on: the key sees to it. ``file`` None: its filters name what is gone."""
    locale = _locale(export.person)
    return _letter(
        export.person, "export", f"export:{export.id}:{day.isoformat()}", Topic.SERVICE, now,
        name=export.view.name, day=say_day(day, locale, now.date()),
        until=say_day((now + KEPT).date(), locale, now.date()), file=file, rhythm=export.rhythm,
    )  # fmt: skip


def _locale(person: Person) -> str:
    return person.locale or "ru"


def _letter(person: Person, template: str, key: str, topic: Topic, now: datetime, **words: Any) -> Message:
    subject, text, html = render(
        f"reports/{template}", _locale(person), greeting_name=person.greeting_name, **words
    )  # fmt: skip
    return Message(
        key=key,
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        person_id=person.id,
        topic=topic,
        expires_at=now + WORTH_SENDING,
    )
