"""Answering a quiz where the connection is bad: on a phone, on a second device, after the sign-in ended."""

from __future__ import annotations

import re
from itertools import count

import pytest

from lms.accounts.models import Role
from lms.accounts.passwords import hash_password
from lms.app import create_app
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.quizzes.models import QuestionKind
from tests import factories
from tests.browser.test_journeys import PASSWORD, sign_in

pytestmark = pytest.mark.browser
_number = count(1)


@pytest.fixture
def learner(platform):
    """(address of a new learner, path of a quiz that only asks for one choice and one word)."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        cycle = db.session.scalars(db.select(Cycle)).first()
        email = f"answering{next(_number)}@example.org"
        person = factories.person(email=email, password_hash=hash_password(PASSWORD), roles={Role.VOLUNTEER})
        factories.enrolment(person, cycle)
        quiz = factories.quiz(cycle.modules[0], title="Связь пропадает")
        factories.question(quiz, right=("Да",), wrong=("Нет",), text="Ответ не пропадёт?")
        factories.question(quiz, QuestionKind.SHORT, text="Где он лежит?", settings=factories.accepted("в телефоне"))
        db.session.commit()
        return email, f"/quizzes/{quiz.id}"


def begin(page, learner) -> str:
    email, path = learner
    sign_in(page, email)
    page.goto(path)
    page.get_by_role("button", name="Начать тест").click()
    page.wait_for_url(re.compile("/attempts/"))
    return page.url


def line(page):
    return page.locator("[data-saved-line]")


def waiting(page) -> int:
    """How many answers this device keeps for the server."""
    return page.evaluate(
        "Object.keys(JSON.parse(localStorage.getItem('answers:' + location.pathname.split('/')[2]) || '{}')).length"
    )


def test_answers_given_without_a_connection_go_by_themselves_when_it_is_back(visitor, learner):
    page = visitor(width=390)
    begin(page, learner)
    page.get_by_label("Нет", exact=True).check()
    line(page).get_by_text("Сохранено в").wait_for()

    page.context.set_offline(True)
    page.get_by_label("Да", exact=True).check()
    page.get_by_label("Ваш ответ").fill("в телефоне")
    line(page).get_by_text("Нет связи").wait_for()
    page.get_by_text("Ждут отправки вопросы: 1, 2.").wait_for()
    page.get_by_role("button", name="Сдать тест").click()
    assert "/attempts/" in page.url and waiting(page) == 2

    page.context.set_offline(False)
    line(page).get_by_text("Сохранено в").wait_for()
    assert waiting(page) == 0
    page.get_by_role("button", name="Сдать тест").click()
    page.get_by_role("heading", name="Тест сдан").wait_for()
    assert page.locator(".score").inner_text().replace("\xa0", " ") == "100 %"


def test_a_closed_page_keeps_its_answers_on_the_device(visitor, learner):
    page = visitor(width=390)
    address = begin(page, learner)
    context = page.context
    context.set_offline(True)
    page.get_by_label("Ваш ответ").fill("в телефоне")
    line(page).get_by_text("Нет связи").wait_for()
    page.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(address)

    line(again).get_by_text("Сохранено в").wait_for()
    assert again.get_by_label("Ваш ответ").input_value() == "в телефоне" and waiting(again) == 0


def test_of_two_devices_the_later_answer_stays(visitor, learner):
    phone, computer = visitor(width=390), visitor()
    address = begin(phone, learner)
    sign_in(computer, learner[0])
    computer.goto(address)

    phone.get_by_label("Нет", exact=True).check()
    line(phone).get_by_text("Сохранено в").wait_for()
    computer.get_by_label("Да", exact=True).check()
    line(computer).get_by_text("Сохранено в").wait_for()

    phone.reload()
    assert phone.get_by_label("Да", exact=True).is_checked()


def test_when_the_sign_in_ends_the_answers_wait_for_the_next_one(visitor, learner):
    page = visitor()
    address = begin(page, learner)
    page.context.clear_cookies()

    page.get_by_label("Ваш ответ").fill("в телефоне")
    line(page).get_by_role("link", name="Войдите снова").wait_for()
    assert waiting(page) == 1

    sign_in(page, learner[0])
    page.goto(address)
    line(page).get_by_text("Сохранено в").wait_for()
    assert waiting(page) == 0
    page.reload()
    assert page.get_by_label("Ваш ответ").input_value() == "в телефоне"


def test_signing_in_again_in_another_tab_is_enough(visitor, learner):
    page = visitor()
    begin(page, learner)
    page.context.clear_cookies()
    tab = page.context.new_page()
    sign_in(tab, learner[0])

    page.get_by_label("Да", exact=True).check()

    line(page).get_by_text("Сохранено в").wait_for()


def test_a_page_left_open_is_told_that_the_quiz_is_handed_in(visitor, learner):
    page, other = visitor(), visitor()
    address = begin(page, learner)
    sign_in(other, learner[0])
    other.goto(address)
    other.get_by_role("button", name="Сдать тест").click()
    other.get_by_role("button", name="Сдать как есть").click()

    page.get_by_label("Да", exact=True).check()

    line(page).get_by_role("link", name="Тест уже сдан").wait_for()
    assert waiting(page) == 0


def test_without_scripts_every_question_has_a_button_that_saves(visitor, learner):
    page = visitor(javascript=False)
    begin(page, learner)

    page.get_by_label("Да", exact=True).check()
    page.get_by_role("button", name=re.compile(r"Сохранить.*Вопрос\s1\b")).click()

    assert page.url.endswith("#q1") and page.get_by_label("Да", exact=True).is_checked()
    line(page).get_by_text("1 из 2").wait_for()
    page.get_by_role("button", name="Сдать тест").click()
    page.get_by_role("heading", name="Сдать тест не до конца?").wait_for()
    page.get_by_role("link", name="Ответить на вопрос 2").click()
    page.get_by_label("Ваш ответ").fill("В телефоне.")
    page.get_by_role("button", name="Сдать тест").click()
    page.get_by_role("heading", name="Тест сдан").wait_for()
