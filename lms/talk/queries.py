"""Which enquiries one sees: trainers all of them, others their own and those answered for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Activity, Module
from lms.cycles.queries import visible_to as visible_activities
from lms.extensions import db
from lms.materials.models import Material
from lms.packages.models import Package
from lms.sessions.models import LiveSession, live_session_trainer
from lms.sessions.queries import visible_to as visible_sessions
from lms.talk.models import Enquiry

# So many stand under one activity; the newest where there are more.
_SHOWN = 50


@dataclass(frozen=True)
class Talk:
    """What stands under an activity: its enquiries, the oldest first, and whether one may add one's own."""

    activity_id: int
    enquiries: Sequence[Enquiry]
    may_ask: bool


def beneath(person: Person, activity: Activity) -> Talk:
    newest = (
        select(Enquiry)
        .where(Enquiry.activity_id == activity.id)
        .options(joinedload(Enquiry.person), joinedload(Enquiry.answered_by))
        .order_by(Enquiry.asked_at.desc(), Enquiry.id.desc())
        .limit(_SHOWN)
    )
    if not can.teach(person):
        for_all = and_(Enquiry.answered_at.is_not(None), Enquiry.seen_by_all)
        newest = newest.where(or_(Enquiry.person_id == person.id, for_all))
    enquiries = list(reversed(db.session.scalars(newest).all()))
    return Talk(activity.id, enquiries, may_ask=can.ask(person) and activity.is_published)


def open_to_ask(person: Person) -> Select[Activity]:
    """Published materials, packages and sessions that the person may open."""
    ids = (
        visible_activities(person, Package).with_only_columns(Package.id),
        visible_activities(person, Material).with_only_columns(Material.id),
        visible_sessions(person).with_only_columns(LiveSession.id),
    )
    return select(Activity).where(or_(*(Activity.id.in_(of_kind) for of_kind in ids)))


def waiting() -> Select[Enquiry]:
    """Those nobody has answered, the oldest first."""
    return _listed().where(Enquiry.answered_at.is_(None)).order_by(Enquiry.asked_at, Enquiry.id)


def answered() -> Select[Enquiry]:
    """Those that were answered, the latest answer first."""
    return _listed().where(Enquiry.answered_at.is_not(None)).order_by(Enquiry.answered_at.desc(), Enquiry.id.desc())


def number_waiting() -> int:
    return db.session.scalar(select(func.count()).where(Enquiry.answered_at.is_(None))) or 0


def _listed() -> Select[Enquiry]:
    return (
        select(Enquiry)
        .join(Enquiry.activity)
        .join(Enquiry.person)
        .options(contains_eager(Enquiry.activity).joinedload(Activity.module), contains_eager(Enquiry.person))
    )


def trainers_of(activity: Activity) -> Sequence[Person]:
    """Who leads the session, or the sessions of the material's module."""
    sessions = select(LiveSession.id).where(LiveSession.id == activity.id)
    if activity.module_id is not None and activity.type != "live_session":
        sessions = select(LiveSession.id).join(Module).where(Module.id == activity.module_id)
    return db.session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(live_session_trainer.c.person_id).where(live_session_trainer.c.live_session_id.in_(sessions))
            ),
            Person.suspended_at.is_(None),
        )
        .order_by(Person.id)
    ).unique().all()  # fmt: skip
