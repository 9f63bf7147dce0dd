from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.clock import now
from lms.extensions import db
from lms.outbox import actions, worker
from tests.outbox.conftest import message


@pytest.fixture
def tasks(app: Flask) -> Iterator[object]:
    """The queue the worker looks into, empty."""
    huey = app.extensions["huey"]
    huey.flush()
    yield huey
    huey.flush()


def answer_a_request(app: Flask, status: int, *, with_letter: bool) -> None:
    with app.test_request_context("/", method="POST"):
        if with_letter:
            actions.put(message(), now=now())
            db.session.commit()
        app.process_response(app.response_class(status=status))


def test_a_request_that_queued_letters_wakes_the_worker(app: Flask, tasks) -> None:
    answer_a_request(app, 303, with_letter=True)

    assert [task.name for task in tasks.pending()] == ["deliver_letters"]


def test_a_request_without_letters_does_not(app: Flask, tasks) -> None:
    answer_a_request(app, 303, with_letter=False)

    assert tasks.pending_count() == 0


def test_a_request_that_went_wrong_does_not_either(app: Flask, tasks) -> None:
    answer_a_request(app, 500, with_letter=True)

    assert tasks.pending_count() == 0


def test_a_queue_out_of_order_fails_no_request(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_order() -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(app.extensions["huey"], "deliver_letters", out_of_order)

    answer_a_request(app, 303, with_letter=True)


def test_due_letters_are_looked_for_every_minute(app: Flask) -> None:
    huey = worker.make_huey(app)

    for minute in range(60):
        due = huey.read_periodic(datetime(2026, 11, 24, 10, minute))
        assert "deliver_due_letters" in [task.name for task in due]


def test_other_areas_add_work_of_their_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_jobs", {})
    names: list[str] = []

    @worker.every(minute="*/10")
    def remind() -> None:
        names.append(db.engine.dialect.name)

    huey = worker.make_huey(app)
    due = {minute: huey.read_periodic(datetime(2026, 11, 24, 10, minute)) for minute in (5, 10)}

    assert [len(due[minute]) for minute in (5, 10)] == [1, 2]
    for task in due[10]:
        if task.name.endswith("remind"):
            huey.execute(task)
    assert names == [db.engine.dialect.name]


def test_a_worker_says_when_it_was_last_alive(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "DATA_FOLDER", str(tmp_path))
    assert worker.last_seen(app) is None

    (tmp_path / "worker.alive").touch()

    seen = worker.last_seen(app)
    assert seen is not None
    assert now() - seen <= timedelta(seconds=1)
