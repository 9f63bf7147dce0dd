"""What every answer says to the browser, and what a failing database says to people."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from lms.app import create_app
from lms.extensions import db
from tests import factories
from tests.conftest import Client


def directives(response) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("address", ["/", "/help", "/sign-in", "/no-such-page"])
def test_every_page_runs_our_scripts_only_and_may_not_be_framed(client, address):
    rules = directives(client.get(address))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["form-action"] == "'self'"


def test_every_answer_carries_the_usual_headers_and_its_id(client):
    headers = client.get("/help").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{12}", headers["X-Request-Id"])


def test_static_files_are_kept_for_good_under_names_that_carry_their_content(client):
    page = client.get("/help").text
    (stylesheet,) = re.findall(r'href="(/assets/theme\.[0-9a-f]{12}\.css)"', page)
    response = client.get(stylesheet)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("language", "title"), [("ru", "Такой страницы нет"), ("en", "There is no such page")])
def test_an_error_page_speaks_the_readers_language_and_names_the_request(client, language, title):
    response = client.get("/no-such-page", headers={"Accept-Language": language})
    assert response.status_code == 404
    assert title in response.text
    assert response.headers["X-Request-Id"] in response.text


def test_a_database_that_is_away_is_a_friendly_503_and_loses_nothing(app, client, monkeypatch):
    def away(*_arguments, **_keywords):
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr("lms.home.views.index", away)
    monkeypatch.setitem(app.view_functions, "home.index", away)
    away.policy = "public"
    response = client.get("/")
    assert response.status_code == 503
    assert "переводит дух" in response.text


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    app = create_app(
        {
            "DATA_FOLDER": str(tmp_path_factory.mktemp("production")),
            "HTTPS": True,
            "PUBLIC_URL": "https://lms.test",
            "ASSETS_COMPRESS": False,
        }
    )
    app.test_client_class = Client
    return app


def test_in_production_cookies_are_bound_to_the_host_and_to_https(production):
    config = production.config
    assert config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert config["REMEMBER_COOKIE_NAME"].startswith("__Host-")
    for cookie in ("SESSION", "REMEMBER"):
        assert config[f"{cookie}_COOKIE_SECURE"] and config[f"{cookie}_COOKIE_HTTPONLY"]
        assert config[f"{cookie}_COOKIE_SAMESITE"] == "Lax"


def test_a_weak_secret_key_is_refused_in_production(tmp_path):
    with pytest.raises(RuntimeError, match="LMS_SECRET_KEY"):
        create_app({"DATA_FOLDER": str(tmp_path), "HTTPS": True, "SECRET_KEY": "secret"})


def test_the_secret_key_is_made_at_install_and_kept(tmp_path):
    settings = {"DATA_FOLDER": str(tmp_path), "ASSETS_COMPRESS": False}
    first, second = create_app(settings), create_app(settings)
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    assert len(first.config["SECRET_KEY"]) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_logs_name_the_route_and_never_the_address(client, capsys):
    client.get("/sign-in?next=/people/7&email=ivanova@example.org")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (request,) = [line for line in lines if line.get("event") == "request"]
    assert request["route"] == "/sign-in"
    assert "ivanova" not in json.dumps(request)


def test_an_error_of_the_database_names_no_person(app, cast):
    with pytest.raises(IntegrityError) as caught:
        factories.person("Тайная", email=cast.volunteer.email)
    assert "Тайная" not in str(caught.value)
    db.session.rollback()
