"""How Alembic reaches the database: the running application's engine, batch mode for SQLite's few ALTERs."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from lms.database import db


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="lms.database.",
        transaction_per_migration=True,
    )


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        _configure(connection)
        with context.begin_transaction():
            context.run_migrations()


run()
