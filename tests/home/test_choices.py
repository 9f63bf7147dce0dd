"""Language, theme and menu: chosen on any page, kept in a cookie."""

import pytest

from lms.accounts.models import Role
from lms.extensions import db
from tests.progress.test_path import text_of


def cookie_of(response, name: str) -> str:
    return next((line for line in response.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")), "")


def test_the_language_is_kept_for_a_year_and_one_stays_on_the_page(client):
    response = client.post("/language", data={"language": "en", "next": "/help"})

    assert (response.status_code, response.location) == (303, "/help")
    cookie = cookie_of(response, "language")
    assert cookie.startswith("language=en;")
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie
    assert '<html lang="en"' in text_of(client.get("/help"))


def test_the_theme_is_kept_likewise(client):
    response = client.post("/theme", data={"theme": "dark", "next": "/help"})

    assert "Max-Age=31536000" in cookie_of(response, "theme")
    assert 'data-bs-theme="dark"' in text_of(client.get("/help"))
    client.post("/theme", data={"theme": "auto"})
    assert "data-bs-theme" not in text_of(client.get("/help"))


@pytest.mark.parametrize(("address", "name"), [("/language", "language"), ("/theme", "theme")])
def test_what_is_not_offered_is_not_kept(client, address, name):
    response = client.post(address, data={name: "<script>"})

    assert response.status_code == 303
    assert cookie_of(response, name) == ""


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "/\\evil.example", "", None])
def test_one_is_led_only_to_our_own_pages(client, next_page):
    data = {"language": "ru"} | ({"next": next_page} if next_page is not None else {})

    assert client.post("/language", data=data).location == "/"


def test_a_coordinator_may_look_as_a_learner(cast, as_):
    client = as_(cast.coordinator)

    response = client.post("/face", data={"face": "learner"})

    assert (response.status_code, response.location) == (303, "/")
    assert "Добрый день, Светлана" in text_of(client.get("/"))


def test_nobody_takes_a_face_that_is_not_hers(cast, as_):
    client = as_(cast.volunteer)

    client.post("/face", data={"face": "coordinator"})

    assert "Добрый день, Ирина" in text_of(client.get("/"))
    assert client.get("/progress").status_code == 403


def test_one_of_two_roles_switches_between_them(cast, as_):
    cast.trainer.roles = {Role.TRAINER, Role.CENTRE_COORDINATOR}
    db.session.commit()
    client = as_(cast.trainer)
    assert client.get("/").location == "/progress"

    client.post("/face", data={"face": "trainer"})

    assert "Ваши встречи" in text_of(client.get("/"))


def test_choosing_a_face_needs_a_sign_in(client):
    assert "/sign-in" in client.post("/face", data={"face": "learner"}).location
