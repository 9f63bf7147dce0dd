"""Two letters: the trainer is told of an enquiry, the asker of the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.accounts.models import Person
from lms.cycles.models import Activity
from lms.outbox.message import Message
from lms.outbox.render import render
from lms.talk.addresses import page_of
from lms.talk.models import Enquiry

WORTH_SENDING = timedelta(days=7)


def enquiry(asked: Enquiry, activity: Activity, asker: Person, trainer: Person, *, now: datetime) -> Message:
    """To a trainer; her reply by mail would go past the platform, so the letter leads to the page that answers."""
    values = {"name": asker.name, "text": asked.text, "enquiry_id": asked.id}
    return _letter("talk/enquiry", f"enquiry:{asked.id}:{trainer.id}", activity, trainer, now, values)


def answer(answered: Enquiry, *, by: Person, now: datetime) -> Message:
    """To the asker, the whole answer; a changed answer is a letter of its own."""
    activity = answered.activity
    endpoint, address = page_of(activity)
    values = {
        "name": by.name,
        "text": answered.text,
        "answer": answered.answer,
        "endpoint": endpoint,
        "values": address,
        "seen_by_all": answered.seen_by_all,
    }
    return _letter(
        "talk/answer", f"enquiry-answer:{answered.id}:{answered.version}", activity, answered.person, now, values
    )


def _letter(
    template: str, key: str, activity: Activity, to: Person, now: datetime, values: dict[str, object]
) -> Message:
    locale = to.locale or "ru"
    title = (activity.title_en if locale == "en" else "") or activity.title
    subject, text, html = render(template, locale, greeting_name=to.greeting_name, title=title, **values)
    return Message(
        key=key,
        recipient=to.email,
        recipient_name=to.name,
        subject=subject,
        text=text,
        html=html,
        person_id=to.id,
        expires_at=now + WORTH_SENDING,
    )
