"""Fetching what people and mail servers send back, from a mailbox over IMAP (RFC 3501). Nothing is deleted there.

Each message is read, committed, and only then marked as seen: whatever breaks in between, it is read once more, and the
same message twice has one effect.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from flask import current_app

from lms.clock import now
from lms.extensions import db
from lms.outbox.worker import every
from lms.sessions.receiving_actions import receive

log = structlog.get_logger()

# A longer message is no answer; its beginning says enough of who wrote it and why.
LONGEST = 1_000_000
AT_ONCE = 200


@every(minute="*/2")
def read_mailbox() -> int:
    """How many messages were read; 0 also where no mailbox is set or its server does not answer."""
    if not current_app.config["IMAP_SERVER"]:
        return 0
    read = 0
    try:
        with _mailbox() as mailbox:
            for number in _unseen(mailbox)[:AT_ONCE]:
                raw = _fetch(mailbox, number)
                if raw:
                    receive(raw, now=now())
                    db.session.commit()
                mailbox.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")
                read += 1
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("mailbox not read", error=type(error).__name__, words=str(error)[:200])
    return read


@contextmanager
def _mailbox() -> Iterator[imaplib.IMAP4]:
    config = current_app.config
    server, port, timeout = config["IMAP_SERVER"], int(config["IMAP_PORT"]), config["MAIL_TIMEOUT"]
    context = ssl.create_default_context()
    mailbox: imaplib.IMAP4
    if config["IMAP_USE_SSL"]:
        mailbox = imaplib.IMAP4_SSL(server, port, ssl_context=context, timeout=timeout)
    else:
        mailbox = imaplib.IMAP4(server, port, timeout=timeout)
    try:
        if config["IMAP_USE_TLS"]:
            mailbox.starttls(ssl_context=context)
        mailbox.login(config["IMAP_USERNAME"] or "", config["IMAP_PASSWORD"] or "")
        status, _answer = mailbox.select(f'"{config["IMAP_FOLDER"]}"')
        if status != "OK":
            raise imaplib.IMAP4.error("there is no such folder")
        yield mailbox
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()


def _unseen(mailbox: imaplib.IMAP4) -> list[str]:
    _status, found = mailbox.uid("SEARCH", "UNSEEN")
    return found[0].decode().split() if found and found[0] else []


def _fetch(mailbox: imaplib.IMAP4, number: str) -> bytes:
    """The message, read without marking it."""
    _status, parts = mailbox.uid("FETCH", number, f"(BODY.PEEK[]<0.{LONGEST}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")
