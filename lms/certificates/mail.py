"""The letter that says a certificate is ready. It links to it: the file would be 80 KB in each of 200 letters."""

from __future__ import annotations

from datetime import datetime, timedelta

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.outbox.message import Message
from lms.outbox.render import render

WORTH_SENDING = timedelta(days=14)


def ready(certificate: Certificate, *, by: Person, now: datetime) -> Message:
    """Answers go to whoever gave it: a wrong name is hers to mend."""
    person = certificate.person
    locale = person.locale or "ru"
    subject, text, html = render(
        "certificates/ready",
        locale,
        greeting_name=person.greeting_name,
        title=(certificate.cycle_title_en if locale == "en" else "") or certificate.cycle_title,
        name=certificate.name,
        address=certificate.address,
        is_new_edition=certificate.edition > 1,
    )
    return Message(
        key=f"certificate:{certificate.code}",
        recipient=person.email,
        recipient_name=person.name,
        subject=subject,
        text=text,
        html=html,
        reply_to=by.email,
        reply_to_name=by.name,
        person_id=person.id,
        expires_at=now + WORTH_SENDING,
    )
