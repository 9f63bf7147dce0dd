"""How Alembic reaches the database: the running application's engine, batch mode for SQLite's few ALTERs.

A migration happens whole or not at all, on SQLite too. In batch mode SQLite makes a table anew and drops the old one,
and with foreign keys on, the dropped table would take the rows that point to it along. So they are off meanwhile, and
checked after.

Migrations name the database's own types, nothing of ours: they must still run when our code has moved on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, DateTime, Enum

from lms.database import UTCDateTime, db


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_in_plain_types,
        include_name=_is_ours,
        transaction_per_migration=True,
        transactional_ddl=True,
    )


def _in_plain_types(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, UTCDateTime):
        return f"sa.{DateTime(timezone=True)!r}"
    if kind == "type" and isinstance(thing, Enum):
        return f"sa.String(length={thing.length})"
    return False


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """The index of the search is each database's own affair: no model speaks of it."""
    return not (kind == "table" and str(name).startswith("search_index"))


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        torn = raw.execute("PRAGMA foreign_key_check").fetchall()
        if torn:
            raise RuntimeError(f"after this migration {len(torn)} rows would point nowhere: {torn[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, _foreign_keys_off(connection):
        _configure(connection)
        with context.begin_transaction():
            context.run_migrations()


run()
