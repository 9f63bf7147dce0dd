"""The two questions the self-check asks of the network, only when its buttons are pressed: DNS, and the mail server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from lms.display import day
from lms.later import later
from lms.outbox.post import Unreachable, post
from lms.outbox.self_check import LOCAL, Finding, Unasked

# For one question. Whoever pressed the button looks at the page meanwhile.
SECONDS = 3
resolver, exception = later("dns.resolver"), later("dns.exception")
ENDS_SOON = timedelta(days=14)


class Dns:
    """The resolver of this machine."""

    def texts(self, name: str) -> list[str]:
        try:
            answer = resolver.resolve(f"{name}.", "TXT", lifetime=SECONDS, search=False)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return []
        except (exception.DNSException, OSError) as error:
            raise Unasked(" ".join(str(error).split())) from error
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


@dataclass(frozen=True)
class Line:
    """What was agreed on with the mail server; ``version`` is empty where nothing is encrypted."""

    version: str = ""
    cipher: str = ""
    until: datetime | None = None
    offers_tls: bool = False


def mail_server(now: datetime) -> Finding:
    """Connect as a letter would, sign in, and hang up."""
    connection = post.connect()
    connection.patience = SECONDS
    try:
        with connection:
            host = connection.configure_host()
            return said(_line(host.sock, host.has_extn("starttls")), now)
    except Unreachable as error:
        return not_reached(str(error))


def said(line: Line, now: datetime) -> Finding:
    if not line.version:
        return _in_the_open(line)
    state, word, sentence = "done", _("Encrypted"), _("The server answers, and its certificate is trusted.")
    if line.until is not None and line.until - now < ENDS_SOON:
        state, word = "wait", _("The certificate ends soon")
        sentence = _("Renew it, or letters will stop that day.")
    until = _("It is good until %(day)s.", day=day(line.until)) if line.until else ""
    return Finding(state, word, f"{until} {sentence}".strip(), f"{line.version}, {line.cipher}")


def not_reached(error: str) -> Finding:
    """The kind sentence for what a connection failed of; the error itself stands beside it."""
    signs = (
        ("CERTIFICATE_VERIFY_FAILED", _("Its certificate is not trusted, so no letter is given to it.")),
        ("STARTTLS", _("It offers no encryption, which LMS_MAIL_USE_TLS asks for.")),
        ("WRONG_VERSION_NUMBER", _("It does not speak TLS on this port. Check LMS_MAIL_PORT and LMS_MAIL_USE_SSL.")),
        ("53", _("It does not accept LMS_MAIL_USERNAME and LMS_MAIL_PASSWORD.")),
    )
    usual = _("It does not answer. Check LMS_MAIL_SERVER, LMS_MAIL_PORT, and whether this machine may reach it.")
    sentence = next((words for sign, words in signs if sign in error and (sign != "53" or error[:2] == sign)), usual)
    return Finding("late", _("No connection"), sentence, error)


def _in_the_open(line: Line) -> Finding:
    if str(current_app.config["MAIL_SERVER"]).lower() in LOCAL:
        return Finding("done", _("Answers"), _("Not encrypted, and need not be: it stands on this machine."))
    if line.offers_tls:
        return Finding("wait", _("Not encrypted"), _("The server offers encryption: set LMS_MAIL_USE_TLS."))
    return Finding("wait", _("Not encrypted"), _("Letters and the password can be read on their way to the server."))


def _line(sock: Any, offers_tls: bool) -> Line:
    if not isinstance(sock, ssl.SSLSocket):
        return Line(offers_tls=offers_tls)
    certificate, cipher = sock.getpeercert() or {}, sock.cipher()
    ends = certificate.get("notAfter")
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
    return Line(sock.version() or "", cipher[0] if cipher else "", until, offers_tls)
