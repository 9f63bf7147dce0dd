"""Making the one letter of the day out of the letters that waited for it."""

from __future__ import annotations

from datetime import datetime

from lms.accounts import mail, tokens
from lms.accounts.models import Person, Purpose
from lms.accounts.notice_actions import LINKS_LIVE, with_way_out
from lms.accounts.wish_queries import usual_manner
from lms.extensions import db
from lms.outbox import actions as outbox
from lms.outbox.models import Letter, LetterState


def gather(person_id: int | None, letters: list[Letter], *, now: datetime) -> None:
    """What waited goes in one letter; one that waited alone needs no wrapping and goes as it is."""
    person = db.session.get(Person, person_id) if person_id else None
    if person is not None and not person.is_active:
        _leave(letters, LetterState.EXPIRED)
    elif person is None or len(letters) == 1:
        outbox.release(letters, now=now)
    else:
        locale = usual_manner(person.locale).locale
        secret, _code = tokens.issue(person, Purpose.LETTER_WISHES, now=now, lifetime=LINKS_LIVE)
        topics = {letter.topic.value for letter in letters}
        digest = mail.digest(person, letters, locale=locale, now=now)
        outbox.put(with_way_out(digest, locale, secret, topics.pop() if len(topics) == 1 else "all"), now=now)
        _leave(letters, LetterState.GATHERED)


def _leave(letters: list[Letter], state: LetterState) -> None:
    for letter in letters:
        letter.state = state
