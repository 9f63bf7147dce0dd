"""A session made as a copy, invited to in a few presses; a guest answers from the letter, waits, and gets a seat."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import Platform, links_in
from tests.browser.test_journeys import Walker, look, sign_in

pytestmark = pytest.mark.browser

TITLE = "Мастерская на одно место"
GUEST = "gosteva@example.net"


def say(page: Any, letter: Any, answer: str, button: str) -> None:
    """Open the letter's link to that answer, and confirm it."""
    page.goto(next(link for link in links_in(letter) if link.endswith(f"/{answer}")))
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def test_a_guest_waits_for_a_seat_and_gets_it(visitor: Any, platform: Platform) -> None:
    page = visitor()
    sign_in(page, "coordinator@example.org")
    coordinator = Walker(page)
    page.goto("/sessions/")
    coordinator.press("Новая встреча", "link")
    coordinator.fill("title", TITLE)
    coordinator.fill("capacity", "1")
    # Of which cycle: the session made last, which it starts from, may be of another.
    page.locator("[name=module_id]").select_option(label="Школа ресурсных центров — 2026: вне модулей")
    page.locator("[name=audience]").select_option("cycle")
    coordinator.interactions += 2
    coordinator.press(re.compile("Опубликовать и пригласить"))
    coordinator.says(re.compile("Если всё верно|Встреча опубликована"))
    if "/new" in page.url:
        # Of another cycle other people were counted before: so many more are worth a second press.
        coordinator.press(re.compile("Опубликовать и пригласить"))
    coordinator.says(re.compile("Встреча опубликована"))
    assert coordinator.interactions <= 8
    invitations = page.url
    look(page, "invitations")

    page.goto(invitations.split("?")[0] + "/new")
    page.locator("[name=everybody]").uncheck() if page.locator("[name=everybody]").count() else None
    coordinator.fill("people", f"Анна Гостева <{GUEST}>")
    coordinator.press("Показать, кто получит")
    page.locator("[name=guests]").check()
    coordinator.press("Показать, кто получит")
    coordinator.press(re.compile("Пригласить 1"))

    first, guest = visitor(width=390), visitor(width=390)
    say(first, platform.mailbox.wait_for("volunteer@example.org", subject=TITLE), "yes", "Подтвердить: приду")
    say(guest, platform.mailbox.wait_for(GUEST, subject=TITLE), "yes", "Подтвердить: приду")
    Walker(guest).says(re.compile("Вы в листе ожидания, первые"))
    look(guest, "waiting")

    say(first, platform.mailbox.wait_for("volunteer@example.org", subject=TITLE), "no", re.compile("Подтвердить"))
    letter = platform.mailbox.wait_for(GUEST, subject="Для вас есть место")
    guest.goto(next(link for link in links_in(letter) if link.endswith("/yes")).removesuffix("/yes"))
    assert guest.get_by_role("button", name="Приду").get_attribute("aria-pressed") == "true"
    assert guest.get_by_text(re.compile("в листе ожидания")).count() == 0
