"""The letters that let people in. Each carries a secret: it is worth sending only while the secret is good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from flask import current_app

from lms.accounts.models import Person
from lms.outbox.message import Message
from lms.outbox.models import Letter
from lms.outbox.reading import linked, read
from lms.outbox.render import link, render
from lms.outbox.topics import Topic

SIGN_IN_WITHIN = timedelta(minutes=10)
SET_PASSWORD_WITHIN = timedelta(hours=1)
DIGEST_WITHIN = timedelta(days=2)


def sign_in(person: Person, secret: str, code: str, *, now: datetime) -> Message:
    address = link("accounts.sign_in_link", secret=secret)
    return _letter("sign_in", person, now + SIGN_IN_WITHIN, address=address, code=f"{code[:3]} {code[3:]}")


def set_password(person: Person, secret: str, *, now: datetime) -> Message:
    return _letter(
        "set_password", person, now + SET_PASSWORD_WITHIN, address=link("accounts.set_password", secret=secret)
    )


def digest(person: Person, letters: Sequence[Letter], *, locale: str, now: datetime) -> Message:
    """One letter out of several, each with its subject and its plain text, without its foot."""
    said = [(letter.subject, read(letter.mime).text.rpartition("\n--\n")[0].strip()) for letter in letters]
    subject, text, html = render("accounts/digest", locale, name=person.greeting_name, said=said, linked=linked)
    return Message(
        key=f"digest:{person.id}:{letters[-1].id}",
        recipient=person.email,
        recipient_name=person.name,
        person_id=person.id,
        topic=letters[0].topic,
        subject=subject,
        text=text,
        html=html,
        expires_at=now + DIGEST_WITHIN,
    )


def _letter(name: str, person: Person, expires_at: datetime, **values: str) -> Message:
    locale = person.locale or str(current_app.config["BABEL_DEFAULT_LOCALE"])
    subject, text, html = render(f"accounts/{name}", locale, name=person.greeting_name, **values)
    return Message(
        key=f"{name}:{person.id}:{uuid4().hex}",
        recipient=person.email,
        recipient_name=person.name,
        person_id=person.id,
        topic=Topic.SIGN_IN,
        subject=subject,
        text=text,
        html=html,
        expires_at=expires_at,
    )
