"""The main job, walked by people: in a real browser, through a real mail server, counted in presses.

Every page of the walk is also given to axe at 1280 and 390 px, light and dark, and must not scroll sideways.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.quizzes.models import QuestionKind, Quiz
from tests import factories
from tests.browser.conftest import Platform, links_in

pytestmark = pytest.mark.browser

PASSWORD = "masterskaya-demo"


class Walker:
    """A person at a browser whose presses are counted. Typing into a field is one interaction, so is pressing."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.interactions = 0

    def press(self, name: str | re.Pattern[str], role: str = "button") -> None:
        self.interactions += 1
        self.page.get_by_role(role, name=name).first.click()
        self.page.wait_for_load_state()

    def fill(self, label: str, text: str) -> None:
        self.interactions += 1
        self.page.get_by_label(label, exact=True).first.fill(text)

    def go(self, address: str) -> None:
        self.page.goto(address)

    def says(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


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
    page.emulate_media(color_scheme=None)
    assert complaints == []


@pytest.fixture(scope="session")
def hundred(platform: Platform) -> list[str]:
    """As many more people as make a hundred and ten in the cycle; the addresses of all."""
    app = create_app({"DATA_FOLDER": str(platform.folder), "ASSETS_COMPRESS": False})
    with app.app_context():
        cycle = db.session.scalars(db.select(Cycle)).first()
        for n in range(60):
            person = factories.person("Добавкина", f"Анна{n}", email=f"more{n}@example.org", roles={Role.VOLUNTEER})
            factories.enrolment(person, cycle)
        db.session.commit()
        return list(db.session.scalars(db.select(Person.email)))


def test_the_main_job_from_invitation_to_report(platform, visitor, hundred):
    coordinator = Walker(visitor())
    sign_in(coordinator.page, "coordinator@example.org")

    # A session is made and a hundred people are invited in twelve interactions at the most.
    coordinator.press("Встречи", "link")
    coordinator.press("Новая встреча", "link")
    look(coordinator.page, "new session")
    coordinator.fill("Тема", "Как рассказать о своём деле")
    coordinator.page.locator("select[name=module]").select_option(index=7)
    coordinator.interactions += 1
    button = coordinator.page.get_by_label(re.compile("Пригласить всех"))
    assert button.is_checked()
    coordinator.press("Опубликовать и пригласить")
    coordinator.says("Встреча опубликована")
    assert coordinator.interactions <= 12
    look(coordinator.page, "invitations")
    invited = int(re.sub(r"\D", "", coordinator.page.locator(".tabs b").first.inner_text()))
    assert invited >= 100

    # Each of them gets one letter, and the volunteer goes in by hers without a password.
    letter = platform.mailbox.wait_for("volunteer@example.org", subject="Как рассказать о своём деле")
    answer = next(link for link in links_in(letter) if link.endswith("/yes"))
    volunteer = Walker(visitor(width=390))
    volunteer.go(answer)
    look(volunteer.page, "answer from the letter")
    volunteer.press(re.compile("Подтвердить"))
    volunteer.says("Приду")
    look(volunteer.page, "letter page")
    assert volunteer.interactions == 1
