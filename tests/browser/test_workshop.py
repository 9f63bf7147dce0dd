"""The trainer's journey: a module of a page, a recording, a file and a quiz; seen as a learner sees it; published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lms.accounts.models import Person
from lms.app import create_app
from lms.cycles.models import State
from lms.extensions import db
from lms.materials.models import StoredFile
from lms.packages.models import Package
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import look, sign_in
from tests.materials.test_pure import PDF

pytestmark = pytest.mark.browser

RUTUBE = "https://rutube.ru/video/10b3a03fc01d5bbcc632a2f3514e8aab/"
STEPS = ["Памятка соседу", "Запись о соседях", "Список соседей", "Проверьте себя: соседи"]


@pytest.fixture
def module_id(platform: Platform) -> int:
    """An empty module, still a draft, in a cycle of the demo's learner."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        cycle = factories.cycle(title="Мастерская соседей")
        learner = db.session.scalars(select(Person).where(Person.email == "volunteer@example.org")).one()
        factories.enrolment(learner, cycle)
        module = factories.module(cycle, title="Соседи", state=State.DRAFT)
        id = module.id
        db.session.commit()
    return id


def add_material(page: Any, module_id: int, kind: str, title: str) -> None:
    """From the module's page to the form of that kind, with its title typed."""
    page.goto(f"/modules/{module_id}/edit")
    page.locator("main").get_by_role("link", name="Материал", exact=True).click()
    if kind:
        page.get_by_role("navigation", name="Вид материала").get_by_role("link", name=kind, exact=True).click()
    page.locator("[name=title]").fill(title)


def save(page: Any) -> None:
    page.locator("main").get_by_role("button", name="Сохранить", exact=True).click()
    page.wait_for_url("**/edit#activity-*")


def write_quiz(page: Any, module_id: int, title: str) -> None:
    page.goto(f"/modules/{module_id}/edit")
    page.locator("main").get_by_role("link", name="Тест", exact=True).click()
    page.locator("[name=title]").fill(title)
    page.locator("main button.btn-primary").click()
    page.wait_for_url("**/quizzes/**")
    quiz_id = page.url.split("/quizzes/")[1].split("/")[0]
    page.goto(f"/quizzes/{quiz_id}/questions/new?kind=single")
    page.locator("[name=text]").fill("С кого начать?")
    page.locator("[name=choices-0-text]").fill("С соседа")
    page.locator("[name=choices-1-text]").fill("С письма в газету")
    page.locator("[name=choices-0-is_right]").check()
    page.get_by_role("button", name="Сохранить вопрос", exact=True).last.click()
    page.wait_for_load_state()


def test_a_trainer_makes_a_module_sees_it_as_a_learner_and_publishes_it(visitor, module_id):
    page = visitor()
    sign_in(page, "trainer@example.org")

    add_material(page, module_id, "", STEPS[0])
    page.get_by_label("Текст", exact=True).fill("Зайдите и познакомьтесь.")
    page.get_by_role("toolbar").get_by_role("button", name="Врезка", exact=True).click()
    page.locator("[data-preview-here]").get_by_role("note").wait_for()
    look(page, "page")
    save(page)
    add_material(page, module_id, "Запись", STEPS[1])
    page.locator("[name=url]").fill(RUTUBE)
    page.locator("[name=chapters]").fill("0:00 Начало\n05:30 Первый звонок")
    look(page, "recording")
    save(page)
    add_material(page, module_id, "Файл", STEPS[2])
    paper = {"name": "Соседи.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file][name=upload]").set_input_files(paper)
    expect(page.locator("input[type=hidden][name=upload]")).to_have_value(re.compile("."))  # it came ahead
    save(page)
    write_quiz(page, module_id, STEPS[3])

    page.goto(f"/modules/{module_id}/edit")
    look(page, "module")
    page.get_by_role("link", name="Посмотреть как участник").first.click()
    page.wait_for_url("**/preview**")
    seen = page.locator("main").inner_text().replace("\xa0", " ")
    assert all(title in seen for title in STEPS)
    look(page, "preview")
    page.locator("main").get_by_role("link", name=STEPS[0]).first.click()
    assert page.get_by_role("note").get_by_text("Важно").is_visible()

    learner = visitor(width=390)
    sign_in(learner, "volunteer@example.org")
    assert learner.goto(f"/modules/{module_id}/").status == 404
    page.goto(f"/modules/{module_id}/edit")
    publish = page.get_by_role("button", name="Опубликовать модуль")
    publish.click()
    publish.wait_for(state="detached")

    assert learner.goto(f"/modules/{module_id}/").status == 200
    seen = learner.locator("main").inner_text().replace("\xa0", " ")
    assert [title for title in STEPS if title not in seen] == []
    learner.locator("main").get_by_role("link", name=STEPS[1]).first.click()
    learner.get_by_role("button", name="Смотреть здесь").wait_for()
    assert learner.get_by_role("link", name="Первый звонок").is_visible()
    look(learner, "recording of a learner")


def test_pages_of_files_packages_and_carrying_are_accessible_and_narrow(visitor, platform):
    """Those that stand more than two presses from the menu (test_every_page walks to the others)."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        file = db.session.scalars(select(StoredFile).order_by(StoredFile.id)).first()
        package = db.session.scalars(select(Package).order_by(Package.id)).first()
        addresses = [
            "/files/",
            "/files/?unused=1",
            f"/files/{file.id}/replacement",
            f"/packages/new?module_id={package.module_id}",
            f"/packages/{package.id}/edit",
            f"/packages/{package.id}",
            f"/cycles/{package.module.cycle.slug}/copy",
            f"/cycles/{package.module.cycle.slug}/export",
            "/cycles/import",
        ]
    page = visitor()
    sign_in(page, "trainer@example.org")

    for address in addresses:
        assert page.goto(address).status == 200, address
        look(page, address)
