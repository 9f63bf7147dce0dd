"""Letters that let people in, read as their recipients read them."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import NamedTuple

import pytest
from sqlalchemy import select

from lms.accounts import views
from lms.extensions import db
from lms.outbox.models import Letter


class Received(NamedTuple):
    recipient: str
    subject: str
    text: str
    html: str

    @property
    def path(self) -> str:
        """The link's address on our own site."""
        return re.search(r"https://lms\.test(/\S+)", self.text)[1]

    @property
    def code(self) -> str:
        return re.search(r"^\d{3} \d{3}$", self.text, re.MULTILINE)[0]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """Tests do not wait for answers to take their time; the one about time does."""
    monkeypatch.setattr(views, "LETTER_SECONDS", 0)


@pytest.fixture
def mailbox(app):
    """``mailbox("her@address")`` gives her letters, the oldest first."""

    def letters(address: str) -> list[Received]:
        found = db.session.scalars(select(Letter).where(Letter.recipient == address).order_by(Letter.id)).all()
        return [_read(letter) for letter in found]

    return letters


def _read(letter: Letter) -> Received:
    message = message_from_bytes(letter.mime, policy=policy.default)
    bodies = [message.get_body(preferencelist=(kind,)).get_content() for kind in ("plain", "html")]
    return Received(letter.recipient, message["Subject"], *[body.replace("\r\n", "\n") for body in bodies])
