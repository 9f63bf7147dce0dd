"""The application that sends through a real SMTP server on loopback, and a builder of messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from lms.clock import now
from lms.extensions import db
from lms.outbox import delivery, post
from lms.outbox.message import Message
from tests.smtp import Server, smtp_server

__all__ = ["smtp_server"]

Configure = Callable[[dict[str, object]], None]

_number = count(1)


def message(**fields: Any) -> Message:
    n = next(_number)
    plain = {
        "key": f"letter:{n}",
        "recipient": f"person{n}@lms.test",
        "recipient_name": "Ирина Ковалёва",
        "subject": "Чт, 3 декабря, 15:00 — PR и соцсети",
        "text": "Здравствуйте, Ирина!\n\nПриглашаем на встречу.\n",
        "html": "<p>Здравствуйте, Ирина!</p>",
        "expires_at": now() + timedelta(days=3),
    }
    return Message(**plain | fields)


def deliver(stop: Callable[[], bool] = lambda: False) -> int:
    """As the worker does, in a process where nobody else has anything open."""
    db.session.commit()
    sent = delivery.deliver(stop)
    db.session.expire_all()
    return sent


@pytest.fixture
def configure(app: Flask) -> Iterator[Configure]:
    """Change settings for one test, as if the application had been started with them (Flask-Mail reads them once)."""
    before = dict(app.config)

    def change(settings: dict[str, object]) -> None:
        app.config.update(settings)
        post.init_app(app)

    yield change
    change(before)


@pytest.fixture
def server(smtp_server: Server, configure: Configure) -> Server:
    """The SMTP server this application sends through."""
    configure(smtp_server.settings)
    return smtp_server
