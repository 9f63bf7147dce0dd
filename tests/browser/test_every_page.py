"""Every kind of page that one can walk to from the menu: nothing for axe to find, nothing that scrolls sideways.

Of pages that differ only by what they are about, the first is looked at, and a page two roles share is looked at once.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_journeys import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST = 25  # pages a role
# The pages of one thing are two presses from the menu, with a list between.
FARTHEST = 2
LINKS = """where => [...document.querySelectorAll(`${where} a[href]`)]
    .filter(link => !link.hasAttribute("download") && link.origin === location.origin)
    .map(link => link.pathname + link.search)"""
TOO_WIDE = "document.documentElement.scrollWidth > 320"


def shape(address: str) -> str:
    """Pages of the same kind have one shape: numbers and what follows the question mark do not count."""
    return re.sub(r"/[^/]*\d[^/]*", "/#", address.partition("?")[0])


def is_a_page(page: Any, address: str) -> bool:
    answer = page.request.get(address, max_redirects=0)
    kept = "attachment" in answer.headers.get("content-disposition", "")
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html") and not kept


def complaints_of(page: Any, address: str) -> list[str]:
    found = []
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for violation in Axe().run(page).response["violations"]:
            where = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{address} {width} {scheme}: {violation['id']} {where}")
    page.set_viewport_size({"width": 320, "height": 900})
    if page.evaluate(TOO_WIDE):
        found.append(f"{address}: scrolls sideways at 320 px")
    return found


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    return set()


@pytest.mark.parametrize("role", ["coordinator", "trainer", "centre", "volunteer"])
def test_every_page_one_can_walk_to_is_accessible_and_narrow(visitor, looked_at, role):
    page = visitor()
    sign_in(page, f"{role}@example.org")
    ahead = deque((address, 0) for address in page.evaluate(LINKS, "header"))
    complaints: list[str] = []
    seen: set[str] = set()
    looks = 0

    while ahead and looks < MOST:
        address, steps = ahead.popleft()
        if shape(address) in seen:
            continue
        seen.add(shape(address))
        if not is_a_page(page, address):
            continue
        page.goto(address)
        if steps < FARTHEST:
            ahead += [(link, steps + 1) for link in page.evaluate(LINKS, "main")]
        if shape(address) not in looked_at or not steps:
            looked_at.add(shape(address))
            complaints += complaints_of(page, address)
            looks += 1

    assert complaints == []
    assert looks > 3
