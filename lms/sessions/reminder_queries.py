"""Which reminders are due, and who gets each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select

from lms.accounts.models import Person
from lms.accounts.wish_queries import wants
from lms.cycles.models import Activity, is_out
from lms.extensions import db
from lms.materials.models import Material
from lms.outbox.topics import Topic
from lms.quizzes.models import Attempt
from lms.sessions.invitation_queries import addressee_rows
from lms.sessions.models import AnswerWord, Invitation, LiveSession, Reminded, Reminder
from lms.sessions.queries import AnyRow

# A letter after the session waits so long for the recording, and is given up so long after the end.
WAITS_FOR_RECORDING = timedelta(days=1)
GIVEN_UP_AFTER = timedelta(days=7)


def due(now: datetime) -> list[int]:
    """Ids of reminders whose time has come, of sessions that take place."""
    rows = db.session.execute(
        select(Reminder, LiveSession.starts_at, LiveSession.ends_at)
        .join(LiveSession, LiveSession.id == Reminder.live_session_id)
        .where(Reminder.written_at.is_(None), is_out(LiveSession), LiveSession.cancelled_at.is_(None))
        .order_by(Reminder.id)
    )
    return [reminder.id for reminder, starts_at, ends_at in rows if reminder.due_at(starts_at, ends_at) <= now]


def reminded(live_session: LiveSession, whom: Reminded) -> list[AnyRow]:
    """As ``invitation_queries.addressees``: who gets a reminder of that kind."""
    chosen: list[ColumnElement[bool]] = [Invitation.first_message_id != "", wants(Topic.REMINDERS)]
    not_no = Invitation.answer.is_(None) | Invitation.answer.in_((AnswerWord.YES, AnswerWord.MAYBE))
    if whom is Reminded.YES:
        chosen = [Invitation.answer == AnswerWord.YES, wants(Topic.REMINDERS)]
    elif whom is Reminded.SILENT:
        chosen.append(Invitation.answer.is_(None))
    elif whom is Reminded.QUIZ:
        chosen += [not_no, _has_a_quiz_left(live_session)]
    else:
        chosen.append(not_no)
    return list(db.session.execute(addressee_rows(live_session.id).where(*chosen)))


def followups_due(now: datetime) -> list[int]:
    """Ids of sessions that are over and whose recording is there, or is not waited for any longer."""
    recording, base = Material.__table__, Activity.__table__
    is_there = exists(
        select(recording.c.id)
        .join(base, base.c.id == recording.c.id)
        .where(recording.c.recording_of_id == LiveSession.__table__.c.id, is_out(base.c))
        .correlate(LiveSession.__table__)
    )
    return list(
        db.session.scalars(
            select(LiveSession.id)
            .where(
                is_out(LiveSession),
                LiveSession.cancelled_at.is_(None),
                LiveSession.sends_followup,
                LiveSession.followed_up_at.is_(None),
                LiveSession.ends_at <= now,
                LiveSession.ends_at > now - GIVEN_UP_AFTER,
                is_there | (LiveSession.ends_at <= now - WAITS_FOR_RECORDING),
            )
            .order_by(LiveSession.id)
        )
    )


def _has_a_quiz_left(live_session: LiveSession) -> ColumnElement[bool]:
    """Is there a published quiz of its module that the person of the statement has not passed?"""
    quiz = Activity.__table__.alias()
    passed = exists(
        select(Attempt.id)
        .where(Attempt.quiz_id == quiz.c.id, Attempt.person_id == Person.id, Attempt.passed.is_(True))
        .correlate(quiz, Person)
    )
    return exists(
        select(quiz.c.id)
        .where(
            quiz.c.module_id == live_session.module_id,
            quiz.c.type == "quiz",
            is_out(quiz.c),
            ~passed,
        )
        .correlate(Person)
    )
