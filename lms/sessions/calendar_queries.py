"""Sessions between two moments, and those that a calendar of one's own subscribes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Cycle, Enrolment, is_out
from lms.extensions import db
from lms.sessions.models import (
    AnswerWord,
    Audience,
    Invitation,
    LiveSession,
    LiveSessionKind,
    live_session_centre,
)
from lms.sessions.queries import ABOUT_A_LIST, AnyRow, AnySelect, visible_to

# Feeds go back so far; ahead they tell everything.
FEED_GOES_BACK = timedelta(days=90)
# As many sessions stand on one page of a calendar.
MOST = 500

_EVENT = (
    *ABOUT_A_LIST,
    LiveSession.summary,
    LiveSession.summary_en,
    LiveSession.uid,
    LiveSession.sequence,
    LiveSession.updated_at,
    LiveSession.cancel_reason,
)


@dataclass(frozen=True)
class Choice:
    """What of it is shown: a kind, a cycle (its slug), only what she answered «Приду» to."""

    kind: LiveSessionKind | None = None
    cycle: str = ""
    mine: bool = False


def between(person: Person, start: datetime, end: datetime, choice: Choice) -> list[AnyRow]:
    """What she sees of that time, in order; columns of a list, with her ``answer``."""
    found = _of_hers(person, ABOUT_A_LIST).where(LiveSession.starts_at < end, LiveSession.ends_at > start)
    if choice.kind is not None:
        found = found.where(LiveSession.kind == choice.kind)
    if choice.cycle:
        found = found.where(exists().where(Cycle.id == LiveSession.cycle_id, Cycle.slug == choice.cycle))
    if choice.mine:
        found = found.where(Invitation.answer == AnswerWord.YES)
    return list(db.session.execute(found.limit(MOST)))


def cycles_seen(person: Person) -> list[AnyRow]:
    """(slug, title, title_en) of the cycles whose sessions she sees."""
    seen = visible_to(person).with_only_columns(LiveSession.cycle_id)
    found = select(Cycle.slug, Cycle.title, Cycle.title_en).where(Cycle.id.in_(seen))
    return list(db.session.execute(found.order_by(Cycle.starts_on.desc(), Cycle.id.desc())))


def own_feed(person: Person, now: datetime) -> list[AnyRow]:
    """What is out and hers to see; what she said no to is left out, what was called off is not."""
    said_no = Invitation.answer == AnswerWord.NO
    return list(db.session.execute(_fed(_of_hers(person, _EVENT), now).where(or_(said_no.is_(None), ~said_no))))


def feed_of_centre(person: Person, centre: Centre, now: datetime) -> list[AnyRow]:
    """Of what its coordinator sees, what the people of the centre are asked to; ``coming`` is how many of them come."""
    theirs = select(Person.id).where(Person.centre_id == centre.id, Person.suspended_at.is_(None))
    asked = aliased(Invitation)
    coming = (
        select(func.count())
        .where(asked.live_session_id == LiveSession.id, asked.answer == AnswerWord.YES, asked.person_id.in_(theirs))
        .scalar_subquery()
    )
    invited = exists().where(asked.live_session_id == LiveSession.id, asked.person_id.in_(theirs))
    enrolled = exists().where(
        Enrolment.cycle_id == LiveSession.cycle_id, Enrolment.left_at.is_(None), Enrolment.person_id.in_(theirs)
    )
    named = exists().where(
        live_session_centre.c.live_session_id == LiveSession.id, live_session_centre.c.centre_id == centre.id
    )
    meant = or_(and_(LiveSession.audience == Audience.CYCLE, enrolled), named, invited)
    return list(
        db.session.execute(_fed(_of_hers(person, _EVENT), now).where(meant).add_columns(coming.label("coming")))
    )


def _of_hers(person: Person, columns: tuple[object, ...]) -> AnySelect:
    own = and_(Invitation.live_session_id == LiveSession.id, Invitation.person_id == person.id)
    seen: Select[LiveSession] = visible_to(person)
    return (
        seen.with_only_columns(*columns, Invitation.answer)  # type: ignore[call-overload]
        .outerjoin(Invitation, own)
        .order_by(LiveSession.starts_at, LiveSession.id)
    )


def _fed(found: AnySelect, now: datetime) -> AnySelect:
    return found.where(is_out(LiveSession), LiveSession.ends_at > now - FEED_GOES_BACK)
