"""The main job, walked by people: in a real browser, through a real mail server, counted in presses.

Every page of the walk is also given to axe at 1280 and 390 px, light and dark, and must not scroll sideways.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine
from axe_playwright_python.sync_playwright import Axe

from lms.accounts.models import Role
from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Cycle
from lms.dates import ZONES
from lms.extensions import db
from lms.quizzes.models import QuestionKind
from tests import factories
from tests.browser.conftest import Platform, links_in

pytestmark = pytest.mark.browser

PASSWORD = "masterskaya-demo"


TITLE = "Как рассказать о своём деле"
TEXT = """## С чего начать

Расскажите одну историю: кто пришёл, что изменилось. Одной истории хватает на пост, на заметку и на отчёт.

## Чем закончить

Одной просьбой, которую можно выполнить за неделю.
"""


class Walker:
    """A person at a browser whose interactions are counted: each press, choice and field typed into is one."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.interactions = 0

    def press(self, name: str | re.Pattern[str], role: str = "button", *, within: str = "body") -> None:
        self.interactions += 1
        exact = {} if isinstance(name, re.Pattern) else {"exact": True}
        self.page.locator(within).get_by_role(role, name=name, **exact).first.click()
        self.page.wait_for_load_state()

    def fill(self, field: str, text: str) -> None:
        self.interactions += 1
        self.page.locator(f"[name={field}]").first.fill(text)

    def go(self, address: str) -> None:
        """Open an address, as a link in a letter does."""
        self.page.goto(address)

    def says(self, words: str | re.Pattern[str]) -> None:
        if isinstance(words, re.Pattern):  # short words are tied to the next one by a space that does not break
            words = re.compile(words.pattern.replace(" ", r"\s+"))
        self.page.locator("main").get_by_text(words).first.wait_for()


def sign_in(page: Any, address: str) -> None:
    page.goto("/sign-in/password")
    page.locator("input[type=email]").fill(address)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button.btn-primary").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def look(page: Any, name: str) -> None:
    """axe finds nothing on this page at 1280 and 390 px, light and dark; nothing scrolls sideways at 320."""
    complaints = []
    was = page.viewport_size
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            for violation in Axe().run(page).response["violations"]:
                where = [node["target"] for node in violation["nodes"]][:3]
                complaints.append(f"{name} {width} {scheme}: {violation['id']} {where}")
    page.set_viewport_size({"width": 320, "height": 900})
    if page.evaluate("document.documentElement.scrollWidth") > 320:
        complaints.append(f"{name}: scrolls sideways at 320 px")
    page.set_viewport_size(was)
    page.emulate_media(color_scheme="light")
    assert complaints == []


