"""The proof of the outbox: workers die of ``kill -9`` at random moments while letters go to a real SMTP server.

Every letter arrives; a kill costs one extra copy at most, with the same Message-ID; nobody gets three.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.outbox import actions, worker
from lms.outbox.models import Letter, LetterState
from tests.outbox.conftest import message
from tests.smtp import Server

ROOT = Path(__file__).resolve().parents[2]
# A letter is carried in milliseconds, but on a machine busy with other work none must lose its lease to slowness: that
# would be an extra copy without a kill.
LEASE = 10
# `make proof-mail` says how many letters and kills; in the suite there are fewer.
PROOF = tuple(int(number) for number in os.environ.get("LMS_PROOF", "").split())
LETTERS, KILLS = PROOF or (2_000, 50)


@pytest.fixture
def own_app(tmp_path: Path, smtp_server: Server) -> Callable[[str], Flask]:
    """An application with a database and folder of its own, which other processes can open too."""

    def make(uri: str = "") -> Flask:
        settings = {"DATA_FOLDER": str(tmp_path), "SQLALCHEMY_DATABASE_URI": uri, "ASSETS_COMPRESS": False}
        app = create_app(settings | smtp_server.settings | {"OUTBOX_LEASE": LEASE, "MAIL_DOMAIN": "lms.test"})
        with app.app_context():
            db.drop_all()
            db.create_all()
        return app

    return make


class Workers:
    """Worker processes that can be killed, and are started anew."""

    def __init__(self, app: Flask, server: Server, number: int) -> None:
        names = ("DATA_FOLDER", "SQLALCHEMY_DATABASE_URI", "OUTBOX_LEASE", "MAIL_DOMAIN", "SECRET_KEY")
        settings = {name: app.config[name] for name in names} | server.settings
        environment = os.environ | {f"LMS_{name}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "tests.outbox.run_worker"]
        self._nursery = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._workers = [self._ask("start") for _ in range(number)]
        self.kills = 0

    def _ask(self, what: str) -> int:
        print(what, file=self._nursery.stdin, flush=True)
        return int(self._nursery.stdout.readline())

    def kill_one(self) -> None:
        """The one that has worked longest."""
        victim = self._workers.pop(0)
        os.kill(victim, signal.SIGKILL)
        assert self._ask(f"end {victim}") == -signal.SIGKILL
        self.kills += 1
        self._workers.append(self._ask("start"))

    def end(self) -> list[int]:
        for number in self._workers:
            os.kill(number, signal.SIGTERM)
        ends = [self._ask(f"end {number}") for number in self._workers]
        self._nursery.communicate(timeout=20)
        return ends


@contextmanager
def working(app: Flask, server: Server, number: int = 1) -> Iterator[Workers]:
    workers = Workers(app, server, number)
    try:
        yield workers
    finally:
        workers.end()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.05)


def all_sent(app: Flask) -> bool:
    """Asked over and over; each time the worker is woken, as by the requests that go on coming in."""
    app.extensions["huey"].deliver_letters()
    time.sleep(0.3)
    with app.app_context(), db.engine.connect() as connection:
        return not connection.scalar(select(func.count()).where(Letter.state != LetterState.SENT))


def kill_workers_while_letters_go(app: Flask, server: Server, *, letters: int, kills: int, workers: int) -> None:
    """Kills are spread over the letters: each comes at a random moment of its share of them."""
    with app.app_context():
        ids = actions.put_all([message(recipient=f"p{n}@lms.test") for n in range(letters)], now=now())
        db.session.commit()
    share = letters // kills
    with working(app, server, workers) as crew:
        for kill in range(kills):
            wait_for(lambda: len(server.mailbox.letters) > kill * share + random.randrange(share // 2), 180)  # noqa: B023
            time.sleep(random.random() * 0.02)
            crew.kill_one()
        wait_for(lambda: all_sent(app), 180)
        assert crew.kills == kills

    copies = Counter(letter.recipient for letter in server.mailbox.letters)
    assert set(copies) == {f"p{n}@lms.test" for n in range(letters)}, "lost"
    assert copies.total() - letters <= kills
    assert max(copies.values()) <= 2
    contents = {(letter.recipient, letter.content) for letter in server.mailbox.letters}
    assert len(contents) == letters, "a copy differs"
    with app.app_context():
        assert set(db.session.scalars(select(Letter.state))) == {LetterState.SENT}
        assert len(ids) == letters
    print(f"{letters} letters, {kills} kills, {workers} workers: {copies.total() - letters} extra, 0 lost")


@pytest.mark.slow
def test_kills_lose_no_letter(own_app: Callable[..., Flask], smtp_server: Server) -> None:
    kill_workers_while_letters_go(own_app(), smtp_server, letters=LETTERS, kills=KILLS, workers=1)


@pytest.mark.slow
def test_three_workers_on_postgresql_lose_none_either(
    own_app: Callable[..., Flask], smtp_server: Server, postgresql: str
) -> None:
    with sa.create_engine(postgresql, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS lms_kills WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE lms_kills TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"))
    uri = sa.make_url(postgresql).set(database="lms_kills").render_as_string(hide_password=False)

    some = PROOF or (500, 10)
    kill_workers_while_letters_go(own_app(uri), smtp_server, letters=some[0], kills=some[1], workers=3)


@pytest.mark.slow
def test_two_workers_share_the_letters_and_double_none(own_app: Callable[..., Flask], smtp_server: Server) -> None:
    app = own_app()
    with app.app_context():
        actions.put_all([message(recipient=f"p{n}@lms.test") for n in range(300)], now=now())
        db.session.commit()

    with working(app, smtp_server, 2):
        wait_for(lambda: all_sent(app), 30)

    assert Counter(letter.recipient for letter in smtp_server.mailbox.letters).total() == 300


@pytest.mark.slow
def test_a_worker_told_to_end_finishes_its_letter_and_returns(
    own_app: Callable[..., Flask], smtp_server: Server
) -> None:
    app = own_app()
    smtp_server.mailbox.answer_data = lambda address: _sleep(0.5)
    with app.app_context():
        actions.put_all([message() for _ in range(20)], now=now())
        db.session.commit()

    crew = Workers(app, smtp_server, 1)
    wait_for(lambda: len(smtp_server.mailbox.letters) > 0, 20)
    assert crew.end() == [0]

    with app.app_context():
        counts = Counter(db.session.scalars(select(Letter.state)))
    assert counts == {LetterState.SENT: len(smtp_server.mailbox.letters), LetterState.QUEUED: 20 - counts["sent"]}
    assert counts[LetterState.QUEUED] > 0


@pytest.mark.slow
def test_a_letter_leaves_within_two_seconds_of_the_request(own_app: Callable[..., Flask], smtp_server: Server) -> None:
    app = own_app()
    with working(app, smtp_server):
        wait_for(lambda: worker.last_seen(app) is not None, 20)
        time.sleep(2)  # its first look is over, it sleeps as long as it ever does
        with app.test_request_context("/", method="POST"):
            actions.put(message(), now=now())
            db.session.commit()
            app.process_response(app.response_class(status=303))
        wait_for(lambda: len(smtp_server.mailbox.letters) == 1, 2)


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "250 OK"
