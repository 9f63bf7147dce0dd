"""Who is invited to a live session, what became of the letters, and who could be invited yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.accounts.wish_queries import wants
from lms.centres.models import Centre
from lms.extensions import db
from lms.outbox.models import AddressTrouble, Letter, LetterState
from lms.outbox.topics import Topic
from lms.sessions.models import AnswerWord, Attendance, Invitation, LiveSession
from lms.sessions.queries import AnyRow, AnySelect, audience_of

# Nobody is reminded more often than this.
BETWEEN_REMINDERS = timedelta(days=7)
_AT_ONCE = 5000


class Tab(StrEnum):
    """The tabs of the invitations page, as they stand in its address."""

    ALL = "all"
    ATTENTION = "attention"  # not delivered, or delivered and silent
    FAILED = "failed"
    SILENT = "silent"
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    WAITING = "waiting"


@dataclass(frozen=True)
class Figures:
    """How many are invited and how it stands with them; the six in the middle add up to ``invited``."""

    invited: int = 0
    yes: int = 0
    maybe: int = 0
    no: int = 0
    in_line: int = 0
    silent: int = 0
    failed: int = 0
    # Of the silent: who pressed something behind the link, and whose letter still waits.
    opened: int = 0
    waiting: int = 0

    @property
    def attention(self) -> int:
        return self.silent + self.failed


_FAILED_STATES = (LetterState.FAILED, LetterState.EXPIRED)
_failed = and_(Invitation.answer.is_(None), Letter.state.in_(_FAILED_STATES))
_silent = and_(Invitation.answer.is_(None), or_(Letter.id.is_(None), Letter.state.not_in(_FAILED_STATES)))
_TABS: dict[Tab, ColumnElement[bool] | None] = {
    Tab.ALL: None,
    Tab.ATTENTION: Invitation.answer.is_(None),
    Tab.FAILED: _failed,
    Tab.SILENT: _silent,
    Tab.YES: Invitation.answer == AnswerWord.YES,
    Tab.MAYBE: Invitation.answer == AnswerWord.MAYBE,
    Tab.NO: Invitation.answer == AnswerWord.NO,
    Tab.WAITING: Invitation.answer == AnswerWord.WAITING,
}


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_FIGURES = (
    select(
        func.count(Invitation.id),
        _number(Invitation.answer == AnswerWord.YES),
        _number(Invitation.answer == AnswerWord.MAYBE),
        _number(Invitation.answer == AnswerWord.NO),
        _number(Invitation.answer == AnswerWord.WAITING),
        _number(_silent),
        _number(_failed),
        _number(and_(_silent, Invitation.opened_at.is_not(None))),
        _number(and_(_silent, Letter.state.in_((LetterState.QUEUED, LetterState.SENDING)))),
    )
    .outerjoin(Letter, Letter.id == Invitation.letter_id)
    .where(Invitation.live_session_id == bindparam("live_session_id", type_=Integer))
)


def figures(live_session_id: int) -> Figures:
    """One statement, whatever the number of people."""
    return Figures(*map(int, db.session.execute(_FIGURES, {"live_session_id": live_session_id}).one()))


def figures_of(live_session_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """{live session: (invited, will come, silent)} for a list of them, in one statement."""
    yes = func.sum(case((Invitation.answer == AnswerWord.YES, 1), else_=0))
    silent = func.sum(case((Invitation.answer.is_(None), 1), else_=0))
    found = db.session.execute(
        select(Invitation.live_session_id, func.count(), yes, silent)
        .where(Invitation.live_session_id.in_(list(live_session_ids)))
        .group_by(Invitation.live_session_id)
    )
    return {id: (int(invited), int(coming), int(quiet)) for id, invited, coming, quiet in found}


def rows(live_session_id: int, tab: Tab) -> AnySelect:
    """The list of the invitations page: undelivered first, then by name."""
    found = (
        select(
            Invitation.id, Invitation.answer, Invitation.answered_at, Invitation.opened_at, Invitation.reminded_at,
            Invitation.note,
            Person.id.label("person_id"), Person.family_name, Person.given_name, Person.email,
            Person.centre_id, Person.suspended_at, Person.is_guest,
            Centre.name.label("centre_name"), Centre.name_en.label("centre_name_en"),
            Letter.state.label("letter_state"), Letter.sent_at, Letter.next_try_at, Letter.attempts,
            Letter.last_answer, Letter.recipient, Letter.created_at.label("queued_at"),
            AddressTrouble.reason.label("comes_back"),
        )
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(AddressTrouble, and_(AddressTrouble.address == Person.email, AddressTrouble.hard))
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .outerjoin(Letter, Letter.id == Invitation.letter_id)
        .where(Invitation.live_session_id == live_session_id)
        .order_by(case((_failed, 0), else_=1), Person.family_name, Person.given_name, Person.id)
    )  # fmt: skip
    condition = _TABS[tab]
    return found if condition is None else found.where(condition)


def find(live_session_id: int, invitation_id: int) -> Invitation | None:
    return db.session.scalar(
        select(Invitation).where(Invitation.id == invitation_id, Invitation.live_session_id == live_session_id)
    )


def inviter_of(person_id: int, live_session_id: int) -> Person | None:
    """Who invited that person, if her account is open."""
    return db.session.scalar(
        select(Person)
        .join(Invitation, Invitation.invited_by_id == Person.id)
        .where(
            Invitation.person_id == person_id,
            Invitation.live_session_id == live_session_id,
            Person.suspended_at.is_(None),
        )
    )


def organiser_of(live_session_id: int) -> Person | None:
    """Whoever invited last to that session: answers to letters that nobody pressed for go there."""
    return db.session.scalar(
        select(Person)
        .join(Invitation, Invitation.invited_by_id == Person.id)
        .where(Invitation.live_session_id == live_session_id, Person.suspended_at.is_(None))
        .order_by(Invitation.id.desc())
        .limit(1)
    )


def place_in_line(live_session_id: int, person_id: int) -> int:
    """Which one she is among those who wait, from 1; 0 where she does not wait."""
    ahead = aliased(Invitation)
    waits = and_(Invitation.live_session_id == live_session_id, Invitation.answer == AnswerWord.WAITING)
    number = (
        select(func.count())
        .where(
            ahead.live_session_id == live_session_id,
            ahead.answer == AnswerWord.WAITING,
            ahead.line <= Invitation.line,
        )
        .scalar_subquery()
    )
    return db.session.scalar(select(number).where(waits, Invitation.person_id == person_id)) or 0


# --- who could be invited ---------------------------------------------------------------------------------------------
def not_yet_invited(live_session: LiveSession) -> ColumnElement[bool]:
    """Has the person of the statement had no invitation to that session, and is her account open?"""
    written_to = exists().where(
        Invitation.live_session_id == live_session.id,
        Invitation.person_id == Person.id,
        Invitation.first_message_id != "",
    )
    return and_(~written_to, Person.suspended_at.is_(None))


def audience_to_invite(live_session: LiveSession) -> Select[int]:
    """Ids of those the session is for who have no invitation yet."""
    return select(Person.id).where(Person.id.in_(audience_of(live_session)), not_yet_invited(live_session))


def to_invite_by_centre(live_session: LiveSession) -> list[AnyRow]:
    """(id, name, name_en, number): how many people of each centre have no invitation yet."""
    return list(
        db.session.execute(
            select(Centre.id, Centre.name, Centre.name_en, func.count(Person.id).label("number"))
            .join(Person, Person.centre_id == Centre.id)
            .where(not_yet_invited(live_session))
            .group_by(Centre.id, Centre.name, Centre.name_en)
            .order_by(Centre.name)
        )
    )


def of_centres_to_invite(live_session: LiveSession, centre_ids: Collection[int]) -> Select[int]:
    return select(Person.id).where(Person.centre_id.in_(list(centre_ids)), not_yet_invited(live_session))


def by_addresses(addresses: Iterable[str]) -> dict[str, AnyRow]:
    """{address: (id, email, family_name, given_name, suspended_at)} of those that are known."""
    wanted = sorted(set(addresses))
    found: dict[str, AnyRow] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        people = select(Person.id, Person.email, Person.family_name, Person.given_name, Person.suspended_at).where(
            Person.email.in_(wanted[start : start + _AT_ONCE])
        )
        found.update((row.email, row) for row in db.session.execute(people))
    return found


def by_names(names: Iterable[str]) -> dict[str, list[AnyRow]]:
    """{«фамилия имя» in lower case: people so called}, however the two stand."""
    wanted = sorted(set(names))
    family, given = func.lower(Person.family_name), func.lower(Person.given_name)
    found: dict[str, list[AnyRow]] = {}
    for start in range(0, len(wanted), 100):
        some = wanted[start : start + 100]
        people = select(Person.id, Person.email, Person.family_name, Person.given_name, Person.suspended_at).where(
            or_((family + " " + given).in_(some), (given + " " + family).in_(some))
        )
        for row in db.session.execute(people):
            for name in (f"{row.family_name} {row.given_name}".lower(), f"{row.given_name} {row.family_name}".lower()):
                found.setdefault(name, []).append(row)
    return found


def already_invited(live_session: LiveSession, person_ids: Collection[int]) -> set[int]:
    return set(
        db.session.scalars(
            select(Invitation.person_id).where(
                Invitation.live_session_id == live_session.id,
                Invitation.first_message_id != "",
                Invitation.person_id.in_(list(person_ids)),
            )
        )
    )


def named(person_ids: Collection[int], limit: int) -> list[AnyRow]:
    """(id, family_name, given_name, email, centre_name, centre_name_en) of some of those people, by name."""
    return list(
        db.session.execute(
            select(
                Person.id, Person.family_name, Person.given_name, Person.email,
                Centre.name.label("centre_name"), Centre.name_en.label("centre_name_en"),
            )
            .outerjoin(Centre, Centre.id == Person.centre_id)
            .where(Person.id.in_(list(person_ids)[:_AT_ONCE]))
            .order_by(Person.family_name, Person.given_name, Person.id)
            .limit(limit)
        )
    )  # fmt: skip


# --- whom to write to -------------------------------------------------------------------------------------------------
def addressees(person_ids: Collection[int], live_session_id: int) -> list[AnyRow]:
    """What a letter to each of those people needs; suspended accounts are left out."""
    found: list[AnyRow] = []
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), _AT_ONCE):
        found += db.session.execute(
            addressee_rows(live_session_id).where(Person.id.in_(ids[start : start + _AT_ONCE]))
        ).all()
    return found


def everybody_told(live_session_id: int) -> list[AnyRow]:
    """As ``addressees``: everybody who was invited, or answered without."""
    return list(db.session.execute(addressee_rows(live_session_id).where(Invitation.id.is_not(None))))


def to_remind(live_session_id: int, now: datetime) -> list[AnyRow]:
    """As ``addressees``: who got the letter, is silent, and has not been reminded of anything for a week."""
    return list(db.session.execute(addressee_rows(live_session_id).where(*_may_be_reminded(now))))


def ids_to_remind(live_session_id: int, now: datetime) -> set[int]:
    """Only the ids of ``to_remind``."""
    return set(
        db.session.scalars(
            select(Person.id)
            .join(Invitation, Invitation.person_id == Person.id)
            .where(Invitation.live_session_id == live_session_id, Person.suspended_at.is_(None), *_may_be_reminded(now))
        )
    )


def missed(live_session_id: int, now: datetime) -> list[AnyRow]:
    """As ``addressees``: who said she would come, was not there, and has not been reminded of anything for a week."""
    return list(db.session.execute(addressee_rows(live_session_id).where(*_missed(), ~_reminded_lately(now))))


def number_missed(live_session_id: int, now: datetime) -> tuple[int, int]:
    """How many ``missed`` gives, and how many of them it leaves out because they had a letter this week."""
    return _two_numbers(live_session_id, _missed(), now)


def number_silent(live_session_id: int, now: datetime) -> tuple[int, int]:
    """How many ``to_remind`` gives, and how many it leaves out because they had a letter this week."""
    return _two_numbers(live_session_id, _silent_and_reached(), now)


def _two_numbers(live_session_id: int, chosen: list[ColumnElement[bool]], now: datetime) -> tuple[int, int]:
    lately = case((_reminded_lately(now), 1), else_=0)
    found = (
        select(func.count(), func.coalesce(func.sum(lately), 0))
        .select_from(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.live_session_id == live_session_id, Person.suspended_at.is_(None), *chosen)
    )
    all_of_them, spared = db.session.execute(found).one()
    return int(all_of_them - spared), int(spared)


def _may_be_reminded(now: datetime) -> list[ColumnElement[bool]]:
    return [*_silent_and_reached(), ~_reminded_lately(now)]


def _silent_and_reached() -> list[ColumnElement[bool]]:
    got_it = exists().where(Letter.id == Invitation.letter_id, Letter.state == LetterState.SENT)
    return [Invitation.id.is_not(None), Invitation.answer.is_(None), got_it, wants(Topic.REMINDERS)]


def _missed() -> list[ColumnElement[bool]]:
    was_there = exists().where(
        Attendance.live_session_id == Invitation.live_session_id, Attendance.person_id == Invitation.person_id
    )
    return [Invitation.answer == AnswerWord.YES, ~was_there, wants(Topic.REMINDERS)]


def _reminded_lately(now: datetime) -> ColumnElement[bool]:
    other = aliased(Invitation)
    return exists().where(other.person_id == Person.id, other.reminded_at > now - BETWEEN_REMINDERS)


def addressee_rows(live_session_id: int) -> AnySelect:
    return (
        select(
            Person.id, Person.email, Person.family_name, Person.given_name, Person.patronymic, Person.locale,
            Person.zone, Invitation.answer, Invitation.first_message_id,
        )
        .outerjoin(
            Invitation, and_(Invitation.person_id == Person.id, Invitation.live_session_id == live_session_id)
        )
        .where(Person.suspended_at.is_(None))
        .order_by(Person.id)
    )  # fmt: skip
