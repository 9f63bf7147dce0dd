"""A thousand people open their letters' links and enter within two minutes: the server as it is run, on loopback."""

from __future__ import annotations

import argparse
import html
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from lms.accounts import tokens
from lms.accounts.models import Person, Purpose, Role
from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.progress.models import Completion
from lms.sessions.models import Attendance, Invitation
from tests import factories
from tests.bench.loading import ROOT, platform

AT_ONCE = 48
ROOM = "https://telemost.yandex.ru/j/1234567890"
ENTERED = (200, 303, ROOM)
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Crowd:
    """``outcomes`` counts (code of the page, code of the press, where it led); ``rows`` are presences, completions."""

    outcomes: Counter[tuple[int, int, str | None]]
    rows: tuple[int, int]
    seconds: float
    times: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=110)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lms-entering-") as folder:
        crowd = enter(folder, options.people, options.seconds)
    p50, p95 = (statistics.quantiles(crowd.times, n=20)[place] * 1000 for place in (9, 18))
    errors = options.people - crowd.outcomes[ENTERED]
    print(f"{options.people} people entered within {crowd.seconds:.0f} s, {errors} errors, {crowd.rows[0]} presences")
    print(f"one page or press takes {p50:.0f} ms, 95 % at most {p95:.0f} ms (budget 1000), at once up to {AT_ONCE}")
    if errors or crowd.rows != (options.people, options.people):
        raise SystemExit(1)


def enter(folder: str, people: int, within: float) -> Crowd:
    """They come at random moments of so many seconds; 0 is all of them at the same moment."""
    environment = {"LMS_DATA_FOLDER": folder, "LMS_DEMO": "false", "FLASK_SKIP_DOTENV": "1"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, check=True,
                   env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    app = create_app({"DATA_FOLDER": folder, "ASSETS_COMPRESS": False})
    with app.app_context():
        secrets = _invited(people)
    chance = random.Random(7)
    moments = sorted(chance.uniform(0, within) for _ in secrets)
    with platform(environment) as (port, _pid), ThreadPoolExecutor(AT_ONCE) as pool:
        started = time.perf_counter()
        visits = list(pool.map(lambda one: _visit(port, started + one[0], one[1]), zip(moments, secrets, strict=True)))
        seconds = time.perf_counter() - started
    with app.app_context():
        rows = [db.session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in (Attendance, Completion)]
        db.engine.dispose()
    outcomes = Counter(outcome for outcome, *_ in visits)
    return Crowd(outcomes, (rows[0], rows[1]), seconds, [one for _, *both in visits for one in both])


def _invited(number: int) -> list[str]:
    """The secrets of so many invited people's links; the doors of the session are open."""
    module = factories.module(factories.cycle())
    live_session = factories.live_session(module, starts_in=timedelta(minutes=5), room_url=ROOM)
    fields = {"given_name": "Анна", "created_at": now(), "session_version": 1, "version": 1}
    people = [
        Person(**fields, email=f"person{place}@lms.test", family_name=f"Участникова{place}") for place in range(number)
    ]
    for person in people:
        person.roles = {Role.VOLUNTEER}
    db.session.add_all(people)
    db.session.flush()
    ids = [person.id for person in people]
    db.session.add_all(Invitation(live_session_id=live_session.id, person_id=id, invited_at=now()) for id in ids)
    secrets = tokens.issue_many(
        ids, Purpose.INVITATION, now=now(), expires_at=now() + timedelta(days=14), object_id=live_session.id
    )
    db.session.commit()
    return list(secrets.values())


def _visit(port: int, moment: float, secret: str) -> tuple[tuple[int, int, str | None], float, float]:
    """(what came of the page and of the press, seconds of the page, seconds of the press), from that moment on."""
    time.sleep(max(0, moment - time.perf_counter()))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    connection.request("GET", f"/i/{secret}/join")
    page = connection.getresponse()
    body = page.read().decode()
    opened = time.perf_counter()
    token = html.unescape(_CSRF.search(body)[1])
    cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"/i/{secret}/enter", body=f"csrf_token={token}", headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    outcome = page.status, answer.status, answer.getheader("Location")
    return outcome, opened - started, time.perf_counter() - opened


if __name__ == "__main__":
    main()
