"""A real SMTP server on loopback that keeps what it is given and refuses what it is told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Received:
    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.content, policy=default))

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Mailbox:
    """What the server does. ``answer_recipient`` and ``answer_data`` may be replaced: address → SMTP answer.

    An answer of "" breaks the connection instead: after RCPT nothing was taken, after DATA the letter was.
    """

    def __init__(self) -> None:
        self.letters: list[Received] = []
        self.connections = 0
        self.answer_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.answer_data: Callable[[str], str] = lambda address: "250 taken"
        self.answer_sender: Callable[[str], str] = lambda address: "250 OK"

    def to(self, address: str) -> list[Received]:
        return [letter for letter in self.letters if letter.recipient == address]

    # --- called by aiosmtpd ---
    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answer_sender(address)
        if answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self._say(server, answer)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answer_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._say(server, answer)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (recipient,) = envelope.rcpt_tos
        answer = self.answer_data(recipient)
        if not answer or answer.startswith("250"):
            self.letters.append(Received(envelope.mail_from, recipient, envelope.content))
        return self._say(server, answer)

    def _say(self, server: Any, answer: str) -> str:
        if not answer:
            server.transport.abort()
        return answer or "451 gone"


class Server:
    """``with Server() as server``: ``server.settings`` go into the application's configuration."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.mailbox = Mailbox()
        self.port = port or free_port()
        self._controller = Controller(
            self.mailbox, hostname="127.0.0.1", port=self.port, tls_context=tls, data_size_limit=10_000_000
        )

    @property
    def settings(self) -> dict[str, object]:
        return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": self.port}

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        """Close the door and hang up on everybody who is inside."""
        loop = self._controller.loop

        async def hang_up() -> None:
            for task in asyncio.all_tasks(loop):
                if task is not asyncio.current_task():
                    task.cancel()

        asyncio.run_coroutine_threadsafe(hang_up(), loop).result(5)
        self._controller.stop()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp_server() -> Iterator[Server]:
    with Server() as server:
        yield server
