"""DKIM, checked by dkimpy's own verifier."""

from __future__ import annotations

from datetime import timedelta

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from lms.clock import now
from lms.outbox import actions, signing
from lms.outbox.models import LetterState
from tests.outbox.conftest import deliver, message

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def record(name: bytes, timeout: int = 5) -> bytes:
    """What DNS would say."""
    assert name == b"lms2026._domainkey.example.org."
    lines = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().splitlines()
    return f"v=DKIM1; k=rsa; p={''.join(lines[1:-1])}".encode()


@pytest.fixture
def signed(configure, server):
    configure({"DKIM_SELECTOR": "lms2026", "DKIM_KEY": PEM})
    return server.mailbox


def test_a_letter_leaves_signed_and_its_signature_is_good(signed):
    actions.put(message(headers={"List-Unsubscribe": "<https://lms.test/u>"}), now=now())

    assert deliver() == 1

    content = signed.letters[0].content
    assert dkim.verify(content, dnsfunc=record)
    assert not dkim.verify(content.replace(b"Subject: ", b"Subject: X"), dnsfunc=record)
    assert not dkim.verify(content.replace(b"/lms.test/u", b"/evil.test/u"), dnsfunc=record)


def test_every_try_is_the_same_letter_byte_for_byte(signed):
    letter = actions.put(message(), now=now())
    answers = iter(["", "250 taken"])
    signed.answer_data = lambda address: next(answers)  # the line breaks after the letter was taken

    deliver()
    letter.next_try_at = now() - timedelta(seconds=1)
    deliver()

    first, second = [received.content for received in signed.letters]
    assert first == second
    assert letter.state is LetterState.SENT


def test_a_letter_sent_again_is_signed_anew(signed):
    letter = actions.put(message(), now=now())
    deliver()

    actions.send_again(letter, now=now(), recipient="other@lms.test")
    deliver()

    again = signed.letters[1].content
    assert again.count(b"DKIM-Signature") == 1
    assert dkim.verify(again, dnsfunc=record)


def test_a_key_that_is_none_is_said_and_no_letter_leaves_unsigned(signed, configure):
    configure({"DKIM_KEY": "/no/such/file"})
    letter = actions.put(message(), now=now())

    assert deliver() == 0

    assert signed.letters == []
    assert (letter.state, letter.attempts) == (LetterState.QUEUED, 0)
    assert letter.last_answer.startswith("letters cannot be signed")


def test_without_the_settings_nothing_is_signed(server):
    actions.put(message(), now=now())
    deliver()

    assert not signing.is_signed(server.mailbox.letters[0].content)
