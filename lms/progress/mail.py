"""The letter that reminds somebody of a module. One a week about one module to one person: the key sees to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lms.accounts.models import Person
from lms.cycles.models import Module
from lms.dates import DEADLINE_ZONE, find_zone, say_weekday_day
from lms.outbox.message import Message
from lms.outbox.render import render
from lms.outbox.topics import Topic
from lms.progress.due_queries import due_times
from lms.progress.not_done_queries import reminder_key

WORTH_SENDING = timedelta(days=3)


def reminders(people: Iterable[Person], module: Module, *, by: Person, words: str, now: datetime) -> list[Message]:
    """One letter for each, with her own due time.

    ``words``: what the sender adds in her own words, or nothing. Answers go to the sender.
    """
    people = list(people)
    dues = due_times(module, people)
    return [_reminder(person, module, dues[person.id], by, words, now) for person in people]


def _reminder(
    person: Person, module: Module, due_at: datetime | None, by: Person, words: str, now: datetime
) -> Message:
    locale = person.locale or "ru"
    zone = find_zone(DEADLINE_ZONE)
    subject, text, html = render(
        "progress/reminder",
        locale,
        greeting_name=person.greeting_name,
        number=module.position,
        title=(module.title_en if locale == "en" else "") or module.title,
        due=say_weekday_day(due_at.astimezone(zone).date(), locale, now.date()) if due_at else "",
        is_over=due_at is not None and due_at < now,
        module_id=module.id,
        by=by.name,
        words=words,
    )
    return Message(
        key=reminder_key(module.id, person.id, now),
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        reply_to=by.email,
        reply_to_name=by.name,
        person_id=person.id,
        topic=Topic.REMINDERS,
        expires_at=now + WORTH_SENDING,
    )
