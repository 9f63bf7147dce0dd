"""«Сохранено» means committed: the real server is killed again and again while people answer."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.quizzes.models import Answer, QuestionKind
from tests import factories
from tests.bench.loading import free_port

ROOT = Path(__file__).resolve().parents[2]
# Small enough for every day; LMS_PROOF=full is what is promised: 10,000 saves by 50 clients, 50 kills.
PEOPLE, QUESTIONS, KILLS = (50, 200, 50) if os.environ.get("LMS_PROOF") == "full" else (20, 100, 10)
KINDS = {
    QuestionKind.SHORT: {"accepted": [{"text": "да", "share": 100, "feedback": ""}]},
    QuestionKind.ESSAY: {},
    QuestionKind.MATCHING: {"pairs": [{"left": "а", "right": "б"}, {"left": "в", "right": "г"}]},
    QuestionKind.ORDERING: {"items": ["раз", "два", "три"]},
    QuestionKind.GAPS: {"gaps": [{"kind": "short"}, {"kind": "number"}]},
}


def answer_to(kind: QuestionKind, text: str) -> Any:
    """Something to give to a question of that kind, telling where the kind lets it."""
    match kind:
        case QuestionKind.MATCHING:
            return ["г", "б"]
        case QuestionKind.ORDERING:
            return ["три", "раз", "два"]
        case QuestionKind.GAPS:
            return [text, None]
    return text


class Server:
    """gunicorn with two workers on a loopback port; ``kill`` ends all of it with SIGKILL and starts it anew."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.environment = os.environ | {"LMS_DATA_FOLDER": str(folder), "LMS_ASSETS_COMPRESS": "false"}
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-w", "2", "-k", "gthread", "--threads", "4"]
        command += ["--preload", "-b", f"127.0.0.1:{self.port}", "--log-level", "critical"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL
        )

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def kill(self) -> None:
        self.end()
        self.start()


class Learner:
    """A browser that sends a save until it is told that it is stored."""

    def __init__(self, server: Server, cookie: str, attempt_id: int) -> None:
        self.server, self.cookie, self.path = server, cookie, f"/attempts/{attempt_id}"
        self.again = 0

    def open_page(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        connection.request("GET", self.path, headers={"Cookie": self.cookie})
        response = connection.getresponse()
        found = re.search(r'name="csrf-token" content="([^"]+)"', response.read().decode())
        assert found is not None, response.status
        self.token = found[1]
        self.cookie = (response.headers["Set-Cookie"] or self.cookie).split(";")[0]

    def save(self, question_id: int, given: Any) -> None:
        body = json.dumps({"given": given, "counter": 1}).encode()
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.token, "Content-Type": "application/json"}
        for _ in range(600):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
            try:
                connection.request("PUT", f"{self.path}/answers/{question_id}", body=body, headers=headers)
                response = connection.getresponse()
                told = response.read()
                assert response.status in {200, 503}, (response.status, told[:200])
                if response.status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self.again += 1
            time.sleep(0.1)
        raise AssertionError("the server never came back")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_answer_of_any_kind_is_lost_when_the_server_is_killed_again_and_again(
    tmp_path, request, monkeypatch, database
):
    if database == "postgresql":
        monkeypatch.setenv("LMS_SQLALCHEMY_DATABASE_URI", request.getfixturevalue("postgresql"))
    app = create_app({"DATA_FOLDER": str(tmp_path), "ASSETS_COMPRESS": False})
    with app.app_context():
        db.create_all()
        quiz = factories.quiz(factories.module(factories.cycle()))
        questions = [
            (factories.question(quiz, kind, settings=settings).id, kind)
            for kind, settings in islice(cycle(KINDS.items()), QUESTIONS)
        ]
        attempts = [factories.attempt(factories.person(), quiz, started_at=now()) for _ in range(PEOPLE)]
        signer = app.session_interface.get_signing_serializer(app)
        cookies = [
            f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': attempt.person.get_id(), '_fresh': True})}"
            for attempt in attempts
        ]
        ids = [attempt.id for attempt in attempts]
        db.session.commit()
        db.engine.dispose()

    server = Server(tmp_path)
    acknowledged: dict[tuple[int, int], Any] = {}
    lock = Lock()

    def answer_everything(learner: Learner, attempt_id: int) -> None:
        for question_id, kind in questions:
            given = answer_to(kind, f"ответ {attempt_id} на {question_id}")
            learner.save(question_id, given)
            with lock:
                acknowledged[attempt_id, question_id] = given

    try:
        _wait_for(server.port)
        learners = [Learner(server, cookie, id) for cookie, id in zip(cookies, ids, strict=True)]
        for learner in learners:
            learner.open_page()
        with ThreadPoolExecutor(PEOPLE) as threads:
            at_work = [threads.submit(answer_everything, *pair) for pair in zip(learners, ids, strict=True)]
            for kill in range(1, KILLS + 1):
                until = kill * PEOPLE * QUESTIONS / (KILLS + 1)
                while len(acknowledged) < until and not all(one.done() for one in at_work):
                    time.sleep(0.005)
                server.kill()
            for one in at_work:
                one.result()
    finally:
        server.end()

    with app.app_context():
        columns = db.select(Answer.attempt_id, Answer.question_id, Answer.given, Answer.counter)
        rows = db.session.execute(columns.where(Answer.attempt_id.in_(ids))).all()
    stored = {(row.attempt_id, row.question_id): row.given for row in rows}
    assert stored == acknowledged
    assert len(rows) == PEOPLE * QUESTIONS and {row.counter for row in rows} == {1}
    again = sum(learner.again for learner in learners)
    assert again > 0  # the kills were felt
    print(f"{len(rows)} saves acknowledged, {KILLS} kills, {again} tries again, lost 0, twice 0")


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
