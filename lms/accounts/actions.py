"""Letting people in, and writing down who they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from lms.accounts import mail, tokens
from lms.accounts.models import Person, Purpose, Role, Token
from lms.accounts.queries import by_email
from lms.extensions import db
from lms.outbox import actions as outbox

# How long a spent or expired secret is still remembered, to say kindly that it is.
_KEPT_FOR = timedelta(days=1)


def send_sign_in_letter(email: str, *, now: datetime) -> None:
    """A letter with a link and six digits, if somebody has that address; if not, as much work and nothing more."""
    person = by_email(email)
    if person is None or not person.is_active:
        mail.sign_in(_nobody(email), "-" * 32, "000000", now=now)
        return
    _sweep(person, Purpose.SIGN_IN, now)
    secret, code = tokens.issue(person, Purpose.SIGN_IN, now=now, lifetime=mail.SIGN_IN_WITHIN, with_code=True)
    outbox.put(mail.sign_in(person, secret, code or "", now=now), now=now)


def send_password_letter(email: str, *, now: datetime) -> None:
    """A letter with a link to choose a password; for an address nobody has, as much work and nothing more."""
    person = by_email(email)
    if person is None or not person.is_active:
        mail.set_password(_nobody(email), "-" * 32, now=now)
        return
    _sweep(person, Purpose.SET_PASSWORD, now)
    secret, _code = tokens.issue(person, Purpose.SET_PASSWORD, now=now, lifetime=mail.SET_PASSWORD_WITHIN)
    outbox.put(mail.set_password(person, secret, now=now), now=now)


def register(person: Person, *, now: datetime) -> None:
    """A stranger's own account: a volunteer. Who has one already keeps it as it is, and nobody learns of it."""
    if by_email(person.email) is None:
        person.created_at = now
        person.roles = {Role.VOLUNTEER}
        db.session.add(person)
        db.session.flush()
    send_sign_in_letter(person.email, now=now)


def note_sign_in(person: Person, *, now: datetime) -> None:
    """Here now. Written past the version, which tells editors that a person's record changed."""
    db.session.execute(update(Person.__table__).where(Person.__table__.c.id == person.id).values(last_seen_at=now))


def end_links(person: Person, *, now: datetime) -> None:
    """What was sent to an address that is no longer the person's lets nobody in."""
    tokens.revoke(Purpose.SIGN_IN, person.id, None, now)
    tokens.revoke(Purpose.SET_PASSWORD, person.id, None, now)


def _sweep(person: Person, purpose: Purpose, now: datetime) -> None:
    db.session.execute(
        delete(Token).where(Token.person_id == person.id, Token.purpose == purpose, Token.expires_at < now - _KEPT_FOR)
    )


def _nobody(email: str) -> Person:
    return Person(id=0, email=email, family_name="", given_name="", patronymic="")
