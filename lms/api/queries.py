"""What a program reads, a page at a time: rows after an id, in the order of ids, of people the key's owner may see.

Paging by id (not by number of page) gives every row once, also while rows are added.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from lms.accounts.models import Person, Token
from lms.accounts.queries import visible_people
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Module
from lms.progress.models import Completion
from lms.sessions.models import Attendance, LiveSession

Rows = Select[*tuple[Any, ...]]


def keys_of(person: Person) -> Select[Token]:
    """Access keys that person has made and not ended, the newest first."""
    return (
        select(Token)
        .where(Token.person_id == person.id, Token.purpose == "api", Token.revoked_at.is_(None))
        .order_by(Token.id.desc())
    )


def people(person: Person, centre: str | None) -> Rows:
    return _of_centre(
        select(
            Person.id, Person.family_name, Person.given_name, Person.patronymic, Person.email, Person.position,
            Centre.slug.label("centre"), Person.created_at, Person.last_seen_at, Person.suspended_at,
        ),
        person,
        centre,
    ).order_by(Person.id)  # fmt: skip


def completion(person: Person, centre: str | None, cycle: str | None) -> Rows:
    rows = (
        select(
            Completion.id, Completion.person_id, Cycle.slug.label("cycle"), Module.position.label("module"),
            Activity.id.label("activity_id"), Activity.type.label("activity_type"), Activity.title.label("activity"),
            Completion.how, Completion.at,
        )
        .join(Activity, Activity.id == Completion.activity_id)
        .outerjoin(Module, Module.id == Activity.module_id)
        .outerjoin(Cycle, Cycle.id == Module.cycle_id)
        .join(Person, Person.id == Completion.person_id)
    )  # fmt: skip
    return _of_centre(_of_cycle(rows, cycle), person, centre).order_by(Completion.id)


def attendance(person: Person, centre: str | None, cycle: str | None) -> Rows:
    # The activity's columns alone, not the whole of LiveSession, whose ids are the same.
    rows = (
        select(
            Attendance.id, Attendance.person_id, Cycle.slug.label("cycle"), Attendance.live_session_id,
            Activity.title.label("live_session"), LiveSession.__table__.c.kind, LiveSession.__table__.c.starts_at,
            LiveSession.__table__.c.ends_at, Attendance.how, Attendance.at,
        )
        .join(Activity.__table__, Activity.__table__.c.id == Attendance.live_session_id)
        .join(LiveSession.__table__, LiveSession.__table__.c.id == Attendance.live_session_id)
        .outerjoin(Cycle, Cycle.id == LiveSession.__table__.c.cycle_id)
        .join(Person, Person.id == Attendance.person_id)
    )  # fmt: skip
    return _of_centre(_of_cycle(rows, cycle), person, centre).order_by(Attendance.id)


def _of_centre(rows: Rows, person: Person, centre: str | None) -> Rows:
    rows = rows.outerjoin(Centre, Centre.id == Person.centre_id).where(
        Person.id.in_(visible_people(person).with_only_columns(Person.id))
    )
    return rows.where(Centre.slug == centre) if centre is not None else rows


def _of_cycle(rows: Rows, cycle: str | None) -> Rows:
    return rows.where(Cycle.slug == cycle) if cycle is not None else rows
