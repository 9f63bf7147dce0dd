"""How fast letters are queued, and how fast the worker carries them to a server on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.outbox import actions
from lms.outbox.message import Message
from tests.bench.loading import ROOT
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
