"""Which live sessions a person sees, and what lists and pages show of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms import permissions as can
from lms.accounts.models import Person, PersonRole, Role
from lms.accounts.readers import Kind, bounds, kind_of, of_kind
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Enrolment, Module, State, is_out, standing
from lms.cycles.queries import enrolled_in
from lms.extensions import db
from lms.materials.models import Material, StoredFile
from lms.sessions.models import (
    AnswerWord,
    Attendance,
    Audience,
    Feedback,
    Invitation,
    LiveSession,
    live_session_centre,
    live_session_trainer,
)

# Some columns, named by the statement.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

ABOUT_A_LIST = (
    LiveSession.id,
    LiveSession.title,
    LiveSession.title_en,
    LiveSession.kind,
    standing(LiveSession).label("state"),
    LiveSession.starts_at,
    LiveSession.ends_at,
    LiveSession.zone,
    LiveSession.place,
    LiveSession.room_url,
    LiveSession.cancelled_at,
)


# --- what one sees ----------------------------------------------------------------------------------------------------
def visible_to(person: Person) -> Select[LiveSession]:
    """Live sessions a person may open; those called off stay to be seen.

    Trainers and coordinators: all, drafts too. Guests from a letter: theirs, and those of its module. Others: what is
    published and for them: they are invited, or lead it, or belong to its audience.
    """
    return select(LiveSession).where(*_within_sight(person))


def _within_sight(person: Person) -> list[ColumnElement[bool]]:
    if can.teach(person):
        return []
    published = is_out(LiveSession)
    if person.letter is not None:
        own = LiveSession.id == person.letter.live_session_id
        if person.letter.module_id is None:
            return [published, own]
        in_module = and_(LiveSession.module_id == person.letter.module_id, _for_audience_of(person))
        return [published, or_(own, in_module)]
    any_invitation = aliased(Invitation)  # a statement that also shows the answer must not be mixed up with this
    invited = exists().where(any_invitation.live_session_id == LiveSession.id, any_invitation.person_id == person.id)
    leads = exists().where(
        live_session_trainer.c.live_session_id == LiveSession.id, live_session_trainer.c.person_id == person.id
    )
    return [published, or_(invited, leads, _for_audience_of(person))]


def _for_audience_of(person: Person) -> ColumnElement[bool]:
    """Is the session for everybody of a cycle she is in (a centre's coordinator: of any), or for her centre?"""
    cycle_is_out = exists().where(Cycle.id == LiveSession.cycle_id, Cycle.state == State.PUBLISHED)
    module_is_out = or_(
        LiveSession.module_id.is_(None),
        exists().where(Module.id == LiveSession.module_id, is_out(Module)),
    )
    of_cycle = [LiveSession.audience == Audience.CYCLE, cycle_is_out, module_is_out]
    if not can.look_after_people(person):
        of_cycle.append(enrolled_in(person, LiveSession.cycle_id))  # type: ignore[arg-type]
    of_centre = and_(
        LiveSession.audience == Audience.CENTRES,
        exists().where(
            live_session_centre.c.live_session_id == LiveSession.id, live_session_centre.c.centre_id == person.centre_id
        ),
    )
    return or_(and_(*of_cycle), of_centre)


# --- lists ------------------------------------------------------------------------------------------------------------
def _listed(person: Person) -> AnySelect:
    own = and_(Invitation.live_session_id == LiveSession.id, Invitation.person_id == person.id)
    was_there = and_(Attendance.live_session_id == LiveSession.id, Attendance.person_id == person.id)
    return (
        select(*ABOUT_A_LIST, Invitation.answer, Attendance.at.label("entered_at"))
        .outerjoin(Invitation, own)
        .outerjoin(Attendance, was_there)
        .where(*_within_sight(person))
    )


def coming(person: Person, now: datetime) -> AnySelect:
    """Sessions that have not ended, the nearest first, each with her ``answer`` and when she came (``entered_at``)."""
    return _listed(person).where(LiveSession.ends_at > now).order_by(LiveSession.starts_at, LiveSession.id)


def past(person: Person, now: datetime) -> AnySelect:
    """Sessions that have ended, the latest first; columns as in ``coming``."""
    return (
        _listed(person).where(LiveSession.ends_at <= now).order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
    )


def next_for(person: Person, now: datetime) -> AnyRow | None:
    """The nearest session that is on: published, not called off, not over; columns as in ``coming``."""
    return db.session.execute(
        coming(person, now).where(is_out(LiveSession), LiveSession.cancelled_at.is_(None)).limit(1)
    ).first()


def public_schedule(now: datetime, slug: str = "") -> AnySelect:
    """What visitors see: sessions for everybody of a published cycle that have not ended, without the way in.

    ``slug`` is that of the one cycle that is meant.
    """
    found = (
        select(
            LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.kind, LiveSession.starts_at,
            LiveSession.ends_at, LiveSession.zone, LiveSession.place, LiveSession.summary, LiveSession.summary_en,
            LiveSession.uid, LiveSession.sequence, LiveSession.updated_at, LiveSession.cancelled_at,
            Cycle.title.label("cycle_title"), Cycle.title_en.label("cycle_title_en"), Cycle.slug.label("cycle_slug"),
        )
        .join(Cycle, Cycle.id == LiveSession.cycle_id)
        .outerjoin(Module, Module.id == LiveSession.module_id)
        .where(
            is_out(LiveSession),
            LiveSession.audience == Audience.CYCLE,
            LiveSession.ends_at > now,
            Cycle.state == State.PUBLISHED,
            or_(Module.id.is_(None), is_out(Module)),
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    )  # fmt: skip
    return found.where(Cycle.slug == slug) if slug else found


# --- one session ------------------------------------------------------------------------------------------------------
def own_part(person: Person, live_session_id: int) -> AnyRow | None:
    """(the session, the person's answer and note, when she came in, what she said of it afterwards, which one of its
    cycle it is); None if she may not see it.
    """
    asked = bounds(person) | {"live_session_id": live_session_id}
    return db.session.execute(_own_part(kind_of(person)), asked).first()


@lru_cache(maxsize=64)
def _own_part(kind: Kind) -> AnySelect:
    person = of_kind(kind)
    own = and_(Invitation.live_session_id == LiveSession.id, Invitation.person_id == person.id)
    was_there = and_(Attendance.live_session_id == LiveSession.id, Attendance.person_id == person.id)
    other, base = LiveSession.__table__.alias(), Activity.__table__.alias()
    number = (
        select(func.count())
        .select_from(other.join(base, base.c.id == other.c.id))
        .where(
            other.c.cycle_id == LiveSession.cycle_id,
            is_out(base.c),
            other.c.cancelled_at.is_(None),
            other.c.starts_at <= LiveSession.starts_at,
        )
        .correlate(LiveSession.__table__)
        .scalar_subquery()
    )
    return (
        select(LiveSession, Invitation.answer, Invitation.note, Attendance.at, Feedback, number)
        .outerjoin(Invitation, own)
        .outerjoin(Attendance, was_there)
        .outerjoin(Feedback, and_(Feedback.live_session_id == LiveSession.id, Feedback.person_id == person.id))
        .where(*_within_sight(person), LiveSession.id == _THIS)
    )


def trainers_of(live_session: LiveSession) -> list[AnyRow]:
    return list(
        db.session.execute(
            select(
                Person.id, Person.given_name, Person.family_name, Person.position,
                Centre.name.label("centre_name"), Centre.name_en.label("centre_name_en"),
            )
            .join(live_session_trainer, live_session_trainer.c.person_id == Person.id)
            .outerjoin(Centre, Centre.id == Person.centre_id)
            .where(live_session_trainer.c.live_session_id == live_session.id)
            .order_by(Person.family_name, Person.given_name)
        )
    )  # fmt: skip


def yes_by_centre(live_session_id: int) -> list[AnyRow]:
    """(name, name_en, number) of those who said they will come, the largest centre first; name None: no centre."""
    return list(db.session.execute(_YES_BY_CENTRE, {"live_session_id": live_session_id}))


def number_of_yes(live_session_id: int) -> int:
    answered_yes = (Invitation.live_session_id == live_session_id, Invitation.answer == AnswerWord.YES)
    return db.session.scalar(select(func.count(Invitation.id)).where(*answered_yes)) or 0


def present_by_centre(live_session_id: int) -> list[AnyRow]:
    """(name, name_en, number) of those who were there."""
    return list(db.session.execute(_PRESENT_BY_CENTRE, {"live_session_id": live_session_id}))


def _by_centre(people: Select[int]) -> AnySelect:
    number = func.count()
    return (
        select(Centre.name, Centre.name_en, number.label("number"))
        .select_from(Person)
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .where(Person.id.in_(people))
        .group_by(Centre.id, Centre.name, Centre.name_en)
        .order_by(number.desc(), Centre.name)
    )


_THIS = bindparam("live_session_id", type_=Integer)
_YES_BY_CENTRE = _by_centre(
    select(Invitation.person_id).where(Invitation.live_session_id == _THIS, Invitation.answer == AnswerWord.YES)
)
_PRESENT_BY_CENTRE = _by_centre(select(Attendance.person_id).where(Attendance.live_session_id == _THIS))
_material = Material.__table__.c
_AROUND: AnySelect = (
    select(
        Activity.id, Activity.type, Activity.title, Activity.title_en, Activity.position, Activity.due_at,
        _material.kind, _material.minutes, _material.recording_of_id, _material.chapters,
        StoredFile.original_name, StoredFile.size,
    )
    .outerjoin(Material.__table__, _material.id == Activity.id)
    .outerjoin(StoredFile, StoredFile.id == _material.file_id)
    .where(
        Activity.module_id == bindparam("module_id", type_=Integer),
        is_out(Activity),
        Activity.type.in_(("material", "quiz")),
    )
    .order_by(Activity.position, Activity.id)
)  # fmt: skip


def around(live_session: LiveSession) -> list[AnyRow]:
    """What stands beside the session in its module, in its order: materials (with file and minutes) and quizzes."""
    if live_session.module_id is None:
        return []
    return list(db.session.execute(_AROUND, {"module_id": live_session.module_id}))


def latest_made() -> LiveSession | None:
    """The one a new session starts as a copy of: the last that was published in a module, which is the usual kind, else
    the last. A cycle that was copied leaves drafts, which are nobody's habit."""
    in_a_module = LiveSession.module_id.is_not(None)
    order = (is_out(LiveSession).desc(), in_a_module.desc(), LiveSession.id.desc())
    return db.session.scalar(select(LiveSession).order_by(*order).limit(1))


def templates() -> list[AnyRow]:
    """(id, title, title_en, kind) of the sessions marked to start others from."""
    rows = select(LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.kind)
    return list(db.session.execute(rows.where(LiveSession.is_template).order_by(LiveSession.title, LiveSession.id)))


def possible_trainers() -> list[AnyRow]:
    """(id, family_name, given_name) of everybody who may lead a session."""
    return list(
        db.session.execute(
            select(Person.id, Person.family_name, Person.given_name)
            .where(
                Person.suspended_at.is_(None),
                exists().where(
                    PersonRole.person_id == Person.id, PersonRole.role.in_((Role.TRAINER, Role.COORDINATOR))
                ),
            )
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    )


def modules_to_choose() -> list[AnyRow]:
    """(id, title, title_en, position, cycle_id, cycle_title, cycle_title_en) of all modules, the newest cycle first."""
    return list(
        db.session.execute(
            select(
                Module.id, Module.title, Module.title_en, Module.position, Cycle.id.label("cycle_id"),
                Cycle.title.label("cycle_title"), Cycle.title_en.label("cycle_title_en"),
            )
            .join(Cycle, Cycle.id == Module.cycle_id)
            .order_by(Cycle.starts_on.desc(), Cycle.id.desc(), Module.position)
        )
    )  # fmt: skip


# --- whom it is for, and who is there ---------------------------------------------------------------------------------
def meant_people(cycle_id: int | None, audience: Audience, centre_ids: Iterable[int]) -> Select[int]:
    """Ids of the people a session with such an audience is for; suspended accounts are left out."""
    active = select(Person.id).where(Person.suspended_at.is_(None)).correlate(None)
    if audience is Audience.CENTRES:
        return active.where(Person.centre_id.in_(list(centre_ids)))
    if audience is Audience.INVITED:
        return active.where(Person.id.in_(()))
    return active.join(Enrolment, Enrolment.person_id == Person.id).where(
        Enrolment.cycle_id == cycle_id, Enrolment.left_at.is_(None)
    )


def audience_of(live_session: LiveSession) -> Select[int]:
    centres = [centre.id for centre in live_session.centres] if live_session.audience is Audience.CENTRES else []
    return meant_people(live_session.cycle_id, live_session.audience, centres)


def count_people(people: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(people.distinct().subquery())) or 0


def invitation_of(person_id: int, live_session_id: int) -> Invitation | None:
    return db.session.scalar(
        select(Invitation).where(Invitation.person_id == person_id, Invitation.live_session_id == live_session_id)
    )
