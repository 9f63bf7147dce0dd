"""Questions to the trainer: who asks, who answers, who sees what, and the letters in between."""

from __future__ import annotations

import email
import email.policy
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.outbox.models import Letter
from lms.talk.models import Enquiry
from tests import factories


@pytest.fixture
def school(cast) -> SimpleNamespace:
    cycle = factories.cycle(slug="school")
    module = factories.module(cycle)
    material = factories.material(module, title="Грантовая заявка")
    package = factories.package(module, title="Тренажёр заявок")
    live_session = factories.live_session(module, title="Разбор заявок")
    live_session.trainers = [cast.trainer]
    other = factories.person("Соседкина", "Вера", centre=cast.bataysk)
    for person in (cast.volunteer, other):
        factories.enrolment(person, cycle)
    db.session.commit()
    return SimpleNamespace(cycle=cycle, material=material, package=package, live_session=live_session, other=other)


@pytest.fixture
def asked(cast, school) -> Enquiry:
    enquiry = Enquiry(
        activity=school.material, person=cast.volunteer, text="Можно ли просить на зарплату?", asked_at=now()
    )
    db.session.add(enquiry)
    db.session.commit()
    return enquiry


def letters() -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).order_by(Letter.id)))


def body_of(letter: Letter) -> str:
    message = email.message_from_bytes(letter.mime, policy=email.policy.default)
    return message.get_body(("plain",)).get_content().replace("\u00a0", " ")


def page(client, activity) -> str:
    kind = {"live_session": "sessions", "material": "materials", "package": "packages"}[activity.type]
    return client.get(f"/{kind}/{activity.id}").get_data(as_text=True).replace("\u00a0", " ")


def answer(client, enquiry, text="Можно, до 30 % бюджета.", seen_by="all", version=None):
    data = {"answer": text, "seen_by": seen_by, "version": version or enquiry.version}
    return client.post(f"/enquiries/{enquiry.id}", data=data)


# --- asking -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["material", "package", "live_session"])
def test_a_question_under_an_activity_is_written_and_told_to_who_leads_there(as_, cast, school, what):
    activity = getattr(school, what)

    response = as_(cast.volunteer).post(f"/activities/{activity.id}/enquiries", data={"text": "Как считать смету?"})

    assert response.status_code == 303
    assert response.location.endswith(f"/{activity.id}#talk")
    (letter,) = letters()
    assert letter.recipient == cast.trainer.email
    assert "Как считать смету?" in body_of(letter)
    assert f"https://lms.test/enquiries/{db.session.query(Enquiry).one().id}" in body_of(letter)
    assert "Как считать смету?" in page(as_(cast.volunteer), activity)


def test_an_empty_question_is_not_asked_and_a_long_one_stays_typed(as_, cast, school):
    address = f"/activities/{school.material.id}/enquiries"

    assert as_(cast.volunteer).post(address, data={"text": "  "}).status_code == 422
    long = as_(cast.volunteer).post(address, data={"text": "ы" * 3001})

    assert long.status_code == 422
    assert "ы" * 3001 in long.get_data(as_text=True)
    assert (db.session.query(Enquiry).all(), letters()) == ([], [])


def test_nobody_asks_about_what_she_may_not_open(as_, cast, school):
    school.material.state = State.DRAFT
    draft = as_(cast.volunteer).post(f"/activities/{school.material.id}/enquiries", data={"text": "Что там?"})
    foreign = as_(cast.stranger).post(f"/activities/{school.live_session.id}/enquiries", data={"text": "Что там?"})

    assert (draft.status_code, foreign.status_code) == (404, 404)
    assert db.session.query(Enquiry).all() == []


# --- answering --------------------------------------------------------------------------------------------------------
def test_an_answer_goes_to_the_asker_by_letter(as_, cast, school, asked):
    response = answer(as_(cast.trainer), asked)

    assert response.status_code == 303
    (letter,) = letters()
    assert letter.recipient == cast.volunteer.email
    assert "Можно ли просить на зарплату?" in body_of(letter)
    assert "Можно, до 30 % бюджета." in body_of(letter)
    assert f"https://lms.test/materials/{school.material.id}" in body_of(letter)


