"""Programs read what their key's owner sees, row by row, and every answer is as openapi.json says."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from openapi_schema_validator import validate
from openapi_spec_validator import validate as validate_description

from lms.accounts import tokens
from lms.accounts.models import Person, Purpose
from lms.clock import now
from lms.extensions import db
from lms.progress.models import How
from lms.sessions.models import Attendance, Presence
from tests import factories

ENDPOINTS = ("people", "completion", "attendance")


@pytest.fixture
def key(app) -> Any:
    """``key(cast.coordinator)``: the header of an access key of hers."""

    def make(person: Person) -> dict[str, str]:
        secret, _ = tokens.issue(person, Purpose.API, now=now(), lifetime=timedelta(days=365), label="таблица")
        db.session.commit()
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def done(cast) -> SimpleNamespace:
    """Somebody of each centre has read a material and was at a seminar."""
    cycle = factories.cycle(slug="school")
    module = factories.module(cycle)
    material = factories.material(module, title="Как писать заявку")
    live_session = factories.live_session(module, title="Заявка на грант")
    for person in (cast.volunteer, cast.stranger):
        factories.completion(person, material, how=How.READ)
        db.session.add(Attendance(live_session_id=live_session.id, person=person, how=Presence.ENTERED, at=now()))
    return SimpleNamespace(cycle=cycle, material=material, live_session=live_session)


def description(client) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").get_json()


def test_the_description_is_openapi(client):
    validate_description(description(client))


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_row_is_as_described(client, cast, done, key, name):
    items = client.get(f"/api/v1/{name}", headers=key(cast.coordinator)).get_json()["items"]

    schema = description(client)["components"]["schemas"][name]
    assert items != []
    for item in items:
        validate(item, schema)
        assert set(item) == set(schema["properties"])


def test_completion_says_who_did_what_how_and_when(client, cast, done, key):
    answer = client.get("/api/v1/completion?centre=salsk&cycle=school", headers=key(cast.coordinator))

    (row,) = answer.get_json()["items"]
    assert (row["person_id"], row["cycle"], row["module"], row["activity"], row["how"]) == (
        cast.volunteer.id, "school", 1, "Как писать заявку", "read",
    )  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_centres_coordinator_reads_her_own_people_only(client, cast, done, key, name):
    rows = client.get(f"/api/v1/{name}", headers=key(cast.centre_coordinator)).get_json()["items"]

    seen = {row.get("person_id", row["id"]) for row in rows}
    assert cast.volunteer.id in seen
    assert cast.stranger.id not in seen
    other = client.get(f"/api/v1/{name}?centre=bataysk", headers=key(cast.centre_coordinator))
    assert other.get_json() == {"items": [], "next": None}


def test_pages_give_every_row_once(client, cast, key):
    for _ in range(7):
        factories.person(centre=cast.salsk)
    header = key(cast.coordinator)
    address, seen = "/api/v1/people?centre=salsk&limit=3", []

    while address:
        answer = client.get(address, headers=header).get_json()
        seen += [row["id"] for row in answer["items"]]
        address = answer["next"] and answer["next"].removeprefix("https://lms.test")

    assert seen == sorted(set(seen))
    assert set(seen) == set(db.session.scalars(db.select(Person.id).where(Person.centre_id == cast.salsk.id)))


def test_a_page_costs_the_same_with_more_people(client, cast, key, count_queries):
    header = key(cast.coordinator)
    with count_queries() as few:
        client.get("/api/v1/people", headers=header)
    for _ in range(30):
        factories.person(centre=cast.salsk)
    with count_queries() as many:
        client.get("/api/v1/people", headers=header)

    assert len(many) == len(few)


@pytest.mark.parametrize("address", [f"/api/v1/{name}" for name in ENDPOINTS])
def test_without_a_good_key_nothing_is_read(client, as_, cast, key, address):
    header = key(cast.coordinator)
    tokens.revoke(Purpose.API, cast.coordinator.id, None, now())

    for client_, headers in (
        (client, {}),
        (client, header),
        (client, {"Authorization": "Bearer nothing"}),
        (client, {"Authorization": header["Authorization"].replace("Bearer", "Basic")}),
        (as_(cast.coordinator), {}),  # a cookie is no key
    ):
        answer = client_.get(address, headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_secret_from_a_letter_is_no_key(client, cast):
    secret, _ = tokens.issue(cast.coordinator, Purpose.SIGN_IN, now=now(), lifetime=timedelta(minutes=10))

    assert client.get("/api/v1/people", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_key_opens_no_page(client, cast, key):
    assert client.get("/people/", headers=key(cast.coordinator)).status_code == 302


def test_who_lost_her_role_reads_nothing_with_her_old_key(client, cast, key):
    assert client.get("/api/v1/people", headers=key(cast.volunteer)).status_code == 403


def test_a_suspended_persons_key_is_none(client, cast, key):
    header = key(cast.centre_coordinator)
    cast.centre_coordinator.suspend(now())

    assert client.get("/api/v1/people", headers=header).status_code == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=-1", "after=٣", "limit=" + "9" * 30])
def test_a_parameter_that_says_nothing_is_told(client, cast, key, query):
    answer = client.get(f"/api/v1/people?{query}", headers=key(cast.coordinator))

    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(query.split("=")[0])


def test_programs_are_told_errors_as_json(client, cast, key):
    answer = client.post("/api/v1/people", headers=key(cast.coordinator))

    assert answer.status_code in {400, 405}
    assert client.get("/api/v1/people").is_json
