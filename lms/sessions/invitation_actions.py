"""Inviting people, and telling them when a session moves, is called off, or goes on without them.

What changes and the letters about it are one transaction: whoever calls commits both or neither.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from lms.accounts import tokens
from lms.accounts.models import Person, Purpose, Token
from lms.extensions import db
from lms.outbox import actions as outbox
from lms.outbox.models import Letter
from lms.outbox.queries import ids_by_key
from lms.sessions import invitation_queries as queries
from lms.sessions import mail, waiting_actions
from lms.sessions.models import Invitation, LiveSession
from lms.sessions.queries import invitation_of
from lms.sessions.writing_actions import portions, write

# The letters that put a session into somebody's calendar, as their keys begin.
_LASTING = ("invite", "wait", "seat")
AT_ONCE = timedelta()


def invite(
    person_ids: Collection[int], live_session: LiveSession, *, by: Person, now: datetime, delay: timedelta = AT_ONCE
) -> int:
    """Write to those who were not yet invited; how many. Whoever has an invitation gets no second one.

    For as long as ``delay`` the letters wait and can be taken back.
    """
    if not live_session.takes_invitations(now):
        raise ValueError("nobody can be invited to a session that is a draft, called off or over")
    already = queries.already_invited(live_session, person_ids)
    new = [person for person in queries.addressees(person_ids, live_session.id) if person.id not in already]
    # Who was told not to come has an event called off in her calendar: only a later one brings it back.
    if ids_by_key([f"cancel:{live_session.id}:{person.id}:{live_session.sequence}" for person in new]):
        live_session.sequence += 1
        db.session.flush()
    write(mail.invitation(live_session), live_session, new, by=by, now=now, delay=delay)
    return len(new)


def tell_of_change(live_session: LiveSession, changed: Collection[str], *, by: Person, now: datetime) -> int:
    """The session has another time, place or room: its event goes one up, and everybody told of it is told anew."""
    told = queries.everybody_told(live_session.id)
    if not changed or not told:
        return 0
    live_session.sequence += 1
    db.session.flush()
    db.session.execute(
        update(Token)
        .where(
            Token.purpose == Purpose.INVITATION,
            Token.object_id == live_session.id,
            Token.expires_at < live_session.links_end_at,
        )
        .values(expires_at=live_session.links_end_at)
    )
    if now >= live_session.ends_at:
        return 0
    for kind in ("remind", "wait", "seat"):  # what they said is said again, truly
        outbox.drop(f"{kind}:{live_session.id}:")
    write(mail.change(live_session, changed), live_session, told, by=by, now=now)
    return len(told)


def cancel(live_session: LiveSession, reason: str, *, by: Person, now: datetime) -> int:
    """Call the session off and tell everybody who knows of it; how many letters that makes."""
    live_session.cancelled_at, live_session.cancel_reason = now, reason
    live_session.sequence += 1
    live_session.updated_at = now
    db.session.flush()
    outbox.drop(f"remind:{live_session.id}:")
    told = queries.everybody_told(live_session.id)
    if now >= live_session.ends_at:
        return 0
    for kind in _LASTING:
        outbox.drop(f"{kind}:{live_session.id}:")
    write(mail.cancellation(live_session, now), live_session, told, by=by, now=now)
    return len(told)


def remove(invitation: Invitation, *, by: Person, now: datetime) -> None:
    """Take one person off the list: for her alone the session is called off. Her links end, her seat falls free."""
    live_session, person_id = invitation.live_session, invitation.person_id
    told = queries.addressees([person_id], live_session.id)
    tokens.revoke(Purpose.INVITATION, person_id, live_session.id, now)
    outbox.drop(f"remind:{live_session.id}:{person_id}:")
    for kind in _LASTING:
        outbox.drop(f"{kind}:{live_session.id}:{person_id}:")
    db.session.delete(invitation)
    db.session.flush()
    if _knows(person_id, live_session.id) and now < live_session.ends_at:
        live_session.sequence += 1
        db.session.flush()
        write(mail.removal(live_session, now), live_session, told, by=by, now=now)
    waiting_actions.promote(live_session, now=now)


def remind(
    live_session: LiveSession, *, by: Person, now: datetime, person_id: int | None = None, delay: timedelta = AT_ONCE
) -> int:
    """Write once more to those who are silent (or to one of them), at most once a week to each; how many."""
    if not live_session.takes_answers(now):
        return 0
    silent = [p for p in queries.to_remind(live_session.id, now) if person_id in (None, p.id)]
    write(mail.reminder(live_session, now), live_session, silent, by=by, now=now, delay=delay)
    _note_reminded(live_session, [person.id for person in silent], now)
    return len(silent)


def write_to_missed(live_session: LiveSession, *, by: Person, now: datetime, delay: timedelta = AT_ONCE) -> int:
    """Write to those who said they would come and were not there, at most once a week to each; how many."""
    if not live_session.takes_feedback(now):
        return 0
    people = queries.missed(live_session.id, now)
    write(mail.missed(live_session, now), live_session, people, by=by, now=now, delay=delay)
    _note_reminded(live_session, [person.id for person in people], now)
    return len(people)


def _note_reminded(live_session: LiveSession, person_ids: list[int], now: datetime) -> None:
    for some in portions(person_ids):
        db.session.execute(
            update(Invitation)
            .where(Invitation.live_session_id == live_session.id, Invitation.person_id.in_(some))
            .values(reminded_at=now)
        )


def correct_address(invitation: Invitation, email: str, *, now: datetime) -> None:
    """The person's address is that one from now on, and her last letter about the session goes there."""
    invitation.person.email = email
    if invitation.letter is not None:
        invitation.letter = outbox.send_again(invitation.letter, now=now, recipient=email)


def send_fresh_link(token: Token, live_session: LiveSession, *, now: datetime) -> bool:
    """A new link to the address of whoever's link that was, once a day; False where there is nobody to write to."""
    invited = queries.addressees([token.person_id], live_session.id)
    if token.revoked_at is not None or not invited or live_session.is_cancelled:
        return False
    occasion = mail.fresh_link(live_session, now)
    if ids_by_key([occasion.key.format(token.person_id)]):
        return False
    by = queries.inviter_of(token.person_id, live_session.id)
    links_end_at = max(live_session.links_end_at, now + (live_session.links_end_at - live_session.ends_at))
    found = tokens.issue_many(
        [token.person_id], Purpose.INVITATION, now=now, expires_at=links_end_at, object_id=live_session.id
    )
    outbox.put_all(
        mail.letters(occasion, live_session, invited, found, by=by, links_end_at=links_end_at, now=now), now=now
    )
    return True


def disown(token: Token, *, now: datetime) -> None:
    """The letter reached somebody else: its person's links end, and whoever invited her is told."""
    tokens.revoke(Purpose.INVITATION, token.person_id, token.object_id, now)
    invitation = invitation_of(token.person_id, token.object_id or 0)
    inviter = queries.inviter_of(token.person_id, token.object_id or 0)
    if invitation is not None and inviter is not None:
        outbox.put(mail.not_me(token.id, invitation, inviter), now=now)


def _knows(person_id: int, live_session_id: int) -> bool:
    """Has a letter about the session gone out to her (or is one on its way)?"""
    about_it = or_(*[Letter.key.startswith(f"{kind}:{live_session_id}:{person_id}:") for kind in _LASTING])
    return bool(db.session.scalar(select(Letter.id).where(about_it).limit(1)))
