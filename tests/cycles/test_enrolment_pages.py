"""Who is in a cycle: everybody, a centre, chosen people; only the network's coordinator decides."""

from __future__ import annotations

import pytest

from lms.accounts.models import Role
from lms.clock import now
from lms.cycles.queries import enrolled_people
from lms.extensions import db
from tests import factories


@pytest.fixture
def cycle(cast):
    return factories.cycle(slug="rc")


def inside(cycle):
    return [person.family_name for person in db.session.scalars(enrolled_people(cycle))]


def words(response):
    return response.text.replace("\xa0", " ")


def test_everybody_means_the_people_of_the_centres(app, cast, as_, cycle):
    factories.person("Отпускной", suspended_at=now(), centre=cast.salsk)

    response = as_(cast.coordinator).post("/cycles/rc/enrolments", data={"everybody": "1"})

    assert (response.status_code, response.location) == (303, "/cycles/rc/people")
    assert inside(cycle) == ["Гончар", "Дорошенко", "Ковалёва", "Чужинова"]


def test_a_whole_centre_is_enrolled_and_again_changes_nothing(app, cast, as_, cycle):
    coordinator = as_(cast.coordinator)
    coordinator.post("/cycles/rc/enrolments", data={"whole_centre": "salsk"})
    first = words(coordinator.get("/cycles/rc/people"))
    coordinator.post("/cycles/rc/enrolments", data={"whole_centre": "salsk"})
    second = words(coordinator.get("/cycles/rc/people"))

    assert inside(cycle) == ["Дорошенко", "Ковалёва"]
    assert "Записаны 2 человека." in first
    assert "Они уже записаны на цикл, ничего не изменилось." in second


def test_chosen_people_are_enrolled_and_taken_off(app, cast, as_, cycle):
    coordinator = as_(cast.coordinator)
    chosen = {"person": [cast.volunteer.id, cast.trainer.id], "opened": "salsk"}

    response = coordinator.post("/cycles/rc/enrolments", data=chosen)
    assert (response.location, inside(cycle)) == ("/cycles/rc/people?centre=salsk", ["Ковалёва", "Савченко"])

    coordinator.post("/cycles/rc/departures", data={"person": [cast.volunteer.id]})
    assert inside(cycle) == ["Савченко"]


def test_departures_are_by_name_only(app, cast, as_, cycle):
    factories.enrolment(cast.volunteer, cycle)

    as_(cast.coordinator).post("/cycles/rc/departures", data={"everybody": "1"})

    assert inside(cycle) == ["Ковалёва"]


def test_the_page_counts_by_centre_and_opens_one(app, cast, as_, cycle):
    factories.enrolment(cast.volunteer, cycle)

    closed = words(as_(cast.coordinator).get("/cycles/rc/people"))
    opened = words(as_(cast.coordinator).get("/cycles/rc/people?centre=salsk"))

    assert "Записан 1 человек из центров, ещё 3 не записаны." in closed
    assert "1 из 2" in closed and "Дорошенко Елена" not in closed
    assert "Дорошенко Елена" in opened and "Чужинова" not in opened


def test_people_without_a_centre_can_be_found_and_chosen(app, cast, as_, cycle):
    alone = factories.person("Одиночкина", centre=None, roles={Role.VOLUNTEER})

    assert "Одиночкина" in as_(cast.coordinator).get("/cycles/rc/people?centre=none").text
    as_(cast.coordinator).post("/cycles/rc/enrolments", data={"whole_centre": "none"})

    assert inside(cycle) == [alone.family_name]


def test_a_page_of_peoples_names_is_kept_nowhere(app, cast, as_, cycle):
    assert as_(cast.coordinator).get("/cycles/rc/people").headers["Cache-Control"] == "no-store"


def test_only_the_networks_coordinator_enrols(app, cast, as_, cycle):
    for person in (cast.volunteer, cast.trainer, cast.centre_coordinator):
        client = as_(person)
        assert client.get("/cycles/rc/people").status_code == 403
        assert client.post("/cycles/rc/enrolments", data={"everybody": "1"}).status_code == 403
        assert client.post("/cycles/rc/departures", data={"person": [cast.volunteer.id]}).status_code == 403
    assert inside(cycle) == []


def test_unknown_cycles_and_centres_are_not_found(app, cast, as_, cycle):
    client = as_(cast.coordinator)

    assert client.post("/cycles/none/enrolments", data={"everybody": "1"}).status_code == 404
    assert client.post("/cycles/none/departures", data={}).status_code == 404
    assert client.get("/cycles/rc/people?centre=nowhere").status_code == 404
    assert client.post("/cycles/rc/enrolments", data={"whole_centre": "nowhere"}).status_code == 404


def test_the_page_costs_as_much_for_thirty_centres_as_for_one(app, cast, as_, cycle, count_queries):
    client = as_(cast.coordinator)
    client.get("/cycles/rc/people?centre=salsk")
    with count_queries() as few:
        client.get("/cycles/rc/people?centre=salsk")
    for _ in range(30):
        factories.enrolment(factories.person(centre=factories.centre()), cycle)
        factories.person(centre=cast.salsk)

    with count_queries() as many:
        client.get("/cycles/rc/people?centre=salsk")

    assert len(few) == len(many) <= 6
