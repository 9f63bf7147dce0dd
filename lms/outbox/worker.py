"""The background worker. huey only wakes it: which letters go is decided by their rows, so nothing hangs on a task.

A request that queued letters leaves a task behind (``after_request``); every minute the same work is done anyway, which
finds retries, letters of commands, and whatever a crash left. Other areas add work of their own with ``every``.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, current_app
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from lms.extensions import db
from lms.outbox import delivery

log = structlog.get_logger()

# Seconds a worker that is told to end has for the letter in its hands; a silent mail server may need more.
FINISH_WITHIN = 10

Job = Callable[[], object]
_jobs: dict[str, tuple[Job, dict[str, str]]] = {}


def every(**schedule: str) -> Callable[[Job], Job]:
    """``@every(minute="*/10")``: the worker calls the function then, in the application's context (crontab's words)."""

    def note(job: Job) -> Job:
        _jobs[f"{job.__module__}.{job.__qualname__}"] = (job, schedule or {"minute": "*"})
        return job

    return note


def make_huey(app: Flask, stop: Callable[[], bool] = lambda: False) -> SqliteHuey:
    """The queue of this installation with all its tasks; web and worker processes each make their own."""
    huey = SqliteHuey("lms", filename=str(Path(app.config["DATA_FOLDER"]) / "tasks.sqlite"), results=False)

    def deliver_letters() -> None:
        with app.app_context():
            delivery.deliver(stop)

    huey.deliver_letters = huey.task(name="deliver_letters")(deliver_letters)
    huey.periodic_task(crontab(minute="*"), name="deliver_due_letters")(deliver_letters)
    for name, (job, schedule) in _jobs.items():
        huey.periodic_task(crontab(**schedule), name=name)(_in_context(app, job))
    return huey


def run(app: Flask) -> None:
    """Work until SIGINT or SIGTERM, then finish the letter in hand and return. Call it in a process's main thread."""
    with app.app_context():
        db.engine.dispose(close=False)  # connections do not survive a fork
    consumer = _Worker(app)
    consumer.huey.deliver_letters()  # whatever lies there from before
    consumer.run()


def last_seen(app: Flask) -> datetime | None:
    """When a worker of this installation last said that it lives (every ten seconds); None if never."""
    sign = _sign_of_life(app)
    return datetime.fromtimestamp(sign.stat().st_mtime, UTC).replace(microsecond=0) if sign.exists() else None


class _Worker(Consumer):
    """One thread, so no two deliveries run at once in a process. Either signal lets it finish what it has in hand."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        huey = make_huey(app, self._is_stopping)
        super().__init__(huey, workers=1, initial_delay=0.1, max_delay=0.5, shutdown_timeout=FINISH_WITHIN)

    def _is_stopping(self) -> bool:
        return bool(self.stop_flag.is_set())

    def start(self) -> None:
        super().start()
        # huey would start the whole program anew when its terminal closes.
        finish = signal.getsignal(signal.SIGTERM)
        if callable(finish) and hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda _number, frame: finish(signal.SIGTERM, frame))
        _sign_of_life(self.app).touch()

    def stop(self, graceful: bool = False) -> None:
        super().stop(graceful=True)

    def check_worker_health(self) -> Any:
        _sign_of_life(self.app).touch()
        return super().check_worker_health()


def _sign_of_life(app: Flask) -> Path:
    return Path(app.config["DATA_FOLDER"]) / "worker.alive"


def _in_context(app: Flask, job: Job) -> Job:
    def work() -> None:
        with app.app_context():
            job()

    return work


def _wake(response: Response) -> Response:
    """After an answer that was not an error, tell the worker of the letters that were queued on the way."""
    if db.session.info.pop("letters", False) and response.status_code < 400:
        try:
            current_app.extensions["huey"].deliver_letters()
        except sqlite3.Error as error:  # the letters are safe in their rows; within a minute they are found there
            log.warning("worker not woken", error=str(error))
    return response


def init_app(app: Flask) -> None:
    app.extensions["huey"] = make_huey(app)
    app.after_request(_wake)
