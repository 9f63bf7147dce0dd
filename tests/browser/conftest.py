"""The real thing: ``flask serve`` with the demo cycle, a real SMTP server on loopback, a real chromium."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.bench.loading import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COMPLETE = bool(os.environ.get("CI") or os.environ.get("LMS_TEST_COMPLETE"))


class Mailbox:
    """What the SMTP server was handed, by recipient."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters += [(recipient, message) for recipient in envelope.rcpt_tos]  # type: ignore[list-item]
        return "250 OK"

    def of(self, recipient: str) -> list[EmailMessage]:
        return [message for to, message in self.letters if to == recipient]

    def wait_for(self, recipient: str, *, subject: str = "", count: int = 1, seconds: float = 30) -> EmailMessage:
        """The newest letter to that address whose subject has the words, waiting for it to arrive."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [message for message in self.of(recipient) if subject in str(message["Subject"])]
            if len(found) >= count:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"no letter «{subject}» came to {recipient}; {len(self.letters)} letters in all")


def links_in(message: EmailMessage) -> list[str]:
    body = message.get_body(("plain",))
    assert body is not None
    return re.findall(r"https?://\S+", body.get_content())


class Platform:
    def __init__(self, address: str, folder: Path, mailbox: Mailbox, process: subprocess.Popen[bytes]) -> None:
        self.address = address
        self.folder = folder
        self.mailbox = mailbox
        self.process = process


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    port = free_port()
    environment = os.environ | {
        "LMS_DATA_FOLDER": str(folder),
        "LMS_DEMO": "true",
        "LMS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LMS_MAIL_SERVER": "127.0.0.1",
        "LMS_MAIL_PORT": str(smtp.port),
        "LMS_UNDO_SECONDS": "0",  # nobody here takes anything back, and letters are waited for
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    _wait_until_it_answers(address, process, folder)
    yield Platform(address, folder, mailbox, process)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    smtp.stop()


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 240  # it makes the demo first, and the machine may be busy
    while time.monotonic() < until:
        assert process.poll() is None, (folder / "server.log").read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the platform did not answer within four minutes")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if COMPLETE:
            pytest.fail("chromium is missing, and this run must be complete")
        pytest.skip("browser tests need chromium: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Any, platform: Platform) -> Iterator[Any]:
    """``visitor(width=390, dark=True)`` is a new page in a browser profile of its own."""
    contexts = []

    def open_browser(*, width: int = 1280, dark: bool = False, javascript: bool = True, locale: str = "ru-RU") -> Any:
        context = browser.new_context(
            base_url=platform.address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale=locale,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
