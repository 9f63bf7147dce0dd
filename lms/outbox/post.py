"""The way out of the house: an SMTP server through Flask-Mail, or a folder of .eml files where no server is set.

Flask-Mail's own connection checks no certificate and waits without end; ours checks, and gives up in time. It carries
the bytes of a letter's row as they are, so every try is the same letter.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import flask_mail
from flask import Flask, current_app

from lms.outbox.message import address_for_mail

KEPT = "kept as a file:"


class Refused(Exception):
    """This letter was not taken. ``final``: the server will not change its mind, so nobody asks again.

    ``trouble``: it looks like the server's own trouble rather than this letter's (the line broke, no sender welcome).
    """

    def __init__(self, answer: str, *, final: bool = False, trouble: bool = False) -> None:
        super().__init__(answer)
        self.answer = answer
        self.final = final
        self.trouble = trouble


class Unreachable(Exception):
    """There is no server to talk to, or it would not let us in: no letter's fault."""


class Carrier(Protocol):
    def carry(
        self, letter_id: int, recipient: str, mime: bytes, *, seconds: float, leaving: Callable[[], object]
    ) -> str:
        """Hand one letter over within that many seconds and give what was answered, or raise one of the above.

        ``leaving`` is called when from now on it may arrive, and not be told of.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Connection(flask_mail.Connection):
    """One SMTP connection for many letters, opened with the first and again after it broke."""

    host: smtplib.SMTP | None
    # Seconds to wait for an answer while connecting, where somebody looks on; else MAIL_TIMEOUT.
    patience: float | None = None

    def __enter__(self) -> Self:
        self.host = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except OSError:
                self._hang_up()

    def configure_host(self) -> smtplib.SMTP:
        mail, config = self.mail, current_app.config
        context = ssl.create_default_context()
        # Named here, or smtplib would ask the network for our name and may wait long.
        how = {"local_hostname": config["MAIL_DOMAIN"], "timeout": self.patience or config["MAIL_TIMEOUT"]}
        try:
            if mail.use_ssl:
                self.host = smtplib.SMTP_SSL(mail.server, mail.port, context=context, **how)
            else:
                self.host = smtplib.SMTP(mail.server, mail.port, **how)
            if mail.use_tls:
                self.host.starttls(context=context)
            if mail.username and mail.password:
                self.host.login(mail.username, mail.password)
            self.host.ehlo_or_helo_if_needed()
        except OSError as error:  # smtplib's own errors are OSErrors too
            self._hang_up()
            raise Unreachable(_words(error)) from error
        return self.host

    def carry(
        self, letter_id: int, recipient: str, mime: bytes, *, seconds: float, leaving: Callable[[], object]
    ) -> str:
        ends = time.monotonic() + seconds
        recipient = address_for_mail(recipient)
        if self.host is not None:
            try:
                self._announce(self.host, recipient, ends)
                return self._hand_over(self.host, mime, ends, leaving)
            except _HungUp:
                # The server was tired of a connection that had been used or idle; nothing was sent over it yet.
                self._hang_up()
        host = self.configure_host()
        try:
            self._announce(host, recipient, ends)
        except _HungUp as error:
            self._hang_up()
            raise Refused(str(error), trouble=True) from error
        return self._hand_over(host, mime, ends, leaving)

    def _announce(self, host: smtplib.SMTP, recipient: str, ends: float) -> None:
        """MAIL FROM and RCPT TO. No letter has left the house before both are accepted."""
        options = [] if recipient.isascii() else ["SMTPUTF8"]
        try:
            self._wait_until(host, ends)
            code, answer = host.mail(current_app.config["MAIL_DEFAULT_SENDER"], options)
            if code == 421:
                raise _HungUp(_said(code, answer))
            if code != 250:
                host.rset()
                raise Refused(_said(code, answer), trouble=True)
            self._wait_until(host, ends)
            code, answer = host.rcpt(recipient)
            if code == 421:
                raise _HungUp(_said(code, answer))
            if code not in {250, 251}:
                host.rset()
                raise Refused(_said(code, answer), final=code >= 500)
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(_words(error), final=True) from error
        except OSError as error:
            raise _HungUp(_words(error)) from error

    def _hand_over(self, host: smtplib.SMTP, mime: bytes, ends: float, leaving: Callable[[], object]) -> str:
        try:
            self._wait_until(host, ends)
            leaving()
            code, answer = host.data(mime)
        except smtplib.SMTPDataError as error:
            raise self._not_taken(error) from error
        except OSError as error:
            self._hang_up()
            raise Refused(_words(error), trouble=True) from error
        if code != 250:
            raise self._not_taken(smtplib.SMTPDataError(code, answer))
        return _said(code, answer)

    def _not_taken(self, error: smtplib.SMTPDataError) -> Refused:
        if error.smtp_code == 421:
            self._hang_up()
        return Refused(_words(error), final=error.smtp_code >= 500, trouble=error.smtp_code == 421)

    def _wait_until(self, host: smtplib.SMTP, ends: float) -> None:
        left = min(ends - time.monotonic(), float(current_app.config["MAIL_TIMEOUT"]))
        if left <= 0 or host.sock is None:
            raise TimeoutError("the mail server took too long")
        host.sock.settimeout(left)

    def _hang_up(self) -> None:
        if self.host is not None:
            self.host.close()
        self.host = None


class Folder:
    """Where no SMTP server is set: every letter becomes a file that a mail program can open."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def carry(
        self, letter_id: int, recipient: str, mime: bytes, *, seconds: float, leaving: Callable[[], object]
    ) -> str:
        target = self.path / f"{letter_id}.eml"
        being_written = target.with_suffix(".part")
        try:
            being_written.write_bytes(mime)
            being_written.replace(target)
        except OSError as error:  # a full disk
            raise Unreachable(_words(error)) from error
        return f"{KEPT} {self.path.name}/{target.name}"


class Post(flask_mail.Mail):
    """Flask-Mail, with our own connection."""

    def connect(self) -> Connection:
        return Connection(current_app.extensions["mail"])


post = Post()


def carrier() -> Carrier:
    """Whoever carries letters in this installation, to be used in a ``with``."""
    return post.connect() if has_server() else Folder(folder())


def has_server() -> bool:
    return bool(current_app.config["MAIL_SERVER"])


def folder() -> Path:
    """Where letters are kept when there is no server."""
    return Path(current_app.config["DATA_FOLDER"]) / "letters"


def init_app(app: Flask) -> None:
    post.init_app(app)


class _HungUp(Exception):
    """The connection ended before any letter was handed over."""


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:1000]


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:1000]
