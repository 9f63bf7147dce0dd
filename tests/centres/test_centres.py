"""The resource centres: public pages, and keeping them."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from lms.centres.models import Centre
from lms.clock import now
from lms.extensions import db
from tests import factories

FORM = {
    "name": "Морозовск",
    "name_genitive": "Морозовска",
    "name_prepositional": "в Морозовске",
    "name_en": "Morozovsk",
    "place": "г. Морозовск",
    "about": "Помогаем.",
    "services": "Написать заявку — разберём смету\nНайти волонтёров",
    "stage": "первые услуги",
    "level": 2,
    "address": "ул. Примерная, 1",
    "phone": "+7 000 000-00-00",
    "email": "morozovsk@example.org",
    "hours": "пн–пт, 10:00–18:00",
}


def text_of(response) -> str:
    return html.unescape(response.text).replace("\u00a0", " ")


def form_of(centre: Centre, **fields):
    form = {name: getattr(centre, name) for name in FORM} | {"version": centre.version}
    return form | fields


# --- visitors ---------------------------------------------------------------------------------------------------------
def test_visitors_see_the_centres_the_mentor_first(client, cast):
    factories.centre(name="Яр", slug="yar", is_mentor=True, stage="центр-наставник", place="х. Яр")
    page = text_of(client.get("/centres/"))
    assert page.index("Яр") < page.index("Батайск") < page.index("Сальск")
    assert "наставник других" in page
    assert "Новый центр" not in page


def test_a_centres_page_says_what_it_helps_with_and_where_it_is(client, cast):
    for name, value in (FORM | {"name": "Сальск", "name_prepositional": "в Сальске"}).items():
        setattr(cast.salsk, name, value)
    page = text_of(client.get("/centres/salsk/"))
    for words in (
        "Ресурсный центр в Сальске",
        "Написать заявку",
        "разберём смету",
        "Найти волонтёров",
        "+7 000 000-00-00",
    ):
        assert words in page
    assert 'href="tel:+7000000-00-00"' in page and "mailto:morozovsk@example.org" in page
    assert page.count('class="ok"') == 2 and 'aria-current="step"' in page
    assert "Ковалёва" not in page and "Изменить" not in page


def test_in_english_a_centre_has_its_english_name(client, cast):
    cast.salsk.name_en = "Salsk"
    page = client.get("/centres/salsk/", headers={"Accept-Language": "en"})
    assert "Resource centre Salsk" in page.text


def test_what_a_centre_wrote_does_not_run(client, cast):
    cast.salsk.about = "<script>alert(1)</script>"
    cast.salsk.services = "<img src=x onerror=alert(1)> — {{7*7}}"
    page = client.get("/centres/salsk/").text
    assert "<script>alert" not in page and "<img src=x" not in page and "{{7*7}}" in page


@pytest.mark.parametrize("slug", ["no-such", "%D0%B0", "a" * 300, "..", "new"])
def test_a_centre_that_is_not_there(client, cast, slug):
    assert client.get(f"/centres/{slug}/").status_code == 404


def test_an_archived_centre_is_there_for_coordinators_alone(client, as_, cast):
    cast.bataysk.archived_at = now()
    assert client.get("/centres/bataysk/").status_code == 404
    assert "Батайск" not in client.get("/centres/").text
    assert as_(cast.other_coordinator).get("/centres/bataysk/").status_code == 404
    assert as_(cast.coordinator).get("/centres/bataysk/").status_code == 200
    assert "Батайск" in as_(cast.coordinator).get("/centres/").text


def test_the_list_costs_as_much_for_thirty_as_for_one(client, cast, count_queries):
    counts = []
    for more in (0, 30):
        for _ in range(more):
            factories.centre()
        with count_queries() as queries:
            client.get("/centres/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


# --- its people -------------------------------------------------------------------------------------------------------
def test_coordinators_see_the_people_of_a_centre_and_others_do_not(as_, cast):
    for who in (cast.coordinator, cast.centre_coordinator):
        page = as_(who).get("/centres/salsk/")
        assert "Ковалёва Ирина" in page.text
        assert page.headers["Cache-Control"] == "no-store"
    for who in (cast.volunteer, cast.trainer, cast.other_coordinator):
        assert "Ковалёва" not in as_(who).get("/centres/salsk/").text.split("<main")[1]


def test_another_centres_people_are_in_no_page_of_hers(as_, cast):
    client = as_(cast.centre_coordinator)
    for address in ("/centres/", "/centres/bataysk/", "/people/?centre=bataysk", "/people/?q=Чужин"):
        body = client.get(address).text
        assert "Чужинова" not in body and "stranger@" not in body


# --- keeping them -----------------------------------------------------------------------------------------------------
def test_a_coordinator_adds_a_centre_with_an_address_of_its_own(as_, cast):
    answer = as_(cast.coordinator).post("/centres/new", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/centres/morozovsk/")
    centre = db.session.scalar(select(Centre).where(Centre.slug == "morozovsk"))
    assert {name: getattr(centre, name) for name in FORM} == FORM
    assert as_(cast.coordinator).post("/centres/new", data=FORM).location == "/centres/morozovsk-2/"


@pytest.mark.parametrize("who", ["volunteer", "trainer", "centre_coordinator"])
def test_others_add_none_and_archive_none(as_, cast, who):
    client = as_(getattr(cast, who))
    answers = [
        client.post(path, data=FORM)
        for path in ("/centres/new", "/centres/salsk/archive", "/centres/salsk/archive/end")
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert db.session.scalar(select(Centre).where(Centre.slug == "morozovsk")) is None


def test_a_centres_coordinator_edits_her_own_page_but_not_its_step(as_, cast):
    client = as_(cast.centre_coordinator)
    answer = client.post("/centres/salsk/edit", data=form_of(cast.salsk, about="Мы здесь.", level=4, is_mentor="y"))
    assert (answer.status_code, answer.location) == (303, "/centres/salsk/")
    centre = db.session.get(Centre, cast.salsk.id)
    assert (centre.about, centre.level, centre.is_mentor) == ("Мы здесь.", 0, False)


def test_nobody_edits_another_centres_page(as_, cast):
    client = as_(cast.centre_coordinator)
    assert client.get("/centres/bataysk/edit").status_code == 403
    assert client.post("/centres/bataysk/edit", data=form_of(cast.bataysk, about="x")).status_code == 403
    assert as_(cast.volunteer).get("/centres/salsk/edit").status_code == 403
    assert client.get("/centres/no-such/edit").status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Напишите"),
        ({"email": "нет собаки"}, "Напишите один адрес"),
        ({"email": "a@b.cd, c@d.ef"}, "Напишите один адрес"),
        ({"phone": "javascript:alert(1)"}, "Напишите номер так"),
        ({"name": "С" * 101}, "100"),
        ({"level": 9}, ""),
    ],
)
def test_mistakes_are_said_and_what_was_typed_stays(as_, cast, fields, said):
    page = as_(cast.coordinator).post("/centres/salsk/edit", data=form_of(cast.salsk, hours="круглые сутки", **fields))
    assert page.status_code == 422
    assert said in text_of(page)
    assert "круглые сутки" in page.text
    assert db.session.get(Centre, cast.salsk.id).version == cast.salsk.version == 1


def test_a_page_changed_meanwhile_is_shown_with_both_texts(as_, cast):
    form = form_of(cast.salsk, about="Новое слово.")
    cast.salsk.about = "Чужое слово."
    page = as_(cast.centre_coordinator).post("/centres/salsk/edit", data=form)
    assert page.status_code == 409
    assert "Новое слово." in page.text and "Чужое слово." in page.text
    assert db.session.get(Centre, cast.salsk.id).about == "Чужое слово."


def test_a_centre_goes_into_the_archive_and_comes_back(as_, client, cast):
    coordinator = as_(cast.coordinator)
    assert coordinator.post("/centres/salsk/archive").location == "/centres/salsk/"
    assert client.get("/centres/salsk/").status_code == 404
    coordinator.post("/centres/salsk/archive/end")
    assert client.get("/centres/salsk/").status_code == 200
