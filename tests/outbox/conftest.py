"""The application that sends through a real SMTP server on loopback, and a builder of messages."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("tests of TLS make a certificate with the openssl command, which is not installed")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.fixture
def tls_server(certificate: tuple[Path, Path], configure: Configure) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Server(tls=context) as server:
        configure(server.settings | {"MAIL_USE_TLS": True})
        yield server
