"""The Monday letter: what needs attention, each with the link to the list behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.dates import say_weekday_day
from lms.outbox.message import Message
from lms.outbox.render import render
from lms.outbox.topics import Topic
from lms.reports.attention_queries import Attention

WORTH_SENDING = timedelta(days=3)


def attention(person: Person, found: Attention, *, now: datetime) -> Message:
    """One a week to one person: the key sees to it."""
    locale = person.locale or "ru"

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
    subject, text, html = render(
        "reports/attention",
        locale,
        greeting_name=person.greeting_name,
        found=found,
        cycle=said(found.cycle),
        silent=silent,
        confusing=[(one.quiz_id, said(one), one.questions) for one in found.confusing],
    )
    year, week, _day = now.isocalendar()
    return Message(
        key=f"attention:{person.id}:{year}-{week:02}",
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        person_id=person.id,
        topic=Topic.NEWS,
        expires_at=now + WORTH_SENDING,
    )
