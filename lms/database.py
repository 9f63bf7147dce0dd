"""The base of every model, our column types, and how SQLite is told to keep promises. Imports nothing of ours."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, Enum, MetaData, String, TypeDecorator, event, text
from sqlalchemy.orm import DeclarativeBase, registry


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware in UTC coming out, on SQLite (which keeps no zone) as on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(enum: type[StrEnum]) -> Enum:
    """A column for one of the enum's words, kept as text (not as the database's own enum type)."""
    return Enum(
        enum, native_enum=False, length=30, values_callable=lambda e: [m.value for m in e], validate_strings=True
    )


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UTCDateTime, str: String(255), dict[str, Any]: JSON, list[str]: JSON},
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


# How long a statement waits for SQLite's locks, in milliseconds; and a writer for its turn, so many short times.
_PATIENCE, _BRIEFLY, _TIMES = "busy_timeout=5000", "busy_timeout=25", 1000


@event.listens_for(Engine, "connect")
def _keep_sqlite_promises(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", _PATIENCE, "cache_size=-4000"):
        cursor.execute(f"PRAGMA {pragma}")
    # SQLite's own lower() and LIKE know ASCII only; names here are Cyrillic.
    connection.create_function("lower", 1, lambda s: s.lower() if isinstance(s, str) else s, deterministic=True)
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    """Take SQLite's write lock at the start of whatever may write; a late upgrade fails when two do it at once."""
    if connection.dialect.name != "sqlite":
        return
    reading = has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}
    connection.info["reading"] = reading
    if reading:
        connection.exec_driver_sql("BEGIN")
    elif not _has_turn(connection.connection.dbapi_connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last try says in SQLAlchemy's words why not


def _has_turn(raw: sqlite3.Connection) -> bool:
    """Begin to write as soon as nobody else does. SQLite keeps no queue, and who has waited long asks ever more seldom
    (ten writers without a pause, and one of them waits five seconds): ask anew every time, as one who just came."""
    raw.execute(f"PRAGMA {_BRIEFLY}")
    try:
        for _ in range(_TIMES):
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as refusal:
                if refusal.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    return False
            else:
                return True
    finally:
        raw.execute(f"PRAGMA {_PATIENCE}")
    return False


@event.listens_for(Engine, "commit")
def _count(connection: Any) -> None:
    """Every commit that may have written turns SQLite's user_version one further, in the same transaction."""
    if connection.dialect.name != "sqlite" or connection.info.get("reading", True):
        return
    raw = connection.connection.dbapi_connection
    (number,) = raw.execute("PRAGMA user_version").fetchone()
    raw.execute(f"PRAGMA user_version = {(number + 1) % 2**31}")


def revision() -> str:
    """A text that differs whenever anything in the database may have changed since; one cheap statement."""
    if db.engine.dialect.name == "sqlite":
        return str(db.session.execute(text("PRAGMA user_version")).scalar_one())
    return str(db.session.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
