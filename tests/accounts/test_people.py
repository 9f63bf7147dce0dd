"""The list of people, one person, adding, editing, suspending."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.clock import now
from lms.extensions import db
from tests import factories

NEW = {"family_name": "Орлова", "given_name": "Диана", "email": "orlova@lms.test", "position": "юрист"}


def text_of(response) -> str:
    return html.unescape(response.text).replace("\u00a0", " ")


def kept(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == email))


def changed(person: Person, **fields):
    """The form of that person as it stands, with something typed into it."""
    form = {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "email": person.email,
        "position": person.position,
        "centre_id": person.centre_id or 0,
        "roles": [role.value for role in person.roles],
        "version": person.version,
    }
    return form | fields


# --- the list ---------------------------------------------------------------------------------------------------------
def test_coordinators_see_everybody_and_a_centres_coordinator_her_own(as_, cast):
    everybody = text_of(as_(cast.coordinator).get("/people/"))
    hers = text_of(as_(cast.centre_coordinator).get("/people/"))
    for person in (cast.volunteer, cast.centre_coordinator):
        assert person.list_name in everybody and person.list_name in hers
    for person in (cast.stranger, cast.trainer, cast.admin):
        assert person.list_name in everybody
        assert person.family_name not in hers and person.email not in hers
    assert "2 человека" in hers


@pytest.mark.parametrize("who", ["volunteer", "trainer"])
def test_others_have_no_list_of_people(as_, cast, who):
    for address in ("/people/", "/people/new", "/people/import", f"/people/{cast.volunteer.id}"):
        assert as_(getattr(cast, who)).get(address).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("centre=salsk", {"Ковалёва Ирина", "Дорошенко Елена"}),
        ("role=trainer", {"Савченко Дмитрий"}),
        ("q=ковалева", {"Ковалёва Ирина"}),
        ("q=ИРИ ков", {"Ковалёва Ирина"}),
        ("q=stranger@", {"Чужинова Клавдия"}),
        ("q=%25", set()),
        ("state=suspended", {"Отпускная Вера"}),
        ("state=never", {"Новенький Анна"}),
        ("centre=salsk&role=trainer", set()),
    ],
)
def test_filters_stand_in_the_address(as_, cast, query, found):
    factories.person("Отпускная", "Вера", suspended_at=now())
    factories.person("Новенький", last_seen_at=None)
    page = text_of(as_(cast.coordinator).get(f"/people/?{query}"))
    names = {person.list_name for person in db.session.scalars(select(Person))}
    shown = page.split("<tbody", 1)[-1] if "<tbody" in page else ""
    assert {name for name in names if name in shown} == found


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-3", "page=99999999999999999999", "page=abc", "centre=no&role=x&state=y", "q=" + "ё" * 5000],
)
def test_senseless_filters_are_no_errors(as_, cast, query):
    assert as_(cast.coordinator).get(f"/people/?{query}").status_code == 200


def test_fifty_people_a_page(as_, cast):
    for n in range(60):
        factories.person(f"Страничная{n:02}")
    client = as_(cast.coordinator)
    first, second = (text_of(client.get(f"/people/?q=страничная&page={page}")) for page in (1, 2))
    assert "Страничная49" in first and "Страничная50" not in first
    assert "Страничная50" in second and "Страничная49" not in second
    assert "Страница 1 из 2" in first


def test_the_list_costs_as_much_for_thirty_as_for_one(as_, cast, count_queries):
    client = as_(cast.coordinator)
    with count_queries() as few:
        client.get("/people/")
    for _ in range(30):
        factories.person(centre=cast.salsk, roles={Role.VOLUNTEER, Role.TRAINER})
    with count_queries() as many:
        client.get("/people/")
    assert len(few) == len(many) <= 9


# --- one person -------------------------------------------------------------------------------------------------------
def test_a_person_is_shown_to_those_who_look_after_her(as_, cast):
    for who in (cast.centre_coordinator, cast.coordinator, cast.admin):
        page = text_of(as_(who).get(f"/people/{cast.volunteer.id}"))
        assert "Ковалёва Ирина" in page and "volunteer@lms.test" in page
        assert f"/people/{cast.volunteer.id}/edit" in page


@pytest.mark.parametrize("path", ["", "/edit"])
def test_people_of_another_centre_do_not_exist(as_, cast, path):
    answer = as_(cast.centre_coordinator).get(f"/people/{cast.stranger.id}{path}")
    missing = as_(cast.centre_coordinator).get(f"/people/999999{path}")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert "Чужинова" not in answer.text


@pytest.mark.parametrize("path", ["edit", "suspension", "suspension/end"])
def test_nothing_is_done_to_people_of_another_centre(as_, cast, path):
    before = cast.stranger.version
    answer = as_(cast.centre_coordinator).post(
        f"/people/{cast.stranger.id}/{path}", data=changed(cast.stranger, position="x")
    )
    assert answer.status_code == 404
    assert db.session.get(Person, cast.stranger.id).version == before


def test_a_coordinator_without_a_centre_sees_nobody(as_, cast):
    lost = factories.person("Потерянная", roles={Role.CENTRE_COORDINATOR}, centre=None)
    factories.person("Ничья", centre=None)
    page = text_of(as_(lost).get("/people/"))
    assert "Ничья" not in page and "Бондаренко" not in page


# --- adding -----------------------------------------------------------------------------------------------------------
def test_the_networks_coordinator_adds_a_person_with_centre_and_roles(as_, cast):
    added = as_(cast.coordinator).post(
        "/people/new", data=NEW | {"centre_id": cast.bataysk.id, "roles": ["volunteer", "trainer"]}
    )
    person = kept("orlova@lms.test")
    assert (added.status_code, added.location) == (303, f"/people/{person.id}")
    assert (person.full_name, person.position, person.centre_id) == ("Орлова Диана", "юрист", cast.bataysk.id)
    assert person.roles == {Role.VOLUNTEER, Role.TRAINER}


def test_a_centres_coordinator_adds_volunteers_to_her_centre_whatever_else_is_sent(as_, cast):
    form = NEW | {"centre_id": cast.bataysk.id, "roles": ["admin", "coordinator"]}
    assert "Роли" not in as_(cast.centre_coordinator).get("/people/new").text
    as_(cast.centre_coordinator).post("/people/new", data=form)
    person = kept("orlova@lms.test")
    assert (person.centre_id, person.roles) == (cast.salsk.id, {Role.VOLUNTEER})


def test_only_an_administrator_makes_administrators(as_, cast):
    form = NEW | {"centre_id": 0, "roles": ["admin"]}
    assert as_(cast.coordinator).post("/people/new", data=form).status_code == 422
    assert kept("orlova@lms.test") is None
    as_(cast.admin).post("/people/new", data=form)
    assert kept("orlova@lms.test").roles == {Role.ADMIN}


@pytest.mark.parametrize("email", ["stranger@lms.test", "STRANGER@LMS.TEST", " Stranger@lms.test "])
def test_an_address_belongs_to_one_person_in_whatever_case(as_, cast, email):
    page = as_(cast.centre_coordinator).post("/people/new", data=NEW | {"email": email})
    assert page.status_code == 422
    assert "Этот адрес уже записан" in text_of(page)
    assert "Чужинова" not in page.text, "whose it is, she may not know"
    assert 'value="Орлова"' in page.text, "what was typed stays"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Напишите фамилию"),
        ("\u200b", "Напишите фамилию"),
        ("<svg onload=alert(1)>", "Имя пишется буквами"),
        ("{{7*7}}", "Имя пишется буквами"),
        ('=HYPERLINK("http://evil.test")', "Имя пишется буквами"),
        ("Орлова\r\nBcc: all@lms.test", "Имя пишется буквами"),
        ("Орлова\u202eавол", "скрытый знак"),
        ("🐸" * 300, "Имя пишется буквами"),
        ("---", "ни одной буквы"),
        ("О" * 101, "Имя длиннее 100 знаков"),
    ],
)
def test_what_is_no_name_is_refused_with_a_word(as_, cast, name, said):
    page = as_(cast.coordinator).post("/people/new", data=NEW | {"family_name": name, "roles": ["volunteer"]})
    assert page.status_code == 422
    assert said in text_of(page)
    assert kept("orlova@lms.test") is None
    assert "<svg onload" not in page.text and "49" not in page.text.split("<main")[1].split("</form>")[0]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("  Салтыков‑Щедрин ", "Салтыков‑Щедрин"),
        ("Иванова (Петрова)", "Иванова (Петрова)"),
        ("О’Коннор", "О’Коннор"),
        ("Ива\u200bнова", "Иванова"),
        ("Йоло", "Йоло"),
    ],
)
def test_names_of_every_kind_are_kept(as_, cast, name, written):
    as_(cast.coordinator).post("/people/new", data=NEW | {"family_name": name, "roles": ["volunteer"]})
    assert kept("orlova@lms.test").family_name == written


# --- editing ----------------------------------------------------------------------------------------------------------
def test_a_person_is_edited_and_moved(as_, cast):
    form = changed(cast.volunteer, position="бухгалтер", centre_id=cast.bataysk.id, email="New@lms.test")
    answer = as_(cast.coordinator).post(f"/people/{cast.volunteer.id}/edit", data=form)
    assert answer.status_code == 303
    person = db.session.get(Person, cast.volunteer.id)
    assert (person.position, person.centre_id, person.email) == ("бухгалтер", cast.bataysk.id, "new@lms.test")


def test_a_centres_coordinator_edits_her_people_but_moves_nobody(as_, cast):
    form = changed(cast.volunteer, position="бухгалтер", centre_id=cast.bataysk.id, roles=["coordinator"])
    as_(cast.centre_coordinator).post(f"/people/{cast.volunteer.id}/edit", data=form)
    person = db.session.get(Person, cast.volunteer.id)
    assert (person.position, person.centre_id, person.roles) == ("бухгалтер", cast.salsk.id, {Role.VOLUNTEER})


@pytest.mark.parametrize("roles", [{Role.TRAINER}, {Role.COORDINATOR}, {Role.ADMIN}, {Role.CENTRE_COORDINATOR}])
def test_a_centres_coordinator_cannot_take_over_a_weightier_account(as_, cast, roles):
    """A new address would let her in as them."""
    other = factories.person(centre=cast.salsk, roles=roles, email="weighty@lms.test")
    client = as_(cast.centre_coordinator)
    assert client.post(f"/people/{other.id}/edit", data=changed(other, email="mine@lms.test")).status_code == 403
    assert client.post(f"/people/{other.id}/suspension").status_code == 403
    assert kept("weighty@lms.test").is_active
    other = kept("weighty@lms.test")
    other.suspend(now())
    assert client.post(f"/people/{other.id}/suspension/end").status_code == 403
    assert not kept("weighty@lms.test").is_active


def test_a_coordinator_cannot_touch_an_administrator(as_, cast):
    client = as_(cast.coordinator)
    assert (
        client.post(f"/people/{cast.admin.id}/edit", data=changed(cast.admin, email="mine@lms.test")).status_code == 403
    )
    assert client.post(f"/people/{cast.admin.id}/suspension").status_code == 403
    assert "/edit" not in client.get(f"/people/{cast.admin.id}").text.split("<main")[1]


def test_nobody_changes_her_own_roles_or_shuts_herself_out(as_, cast):
    client = as_(cast.admin)
    client.post(f"/people/{cast.admin.id}/edit", data=changed(cast.admin, roles=["volunteer"]))
    assert db.session.get(Person, cast.admin.id).roles == {Role.ADMIN}
    assert client.post(f"/people/{cast.admin.id}/suspension").status_code == 403


def test_a_changed_role_ends_sessions_and_a_changed_position_does_not(as_, cast):
    hers = as_(cast.volunteer)
    client = as_(cast.coordinator)
    client.post(f"/people/{cast.volunteer.id}/edit", data=changed(cast.volunteer, position="юрист"))
    assert hers.get("/profile").status_code == 200
    client.post(f"/people/{cast.volunteer.id}/edit", data=changed(cast.volunteer, roles=["trainer"]))
    assert hers.get("/profile").status_code == 302


def test_roles_that_one_cannot_give_stay(as_, cast):
    both = factories.person(roles={Role.VOLUNTEER, Role.ADMIN}, email="both@lms.test")
    as_(cast.admin).post(f"/people/{both.id}/edit", data=changed(both, roles=["trainer", "admin"]))
    assert kept("both@lms.test").roles == {Role.TRAINER, Role.ADMIN}


def test_links_sent_to_an_old_address_let_nobody_in(app, as_, cast, mailbox):
    thief = app.test_client()
    thief.post("/sign-in", data={"email": "volunteer@lms.test"})
    as_(cast.coordinator).post(f"/people/{cast.volunteer.id}/edit", data=changed(cast.volunteer, email="new@lms.test"))
    assert thief.post(mailbox("volunteer@lms.test")[0].path).status_code == 410


def test_a_change_meanwhile_is_shown_with_both_texts(as_, cast):
    client = as_(cast.coordinator)
    form = changed(cast.volunteer, position="юрист", centre_id=0)
    cast.volunteer.position = "бухгалтер"
    answer = client.post(f"/people/{cast.volunteer.id}/edit", data=form)
    assert answer.status_code == 409
    assert "юрист" in answer.text and "бухгалтер" in answer.text and "Сальск" in answer.text
    assert db.session.get(Person, cast.volunteer.id).position == "бухгалтер"
    version = db.session.get(Person, cast.volunteer.id).version
    assert f'name="version" type="hidden" value="{version}"' in answer.text, "ready to save again"
    assert client.post(f"/people/{cast.volunteer.id}/edit", data=form | {"version": version}).status_code == 303


def test_a_form_with_mistakes_keeps_what_was_typed(as_, cast):
    page = as_(cast.coordinator).post(
        f"/people/{cast.volunteer.id}/edit", data=changed(cast.volunteer, email="без собаки", roles=[])
    )
    assert page.status_code == 422
    assert 'value="без собаки"' in page.text
    assert "Отметьте хотя бы одну роль" in text_of(page)


# --- suspension -------------------------------------------------------------------------------------------------------
def test_suspending_and_restoring(as_, cast):
    client = as_(cast.centre_coordinator)
    address = f"/people/{cast.volunteer.id}"
    assert client.post(f"{address}/suspension").location == address
    person = db.session.get(Person, cast.volunteer.id)
    assert now() - person.suspended_at < timedelta(seconds=5)
    assert "Доступ закрыт" in text_of(client.get(address))
    assert client.post(f"{address}/suspension/end").location == address
    assert db.session.get(Person, cast.volunteer.id).suspended_at is None
