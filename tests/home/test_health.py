"""What monitors read."""

from datetime import timedelta

import pytest

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.home import health
from lms.outbox import worker
from lms.outbox.models import LetterState
from tests import factories


def test_a_well_installation_answers_with_figures_and_nothing_personal(app, cast, client, monkeypatch):
    monkeypatch.setattr(worker, "last_seen", lambda _app: now() - timedelta(seconds=7))
    factories.letter(cast.volunteer, state=LetterState.QUEUED, next_try_at=now() - timedelta(seconds=90))

    response = client.get("/healthz")

    answer = response.get_json()
    assert response.status_code == 200
    assert answer["ok"] is True
    assert answer["database"].split()[0] in {"sqlite", "postgresql"}
    assert answer["worker"]["alive"] is True
    assert 7 <= answer["worker"]["seconds_since_sign_of_life"] <= 20
    assert answer["outbox"]["counts"]["queued"] == 1
    assert 90 <= answer["outbox"]["oldest_seconds"] <= 110
    assert "lms.test" not in response.get_data(as_text=True)


@pytest.mark.parametrize("seen", [None, 121])
def test_a_silent_worker_is_told_but_turns_nobody_away(app, client, monkeypatch, seen):
    sign = None if seen is None else now() - timedelta(seconds=seen)
    monkeypatch.setattr(worker, "last_seen", lambda _app: sign)

    response = client.get("/healthz")

    assert (response.status_code, response.get_json()["ok"]) == (200, False)
    assert response.get_json()["worker"]["alive"] is False


def test_a_database_of_another_schema_serves_nobody(app, client, monkeypatch):
    monkeypatch.setattr(health, "schema_version", lambda: "0000")
    monkeypatch.setattr(health, "_head", lambda: "0001")

    response = client.get("/healthz")

    assert (response.status_code, response.get_json()["schema"]) == (503, {"version": "0000", "head": "0001"})


def test_the_schema_version_is_that_of_the_migrations_table(app, client):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('abc123')")
    try:
        assert client.get("/healthz").get_json()["schema"]["version"] == "abc123"
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")


def test_without_its_database_it_says_so_and_answers_503(tmp_path):
    app = create_app(
        {
            "TESTING": True,
            "DATA_FOLDER": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/no/such/folder/lms.sqlite",
            "SECRET_KEY": "only for tests, and long enough for them",
            "ASSETS_COMPRESS": False,
        }
    )

    response = app.test_client().get("/healthz")

    assert response.status_code == 503
    assert (response.get_json()["ok"], response.get_json()["database"]) == (False, "away")
