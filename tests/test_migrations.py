"""Migrations make the tables that the models speak of, on both databases, and take them away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from lms.app import create_app
from lms.clock import now
from lms.cycles.models import DueException
from lms.extensions import db
from lms.seeds import demo


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", metafunc.config.getoption("--databases").split(","))


@pytest.fixture
def new(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without a single table, in its context."""
    uri = "" if database == "sqlite" else _empty_postgresql(request.getfixturevalue("postgresql"))
    app = create_app(
        {
            "TESTING": True,
            "DATA_FOLDER": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": uri,
            "SECRET_KEY": "only for tests, and long enough for them",
            "ASSETS_COMPRESS": False,
            "MAIL_DOMAIN": "lms.test",
        }
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _empty_postgresql(server: str) -> str:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS migrated WITH (FORCE)")
        connection.exec_driver_sql(
            "CREATE DATABASE migrated ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0"
        )
    engine.dispose()
    return sa.make_url(server).set(database="migrated").render_as_string(hide_password=False)


def tables() -> set[str]:
    """All but Alembic's own, and the index of the search, which each database keeps in its own way."""
    found = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith("search_index")}


def rows(names: set[str]) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in sorted(names)
        }


def columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(db.engine).get_columns(table)}


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and str(name).startswith("search_index"))


def test_after_all_migrations_the_database_is_what_the_models_say(new):
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, db.metadata) == []


def test_all_the_way_down_leaves_nothing_and_up_again_everything(new):
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert tables() == set()
    flask_migrate.upgrade()
    assert tables() == set(db.metadata.tables)


# An older version knows fewer kinds of question: those of other kinds, with their choices, stay behind on the way down.
LEFT_BEHIND = {"question", "choice"}


@pytest.mark.slow
def test_the_demo_fits_into_the_migrated_tables_and_survives_each_step_down_and_up(new):
    """What a migration brought goes with it; what was there before keeps every row, all the way down and up again."""
    flask_migrate.upgrade()
    demo.load(now())
    db.session.commit()
    db.session.remove()
    before = rows(tables())
    of_cycles = db.session.query(DueException).where(DueException.cycle_id.is_not(None)).count()
    db.session.remove()
    for _step in range(1, len(list(ScriptDirectory("migrations").walk_revisions()))):
        flask_migrate.downgrade(revision="-1")
        kept = tables() - LEFT_BEHIND
        expected = {name: before[name] for name in kept}
        if "package" not in kept:
            expected["activity"] -= before["package"]  # nor does it know packages
        if "due_exception" in kept and "cycle_id" not in columns("due_exception"):
            expected["due_exception"] -= of_cycles  # nor other due times of a whole cycle
        assert rows(kept) == expected
    flask_migrate.upgrade()
    assert rows(kept) == expected


def test_two_migrations_never_stand_side_by_side():
    assert len(ScriptDirectory("migrations").get_heads()) == 1