def test_an_answer_under_a_package_leads_back_to_it(as_, cast, school, asked):
    asked.activity = school.package
    db.session.commit()

    answer(as_(cast.trainer), asked)

    assert f"https://lms.test/packages/{school.package.id}" in body_of(letters()[-1])
    assert "Можно, до 30 % бюджета." in page(as_(school.other), school.package)
    assert f"/packages/{school.package.id}" in as_(cast.trainer).get(f"/enquiries/{asked.id}").text


def test_an_answer_for_all_is_read_by_all_and_the_askers_name_by_none(as_, cast, school, asked):
    answer(as_(cast.trainer), asked)

    shown = page(as_(school.other), school.material)

    assert "Можно, до 30 % бюджета." in shown
    assert cast.volunteer.family_name not in shown
    assert "Вопрос участника" in shown


def test_an_answer_for_one_is_read_by_that_one_only(as_, cast, school, asked):
    answer(as_(cast.trainer), asked, seen_by="one")

    assert "Можно, до 30 % бюджета." in page(as_(cast.volunteer), school.material)
    assert "зарплату" not in page(as_(school.other), school.material)


def test_what_waits_for_an_answer_is_seen_by_asker_and_trainers_only(as_, cast, school, asked):
    assert "зарплату" in page(as_(cast.volunteer), school.material)
    assert "зарплату" in page(as_(cast.trainer), school.material)
    assert "зарплату" not in page(as_(school.other), school.material)


def test_saving_the_same_answer_again_writes_no_second_letter_and_other_words_do(as_, cast, school, asked):
    answer(as_(cast.trainer), asked)
    answer(as_(cast.trainer), asked, seen_by="one")
    assert len(letters()) == 1

    answer(as_(cast.trainer), asked, text="Можно, до 40 % бюджета.")
    assert len(letters()) == 2


def test_two_who_answer_at_once_are_shown_both_texts(as_, cast, school, asked):
    opened = asked.version
    answer(as_(cast.trainer), asked, text="Первый ответ")

    late = answer(as_(cast.coordinator), asked, text="Второй ответ", version=opened)

    assert late.status_code == 409
    assert "Первый ответ" in late.get_data(as_text=True)
    assert "Второй ответ" in late.get_data(as_text=True)
    assert db.session.get(Enquiry, asked.id).answer == "Первый ответ"


def test_a_suspended_asker_gets_no_letter(as_, cast, school, asked):
    cast.volunteer.suspend(now())

    answer(as_(cast.trainer), asked)

    assert letters() == []


def test_learners_neither_list_nor_answer(as_, cast, school, asked):
    client = as_(cast.volunteer)

    assert client.get("/enquiries/").status_code == 403
    assert client.get(f"/enquiries/{asked.id}").status_code == 403
    assert answer(client, asked).status_code == 403
    assert as_(cast.trainer).get("/enquiries/999").status_code == 404


# --- what waits -------------------------------------------------------------------------------------------------------
def test_the_trainers_menu_counts_what_waits(as_, cast, school, asked):
    client = as_(cast.trainer)
    assert "Вопросы <small>1</small>" in client.get("/enquiries/").get_data(as_text=True)

    answer(client, asked)

    listed = client.get("/enquiries/").get_data(as_text=True)
    assert "<small>" not in listed
    assert "зарплату" not in listed
    assert "зарплату" in client.get("/enquiries/?state=answered").get_data(as_text=True)


def test_lists_and_pages_cost_the_same_with_many_questions(as_, cast, school, asked, count_queries):
    client = as_(cast.trainer)
    addresses = ("/enquiries/", f"/materials/{school.material.id}")
    few = []
    for address in addresses:
        with count_queries() as statements:
            client.get(address)
        few.append(len(statements))
    for n in range(20):
        asker = factories.person(centre=cast.salsk)
        db.session.add(Enquiry(activity=school.material, person=asker, text=f"Вопрос {n}", asked_at=now()))
    db.session.commit()

    many = []
    for address in addresses:
        with count_queries() as statements:
            client.get(address)
        many.append(len(statements))

    assert many == few


def test_a_hostile_question_is_text(as_, cast, school):
    client = as_(cast.volunteer)
    client.post(f"/activities/{school.material.id}/enquiries", data={"text": "<svg onload=alert(1)> {{7*7}}"})

    shown = page(client, school.material)

    assert "<svg onload" not in shown
    assert "{{7*7}}" in shown
