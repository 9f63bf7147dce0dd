"""Whatever a person of the demo can click on opens: links are followed from the front page, as each role."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.extensions import db
from lms.seeds import demo

LINK = re.compile(r'<a\s[^>]*href="([^"]+)"')
# Of many alike, some are enough: /people/1 and /people/2 are one page.
NUMBER = re.compile(r"\d+")
ALIKE = 2


def pages_from(client, first: str = "/"):
    """(address, answer) of every page that can be reached by links."""
    todo, seen, alike = deque([first]), {first}, {}
    while todo:
        address = todo.popleft()
        answer = client.get(address)
        yield address, answer
        if answer.mimetype != "text/html":
            continue
        for link in map(unescape, LINK.findall(answer.text)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            target = f"{parts.path}?{parts.query}".rstrip("?")
            shape = NUMBER.sub("#", target)
            if target in seen or alike.get(shape, 0) >= ALIKE:
                continue
            alike[shape] = alike.get(shape, 0) + 1
            seen.add(target)
            todo.append(target)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("role", ["visitor", *demo.SIGN_INS])
def test_everything_one_can_click_on_opens(school, platform, role, language):
    client = platform.app.test_client()
    if role != "visitor":
        client.sign_in(db.session.scalars(select(Person).where(Person.email == demo.SIGN_INS[role])).unique().one())
    client.set_cookie("language", language)
    broken = []
    number = 0
    for address, answer in pages_from(client):
        number += 1
        if answer.status_code not in {200, 302, 303, 304}:
            broken.append(f"{answer.status_code} {address}")
    print(f"{role}: {number} pages")
    assert broken == []
    assert number > 5
