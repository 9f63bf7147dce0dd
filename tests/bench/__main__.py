"""``python -m tests.bench [--people 2000] [--seconds 1.5] [--rounds 3]``: prints the table of budgets, measured.

Everything is told in *pages* (see baseline.py), measured in turns with the pages in question on the same machine.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import timedelta
from typing import Any

from lms.accounts import tokens
from lms.accounts.models import Person, Purpose
from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Enrolment, Module
from lms.extensions import db
from lms.quizzes.models import Attempt, Question, QuestionKind, Quiz
from lms.sessions.models import Invitation, LiveSession
from tests import factories
from tests.bench import letters
from tests.bench.loading import ROOT, Target, baseline, measure_in_turns, memory_of, platform, rate

BASELINE = ROOT / "tests" / "bench" / "baseline.py"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        environment = {
            "LMS_DATA_FOLDER": folder,
            "LMS_DEMO": "false",
            "LMS_PUBLIC_URL": "http://127.0.0.1:8000",
            "BASELINE_DB": f"sqlite:///{folder}/baseline.sqlite",
        }
        os.environ.update(environment)
        os.environ.pop("LMS_MAIL_SERVER", None)
        # As any second start finds it: without compiled bytecode every start and every process is a compiler first.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        started = time.perf_counter()
        run("-m", "flask", "--app", "wsgi", "db", "upgrade")
        run("-m", "flask", "--app", "wsgi", "demo", "--size", str(options.people))
        run(str(BASELINE))
        print(f"{options.people} people filled in {time.perf_counter() - started:.0f} s\n")
        things = _things()
        with baseline(environment) as base_port, platform(environment) as (port, pid):
            targets = _targets(things, base_port, port)
            measure_in_turns(list(targets.values()), rounds=options.rounds, seconds=options.seconds)
            _print_pages(targets)
            _print_throughput(targets["material"], options.seconds)
            _print_weight(things, port)
            print(f"\nmemory of all processes, worker included: {memory_of(pid) / 2**20:.0f} MB (budget 200 MB)")
        _print_import()
        letters.main()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _things() -> dict[str, Any]:
    """Ids to ask for, and the cookies of a learner and of a coordinator."""
    app = create_app()
    with app.app_context():
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]

        def cookie(person: Person) -> str:
            return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': person.get_id(), '_fresh': True})}"

        coordinator = db.session.scalars(
            db.select(Person).where(Person.role_rows.any(role="coordinator")).order_by(Person.id)
        ).first()
        live_session = db.session.scalars(
            db.select(LiveSession)
            .where(LiveSession.ends_at > db.func.now(), LiveSession.id.in_(db.select(Invitation.live_session_id)))
            .order_by(LiveSession.starts_at)
        ).first()
        quiz = _quiz_of_thirty()
        secrets = _open_doors()
        learner = db.session.scalars(
            db.select(Person)
            .join(Enrolment)
            .join(Invitation, Invitation.person_id == Person.id)
            .where(
                Invitation.live_session_id == live_session.id,
                ~Person.role_rows.any(Person.role_rows.property.mapper.class_.role != "volunteer"),
            )
            .order_by(Person.id)
        ).first()
        attempt = Attempt(quiz_id=quiz.id, person_id=learner.id, number=9, started_at=live_session.created_at)
        db.session.add(attempt)
        db.session.commit()
        question = db.session.scalars(
            db.select(Question).where(Question.quiz_id == quiz.id, Question.kind == QuestionKind.SINGLE)
        ).first()
        return {
            "learner": cookie(learner),
            "coordinator": cookie(coordinator),
            "live_session": live_session.id,
            "secrets": secrets,
            "attempt": attempt.id,
            "question": question.id,
            "choices": [[choice.id] for choice in question.choices[:2]],
            "material": db.session.scalar(
                db.text("select material.id from material join activity using (id) where state='published' limit 1")
            ),
        }


def _open_doors() -> list[str]:
    """The secrets of letters to a session whose doors are open, one for each learner."""
    module = db.session.scalars(db.select(Module).order_by(Module.id)).first()
    live_session = factories.live_session(module, starts_in=timedelta(minutes=5))
    ids = db.session.scalars(db.select(Enrolment.person_id).where(Enrolment.cycle_id == module.cycle_id)).all()
    db.session.add_all(Invitation(live_session_id=live_session.id, person_id=id, invited_at=now()) for id in ids)
    return list(
        tokens.issue_many(
            ids, Purpose.INVITATION, now=now(), expires_at=now() + timedelta(days=14), object_id=live_session.id
        ).values()
    )


def _quiz_of_thirty() -> Quiz:
    """In a module of the demo, with its kinds of question in turns."""
    published = db.select(Quiz).where(Quiz.state == "published").order_by(Quiz.id.desc())
    quiz = factories.quiz(db.session.scalars(published).first().module)
    gaps = [{"kind": "short", "points": 1, **factories.accepted("да")}]
    pairs = [{"left": f"понятие {n}", "right": f"объяснение {n}"} for n in range(4)]
    for _ in range(6):
        factories.question(quiz, right=("да",), wrong=("нет", "иногда", "никогда"))
        factories.question(quiz, QuestionKind.SEVERAL, right=("да", "нет"), wrong=("иногда", "никогда"))
        factories.question(quiz, QuestionKind.NUMBER, settings=factories.near("50"))
        factories.question(quiz, QuestionKind.MATCHING, settings={"pairs": pairs})
        factories.question(quiz, QuestionKind.GAPS, text="Закон [[1]].", settings={"gaps": gaps})
    return quiz


def _targets(things: dict[str, Any], base_port: int, port: int) -> dict[str, Target]:
    base_cookie = _baseline_cookie(base_port)
    learner, coordinator = things["learner"], things["coordinator"]
    # The cookie that carries the CSRF token's other half goes with every writing request.
    token, writer = csrf(port, learner)
    form = {"X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    made = [
        Target("hello", base_port, "/hello"),
        Target("page", base_port, "/page", cookie=base_cookie),
        Target("learner's home", port, "/", "≤ 2", learner),
        Target("learner's home, unchanged", port, "/", "≤ 0.5", learner, unchanged=True),
        Target("path", port, "/path", "≤ 2", learner),
        Target("path, unchanged", port, "/path", "≤ 0.5", learner, unchanged=True),
        Target("session", port, f"/sessions/{things['live_session']}", "≤ 2", learner),
        Target("material", port, f"/materials/{things['material']}", "≤ 2", learner),
        Target("quiz page of 30", port, f"/attempts/{things['attempt']}", "≤ 2", learner),
        Target(
            "save one answer",
            port,
            f"/attempts/{things['attempt']}/answers/{things['question']}",
            "≤ 1",
            writer,
            method="PUT",
            body=lambda n: json.dumps({"given": things["choices"][n % 2], "counter": n}).encode(),
            headers=form | {"Content-Type": "application/json"},
        ),
        Target(
            "answer an invitation",
            port,
            f"/sessions/{things['live_session']}/answer",
            "≤ 1",
            writer,
            method="POST",
            body=lambda n: (b"answer=yes", b"answer=maybe")[n % 2],
            headers=form,
            accept=(303,),
        ),
        Target(
            "enter from the letter",
            port,
            lambda n: f"/i/{things['secrets'][n % len(things['secrets'])]}/enter",
            "≤ 1",
            writer,
            method="POST",
            headers=form,
            accept=(303,),
        ),
        Target("matrix, default view", port, "/progress", "≤ 3", coordinator),
        Target("matrix, everybody", port, "/progress?open=all", "≤ 25", coordinator),
        Target("invitations page", port, f"/sessions/{things['live_session']}/invitations", "≤ 3", coordinator),
    ]  # fmt: skip
    return {target.name: target for target in made}


def _baseline_cookie(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/enter") as response:
        return str(response.headers["Set-Cookie"]).split(";")[0]


def csrf(port: int, cookie: str) -> tuple[str, str]:
    """A CSRF token and the session cookie it belongs to."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as response:
        found = re.search(r'name="csrf-token" content="([^"]+)"', response.read().decode())
        assert found is not None
        return found.group(1), str(response.headers["Set-Cookie"] or cookie).split(";")[0]


