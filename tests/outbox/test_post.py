"""STARTTLS with and without a certificate to trust, and signing in, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.outbox import post
from lms.outbox.post import Unreachable
from tests.outbox.conftest import Configure
from tests.smtp import Server, free_port

pytestmark = pytest.mark.usefixtures("app")


def carry() -> str:
    with post.carrier() as way_out:
        return way_out.carry(1, "a@lms.test", b"Subject: x\r\n\r\ny\r\n", seconds=10, leaving=lambda: None)


def test_a_certificate_nobody_vouches_for_is_not_accepted(tls_server: Server) -> None:
    with pytest.raises(Unreachable, match="certificate verify failed"):
        carry()
    assert tls_server.mailbox.letters == []


def test_a_trusted_certificate_is(
    tls_server: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    assert carry() == "250 taken"
    assert len(tls_server.mailbox.letters) == 1


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(smtp_server: Server, configure: Configure) -> None:
    configure(smtp_server.settings | {"MAIL_USE_TLS": True})

    with pytest.raises(Unreachable, match="STARTTLS"):
        carry()
    assert smtp_server.mailbox.letters == []


def test_a_password_is_given_only_where_the_server_asks_for_one(smtp_server: Server, configure: Configure) -> None:
    configure(smtp_server.settings | {"MAIL_USERNAME": "shkola", "MAIL_PASSWORD": "secret"})

    with pytest.raises(Unreachable, match="AUTH"):
        carry()


def test_nobody_listening_is_no_letters_fault(configure: Configure) -> None:
    configure({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": free_port()})

    with pytest.raises(Unreachable, match="ConnectionRefusedError"):
        carry()
