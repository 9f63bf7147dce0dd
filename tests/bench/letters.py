"""How fast letters are queued, and how fast the worker carries them to a server on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from sqlalchemy import func, select

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.outbox import actions
from lms.outbox.message import Message
from lms.outbox.models import Letter, LetterState
from tests.bench.loading import ROOT, Target, free_port, measure, platform, running
from tests.smtp import Server

QUEUED = 10_000
SENT = 2_000
# An invitation weighs so much: text, HTML, and the calendar twice.
TEXT = "Здравствуйте, Ирина! Приглашаем на встречу «PR и соцсети НКО без бюджета».\n" * 10
HTML = "<p>Здравствуйте, Ирина! Приглашаем на встречу «PR и соцсети НКО без бюджета».</p>\n" * 40
CALENDAR = b"BEGIN:VCALENDAR\r\n" + b"DESCRIPTION:PR for NGOs\r\n" * 60 + b"END:VCALENDAR\r\n"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="lms-letters-") as folder, Server() as server:
        settings = {"DATA_FOLDER": folder, "MAIL_DOMAIN": "lms.test", "SECRET_KEY": "only for measuring " * 3}
        settings |= {"SQLALCHEMY_DATABASE_URI": "", "ASSETS_COMPRESS": False} | server.settings
        app = create_app(settings)
        with app.app_context():
            db.create_all()
            print(f"\n{QUEUED} letters queued in {_queue(QUEUED):.1f} s (budget: 5 s)")
            actions.drop("bench:")
            db.session.commit()
            _queue(SENT)
        settings.pop("SQLALCHEMY_DATABASE_URI")
        print(f"{_letters_a_second(server, settings):.0f} letters a second to a server on loopback, one commit each")


def beside_pages(environment: dict[str, str], cookie: str, seconds: float = 10) -> None:
    """How long a page takes while letters are carried, beside how long it takes before; the sink is another process."""
    mail_port = free_port()
    sink = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{mail_port}", "-c", "aiosmtpd.handlers.Sink"]
    settings = {"LMS_MAIL_SERVER": "127.0.0.1", "LMS_MAIL_PORT": str(mail_port)}
    with running(sink, {}, mail_port), platform(environment | settings) as (port, _pid):
        quiet, busy = (Target("learner's home", port, "/", cookie=cookie) for _ in range(2))
        measure(quiet, seconds)
        app = create_app()
        with app.app_context():
            _queue(QUEUED)
            app.extensions["huey"].deliver_letters()
            time.sleep(1)
            before = _waiting()
            measure(busy, seconds)
            carried = before - _waiting()
    more = busy.p95 / quiet.p95 - 1
    letters = f"{carried / seconds:.0f} letters a second"
    print(f"\nlearner's home: p95 {quiet.p95:.0f} ms, and {busy.p95:.0f} ms while {letters} go")
    print(f"= {more:+.0%} (budget +10 %){'' if more <= 0.1 else '  MISSED'}")


def _waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Letter.state != LetterState.SENT)) or 0


def _queue(number: int) -> float:
    expires_at = now() + timedelta(days=1)
    messages = [
        Message(
            key=f"bench:{n}",
            recipient=f"person{n}@lms.test",
            recipient_name="Ирина Ковалёва",
            subject="Чт, 3 декабря, 15:00 — PR и соцсети НКО без бюджета",
            text=TEXT,
            html=HTML,
            calendar=CALENDAR,
            expires_at=expires_at,
        )
        for n in range(number)
    ]
    started = time.perf_counter()
    actions.put_all(messages, now=now())
    db.session.commit()
    return time.perf_counter() - started


def _letters_a_second(server: Server, settings: dict[str, object]) -> float:
    environment = os.environ | {f"LMS_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.outbox.run_worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    taken = server.mailbox.letters
    try:
        while not taken:
            time.sleep(0.005)
        started, first = time.perf_counter(), len(taken)
        while len(taken) < SENT and time.perf_counter() - started < 60:
            time.sleep(0.005)
        return (len(taken) - first) / (time.perf_counter() - started)
    finally:
        worker.terminate()
        worker.wait(20)


if __name__ == "__main__":
    main()