def _print_pages(targets: dict[str, Target]) -> None:
    page, hello = targets["page"].p50, targets["hello"].p50
    print(f"hello = {hello:.2f} ms, page = {page:.2f} ms = {page / hello:.1f} hello; two processes, one connection\n")
    print(f"{'what':<28}{'p50 ms':>9}{'p95 ms':>9}{'pages':>8}  budget  bytes (br)")
    for target in targets.values():
        if target.budget:
            ratio = target.p50 / page
            verdict = "" if ratio <= float(target.budget.removeprefix("≤ ")) else "  MISSED"
            times = f"{target.p50:>9.2f}{target.p95:>9.2f}{ratio:>8.2f}"
            print(f"{target.name:<28}{times}  {target.budget:<6} {target.size:>9}{verdict}")


def _print_throughput(target: Target, seconds: float) -> None:
    """Two processes answer: eight connections should get nearly twice what one gets, if nobody waits with a lock."""
    one, eight = rate(target, 1, 2 * seconds), rate(target, 8, 2 * seconds)
    share = eight / (2 * one)
    print(f"\n{target.name}: {one:.0f} a second over one connection, {eight:.0f} over eight", end=" ")
    print(f"= {share:.2f} of twice as many (budget ≥ 0.8){'' if share >= 0.8 else '  MISSED'}")


def _print_weight(things: dict[str, Any], port: int) -> None:
    """What a browser fetches first and next: the page and what it links, as sent over the wire."""

    def fetch(address: str) -> tuple[int, bytes]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{address}", headers={"Cookie": things["learner"], "Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(request) as response:
            raw = response.read()
            return len(raw), gzip.decompress(raw) if response.headers["Content-Encoding"] == "gzip" else raw

    page, html = fetch("/")
    parts = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', html.decode()))
    first = page + sum(fetch(part)[0] for part in parts)
    print(f"\nfirst visit: {first / 1000:.1f} KB gzip in {1 + len(parts)} requests (budget 60 KB, 6 requests)")
    print(f"next page: {page / 1000:.1f} KB (budget 6 KB)")


def _print_import() -> None:
    code = "import time; t = time.perf_counter(); import lms.app; print(time.perf_counter() - t)"
    times = sorted(
        float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True).stdout)
        for _ in range(5)
    )
    print(f"import of lms.app: {times[2]:.2f} s (budget 0.8 s)")


if __name__ == "__main__":
    main()
