"""Writing to many people about a session: links, letters and invitations go in together, in a few statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from lms.accounts import notice_actions, tokens
from lms.accounts.models import Person, Purpose
from lms.extensions import db
from lms.outbox import actions as outbox_actions
from lms.outbox.models import Letter
from lms.sessions import mail
from lms.sessions.inserts import insert_into
from lms.sessions.models import Invitation, LiveSession
from lms.sessions.queries import AnyRow

_AT_ONCE = 1000


def write(
    occasion: mail.Occasion,
    live_session: LiveSession,
    people: Iterable[AnyRow],
    *,
    by: Person | None,
    now: datetime,
    delay: timedelta = timedelta(),
) -> None:
    """One letter to each, with a link of her own where the letter has links; the invitations point to them.

    With a delay they can be taken back for so long (undo_actions).
    """
    people = list(people)
    for some in portions(people):
        ids = [person.id for person in some]
        found: dict[int, str] = {}
        if occasion.with_links:
            found = tokens.issue_many(
                ids, Purpose.INVITATION, now=now, expires_at=live_session.links_end_at, object_id=live_session.id
            )
        letters = notice_actions.put_all(
            mail.letters(occasion, live_session, some, found, by=by, links_end_at=live_session.links_end_at, now=now),
            now=now,
        )
        if delay:
            outbox_actions.wait_until(letters.values(), now + delay)
        if occasion.template == "sessions/removal" or not letters:
            continue
        table = Invitation.__table__
        rows = [
            {
                "live_session_id": live_session.id,
                "person_id": id,
                "invited_at": now,
                "invited_by_id": by.id if by else None,
                "first_message_id": "",
                "letter_id": letters[occasion.key.format(id)],
            }
            for id in ids
            if occasion.key.format(id) in letters
        ]
        insert = insert_into(table)
        db.session.execute(
            insert.on_conflict_do_update(
                index_elements=["live_session_id", "person_id"],
                set_={
                    "letter_id": insert.excluded.letter_id,
                    "invited_by_id": func.coalesce(table.c.invited_by_id, insert.excluded.invited_by_id),
                },
            ),
            rows,
        )
    # The first letter's Message-ID is what later ones refer to.
    first = select(Letter.message_id).where(Letter.id == Invitation.letter_id).scalar_subquery()
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.live_session_id == live_session.id,
            Invitation.first_message_id == "",
            Invitation.letter_id.is_not(None),
        )
        .values(first_message_id=first)
        .execution_options(synchronize_session=False)
    )


def portions(things: list[Any]) -> Iterable[list[Any]]:
    return (things[start : start + _AT_ONCE] for start in range(0, len(things), _AT_ONCE))
