"""A thousand people open their letters' links and enter within two minutes: the server as it is run, on loopback."""

from __future__ import annotations

import html
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
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

PEOPLE = 1000
# They come at random moments of so many seconds; as many may be under way at the same time.
WITHIN, AT_ONCE = 100, 48
ROOM = "https://telemost.yandex.ru/j/1234567890"
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_enter_within_two_minutes_without_an_error(tmp_path):
    environment = {"LMS_DATA_FOLDER": str(tmp_path), "LMS_DEMO": "false", "FLASK_SKIP_DOTENV": "1"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, check=True,
                   env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    app = create_app({"DATA_FOLDER": str(tmp_path), "ASSETS_COMPRESS": False})
    with app.app_context():
        secrets = gathered()
    with platform(environment) as (port, _pid), ThreadPoolExecutor(AT_ONCE) as pool:
        started = time.perf_counter()
        moments = sorted(random.Random(7).uniform(0, WITHIN) for _ in secrets)
        visits = list(pool.map(lambda one: visit(port, started + one[0], one[1]), zip(moments, secrets, strict=True)))
        took = time.perf_counter() - started

    with app.app_context():
        rows = [db.session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in (Attendance, Completion)]
        db.engine.dispose()
    times = [one for _entered, *both in visits for one in both]
    p95 = statistics.quantiles(times, n=20)[18]
    print(f"\n{PEOPLE} entered in {took:.1f} s; p50 {statistics.median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    assert Counter(one[0] for one in visits) == {(200, 303, ROOM): PEOPLE}
    assert rows == [PEOPLE, PEOPLE]
    assert took < 120
    assert p95 < 1


def gathered() -> list[str]:
    """The secrets of a thousand invited people's links; the doors of the session are open."""
    module = factories.module(factories.cycle())
    live_session = factories.live_session(module, starts_in=timedelta(minutes=5), room_url=ROOM)
    fields = {"given_name": "Анна", "created_at": now(), "session_version": 1, "version": 1}
    people = [
        Person(**fields, email=f"person{number}@lms.test", family_name=f"Участникова{number}")
        for number in range(PEOPLE)
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


def visit(port: int, moment: float, secret: str) -> tuple[tuple[int, int, str | None], float, float]:
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
