"""The first command a newcomer runs, as a real process: ``flask serve`` on a free port with an empty data folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from lms import server
from tests.bench.loading import free_port

ROOT = Path(__file__).resolve().parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Platform:
    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.log = folder / "said.txt"
        folder.mkdir(exist_ok=True)
        # With its own group, so that a signal to it is not one to the tests.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=_environment(folder, PORT=str(self.port), **settings),
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return response.status, response.read().decode()

    def health(self) -> dict[str, Any]:
        return json.loads(self.get("/healthz")[1])

    def health_with_worker(self, seconds: float = 20) -> dict[str, Any]:
        """What the health page says once the worker has said that it lives."""
        until = time.monotonic() + seconds
        while not (health := self.health())["worker"]["alive"] and time.monotonic() < until:
            time.sleep(0.2)
        return health

    def wait_until_it_answers(self, seconds: float = 60) -> float:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            assert self.process.poll() is None, self.said
            try:
                self.get("/healthz")
                return time.monotonic() - began
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"no answer within {seconds} s:\n{self.said}")

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything it started."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child_that(self, condition: Callable[[psutil.Process], bool]) -> psutil.Process:
        return next(child for child in psutil.Process(self.process.pid).children() if condition(child))

    def worker(self) -> psutil.Process:
        """The child without children: the other one is gunicorn's arbiter."""
        return self.child_that(lambda child: not child.children())

    def web(self) -> psutil.Process:
        return self.child_that(lambda child: bool(child.children()))


def _environment(folder: Path, **settings: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return own | {"LMS_DATA_FOLDER": str(folder), "LMS_ASSETS_COMPRESS": "false", "HOST": "127.0.0.1", **settings}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """``start()`` runs the platform in the test's own data folder; whatever is left of it ends with the test."""
    started: list[Platform] = []

    def run(**settings: str) -> Platform:
        platform = Platform(tmp_path / "data", **settings)
        started.append(platform)
        return platform

    yield run
    for platform in started:
        if platform.process.poll() is None:
            left = platform.processes()
            platform.process.kill()
            psutil.wait_procs(left, timeout=10)
        platform.process.wait()


def gone(processes: list[psutil.Process], seconds: float = 10) -> bool:
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


def flask(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT, env=_environment(folder, **settings), capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_first_start_makes_a_living_platform_and_the_second_keeps_it(start):
    first = start(LMS_DEMO="true")
    print(f"first start: {first.wait_until_it_answers():.1f} s")
    health = first.health_with_worker()
    assert health["ok"]
    assert health["schema"]["version"] == health["schema"]["head"]
    assert health["outbox"]["counts"]["sent"] > 400
    for role in ("volunteer", "trainer", "centre", "coordinator", "admin"):
        assert f"{role}@example.org" in first.said
    assert f"http://127.0.0.1:{first.port}" in first.said
    assert "letters are kept as files" in first.said
    memory = sum(process.memory_full_info().pss for process in first.processes())
    print(f"memory of all processes: {memory / 2**20:.0f} MB")
    assert memory < 200 * 2**20
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(10) == 0

    second = start(LMS_DEMO="true")
    took = second.wait_until_it_answers()
    print(f"second start: {took:.1f} s")
    assert took < 20
    assert "Loading the demo" not in second.said
    assert "Школа ресурсных центров" in second.get("/")[1]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_stopping_leaves_no_process_behind(start, ending):
    platform = start()
    platform.wait_until_it_answers()
    everything = platform.processes()
    assert len(everything) >= 4
    began = time.monotonic()
    platform.process.send_signal(ending)
    assert gone(everything)
    assert time.monotonic() - began < 5
    assert platform.process.returncode == 0 or platform.process.wait(5) == 0


def test_nothing_outlives_a_supervisor_that_was_killed(start):
    platform = start()
    platform.wait_until_it_answers()
    everything = platform.processes()
    platform.process.kill()
    assert gone(everything)


def test_a_worker_that_died_comes_back(start):
    platform = start()
    platform.wait_until_it_answers()
    dead = platform.worker()
    dead.kill()
    dead.wait(5)
    time.sleep(2.5)
    assert platform.worker().pid != dead.pid
    assert platform.get("/healthz")[0] == 200


def test_without_its_web_server_the_platform_ends_and_says_so(start):
    platform = start()
    platform.wait_until_it_answers()
    everything = platform.processes()
    platform.web().kill()
    assert platform.process.wait(10) == 1
    assert gone(everything)


def test_a_taken_port_is_told_plainly_and_nothing_is_touched(start, tmp_path):
    first = start()
    first.wait_until_it_answers()
    told = flask(tmp_path / "other", "serve", PORT=str(first.port))
    assert told.returncode == 1
    assert f"Somebody already listens at 127.0.0.1:{first.port}" in told.stderr
    assert not (tmp_path / "other" / "lms.sqlite").exists()


def test_an_empty_real_installation_says_how_to_make_the_first_administrator(start):
    platform = start(LMS_DEMO="false")
    platform.wait_until_it_answers()
    assert "make admin EMAIL=" in platform.said
    assert "masterskaya-demo" not in platform.said


def test_what_the_first_answer_loads_is_loaded_before_the_children_share_it(app, capsys):
    server.warm_up(app)

    assert "accounts/sign_in.html" in {name for _loader, name in app.jinja_env.cache}
    assert capsys.readouterr().out == ""
