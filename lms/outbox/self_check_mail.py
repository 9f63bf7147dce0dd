"""The letter an administrator sends herself to see that letters arrive."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from flask import current_app

from lms.outbox.message import Message
from lms.outbox.render import render

WITHIN = timedelta(hours=12)


def key_prefix(person_id: int) -> str:
    return f"self-check:{person_id}:"


def test_letter(person_id: int, address: str, name: str, *, locale: str, now: datetime) -> Message:
    locale = locale or str(current_app.config["BABEL_DEFAULT_LOCALE"])
    subject, text, html = render("outbox/self_check", locale, name=name)
    return Message(
        key=f"{key_prefix(person_id)}{uuid4().hex}",
        recipient=address,
        recipient_name=name,
        person_id=person_id,
        subject=subject,
        text=text,
        html=html,
        expires_at=now + WITHIN,
    )
