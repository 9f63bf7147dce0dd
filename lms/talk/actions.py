"""Asking and answering; each with its letter in the same transaction."""

from __future__ import annotations

from datetime import datetime

from lms.accounts.models import Person
from lms.cycles.models import Activity
from lms.extensions import db
from lms.outbox import actions as outbox
from lms.talk import mail, queries
from lms.talk.models import Enquiry


def ask(person: Person, activity: Activity, text: str, *, now: datetime) -> Enquiry:
    """A new enquiry, and a letter to everybody who leads there (but not to the asker)."""
    asked = Enquiry(activity_id=activity.id, person_id=person.id, text=text, asked_at=now)
    db.session.add(asked)
    db.session.flush()
    trainers = [trainer for trainer in queries.trainers_of(activity) if trainer.id != person.id]
    outbox.put_all([mail.enquiry(asked, activity, person, trainer, now=now) for trainer in trainers], now=now)
    return asked


def answer(asked: Enquiry, text: str, *, seen_by_all: bool, by: Person, now: datetime) -> None:
    """Answer, or answer anew. The asker gets a letter whenever the words are others, if she may still come in."""
    is_new = text != asked.answer
    asked.answer, asked.seen_by_all = text, seen_by_all
    asked.answered_at, asked.answered_by_id = (now, by.id) if is_new else (asked.answered_at, asked.answered_by_id)
    db.session.flush()
    if is_new and asked.person.is_active:
        outbox.put(mail.answer(asked, by=by, now=now), now=now)
