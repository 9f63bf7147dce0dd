"""A change and its letters are saved together or not at all: an error at every statement before the commit.

Each act is done once to count its statements, then once for each of them with that one failing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from lms.accounts.models import Token
from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from lms.sessions import actions, invitation_actions
from lms.sessions.models import AnswerWord, Invitation, LiveSession
from lms.sessions.queries import invitation_of


class Broken(Exception):
    """The statement that fails."""


@contextmanager
def failing_at(number: int | None) -> Iterator[list[str]]:
    """The statements sent meanwhile; that one, counted from 0, is not sent but fails."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if number is not None and len(seen) == number:
            raise Broken
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def stored() -> tuple[list[Any], ...]:
    db.session.rollback()
    return tuple(
        db.session.execute(sa.select(*table.c).order_by(table.c.id)).all()
        for table in (Letter.__table__, Invitation.__table__, Token.__table__, LiveSession.__table__)
    )


def invite(school, cast) -> None:
    invitation_actions.invite(
        [cast.volunteer.id, cast.trainer.id], db.session.get(LiveSession, school["id"]), by=cast.coordinator, now=now()
    )


def move(school, cast) -> None:
    live_session = db.session.get(LiveSession, school["id"])
    live_session.place = "Сальск"
    invitation_actions.tell_of_change(live_session, {"place"}, by=cast.coordinator, now=now())


def cancel(school, cast) -> None:
    live_session = db.session.get(LiveSession, school["id"])
    invitation_actions.cancel(live_session, "Заболел", by=cast.coordinator, now=now())


def remove(school, cast) -> None:
    invitation_actions.remove(invitation_of(cast.stranger.id, school["id"]), by=cast.coordinator, now=now())


def give_up_a_seat(school, cast) -> None:
    actions.answer(cast.stranger, db.session.get(LiveSession, school["id"]), AnswerWord.NO, now=now())


@pytest.mark.parametrize("act", [invite, move, cancel, remove, give_up_a_seat])
def test_an_error_at_any_statement_leaves_everything_as_it_was(school, cast, act: Callable[..., None]):
    live_session = school.live_session
    invitation_actions.invite([cast.stranger.id, cast.admin.id], live_session, by=cast.coordinator, now=now())
    live_session.capacity = 1
    for person in (cast.stranger, cast.admin):
        actions.answer(person, live_session, AnswerWord.YES, now=now())
    db.session.commit()
    kept = {"id": live_session.id}
    before = stored()
    with failing_at(None) as seen:
        act(kept, cast)
        db.session.flush()
    assert stored() == before  # not committed: a rollback takes all of it back
    number = len(seen)

    for place in range(number):
        with pytest.raises(Broken), failing_at(place):
            act(kept, cast)
            db.session.flush()
        assert stored() == before, f"{act.__name__}, statement {place} of {number}: {seen[place]}"

    act(kept, cast)
    db.session.commit()
    after = stored()
    assert len(after[0]) != len(before[0]) or after[1] != before[1]
    pointed = db.session.scalars(sa.select(Invitation.letter_id).where(Invitation.live_session_id == kept["id"])).all()
    assert None not in pointed
