"""Servers to measure and a plain client that measures them: loopback only, bounded in time, ended by pid."""

from __future__ import annotations

import http.client
import os
import shlex
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def baseline(environment: dict[str, str]) -> Iterator[int]:
    """The port of the baseline, served by two worker processes as the platform is."""
    port = free_port()
    command = shlex.split("-m gunicorn tests.bench.baseline:app -w 2 -k gthread --threads 4 --preload --keep-alive 60")
    with _running([*command, "-b", f"127.0.0.1:{port}", "--log-level", "error"], environment, port):
        yield port


@contextmanager
def platform(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """(port, pid) of the platform as ``flask serve`` runs it: two web processes and the worker."""
    port = free_port()
    command = shlex.split("-m flask --app wsgi serve")
    with _running(command, environment | {"PORT": str(port), "HOST": "127.0.0.1"}, port) as process:
        yield port, process.pid


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(1200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(15)


@dataclass
class Target:
    name: str
    port: int
    # The address, or given the number of the request, one for each.
    address: str | Callable[[int], str]
    budget: str = ""
    cookie: str = ""
    method: str = "GET"
    # What is sent, given the number of the request, so that every one is a change of its own.
    body: Callable[[int], bytes] = lambda _number: b""
    headers: dict[str, str] = field(default_factory=dict)
    accept: tuple[int, ...] = (200,)
    # Ask with the ETag of the first answer.
    unchanged: bool = False
    times: list[float] = field(default_factory=list)
    size: int = 0
    asked: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.times) * 1000

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[18] * 1000 if len(self.times) > 19 else max(self.times) * 1000


def _ask(connection: http.client.HTTPConnection, target: Target, headers: dict[str, str]) -> http.client.HTTPResponse:
    target.asked += 1
    address = target.address if isinstance(target.address, str) else target.address(target.asked)
    connection.request(target.method, address, body=target.body(target.asked) or None, headers=headers)
    response = connection.getresponse()
    target.size = len(response.read())
    return response


def measure(target: Target, seconds: float) -> None:
    """One connection, one request after another; times in seconds are added to the target's."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    headers = {"Cookie": target.cookie, "Accept-Encoding": "br", "Accept-Language": "ru", **target.headers}
    first = _ask(connection, target, headers)
    if first.status not in target.accept:
        raise SystemExit(f"{target.name}: {first.status}")
    wanted = target.accept
    if target.unchanged:
        headers["If-None-Match"] = first.headers["ETag"]
        _ask(connection, target, headers)
        wanted = (304,)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        response = _ask(connection, target, headers)
        target.times.append(time.perf_counter() - started)
        if response.status not in wanted:
            raise SystemExit(f"{target.name}: {response.status}")
    connection.close()


def rate(target: Target, connections: int, seconds: float) -> float:
    """Answers a second, with so many connections that each send one request after another."""
    each = [replace(target, times=[]) for _ in range(connections)]
    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda one: measure(one, seconds), each))
    return sum(len(one.times) for one in each) / (time.perf_counter() - started)


def measure_in_turns(targets: list[Target], *, rounds: int, seconds: float) -> None:
    """Round after round through all targets, so that a change of the machine's mood meets them all alike."""
    for _ in range(rounds):
        for target in targets:
            measure(target, seconds)


@dataclass
class Growth:
    """Bytes that a process and its children held in memory (RSS) before something, at most during it, and after it."""

    before: int
    most: int
    after: int

    @property
    def megabytes(self) -> float:
        return (self.most - self.before) / 2**20


def growth_while(pid: int, job: Callable[[], object]) -> Growth:
    """How memory grows while the job asks that process for something; looked at every five milliseconds."""
    parent = psutil.Process(pid)
    processes = [parent, *parent.children(recursive=True)]

    def held() -> int:
        return sum(process.memory_info().rss for process in processes)

    growth = Growth(*[held()] * 3)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(job)
        while not asked.done():
            growth.most = max(growth.most, held())
            time.sleep(0.005)
        asked.result()
    growth.after = held()
    return growth


def memory_of(pid: int) -> int:
    """Bytes held by a process and its children, shared pages counted once (PSS)."""
    parent = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [parent, *parent.children(recursive=True)])
