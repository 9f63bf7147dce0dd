"""What front pages are composed of, beside what the areas tell themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, exists, func, or_, select

from lms.accounts.models import Person
from lms.accounts.readers import Kind, bounds, kind_of, of_kind
from lms.cycles.models import Activity, Cycle, Module, State, is_out, standing
from lms.extensions import db
from lms.materials.models import Material
from lms.quizzes.models import Question
from lms.sessions import queries as sessions
from lms.sessions.models import LiveSession, live_session_trainer

RECENT = timedelta(days=60)


_leader, _module = Person.__table__.alias("leader").c, Module.__table__.alias("its_module").c
_TRAINERS = (
    select(func.aggregate_strings(_leader.given_name + " " + _leader.family_name, ", "))
    .join(live_session_trainer, live_session_trainer.c.person_id == _leader.id)
    .where(live_session_trainer.c.live_session_id == LiveSession.id)
    .correlate(LiveSession)
    .scalar_subquery()
    .label("trainers")
)
_MODULE_NUMBER = (
    select(_module.position)
    .where(_module.id == LiveSession.module_id)
    .correlate(LiveSession)
    .scalar_subquery()
    .label("module_number")
)


def next_session(person: Person, now: datetime) -> Row[Any] | None:
    """The nearest session that is on, with her answer, the number of its module and the names of who leads it."""
    return db.session.execute(_next_session(kind_of(person)), bounds(person) | {"now": now}).first()


@lru_cache(maxsize=64)
def _next_session(kind: Kind) -> Select[*tuple[Any, ...]]:
    return (
        sessions.coming(of_kind(kind), bindparam("now"))  # type: ignore[arg-type]
        .add_columns(_TRAINERS, _MODULE_NUMBER)
        .where(is_out(LiveSession), LiveSession.cancelled_at.is_(None))
        .limit(1)
    )


def coming_of_programme(cycle: Cycle, now: datetime) -> dict[int, Row[Any]]:
    """The next public session of each module of a cycle, by the module's id; without the way in."""
    rows = db.session.execute(
        sessions.public_schedule(now)
        .add_columns(LiveSession.module_id)
        .where(LiveSession.cycle_id == cycle.id, LiveSession.cancelled_at.is_(None), LiveSession.module_id.is_not(None))
    )
    found: dict[int, Row[Any]] = {}
    for row in rows:
        found.setdefault(row.module_id, row)
    return found


# --- for those who teach ----------------------------------------------------------------------------------------------
def _led_by(person: Person) -> Any:
    return exists().where(
        live_session_trainer.c.live_session_id == LiveSession.id, live_session_trainer.c.person_id == person.id
    )


def sessions_led_by(person: Person, now: datetime) -> list[Row[Any]]:
    """Her sessions that have not ended, the nearest first."""
    return list(
        db.session.execute(
            select(
                LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.starts_at, LiveSession.ends_at,
                LiveSession.zone, standing(LiveSession).label("state"), Module.position.label("module_number"),
            )
            .outerjoin(Module, Module.id == LiveSession.module_id)
            .where(_led_by(person), LiveSession.ends_at > now, LiveSession.cancelled_at.is_(None))
            .order_by(LiveSession.starts_at, LiveSession.id)
            .limit(5)
        )
    )  # fmt: skip


def sessions_without_recording(person: Person, now: datetime) -> list[Row[Any]]:
    """Her sessions of the last two months to which nobody has attached a recording, the latest first."""
    recorded = exists().where(Material.__table__.c.recording_of_id == LiveSession.id)
    return list(
        db.session.execute(
            select(
                LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.starts_at, LiveSession.ends_at,
                LiveSession.zone, LiveSession.module_id,
            )
            .where(
                _led_by(person), LiveSession.ends_at <= now, LiveSession.ends_at > now - RECENT,
                is_out(LiveSession), LiveSession.cancelled_at.is_(None), ~recorded,
            )
            .order_by(LiveSession.starts_at.desc())
            .limit(5)
        )
    )  # fmt: skip


def unfinished_modules() -> list[Row[Any]]:
    """Modules that are drafts or have drafts in them, in order; with how many of each kind."""
    activity = Activity.__table__.c
    drafts = func.count(case((activity.state == State.DRAFT, 1)))
    return list(
        db.session.execute(
            select(
                Module.id, Module.position, Module.title, Module.title_en, standing(Module).label("state"),
                Cycle.title.label("cycle_title"), func.count(activity.id).label("activities"), drafts.label("drafts"),
            )
            .join(Cycle, Cycle.id == Module.cycle_id)
            .outerjoin(Activity.__table__, activity.module_id == Module.id)
            .group_by(Module.id, Cycle.id)
            .having(or_(Module.state == State.DRAFT, drafts > 0))
            .order_by(Cycle.starts_on.desc(), Cycle.id.desc(), Module.position)
            .limit(12)
        )
    )  # fmt: skip


def quizzes_with_questions() -> list[Row[Any]]:
    """Quizzes of the newest cycles, drafts first, with how many questions each has."""
    activity = Activity.__table__.c
    questions: Select[Any] = select(func.count()).where(Question.quiz_id == activity.id)
    return list(
        db.session.execute(
            select(
                activity.id, activity.title, activity.title_en, standing(activity).label("state"),
                Module.position.label("module_number"), questions.scalar_subquery().label("questions"),
            )
            .select_from(Activity.__table__.join(Module, and_(Module.id == activity.module_id)))
            .where(activity.type == "quiz")
            .order_by((activity.state == State.DRAFT).desc(), activity.updated_at.desc(), activity.id.desc())
            .limit(8)
        )
    )  # fmt: skip


# --- the health of the installation -----------------------------------------------------------------------------------
def schema_version() -> str | None:
    """Which migration the database stands at; None where it was not made by migrations."""
    connection = db.session.connection()
    if not db.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def database_version() -> str:
    connection = db.session.connection()
    ask = "SELECT sqlite_version()" if connection.dialect.name == "sqlite" else "SHOW server_version"
    return f"{connection.dialect.name} {connection.exec_driver_sql(ask).scalar()}"
