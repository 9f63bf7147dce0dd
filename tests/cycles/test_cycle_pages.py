"""Making a cycle, reading its programme, publishing it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.cycles.models import Cycle, Module, State
from lms.extensions import db
from lms.sessions.models import Audience
from tests import factories

SUMMARY = "Восемь модулей, по одному в неделю."


def test_a_trainer_makes_a_cycle_and_goes_on_to_its_first_module(app, cast, as_):
    typed = {
        "title": "  Школа  ресурсных центров ", "title_en": "School", "summary": SUMMARY,
        "starts_on": "2026-10-12", "ends_on": "2026-12-20",
    }  # fmt: skip

    response = as_(cast.trainer).post("/cycles/new", data=typed)

    assert response.status_code == 303
    assert response.location == "/cycles/shkola-resursnyh-tsentrov-2026/modules/new"
    cycle = db.session.scalars(db.select(Cycle)).one()
    assert (cycle.title, cycle.title_en, cycle.summary, cycle.starts_on, cycle.ends_on, cycle.state) == (
        "Школа ресурсных центров", "School", SUMMARY, date(2026, 10, 12), date(2026, 12, 20), State.DRAFT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " "}, "Напишите здесь что-нибудь."),
        ({"title": "я" * 201}, "Не больше 200 знаков."),
        ({"title": "Школа", "starts_on": "31.12.2026"}, "Напишите день так: 2026-12-31."),
        ({"title": "Школа", "starts_on": "9999-01-01"}, "Укажите год от 2000 до 2100."),
        ({"title": "Школа", "starts_on": "2026-02-02", "ends_on": "2026-02-01"}, "Последний день раньше первого."),
    ],
)
def test_a_cycle_with_mistakes_is_not_made_and_what_was_typed_stays(app, cast, as_, typed, said):
    response = as_(cast.trainer).post("/cycles/new", data=typed | {"summary": SUMMARY})

    assert response.status_code == 422
    assert said in response.text.replace("\xa0", " ")
    assert SUMMARY in response.text
    assert db.session.scalar(db.select(db.func.count(Cycle.id))) == 0


def test_editing_a_cycle_keeps_its_address(app, cast, as_):
    cycle = factories.cycle(slug="rc", title="Школа")

    response = as_(cast.trainer).post("/cycles/rc/edit", data={"title": "Другая школа", "version": cycle.version})

    assert (response.status_code, response.location) == (303, "/cycles/")
    assert (cycle.slug, cycle.title) == ("rc", "Другая школа")


def test_two_who_edit_one_cycle_see_both_texts(app, cast, as_):
    cycle = factories.cycle(slug="rc", title="Школа", summary="Первая")
    opened = cycle.version
    as_(cast.coordinator).post("/cycles/rc/edit", data={"title": "Школа", "summary": "Вторая", "version": opened})

    late = as_(cast.trainer).post("/cycles/rc/edit", data={"title": "Школа", "summary": "Третья", "version": opened})

    assert late.status_code == 409
    assert "Вторая" in late.text and "Третья" in late.text
    assert cycle.summary == "Вторая"
    again = {"title": "Школа", "summary": "Третья", "version": cycle.version}
    assert f'value="{cycle.version}"' in late.text
    assert as_(cast.trainer).post("/cycles/rc/edit", data=again).status_code == 303
    assert cycle.summary == "Третья"


@pytest.mark.parametrize("path", ["/cycles/", "/cycles/new", "/cycles/rc/edit", "/cycles/rc/modules/new"])
def test_learners_and_centre_coordinators_see_no_workshop(app, cast, as_, path):
    factories.enrolment(cast.volunteer, factories.cycle(slug="rc"))

    assert [as_(who).get(path).status_code for who in (cast.volunteer, cast.centre_coordinator)] == [403, 403]


@pytest.mark.parametrize("path", ["new", "rc/edit", "rc/modules/new", "rc/publication", "rc/withdrawal"])
def test_learners_and_centre_coordinators_change_no_cycle(app, cast, as_, path):
    cycle = factories.cycle(slug="rc", title="Школа")
    factories.enrolment(cast.volunteer, cycle)

    for person in (cast.volunteer, cast.centre_coordinator):
        assert as_(person).post(f"/cycles/{path}", data={"title": "Чужая", "version": cycle.version}).status_code == 403
    assert [(one.title, one.state, one.modules) for one in db.session.scalars(db.select(Cycle))] == [
        ("Школа", State.PUBLISHED, [])
    ]


@pytest.mark.parametrize("path", ["none/publication", "none/withdrawal", "none/edit", "none/modules/new"])
def test_a_cycle_that_does_not_exist_cannot_be_changed(app, cast, as_, path):
    assert as_(cast.trainer).post(f"/cycles/{path}", data={"title": "Т"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/cycles/none/edit", "/cycles/none/modules/new", "/cycles/none/people", "/cycles/none/"]
)
def test_a_cycle_that_does_not_exist_is_not_found(app, cast, as_, path):
    assert as_(cast.coordinator).get(path).status_code == 404


def test_publishing_opens_the_programme_to_visitors_and_withdrawing_closes_it(app, cast, as_, client):
    factories.cycle(slug="rc", title="Школа", state=State.DRAFT)
    assert client.get("/cycles/rc/").status_code == 404

    assert as_(cast.trainer).post("/cycles/rc/publication").status_code == 303
    assert client.get("/cycles/rc/").status_code == 200

    assert as_(cast.trainer).post("/cycles/rc/withdrawal").status_code == 303
    assert client.get("/cycles/rc/").status_code == 404
    assert as_(cast.trainer).get("/cycles/rc/").status_code == 200


def test_visitors_read_published_modules_with_their_session_and_no_drafts(app, client):
    cycle = factories.cycle(slug="rc", title="Школа ресурсных центров", summary=SUMMARY)
    module = factories.module(cycle, title="Фандрайзинг в малом городе", summary="К кому идти за деньгами.")
    factories.module(cycle, title="Тайный модуль", state=State.DRAFT)
    factories.live_session(module, starts_at=datetime(2026, 11, 26, 12, tzinfo=UTC))
    factories.live_session(module, starts_at=datetime(2026, 12, 26, 12, tzinfo=UTC), state=State.DRAFT)
    factories.live_session(module, starts_at=datetime(2026, 10, 1, 12, tzinfo=UTC), audience=Audience.INVITED)

    page = client.get("/cycles/rc/").text.replace("\xa0", " ").replace("\u2060", "")

    assert "Фандрайзинг в малом городе" in page and "К кому идти за деньгами." in page
    assert "чт, 26 ноября" in page and "15:00–16:30 по Москве" in page
    assert "Тайный модуль" not in page and "26 декабря" not in page and "1 октября" not in page


def test_visitors_read_it_in_english_where_there_is_english(app, client):
    factories.cycle(slug="rc", title="Школа", title_en="School of resource centres")

    assert "School of resource centres" in client.get("/cycles/rc/", headers={"Accept-Language": "en"}).text


def test_the_list_costs_as_much_for_thirty_modules_as_for_one(app, cast, as_, count_queries):
    cycle = factories.cycle()
    factories.material(factories.module(cycle))
    trainer = as_(cast.trainer)
    trainer.get("/cycles/")
    with count_queries() as one:
        assert trainer.get("/cycles/").status_code == 200
    for _ in range(29):
        factories.material(factories.module(factories.cycle() if _ % 3 else cycle))

    with count_queries() as thirty:
        page = trainer.get("/cycles/")

    assert page.text.count("/edit") > 29
    assert len(one) == len(thirty) <= 8


def test_the_programme_costs_as_much_for_thirty_modules_as_for_one(app, client, count_queries):
    cycle = factories.cycle(slug="rc")
    factories.live_session(factories.module(cycle))
    with count_queries() as one:
        client.get("/cycles/rc/")
    for _ in range(29):
        factories.live_session(factories.module(cycle), starts_in=timedelta(days=3))

    with count_queries() as thirty:
        client.get("/cycles/rc/")

    assert len(one) == len(thirty) <= 5


def test_an_empty_list_says_the_next_step(app, cast, as_):
    assert "Создать первый цикл" in as_(cast.trainer).get("/cycles/").text


def test_modules_move_up_and_down(app, cast, as_):
    cycle = factories.cycle()
    first, second = factories.module(cycle, title="первый"), factories.module(cycle, title="второй")

    response = as_(cast.trainer).post(f"/modules/{second.id}/position", data={"direction": "up"})

    assert (response.status_code, response.location) == (303, f"/cycles/#module-{second.id}")
    assert [module.title for module in db.session.get(Cycle, cycle.id).modules] == ["второй", "первый"]
    assert as_(cast.trainer).post(f"/modules/{second.id}/position", data={"direction": "aside"}).status_code == 400
    assert as_(cast.volunteer).post(f"/modules/{second.id}/position", data={"direction": "down"}).status_code == 403
    assert as_(cast.trainer).post("/modules/999/position", data={"direction": "up"}).status_code == 404
    assert [module.title for module in db.session.scalars(db.select(Module).order_by(Module.position))] == [
        "второй",
        "первый",
    ]
    assert first.position == 2
