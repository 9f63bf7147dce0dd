"""The kinds of question with several parts, answered on a phone: by keyboard alone, and where the line drops."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest

from lms.accounts.models import Role
from lms.accounts.passwords import hash_password
from lms.app import create_app
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.quizzes.models import QuestionKind
from tests import factories
from tests.browser.test_answering import begin, line, waiting
from tests.browser.test_journeys import PASSWORD, look, sign_in

pytestmark = pytest.mark.browser

STEPS = ["Узнать", "Попросить", "Поблагодарить"]
PAIRS = [{"left": "Дон", "right": "Ростов"}, {"left": "Волга", "right": "Самара"}]


@pytest.fixture
def learner(platform, request) -> tuple[str, str]:
    """(address of a new learner, path of a quiz of matching, ordering, a text, gaps and an essay)."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        cycle = db.session.scalars(db.select(Cycle)).first()
        email = f"{abs(hash(request.node.name))}@example.org"
        person = factories.person(email=email, password_hash=hash_password(PASSWORD), roles={Role.VOLUNTEER})
        factories.enrolment(person, cycle)
        quiz = factories.quiz(cycle.modules[0], title="Разные вопросы")
        factories.question(quiz, QuestionKind.MATCHING, text="Какой город где?", settings={"pairs": PAIRS})
        factories.question(quiz, QuestionKind.ORDERING, text="Что за чем?", settings={"items": STEPS})
        factories.question(quiz, QuestionKind.INFO, text="Дальше о законе.", points=0)
        gaps = [{"kind": "short", **factories.accepted("устав")}, {"kind": "number", **factories.near("3")}]
        factories.question(quiz, QuestionKind.GAPS, text="Нужен [[1]] и [[2]] лица.", settings={"gaps": gaps})
        factories.question(quiz, QuestionKind.ESSAY, text="Зачем это вам?", settings={"words": [2, 50]})
        db.session.commit()
        return email, f"/quizzes/{quiz.id}"


def order_of(page: Any) -> list[str]:
    return page.locator("[data-order] input[type=hidden]").evaluate_all("fields => fields.map(one => one.value)")


def sides(page: Any) -> list[str]:
    return page.locator("[data-question] .match select").evaluate_all("all => all.map(one => one.value)")


def focus(page: Any, wanted: str) -> None:
    """TAB until the thing with that label has the focus, as one does who has no mouse."""
    said = "(one => one.getAttribute('aria-label') || one.labels?.[0]?.textContent || '')(document.activeElement)"
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted in page.evaluate(said).replace("\xa0", " "):
            return
    raise AssertionError(f"«{wanted}» cannot be reached by TAB")


def put_in_order(page: Any, *, reloads: bool = False) -> None:
    """By the buttons alone: each line up until it stands where it should. Without scripts each press is a new page."""
    for place, step in enumerate(STEPS):
        for _ in range(order_of(page).index(step) - place):
            focus(page, f"Выше: {step}")
            with page.expect_navigation() if reloads else nullcontext():
                page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_matching_and_ordering_are_answered_by_keyboard_alone(visitor, learner, javascript):
    page = visitor(width=390, javascript=javascript)
    begin(page, learner)
    if javascript:
        look(page, "attempt of many kinds")

    for left, right in (("Дон", "Ростов"), ("Волга", "Самара")):
        focus(page, left)
        for _ in range(2):
            if page.evaluate("document.activeElement.value") != right:
                page.keyboard.press("ArrowDown")
    put_in_order(page, reloads=not javascript)
    assert order_of(page) == STEPS
    if javascript:
        line(page).get_by_text("2 из 4").wait_for()
        page.reload()
    assert order_of(page) == STEPS
    assert sides(page) == ["Ростов", "Самара"]


def test_a_dropped_line_a_closed_tab_and_a_second_device_lose_no_part_of_an_answer(visitor, learner):
    phone = visitor(width=390)
    address = begin(phone, learner)
    phone.locator("select").first.select_option("Ростов")
    line(phone).get_by_text("Сохранено в").wait_for()

    phone.context.set_offline(True)
    phone.locator("select").last.select_option("Самара")
    phone.get_by_label("Пропуск 1").fill("устав")
    phone.get_by_label("Ваш ответ").fill("Чтобы людям было легче.")
    line(phone).get_by_text("Нет связи").wait_for()
    assert waiting(phone) == 3
    context = phone.context
    phone.close()

    computer = visitor()
    sign_in(computer, learner[0])
    computer.goto(address)
    assert computer.get_by_label("Ваш ответ").input_value() == ""
    put_in_order(computer)
    line(computer).get_by_text("Сохранено в").wait_for()

    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    line(again).get_by_text("Сохранено в").wait_for()
    again.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('answers:') && "
                            "localStorage[key] !== '{}')")  # fmt: skip
    again.get_by_label("Пропуск 2").fill("3")
    line(again).get_by_text("4 из 4").wait_for()
    again.reload()
    assert order_of(again) == STEPS and again.get_by_label("Пропуск 1").input_value() == "устав"
    assert sides(again) == ["Ростов", "Самара"]

    again.get_by_role("button", name="Сдать тест").click()
    again.wait_for_url(re.compile("/result"))
    told = again.locator("main").inner_text().replace("\xa0", " ")
    assert "Чтобы людям было легче." in told and "На проверке" in told
    look(again, "result of many kinds")
