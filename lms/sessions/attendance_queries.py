"""Who was there, who should have been, and who said so."""

from __future__ import annotations

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.extensions import db
from lms.sessions.models import Attendance, AttendanceMark, Invitation, LiveSession
from lms.sessions.queries import AnyRow, AnySelect, audience_of

# As many of the last marks stand under the list.
MARKS_SHOWN = 100


def attendance_rows(live_session: LiveSession) -> list[AnyRow]:
    """Everybody invited, meant or present: (id, names, centre, answer, and what of Attendance), by centre and name."""
    return list(
        db.session.execute(
            _people_of(live_session)
            .add_columns(Invitation.answer, *_HOW)
            .where(
                or_(
                    Invitation.id.is_not(None),
                    Attendance.id.is_not(None),
                    Person.id.in_(audience_of(live_session)),
                )
            )
            .order_by(Centre.name, Person.family_name, Person.given_name, Person.id)
        )
    )


def room_rows(live_session: LiveSession, centre: Centre) -> list[AnyRow]:
    """Everybody of a centre who may come in here, and whoever of it was there: columns as in ``attendance_rows``."""
    return list(
        db.session.execute(
            _people_of(live_session)
            .add_columns(Invitation.answer, *_HOW)
            .where(Person.centre_id == centre.id, or_(Person.suspended_at.is_(None), Attendance.id.is_not(None)))
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    )


_HOW = (Attendance.how, Attendance.at, Attendance.left_at, Attendance.minutes)


def _people_of(live_session: LiveSession) -> AnySelect:
    return (
        select(
            Person.id, Person.family_name, Person.given_name, Person.patronymic, Person.email,
            Centre.id.label("centre_id"), Centre.name.label("centre_name"), Centre.name_en.label("centre_name_en"),
        )
        .outerjoin(Centre, Centre.id == Person.centre_id)
        .outerjoin(Invitation, and_(Invitation.person_id == Person.id, Invitation.live_session_id == live_session.id))
        .outerjoin(Attendance, and_(Attendance.person_id == Person.id, Attendance.live_session_id == live_session.id))
    )  # fmt: skip


def marks_of(live_session: LiveSession) -> list[AnyRow]:
    """The last marks by hand, the newest first: (how, was_there, at, names of the one marked, names of the marker)."""
    marker = aliased(Person)
    return list(
        db.session.execute(
            select(
                AttendanceMark.how, AttendanceMark.was_there, AttendanceMark.at,
                Person.family_name, Person.given_name,
                marker.family_name.label("by_family_name"), marker.given_name.label("by_given_name"),
            )
            .join(Person, Person.id == AttendanceMark.person_id)
            .outerjoin(marker, marker.id == AttendanceMark.by_id)
            .where(AttendanceMark.live_session_id == live_session.id)
            .order_by(AttendanceMark.id.desc())
            .limit(MARKS_SHOWN)
        )
    )  # fmt: skip


def people_called(live_session: LiveSession, typed: str) -> list[int]:
    """Ids of those meant or invited whose whole name, or address, is exactly what was typed (case and ё aside)."""
    wanted = plain(typed)
    return [row.id for row in attendance_rows(live_session) if wanted in names_of(row)] if wanted else []


def names_of(row: AnyRow) -> set[str]:
    """The ways a person's whole name is written, in the order of an introduction and of a list, and her address."""
    family, given, patronymic = row.family_name, row.given_name, row.patronymic
    ways = {f"{family} {given}", f"{given} {family}", row.email}
    if patronymic:
        ways |= {f"{family} {given} {patronymic}", f"{given} {patronymic} {family}"}
    return {plain(way) for way in ways if given or way == row.email}


def plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())
