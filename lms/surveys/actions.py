"""Making a survey, and replying to one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.cycles.models import State
from lms.extensions import db
from lms.surveys.models import Survey, SurveyQuestion, SurveyReply, SurveyTaken
from lms.surveys.queries import reply_of


class AlreadyReplied(Exception):
    """An anonymous survey takes one reply of each person, and cannot tell which one it was."""


class NotOpen(Exception):
    """No replies are taken: it is a draft, or not yet open, or over."""


def reply(person: Person, survey: Survey, given: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what the person replied. One with a name may be changed until the survey closes, an anonymous one never.

    Raises NotOpen and AlreadyReplied.
    """
    if not survey.is_open(now):
        raise NotOpen
    is_first = _note_taken(person, survey)
    if survey.is_anonymous:
        if not is_first:
            raise AlreadyReplied
        db.session.add(SurveyReply(key=token_hex(16), survey_id=survey.id, centre_id=person.centre_id, given=given))
        return
    kept = reply_of(person, survey)
    if kept is None:
        kept = SurveyReply(key=token_hex(16), survey_id=survey.id, person_id=person.id)
        db.session.add(kept)
    kept.centre_id, kept.saved_at, kept.given = person.centre_id, now, dict(given)


def _note_taken(person: Person, survey: Survey) -> bool:
    """Write down that the person has replied; False where that stood there before, also from a press just now."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    noted = dialect.insert(SurveyTaken).values(survey_id=survey.id, person_id=person.id).on_conflict_do_nothing()
    return db.session.execute(noted.returning(SurveyTaken.person_id)).first() is not None


# --- making it --------------------------------------------------------------------------------------------------------
def append(question: SurveyQuestion, survey: Survey) -> None:
    """Put a new question at the end."""
    _hold(survey)
    question.position = survey.questions[-1].position + 1 if survey.questions else 1
    question.survey = survey


def move(survey: Survey, question: SurveyQuestion, step: int) -> None:
    """One place up (-1) or down (+1); at either end nothing happens."""
    _hold(survey)
    order = list(survey.questions)
    at = order.index(question)
    order.insert(min(max(at + step, 0), len(order) - 1), order.pop(at))
    for position, each in enumerate(order, 1):
        db.session.execute(update(SurveyQuestion).where(SurveyQuestion.id == each.id).values(position=position))


def publish(survey: Survey) -> None:
    if not survey.questions:
        raise ValueError("cannot be published yet: it lacks its questions")
    survey.state = State.PUBLISHED


def withdraw(survey: Survey) -> None:
    """Back to a draft: nobody sees it; the replies stay."""
    survey.state = State.DRAFT


def close(survey: Survey, *, now: datetime) -> None:
    """No replies from now on."""
    survey.closes_at = now


def reopen(survey: Survey) -> None:
    """Replies are taken again, until it is closed by hand or a day is set."""
    survey.closes_at = None


def _hold(survey: Survey) -> None:
    """Let two who change the order do so one after the other."""
    db.session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