@pytest.fixture(scope="session")
def ninth_module(platform: Platform) -> int:
    """A ninth module with a quiz of every kind of question, and enough more people to make over a hundred."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        cycle = db.session.scalars(db.select(Cycle)).first()
        for n in range(60):
            person = factories.person("Добавкина", f"Анна{n}", email=f"more{n}@example.org", roles={Role.VOLUNTEER})
            factories.enrolment(person, cycle)
        module = factories.module(cycle, title=TITLE)
        quiz = factories.quiz(module, title="Проверьте себя: рассказ о деле")
        factories.question(
            quiz, right=("Одну историю",), wrong=("Устав", "Список грамот"), text="С чего начать рассказ?"
        )
        factories.question(
            quiz,
            QuestionKind.SEVERAL,
            right=("Пост", "Заметка"),
            wrong=("Смета",),
            text="На что хватает одной истории?",
        )
        factories.question(
            quiz, QuestionKind.TRUE_FALSE, text="Рассказ заканчивают просьбой.", settings={"right": True}
        )
        factories.question(
            quiz, QuestionKind.SHORT, text="Что просят сделать?", settings=factories.accepted("посильное дело")
        )
        factories.question(
            quiz,
            QuestionKind.NUMBER,
            text="За сколько недель?",
            settings=factories.near("1", unit="неделя"),
        )
        db.session.commit()
        return module.id


def daytime_zone() -> str:
    """A zone where it is the middle of the day just now, so that a session of an hour ends before midnight."""
    return next(zone for zone in ZONES if 5 <= now().astimezone(ZoneInfo(zone)).hour <= 20)


def test_the_main_job_from_the_first_press_to_the_exported_file(platform, visitor, ninth_module):
    # --- a coordinator makes a material and a session, and invites over a hundred people ------------------------------
    coordinator = Walker(visitor())
    sign_in(coordinator.page, "coordinator@example.org")
    look(coordinator.page, "overview")
    coordinator.press("Модули", "link")
    coordinator.press(TITLE, "link")
    look(coordinator.page, "module editor")
    coordinator.press("Материал", "link", within="main")
    coordinator.fill("title", "Одна история на все случаи")
    coordinator.fill("body", TEXT)
    look(coordinator.page, "new material")
    coordinator.page.locator("[name=is_published]").check()
    coordinator.interactions += 1
    coordinator.press("Сохранить")
    coordinator.press("Встреча", "link", within="main")
    coordinator.fill("title", TITLE)
    look(coordinator.page, "new session")
    assert coordinator.page.get_by_label(re.compile("Пригласить всех")).is_checked()
    coordinator.press("Опубликовать и пригласить")
    coordinator.says(re.compile("Встреча опубликована"))
    assert coordinator.interactions <= 12
    invited = int(re.sub(r"\D", "", coordinator.page.locator(".tabs b").first.inner_text()))
    assert invited >= 100
    look(coordinator.page, "invitations")
    invitations_page = coordinator.page.url

    # --- each of them gets one letter; the volunteer answers from hers, without a password ---------------------------
    links = links_in(platform.mailbox.wait_for("volunteer@example.org", subject=TITLE))
    assert {link.rpartition("/")[2] for link in links} >= {"yes", "maybe", "no", "join"}
    volunteer = Walker(visitor(width=390))
    door = re.match(r".*/i/[^/]+", links[0]).group()  # type: ignore[union-attr]
    volunteer.go(f"{door}/yes")
    look(volunteer.page, "answer from the letter")
    volunteer.press("Подтвердить: приду")
    assert volunteer.interactions == 1
    look(volunteer.page, "letter page")

    # --- the session is moved to now; she enters with one press and is written down as present -----------------------
    zone = daytime_zone()
    start = now().astimezone(ZoneInfo(zone)) + timedelta(minutes=10)
    coordinator.go(invitations_page.removesuffix("/invitations").split("/invitations")[0] + "/edit")
    coordinator.fill("day", start.strftime("%Y-%m-%d"))
    coordinator.fill("starts", start.strftime("%H:%M"))
    coordinator.fill("ends", (start + timedelta(hours=1)).strftime("%H:%M"))
    coordinator.page.locator("[name=zone]").select_option(zone)
    coordinator.fill("room_url", f"{platform.address}/help")
    look(coordinator.page, "session edit")
    with coordinator.page.expect_navigation():
        coordinator.press(re.compile("Сохранить"), within="main")
    platform.mailbox.wait_for("volunteer@example.org", subject=TITLE, count=2)
    volunteer.go(f"{door}/join")
    look(volunteer.page, "entering from the letter")
    volunteer.press("Войти на встречу")
    volunteer.page.wait_for_url("**/help")

    # --- she reads and takes the quiz, still without a password -------------------------------------------------------
    volunteer.go(door)
    volunteer.press("Одна история на все случаи")
    look(volunteer.page, "material")
    volunteer.press(re.compile("^Прочитано"))
    volunteer.go(door)
    volunteer.press("Перейти к тесту")
    look(volunteer.page, "quiz start")
    volunteer.press("Начать тест")
    look(volunteer.page, "quiz")
    page = volunteer.page
    page.get_by_label("Одну историю").check()
    page.get_by_label("Пост").check()
    page.get_by_label("Заметка").check()
    page.get_by_label("Верно", exact=True).check()
    page.locator("#q4 input.form-control").fill("Посильное дело")
    page.locator("#q5 input.form-control").fill("1")
    page.get_by_text("5 из 5").first.wait_for()
    volunteer.press("Сдать тест")
    volunteer.says("Тест сдан")
    volunteer.says(re.compile("100"))
    look(volunteer.page, "quiz result")

    # --- the coordinator sees it in the matrix and in both files -----------------------------------------------------
    coordinator.go("/progress?open=salsk")
    row = coordinator.page.get_by_role("row", name=re.compile("Ковалёва"))
    assert row.locator("td").nth(8).get_attribute("data-s") == "done"
    look(coordinator.page, "matrix")
    for name, read in (("Скачать для Excel", read_xlsx), ("CSV", read_csv)):
        with coordinator.page.expect_download() as download:
            coordinator.press(name, "link")
        table = read(download.value.path())
        (hers,) = [line for line in table if any("Ковалёва" in str(cell) for cell in line)]
        head = next(line for line in table if any(TITLE in str(cell) for cell in line))
        column = next(index for index, cell in enumerate(head) if TITLE in str(cell))
        assert hers[column] == "пройден"


def read_xlsx(path: str) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def read_csv(path: str) -> list[list[Any]]:
    text = Path(path).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))
