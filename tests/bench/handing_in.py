"""``python -m tests.bench.handing_in [--people 1000] [--seconds 60]``: everybody hands in a quiz of 30 questions
in that time, on the real server, loopback only. Ends with an error unless every attempt is handed in once.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.quizzes.models import Answer, Attempt
from tests import factories
from tests.bench.__main__ import csrf, run
from tests.bench.loading import platform

QUESTIONS, AT_ONCE = 30, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lms-handing-in-") as folder:
        environment = {"LMS_DATA_FOLDER": folder, "LMS_PUBLIC_URL": "http://127.0.0.1:8000", "LMS_DEMO": "false"}
        os.environ.update(environment)
        run("-m", "flask", "--app", "wsgi", "db", "upgrade")
        app = create_app()
        with app.app_context():
            begun, form = _begin(app, options.people)
            db.engine.dispose()
        with platform(environment) as (port, _pid), ThreadPoolExecutor(AT_ONCE) as threads:
            ready = [(id, *csrf(port, cookie)) for id, cookie in begun]
            started = time.perf_counter()

            def hand_in(place: int) -> tuple[int, float, float]:
                time.sleep(max(0, started + options.seconds * 0.95 * place / len(ready) - time.perf_counter()))
                return _hand_in(port, *ready[place], form)

            answers = list(threads.map(hand_in, range(len(ready))))
            took = max(ended for _, _, ended in answers) - started
        with app.app_context():
            handed_in = db.session.scalar(db.select(db.func.count()).where(Attempt.submitted_at.is_not(None)))
            rows = db.session.scalar(db.select(db.func.count()).select_from(Answer))
    errors = sum(code != 303 for code, _, _ in answers)
    times = [seconds * 1000 for _, seconds, _ in answers]
    p95 = statistics.quantiles(times, n=20)[18]
    print(
        f"{handed_in} of {options.people} people handed in within {took:.0f} s, {errors} errors, {rows} answers graded"
    )
    print(f"one takes {statistics.median(times):.0f} ms, 95 % at most {p95:.0f} ms, the longest {max(times):.0f} ms")
    if errors or handed_in != options.people or rows != options.people * QUESTIONS:
        raise SystemExit(1)


def _begin(app: Any, people: int) -> tuple[list[tuple[int, str]], bytes]:
    """Attempts and the cookies of their people, and the form with every answer."""
    quiz = factories.quiz(factories.module(factories.cycle()))
    questions = [factories.question(quiz, right=("да",), wrong=("нет", "иногда")) for _ in range(QUESTIONS)]
    form = {f"q{one.id}": one.choices[0].id for one in questions} | {f"c{one.id}": 0 for one in questions}
    signer = app.session_interface.get_signing_serializer(app)
    begun = []
    for _ in range(people):
        attempt = factories.attempt(factories.person(), quiz, started_at=now())
        signed = signer.dumps({"_user_id": attempt.person.get_id(), "_fresh": True})
        begun.append((attempt.id, f"{app.config['SESSION_COOKIE_NAME']}={signed}"))
    db.session.commit()
    return begun, urlencode(form).encode()


def _hand_in(port: int, attempt_id: int, token: str, cookie: str, form: bytes) -> tuple[int, float, float]:
    """The answer's code, how long it took, and when it was there; 0 where there was none."""
    headers = {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", f"/attempts/{attempt_id}/submission", body=form, headers=headers)
        code = connection.getresponse().status
    except OSError:
        code = 0
    finally:
        connection.close()
    ended = time.perf_counter()
    return code, ended - started, ended


if __name__ == "__main__":
    main()
