"""Which surveys a person may see, and what was replied to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, or_, select

from lms import permissions as can
from lms.accounts.models import Person
from lms.accounts.readers import Kind, bounds, kind_of, of_kind
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Enrolment, Module, State
from lms.cycles.queries import enrolled_in
from lms.extensions import db
from lms.surveys.models import Survey, SurveyQuestion, SurveyReply, SurveyTaken

Columns = Row[*tuple[Any, ...]]


def visible_surveys(person: Person) -> Select[Survey]:
    """Trainers and coordinators: all. Learners: the published ones of their cycles. Guests from a letter: those about
    the letter's session and its module."""
    if can.teach(person):
        return select(Survey)
    published = select(Survey).where(Survey.state == State.PUBLISHED)
    if person.letter is not None:
        about = [Survey.live_session_id == person.letter.live_session_id]
        if person.letter.module_id is not None:
            about.append(Survey.module_id == person.letter.module_id)
        return published.where(or_(*about))
    return published.where(enrolled_in(person, Survey.cycle_id))


def is_asked(person: Person, survey: Survey) -> bool:
    """Is the survey for this person? Whoever makes it looks at it without being asked."""
    if person.letter is not None:
        return True  # the query has seen to it
    return bool(db.session.scalar(select(enrolled_in(person, Survey.cycle_id)).where(Survey.id == survey.id)))


def _taken(person: Person) -> ColumnElement[bool]:
    return exists().where(SurveyTaken.survey_id == Survey.id, SurveyTaken.person_id == person.id)


def open_to(person: Person, now: datetime) -> Sequence[Columns]:
    """The surveys a learner can reply to now, those still to do first: id, titles, closes_at, is_anonymous, taken."""
    return db.session.execute(_open_to(kind_of(person)), bounds(person) | {"now": now}).all()


@lru_cache(maxsize=64)
def _open_to(kind: Kind) -> Select[*tuple[Any, ...]]:
    person: Any = of_kind(kind)
    now: Any = bindparam("now")
    return (
        select(
            Survey.id, Survey.title, Survey.title_en, Survey.closes_at, Survey.is_anonymous, Survey.module_id,
            Survey.live_session_id, _taken(person).label("taken"),
        )
        .where(
            Survey.id.in_(visible_surveys(person).with_only_columns(Survey.id)),
            enrolled_in(person, Survey.cycle_id),
            Survey.state == State.PUBLISHED,
            or_(Survey.opens_at.is_(None), Survey.opens_at <= now),
            or_(Survey.closes_at.is_(None), Survey.closes_at > now),
        )
        .order_by(_taken(person), Survey.closes_at.is_(None), Survey.closes_at, Survey.id)
    )  # fmt: skip


def waiting_for(person: Person, now: datetime) -> list[Columns]:
    """The open surveys that this person has not replied to."""
    return [row for row in open_to(person, now) if not row.taken]


def has_taken(person: Person, survey: Survey) -> bool:
    return db.session.get(SurveyTaken, (survey.id, person.id)) is not None


def reply_of(person: Person, survey: Survey) -> SurveyReply | None:
    """What this person replied; never found of an anonymous survey."""
    return db.session.scalar(
        select(SurveyReply).where(SurveyReply.survey_id == survey.id, SurveyReply.person_id == person.id)
    )


# --- for those who ask ------------------------------------------------------------------------------------------------
def listed() -> Sequence[Columns]:
    """All surveys, the newest first, with how many questions each has, how many replied and of how many."""
    questions = select(func.count()).where(SurveyQuestion.survey_id == Survey.id).correlate(Survey).scalar_subquery()
    replies = select(func.count()).where(SurveyReply.survey_id == Survey.id).correlate(Survey).scalar_subquery()
    asked = _asked_people(Survey.cycle_id).correlate(Survey).scalar_subquery()
    session = Activity.__table__.alias("about").c
    return db.session.execute(
        select(
            Survey.id, Survey.title, Survey.title_en, Survey.state, Survey.is_anonymous, Survey.opens_at,
            Survey.closes_at, Cycle.title.label("cycle_title"), Module.position.label("module_position"),
            session.title.label("session_title"), questions.label("questions"), replies.label("replies"),
            asked.label("asked"),
        )
        .join(Cycle, Cycle.id == Survey.cycle_id)
        .outerjoin(Module, Module.id == Survey.module_id)
        .outerjoin(session.id.table, session.id == Survey.live_session_id)
        .order_by(Survey.created_at.desc(), Survey.id.desc())
    ).all()  # fmt: skip


def _asked_people(cycle_id: Any) -> Select[Any]:
    return (
        select(func.count())
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cycle_id == cycle_id, Enrolment.left_at.is_(None), Person.suspended_at.is_(None))
    )


def count_asked(survey: Survey) -> int:
    """How many people the survey is for."""
    return db.session.scalar(_asked_people(survey.cycle_id)) or 0


def count_replies(survey: Survey) -> int:
    return db.session.scalar(select(func.count()).where(SurveyReply.survey_id == survey.id)) or 0


def replies(survey: Survey) -> Sequence[Columns]:
    """Each reply in no order that tells anything: given, centre_id and, where the survey is not anonymous, names."""
    return db.session.execute(
        select(
            SurveyReply.given, SurveyReply.centre_id, SurveyReply.saved_at, SurveyReply.person_id,
            Person.family_name, Person.given_name, Person.patronymic,
        )
        .outerjoin(Person, Person.id == SurveyReply.person_id)
        .where(SurveyReply.survey_id == survey.id)
        .order_by(Person.family_name, Person.given_name, SurveyReply.key)
    ).all()  # fmt: skip


def centre_names() -> Sequence[Columns]:
    return db.session.execute(select(Centre.id, Centre.name, Centre.name_en).order_by(Centre.name)).all()


def modules_of(cycle_id: int) -> Sequence[Columns]:
    return db.session.execute(
        select(Module.id, Module.position, Module.title, Module.title_en)
        .where(Module.cycle_id == cycle_id)
        .order_by(Module.position)
    ).all()
