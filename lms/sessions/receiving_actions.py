"""What a message that came in does: an answer is written down, a bounce marks its address, the rest waits for us."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.accounts.queries import by_email
from lms.extensions import db
from lms.outbox import bounce_actions, bounces
from lms.outbox.models import Letter
from lms.sessions import reply
from lms.sessions.actions import answer
from lms.sessions.incoming_models import NEEDS_NOBODY, Finding, IncomingLetter
from lms.sessions.models import AnswerWord, Invitation, LiveSession
from lms.sessions.queries import invitation_of

_SHOWN = 5000


def receive(raw: bytes, *, now: datetime) -> IncomingLetter | None:
    """Read one message (RFC 5322) and do what it says, once however often it comes; None: nobody wrote it.

    Sure is only an answer (REPLY) from the invited address itself, to the time that person was last told of, before the
    start; of several the one given last counts (DTSTAMP). All else is kept for a human to look at.
    """
    message = message_from_bytes(raw)
    key = _key(message, raw)
    before = db.session.scalar(select(IncomingLetter).where(IncomingLetter.key == key))
    if before is not None:
        return before
    came_back = bounces.read(message)
    if came_back:
        for bounce in came_back:
            bounce_actions.note(bounce, now=now)
        return _keep(message, key, Finding.BOUNCE, now)
    found = reply.read(message)
    if found is not None:
        return _answered(message, key, found, now)
    return None if bounces.is_automatic(message) else _keep(message, key, Finding.LETTER, now)


def decide(incoming: IncomingLetter, word: AnswerWord | None, *, by: Person, now: datetime) -> bool:
    """A human's word about a message: this is the answer, or nothing is to be done. False: the session has begun."""
    if word is not None:
        if incoming.person is None or incoming.live_session is None:
            return False
        if answer(incoming.person, incoming.live_session, word, now=now) is None:
            return False
        incoming.answer = word
    incoming.settled_at, incoming.settled_by_id = now, by.id
    return True


def _answered(message: Message, key: str, found: reply.Reply, now: datetime) -> IncomingLetter:
    live_session = db.session.scalar(select(LiveSession).where(LiveSession.uid == found.uid.partition("@")[0]))
    person = by_email(found.attendee) or (_written_to(found.attendee, live_session) if live_session else None)
    invitation = invitation_of(person.id, live_session.id) if person and live_session else None
    finding = _finding(found, invitation, now)
    if finding is Finding.ANSWER and person and live_session and invitation:
        given_at = min(found.stamp or now, now)
        counted = answer(person, live_session, AnswerWord(found.answer), now=now, note=found.comment or None)
        if counted is None:
            finding = Finding.LATE
        else:
            # Of several answers the one given last counts, not the one that came last.
            db.session.execute(
                update(Invitation)
                .where(Invitation.person_id == person.id, Invitation.live_session_id == live_session.id)
                .values(answered_at=given_at)
                .execution_options(synchronize_session=False)
            )
            db.session.expire(invitation)
    kept = _keep(message, key, finding, now)
    kept.live_session_id = live_session.id if live_session else None
    # Who is not invited has nothing to answer: nobody is offered to answer for her.
    kept.person_id = person.id if person and invitation else None
    kept.answer = AnswerWord(found.answer) if found.answer else None
    kept.attendee = found.attendee[:255]
    return kept


def _finding(found: reply.Reply, invitation: Invitation | None, now: datetime) -> Finding:
    if found.method == "COUNTER":
        return Finding.COUNTER
    if found.partstat == "DELEGATED" or found.method == "DELEGATE":
        return Finding.DELEGATED
    if invitation is None or not found.answer:
        return Finding.UNKNOWN
    if found.sender != found.attendee:
        return Finding.OTHER_SENDER
    if found.sequence < _told(invitation):
        return Finding.OLD
    given_at = min(found.stamp or now, now)
    if invitation.answered_at is not None and given_at < invitation.answered_at:
        return Finding.LATE
    return Finding.ANSWER


def _told(invitation: Invitation) -> int:
    """The SEQUENCE of the last event that person was told of (others may have been told of later ones)."""
    prefix = f"invite:{invitation.live_session_id}:{invitation.person_id}:"
    keys = db.session.scalars(select(Letter.key).where(Letter.key.startswith(prefix, autoescape=True)))
    return max((int(key.removeprefix(prefix)) for key in keys if key.removeprefix(prefix).isdigit()), default=0)


def _written_to(address: str, live_session: LiveSession) -> Person | None:
    """Whose letter about the session went to that address, though she has another one since."""
    sent = Letter.key.startswith(f"invite:{live_session.id}:", autoescape=True)
    person_id = db.session.scalar(
        select(Letter.person_id).where(Letter.recipient == address, sent).order_by(Letter.id.desc()).limit(1)
    )
    return db.session.get(Person, person_id) if person_id else None


def _keep(message: Message, key: str, finding: Finding, now: datetime) -> IncomingLetter:
    kept = IncomingLetter(
        key=key,
        received_at=now,
        sender=reply.sender_of(message)[:255],
        subject=_said(message, "Subject")[:500],
        text=_text(message)[:_SHOWN],
        finding=finding,
        settled_at=now if finding in NEEDS_NOBODY else None,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def _key(message: Message, raw: bytes) -> str:
    named = str(message.get("Message-ID", "")).strip()
    return named if 3 < len(named) <= 200 else hashlib.sha256(raw).hexdigest()


def _said(message: Message, name: str) -> str:
    value = str(message.get(name, ""))
    with suppress(LookupError, ValueError, MessageError):
        value = str(make_header(decode_header(value)))
    return " ".join(value.replace("\x00", "").encode("utf-8", "replace").decode().split())


def _text(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                try:
                    text = content.decode(str(part.get_content_charset() or "utf-8"), "replace")
                except LookupError:
                    text = content.decode("utf-8", "replace")
                return text.replace("\x00", "").replace("\r\n", "\n").strip()
    return ""
