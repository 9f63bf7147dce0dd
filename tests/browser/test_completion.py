"""The coordinator's journeys about completion, in a real browser and counted in presses."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from lms.app import create_app
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.progress.actions import complete
from lms.progress.models import How
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import Walker, look, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def coordinator(visitor: Any) -> Walker:
    walker = Walker(visitor())
    sign_in(walker.page, "coordinator@example.org")
    return walker


def test_who_of_a_centre_has_not_done_a_module_and_a_reminder_to_them(platform, coordinator):
    page = coordinator.page
    row = page.locator("tr.group", has=page.locator("th", has_text=re.compile("^Сальск$")))

    coordinator.interactions += 1
    row.locator("td").nth(2).get_by_role("link").click()  # module 3
    coordinator.says(re.compile("Модуль 3 не прош"))
    assert coordinator.interactions <= 2
    look(page, "who has not done it")
    names = [one.split("·")[0].strip() for one in page.locator("tbody th").all_inner_texts()]

    before = coordinator.interactions
    coordinator.press(re.compile("^Напомнить"), within="main")
    look(page, "the letter before it goes")
    coordinator.press(re.compile("^Напомнить"), within="main")
    coordinator.says(re.compile("отправля"))
    assert coordinator.interactions - before == 2
    reminded = page.locator("tbody td[data-label=Напоминали]").all_inner_texts()
    assert len(names) == len(reminded) > 0
    assert "—" not in reminded


@pytest.fixture(scope="session")
def finished(platform: Platform) -> str:
    """A cycle of one text that three people have done; nobody has a certificate of it. Gives its slug."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        cycle = factories.cycle(slug="vesna", title="Весенний цикл", state=State.HIDDEN, hours=8)
        text = factories.material(factories.module(cycle, title="Одна встреча"))
        for n in range(3):
            person = factories.person("Весенняя", f"Анна{n}", email=f"spring{n}@example.org")
            factories.enrolment(person, cycle)
            complete(person, text, How.READ, now=now())
        db.session.commit()
    return "vesna"


def test_certificates_for_all_who_are_ready(platform, coordinator, finished):
    page = coordinator.page
    coordinator.go(f"/progress?cycle={finished}")

    coordinator.press(re.compile("^Готовы к сертификату"), "link")
    assert page.locator("tbody th[scope=row] a").count() == 3
    look(page, "ready for a certificate")
    coordinator.press("Сертификаты", "link", within="main")
    look(page, "register")
    coordinator.press("Выдать 3 сертификата")
    coordinator.says(re.compile("3 сертификата выдано"))

    assert coordinator.interactions == 3
    letter = platform.mailbox.wait_for("spring0@example.org", subject="сертификат")
    assert "Весенний цикл" in letter.get_body(("plain",)).get_content().replace("\u00a0", " ")
    coordinator.go(f"/progress?cycle={finished}&ready=1")
    assert page.locator("tbody th[scope=row] a").count() == 0


def test_a_report_is_signed_off_and_says_the_same_in_four_forms(coordinator):
    page = coordinator.page
    coordinator.press("Отчёт", "link")
    coordinator.fill("starts_on", (now() - timedelta(days=40)).date().isoformat())
    coordinator.fill("ends_on", (now() - timedelta(days=1)).date().isoformat())
    coordinator.press("Показать", within="main")
    look(page, "report")
    coordinator.press("Подписать этот отчёт")
    coordinator.says(re.compile("Отчёт подписан"))
    look(page, "signed report")

    table = page.locator("section[aria-labelledby=p] tbody tr")
    figures = {row.locator("th").inner_text(): row.locator("td").nth(1).inner_text() for row in table.all()}
    assert len(figures) == 10
    files = {}
    for name, ending in (("XLSX", "xlsx"), ("DOCX", "docx"), ("PDF для фонда", "pdf")):
        with page.expect_download() as download:
            coordinator.press(name, "link", within="main")
        files[ending] = Path(download.value.path())
    figures = {plain(name): plain(figure) for name, figure in figures.items()}
    assert figures_of_xlsx(files["xlsx"]) == figures
    assert figures_of_docx(files["docx"]) == figures
    text = plain(" ".join(one.extract_text() for one in PdfReader(files["pdf"]).pages))
    assert [name for name, figure in figures.items() if not re.search(rf"{name} \S+ {figure}\b", text)] == []


def plain(text: str) -> str:
    return re.sub(r"[\s\u2060]+", " ", text).strip()


def figures_of_xlsx(path: Path) -> dict[str, str]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    return {plain(row[0]): f"{row[2]:g}" if isinstance(row[2], float) else plain(row[2]) for row in rows}


def figures_of_docx(path: Path) -> dict[str, str]:
    rows = Document(str(path)).tables[0].rows[1:]
    return {plain(row.cells[0].text): plain(row.cells[2].text) for row in rows}


@pytest.mark.parametrize(
    "address",
    [
        "/progress/weeks", "/progress/centres/salsk", "/progress/people/9", "/progress/people/9/history",
        "/progress/reminder", "/exports/", "/path/history", "/cycles/rc-2026/rules", "/modules/7/rules",
    ],
)  # fmt: skip
def test_the_pages_about_completion_are_accessible_and_narrow(coordinator, address):
    coordinator.go(address)

    look(coordinator.page, address)


def test_a_view_of_the_table_comes_as_a_file(coordinator):
    coordinator.go("/progress?centre=salsk&state=late")

    coordinator.page.get_by_text("Сохранить этот вид").click()
    coordinator.fill("name", "Сальск, отстали")
    coordinator.press("Сохранить", within="main")
    coordinator.press(re.compile(r"^Присылать\s*: Сальск, отстали"), "link")
    look(coordinator.page, "how a view comes")
    coordinator.press("Присылать", within="main")

    coordinator.says(re.compile("будет приходить"))
    look(coordinator.page, "files by themselves")
