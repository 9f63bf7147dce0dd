"""A small IMAP server on loopback (RFC 3501): one mailbox, enough of the protocol for a client that reads it."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest


class Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.seen: set[int] = set()
        super().__init__(("127.0.0.1", 0), Talk)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "IMAP_SERVER": "127.0.0.1",
            "IMAP_PORT": self.server_address[1],
            "IMAP_USE_SSL": False,
            "IMAP_USERNAME": "lms",
            "IMAP_PASSWORD": "secret",
        }


class Talk(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline().strip():
            tag, _, command = line.partition(b" ")
            words = command.upper().split()
            answer = self._answer(words, command)
            self._say(tag + b" " + answer)
            if words[0] == b"LOGOUT":
                return

    def _answer(self, words: list[bytes], command: bytes) -> bytes:
        if words[0] == b"CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif words[0] == b"LOGIN" and command != b'LOGIN lms "secret"':
            return b"NO who are you"
        elif words[0] == b"SELECT":
            self._say(b"* %d EXISTS" % len(self.server.messages))
            return b"OK [READ-WRITE] selected"
        elif words[:2] == [b"UID", b"SEARCH"]:
            unseen = [n for n in range(1, len(self.server.messages) + 1) if n not in self.server.seen]
            self._say(b"* SEARCH" + b"".join(b" %d" % n for n in unseen))
        elif words[:2] == [b"UID", b"FETCH"]:
            number = int(words[2])
            content = self.server.messages[number - 1]
            self.wfile.write(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (number, number, len(content), content))
        elif words[:2] == [b"UID", b"STORE"] and re.search(rb"\\SEEN", command.upper()):
            self.server.seen.add(int(words[2]))
        return b"OK done"

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@pytest.fixture
def imap_server() -> Iterator[Mailbox]:
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
