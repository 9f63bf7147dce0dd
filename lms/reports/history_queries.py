"""Gathering everything one person did, with dates. Nine statements, however much it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.cycles.models import Activity, Cycle, DueException, Enrolment, Module
from lms.extensions import db
from lms.outbox.models import Letter
from lms.outbox.topics import Topic
from lms.progress.models import Completion, CycleCompletion, Decision
from lms.progress.weighing import BY_WORD
from lms.quizzes.models import Attempt, Quiz
from lms.reports.history import Event, Kind, in_order
from lms.sessions.models import Attendance, Invitation, LiveSession

_activity = Activity.__table__.c
_by = aliased(Person)
_BY = (_by.given_name.label("by_given"), _by.family_name.label("by_family"))


def history_of(person: Person) -> list[Event]:
    """Everything, the latest first."""
    return in_order(
        event
        for events in (
            _completions, _decisions, _cycles, _certificates, _attempts, _invitations, _attendance, _letters, _terms,
        )
        for event in events(person.id)
    )  # fmt: skip


def _rows(statement: Select[*tuple[Any, ...]]) -> Any:
    return db.session.execute(statement)


def _name(row: Any) -> str:
    return " ".join(part for part in (row.by_given, row.by_family) if part)


# --- done -------------------------------------------------------------------------------------------------------------
def _completions(person_id: int) -> Iterator[Event]:
    """What coordinators decided is told as their decision, also where it was taken back since."""
    for row in _rows(
        select(Completion.at, Completion.how, _activity.title, _activity.title_en)
        .join(Activity.__table__, _activity.id == Completion.activity_id)
        .where(Completion.person_id == person_id, Completion.how.not_in(BY_WORD))
    ):
        yield Event(row.at, Kind.DONE, row.how.value, row.title, row.title_en)


def _decisions(person_id: int) -> Iterator[Event]:
    for row in _rows(
        select(Decision.at, Decision.verdict, Decision.reason, _activity.title, _activity.title_en, *_BY)
        .join(Activity.__table__, _activity.id == Decision.activity_id)
        .outerjoin(_by, _by.id == Decision.by_id)
        .where(Decision.person_id == person_id)
    ):
        yield Event(row.at, Kind.DONE, f"decided_{row.verdict}", row.title, row.title_en, _name(row), row.reason)


def _cycles(person_id: int) -> Iterator[Event]:
    """Enrolled, left, completed."""
    of_hers = and_(CycleCompletion.cycle_id == Cycle.id, CycleCompletion.person_id == person_id)
    for row in _rows(
        select(
            Enrolment.enrolled_at, Enrolment.left_at, CycleCompletion.at, CycleCompletion.how, Cycle.title,
            Cycle.title_en, *_BY,
        )
        .select_from(Cycle)
        .outerjoin(Enrolment, and_(Enrolment.cycle_id == Cycle.id, Enrolment.person_id == person_id))
        .outerjoin(CycleCompletion, of_hers)
        .outerjoin(_by, _by.id == CycleCompletion.by_id)
        .where(or_(Enrolment.id.is_not(None), CycleCompletion.id.is_not(None)))
    ):  # fmt: skip
        if row.enrolled_at:
            yield Event(row.enrolled_at, Kind.TERMS, "enrolled", row.title, row.title_en)
        if row.left_at:
            yield Event(row.left_at, Kind.TERMS, "left", row.title, row.title_en)
        if row.at:
            yield Event(row.at, Kind.DONE, "cycle", row.title, row.title_en, _name(row))


def _certificates(person_id: int) -> Iterator[Event]:
    for row in db.session.scalars(select(Certificate).where(Certificate.person_id == person_id)):
        about = (row.cycle_title, row.cycle_title_en)
        word = "certificate" if row.edition == 1 else "certificate_renewed"
        yield Event(row.issued_at, Kind.DONE, word, *about, facts={"number": row.number, "address": row.address})
        if row.revoked_at:
            yield Event(row.revoked_at, Kind.DONE, "certificate_revoked", *about, "", row.reason,
                        {"number": row.number, "address": row.address})  # fmt: skip


# --- quizzes ----------------------------------------------------------------------------------------------------------
def _attempts(person_id: int) -> Iterator[Event]:
    """One while it is open, two when it is handed in: begun, and what came of it."""
    for row in _rows(
        select(
            Attempt.number, Attempt.started_at, Attempt.submitted_at, Attempt.score, Attempt.max_score,
            Attempt.percent, Attempt.passed, Quiz.title, Quiz.title_en, Quiz.show_results, Quiz.closes_at,
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Attempt.person_id == person_id)
    ):  # fmt: skip
        about = (row.title, row.title_en)
        yield Event(row.started_at, Kind.QUIZ, "begun", *about, facts={"number": row.number})
        if row.submitted_at:
            word = "checking" if row.percent is None else "passed_try" if row.passed else "failed_try"
            yield Event(row.submitted_at, Kind.QUIZ, word, *about, facts=dict(row._mapping))


# --- sessions ---------------------------------------------------------------------------------------------------------
def _invitations(person_id: int) -> Iterator[Event]:
    for row in _rows(
        select(
            Invitation.invited_at, Invitation.answer, Invitation.answered_at, Invitation.reminded_at,
            LiveSession.title, LiveSession.title_en,
        )
        .join(LiveSession, LiveSession.id == Invitation.live_session_id)
        .where(Invitation.person_id == person_id)
    ):  # fmt: skip
        about = (row.title, row.title_en)
        yield Event(row.invited_at, Kind.SESSION, "invited", *about)
        if row.answer:
            yield Event(row.answered_at or row.invited_at, Kind.SESSION, f"answered_{row.answer}", *about)


def _attendance(person_id: int) -> Iterator[Event]:
    for row in _rows(
        select(Attendance.at, Attendance.how, Attendance.minutes, LiveSession.title, LiveSession.title_en, *_BY)
        .join(LiveSession, LiveSession.id == Attendance.live_session_id)
        .outerjoin(_by, _by.id == Attendance.by_id)
        .where(Attendance.person_id == person_id)
    ):
        facts = {"how": row.how, "minutes": row.minutes}
        yield Event(row.at, Kind.SESSION, "was_there", row.title, row.title_en, _name(row), facts=facts)


# --- letters and terms ------------------------------------------------------------------------------------------------
def _letters(person_id: int) -> Iterator[Event]:
    for row in _rows(
        select(Letter.created_at, Letter.sent_at, Letter.state, Letter.subject).where(
            Letter.person_id == person_id, Letter.topic == Topic.REMINDERS
        )
    ):
        yield Event(row.sent_at or row.created_at, Kind.LETTER, row.state.value, row.subject, row.subject)


def _terms(person_id: int) -> Iterator[Event]:
    """Other due times of hers, and those of her whole centre."""
    own = DueException.person_id == person_id
    centre = select(Person.centre_id).where(Person.id == person_id).scalar_subquery()
    for row in _rows(
        select(
            DueException.at, DueException.due_at, DueException.reason, DueException.person_id,
            func.coalesce(Module.title, Cycle.title).label("title"),
            func.coalesce(Module.title_en, Cycle.title_en).label("title_en"), *_BY,
        )
        .outerjoin(Module, Module.id == DueException.module_id)
        .outerjoin(Cycle, Cycle.id == DueException.cycle_id)
        .outerjoin(_by, _by.id == DueException.by_id)
        .where(or_(own, DueException.centre_id == centre))
    ):  # fmt: skip
        word = "due_own" if row.person_id else "due_centre"
        yield Event(row.at, Kind.TERMS, word, row.title, row.title_en, _name(row), row.reason, {"due_at": row.due_at})
