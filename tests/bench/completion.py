"""``python -m tests.bench.completion [--people 200 2000 20000]``: the coordinator's pages and files at each size.

In one process, without a network: what one request costs beside the plain page of 30 rows in the same run, also the
first one after something in the database has changed, how many statements it sends, and by how much memory grows while
the whole table goes out. Then the same files from the platform with its two web processes: what they hold before, at
most meanwhile, and after. Ends with an error where a budget of performance is missed: the table's first view at most 3
pages, the weeks 5, at most 12 statements, an export at most 30 MB.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import sqlalchemy as sa
import structlog

from lms.accounts.models import Person
from lms.app import create_app
from lms.extensions import db
from tests.bench import baseline
from tests.bench.__main__ import run
from tests.bench.loading import growth_while, platform

ROUNDS = 15
PAGES = {
    "table, first view": "/progress",
    "table, everybody": "/progress?open=all",
    "who has not done module 3": "/progress?module=3&state=not-done",
    "week by week": "/progress/weeks",
    "page of a centre": "/progress/centres/{centre}",
    "page of a person": "/progress/people/{person}",
    "a person's history": "/progress/people/{person}/history",
    "grant report": "/reports/grant",
}
FILES = {"table as XLSX": "/progress.xlsx", "table as CSV": "/progress.csv"}
MAX_PAGES = {"table, first view": 3.0, "table, everybody": 25.0, "week by week": 5.0}
MAX_STATEMENTS, MAX_MEGABYTES = 12, 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # one size, in a process of its own
    options = parser.parse_args()
    if options.one:
        sys.exit(_measure(options.one))
    sys.exit(max(_in_a_folder_of_its_own(people) for people in options.people))


def _in_a_folder_of_its_own(people: int) -> int:
    with tempfile.TemporaryDirectory(prefix="lms-completion-") as folder:
        os.environ.update(
            {"LMS_DATA_FOLDER": folder, "LMS_DEMO": "false", "BASELINE_DB": f"sqlite:///{folder}/baseline.db"}
        )
        run("-m", "flask", "--app", "wsgi", "db", "upgrade")
        run("-m", "flask", "--app", "wsgi", "demo", "--size", str(people))
        measuring = [sys.executable, "-m", "tests.bench.completion", "--one", str(people)]
        return subprocess.run(measuring, check=False).returncode


def _measure(people: int) -> int:
    app = create_app()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with app.app_context():
        ask, names, engine = _coordinator(app), _names(), db.engine
    plain_page = _plain_page()
    print(f"\n{people} people")
    print(f"{'what':<28}{'ms':>9}{'pages':>8}{'after a change':>16}{'statements':>12}")
    wrong = []
    for name, pattern in PAGES.items():
        address = pattern.format(**names)
        took, pages = _beside(plain_page, lambda address=address: ask(address))  # type: ignore[misc]
        count = _statements(engine, lambda address=address: ask(address))  # type: ignore[misc]
        _took, changed = _beside(plain_page, lambda address=address: ask(address), _changing(engine))  # type: ignore[misc]
        print(f"{name:<28}{took:>9.1f}{pages:>8.1f}{changed:>16.1f}{count:>12}")
        if pages > MAX_PAGES.get(name, pages):
            wrong.append(f"{name}: {pages:.1f} pages")
        if count > MAX_STATEMENTS:
            wrong.append(f"{name}: {count} statements")
    for name, address in FILES.items():
        started = time.perf_counter()
        grown, size = _memory(ask, address)
        print(f"{name:<28}{(time.perf_counter() - started) * 1000:>9.0f} ms, {size / 2**20:.1f} MB, + {grown:.0f} MB")
        if grown > MAX_MEGABYTES:
            wrong.append(f"{name}: + {grown:.0f} MB")
    wrong += _served(app)
    for line in wrong:
        print(f"over budget: {line}")
    return 1 if wrong else 0


def _served(app: Any) -> list[str]:
    """The files as the platform sends them to the coordinator; both web processes know the table beforehand."""
    with app.app_context():
        identity = _first_coordinator().get_id()
    signed = app.session_interface.get_signing_serializer(app).dumps({"_user_id": identity, "_fresh": True})
    headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={signed}"}
    wrong = []
    with platform({}) as (port, pid):

        def fetch(address: str) -> int:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
            connection.request("GET", address, headers=headers)
            size = len(connection.getresponse().read())
            connection.close()
            return size

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(fetch, ["/progress"] * 16))
        for name, address in FILES.items():
            for turn in ("first", "again"):
                grown = growth_while(pid, lambda address=address: fetch(address))  # type: ignore[misc]
                told = ", ".join(f"{size / 2**20:.0f}" for size in (grown.before, grown.most, grown.after))
                what = f"{name}, served {turn}"
                print(f"{what:<28} memory before, at most, after: {told} MB: + {grown.megabytes:.0f} MB")
                if grown.megabytes > MAX_MEGABYTES:
                    wrong.append(f"{what}: + {grown.megabytes:.0f} MB")
    return wrong


def _coordinator(app: Any) -> Callable[..., Any]:
    client, identity = app.test_client(), _first_coordinator().get_id()
    db.session.remove()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = identity, True

    def ask(address: str, **how: Any) -> Any:
        response = client.get(address, **how)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return response

    return ask


def _first_coordinator() -> Person:
    coordinators = db.select(Person).where(Person.role_rows.any(role="coordinator")).order_by(Person.id)
    return db.session.scalars(coordinators.limit(1)).one()


def _names() -> dict[str, Any]:
    """Somebody who has done something, and a centre."""
    return {
        "person": db.session.scalar(db.text("select person_id from completion limit 1")),
        "centre": db.session.scalar(db.text("select slug from centre order by id limit 1")),
    }


def _plain_page() -> Callable[[], Any]:
    baseline.seed()
    client = baseline.app.test_client()
    client.get("/enter")
    return lambda: client.get("/page").get_data()


def _changing(engine: Any) -> Callable[[], None]:
    """Makes what was remembered old, as any commit does."""

    def change() -> None:
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            (number,) = raw.execute("PRAGMA user_version").fetchone()
            raw.execute(f"PRAGMA user_version = {number + 1}")

    return change


def _beside(
    plain: Callable[[], Any], ask: Callable[[], Any], before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Milliseconds, and how many plain pages that is: asked in turns, so that both meet the same mood of the machine.
    The first answer, which fills what is remembered, does not count; nor does what is done ``before`` each."""
    ask()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        before()
        for one, taken in zip((plain, ask), times, strict=True):
            started = time.perf_counter()
            one()
            taken.append((time.perf_counter() - started) * 1000)
    of_plain, of_ask = (statistics.median(taken) for taken in times)
    return of_ask, of_ask / of_plain


def _statements(engine: Any, ask: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def _memory(ask: Callable[..., Any], address: str) -> tuple[float, int]:
    """By how many MB the process grows at most while the file goes out piece by piece, and how long the file is."""
    process, size = psutil.Process(), 0
    gc.collect()
    before = most = process.memory_info().rss
    response = ask(address, buffered=False)
    for piece in response.iter_encoded():
        size += len(piece)
        most = max(most, process.memory_info().rss)
    response.close()
    return (most - before) / 2**20, size


if __name__ == "__main__":
    main()
