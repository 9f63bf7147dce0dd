"""The mail server is away for an hour, then it is slow, refuses some for now, some for good, and breaks the line after
DATA.

The clock is moved, the server is a real one on loopback. Everything valid arrives, what is refused for good is tried
once, and no reminder comes after the start of what it reminds of.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from lms.clock import now
from lms.extensions import db
from lms.outbox import actions
from lms.outbox.models import Letter, LetterState
from lms.outbox.topics import Topic
from tests.outbox.conftest import Configure, deliver, message
from tests.smtp import Server, free_port

LETTERS = 200
# Seconds that a slow server takes over a letter: nearly as long as it is waited for.
SLOW, PATIENCE = 1.5, 2


@pytest.mark.slow
def test_everything_valid_arrives_after_an_hour_without_a_mail_server(configure: Configure) -> None:
    port = free_port()
    configure({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, "MAIL_TIMEOUT": PATIENCE})
    tried: Counter[str] = Counter()
    taken: Counter[str] = Counter()

    def answer_recipient(address: str) -> str:
        tried[address] += 1
        number = int(address[1:].partition("@")[0])
        if number % 20 == 7:
            return "550 5.1.1 no such user"
        return "451 come later" if number % 5 == 0 and tried[address] <= 2 else "250 OK"

    def answer_data(address: str) -> str:
        taken[address] += 1
        if int(address[1:].partition("@")[0]) % 50 == 11:
            time.sleep(SLOW)
        return "" if int(address[1:].partition("@")[0]) % 50 == 3 and taken[address] == 1 else "250 taken"

    with time_machine.travel(now(), tick=False) as clock:
        started = time.perf_counter()
        actions.put_all([message(recipient=f"p{n}@lms.test") for n in range(LETTERS)], now=now())
        reminders = {"topic": Topic.REMINDERS, "expires_at": now() + timedelta(minutes=30)}
        actions.put_all([message(recipient=f"r{n}@lms.test", **reminders) for n in range(20)], now=now())
        db.session.commit()
        assert time.perf_counter() - started < 5  # whoever presses the button does not wait for the mail server
        for _minutes in range(0, 60, 5):
            assert deliver() == 0
            clock.shift(timedelta(minutes=5))

        server = Server(port=port)
        server.mailbox.answer_recipient, server.mailbox.answer_data = answer_recipient, answer_data
        with server:
            for _minutes in range(0, 12 * 60, 10):
                deliver()
                clock.shift(timedelta(minutes=10))

    copies = Counter(letter.recipient for letter in server.mailbox.letters)
    refused = {f"p{n}@lms.test" for n in range(LETTERS) if n % 20 == 7}
    assert set(copies) == {f"p{n}@lms.test" for n in range(LETTERS)} - refused
    assert {tried[address] for address in refused} == {1}
    assert max(copies.values()) == 2
    assert sum(copies.values()) - len(copies) == sum(n % 50 == 3 for n in range(LETTERS))
    states = dict(db.session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
    assert states == {
        LetterState.SENT: LETTERS - len(refused),
        LetterState.FAILED: len(refused),
        LetterState.EXPIRED: 20,
    }
    print(
        f"{LETTERS} letters after an hour without a server: {len(copies)} arrived, {len(refused)} refused once, 0 late"
    )
