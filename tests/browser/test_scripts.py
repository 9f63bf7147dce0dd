"""Nothing that anybody types runs: the corpora of attacks on pages, archives and PDFs where text of users shows.

A real browser opens them. Whatever would run, be asked from elsewhere or lead away is noted: a dialog, a request to
another host, a navigation, a handler or a link that could run, and every script that only the page's policy held back.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from werkzeug.serving import make_server

from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.materials.actions import write_page
from lms.materials.history_actions import keep_version
from lms.materials.markdown import LARGEST, TooLong, to_html
from lms.materials.models import MaterialKind
from tests import factories
from tests.bench.loading import free_port
from tests.conftest import SHARED

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CORPUS = SHARED / "data" / "markdown_xss"
BATCH = 100  # pieces of text on one page
RUTUBE = "https://rutube.ru/video/10b3a03fc01d5bbcc632a2f3514e8aab/"
PAYLOADS = 2391  # all of them: 2,181 lines of the lists and what DOMPurify has beside, each once

# Handlers, links that could run and documents inside documents; in the page and in the frames it was given on purpose.
_DANGERS = """() => [document, ...[...document.querySelectorAll('iframe[data-letter]')]
    .map((one) => one.contentDocument)].flatMap((page) => [...page.querySelectorAll('*')])
    .filter((one) => !one.dataset?.letter).flatMap((one) => [
        ...one.getAttributeNames().filter((name) => name.startsWith('on')
            || ['srcdoc', 'formaction'].includes(name) && !one.closest('form')),
        ...[one.href, one.src].filter((to) => typeof to === 'string' && /^(javascript|data|vbscript):/i.test(to)),
    ].map((found) => `${one.tagName} ${found}`))"""


def payloads() -> list[str]:
    """One a line of the lists of attacks, and DOMPurify's own cases."""
    found = [
        line
        for path in sorted(CORPUS.rglob("*.txt"))
        if path.name not in {"NOTICE.txt", "spec.txt"}
        for line in path.read_text(errors="replace").splitlines()
    ]
    expected = CORPUS / "dompurify" / "expect.json"
    if expected.exists():
        found += [case["payload"] for case in json.loads(expected.read_text())]
    return list(dict.fromkeys(text for text in found if text.strip() and len(text.encode()) < LARGEST // 2))


def batches() -> Iterator[list[str]]:
    every = payloads()
    yield from (every[at : at + BATCH] for at in range(0, len(every), BATCH))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A platform of its own, full of attacks, served on loopback."""
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    app = create_app(
        {
            "TESTING": True, "DATA_FOLDER": str(tmp_path_factory.mktemp("house")), "SECRET_KEY": "for this test only",
            "SQLALCHEMY_DATABASE_URI": "", "ASSETS_COMPRESS": False, "MAIL_DOMAIN": "lms.test", "MAIL_SERVER": "",
            "PUBLIC_URL": "http://127.0.0.1", "SERVER_NAME": None, "WTF_CSRF_ENABLED": False, "HTTPS": False,
        }
    )  # fmt: skip
    with app.app_context():
        db.create_all()
        pages = _fill()
        cookies = {who: _cookie(app, db.session.get_one(Person, id)) for who, id in pages.pop("people").items()}
        db.session.commit()
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}", pages, cookies
    server.shutdown()
    thread.join()


def _fill() -> dict[str, Any]:
    """Every attack as the text of a page, and as the title of everything that has one."""
    centre = factories.centre(name="<svg onload=alert(1)>", name_genitive="<img src=x onerror=alert(1)>")
    trainer = factories.person(
        "<script>alert(1)</script>", "{{7*7}}", roles={Role.COORDINATOR, Role.TRAINER}, centre=centre
    )
    learner = factories.person('"><img src=x onerror=alert(1)>', "<svg onload=alert(1)>", centre=centre)
    cycle = factories.cycle(slug="rc", title="<svg onload=alert(1)>", summary="<script>alert(1)</script>")
    factories.enrolment(learner, cycle)
    materials, recordings, modules, quizzes, sessions = [], [], [], [], []
    for number, batch in enumerate(batches()):
        module = factories.module(cycle, title=batch[0][:200], summary=batch[1][:2000])
        page = factories.material(module, title=batch[2][:200])
        _write_each(page, batch)
        keep_version(page, trainer, now=now())
        for text in batch:
            factories.material(module, title=text[:200], body="x", body_html="<p>x</p>")
        recording = factories.material(module, kind=MaterialKind.RECORDING, title=batch[2][:200], url=RUTUBE)
        recording.chapters = "\n".join(f"{at}:00 {' '.join(text.split())}" for at, text in enumerate(batch))
        recording.transcript_html = "".join(_html(text) for text in batch)
        quiz = factories.quiz(module, title=batch[3][:200], intro=batch[4][:2000])
        for text in batch[:20]:
            factories.question(quiz, right=(text[:200],), wrong=(text[:200],), text=text, text_html=_html(text))
        meeting = factories.live_session(module, title=batch[5][:200], summary=batch[6][:2000])
        factories.invitation(learner, meeting)
        materials.append(page.id)
        recordings.append(recording.id)
        modules.append(module.id)
        quizzes.append(quiz.id)
        sessions.append(meeting.id)
        assert number < 40
    return {
        "materials": materials, "recordings": recordings, "modules": modules, "quizzes": quizzes, "sessions": sessions,
        "people": {"trainer": trainer.id, "learner": learner.id},
    }  # fmt: skip


def _html(text: str) -> str:
    try:
        return to_html(text)
    except TooLong:
        return ""


def _write_each(page: Any, batch: list[str]) -> None:
    """Each attack sanitised alone, so that none can shield another, and all of them in one page."""
    write_page(page, "x")
    page.body = "\n\n".join(batch)[: LARGEST // 2]
    page.body_html = "".join(_html(text) for text in batch)
    db.session.flush()


def _cookie(app: Any, person: Person) -> str:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = person.get_id(), True
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value


class Watch:
    """A browser page that notes whatever runs, asks elsewhere or leads away."""

    def __init__(self, context: Any, address: str) -> None:
        self.address, self.seen = address, list[str]()
        self.page = context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda said: self._note(said.text) if self._is_script(said.text) else None)
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("request", self._request)
        self.page.on("popup", lambda _page: self._note("a window was opened"))

    def _dialog(self, dialog: Any) -> None:
        self._note(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "file:", "about:")):
            self._note(f"asked {request.url[:120]}")

    def _is_script(self, text: str) -> bool:
        return bool(re.search(r"Refused to (?:execute|run|load|frame|apply|connect)|violates the following", text))

    def _note(self, what: str) -> None:
        self.seen.append(f"{self.page.url}: {what[:300]}")

    def visit(self, address: str) -> int:
        response = self.page.goto(address, wait_until="load")
        # What waits for a mouse or a focus is woken too.
        self.page.evaluate(
            "() => document.querySelectorAll('main *').forEach((one) => ['mouseover', 'focus', 'error', 'load',"
            "'toggle', 'animationstart', 'pointerenter'].forEach((name) => one.dispatchEvent(new Event(name))))"
        )
        if self.page.url.split("#")[0] != address.split("#")[0]:
            self._note(f"led away from {address}")
        self.seen += [f"{address}: {what}" for what in self.page.evaluate(_DANGERS)]
        return response.status if response else 200


@pytest.fixture
def watch(browser: Any, house: Any) -> Iterator[Any]:
    address, _pages, cookies = house
    contexts = []

    def open_as(who: str) -> Watch:
        context = browser.new_context(base_url=address)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "lms", "value": cookies[who], "url": address}])
        contexts.append(context)
        return Watch(context, address)

    yield open_as
    for context in contexts:
        context.close()


def test_no_attack_runs_on_a_learners_page(house, watch):
    address, pages, _cookies = house
    one = watch("learner")
    paths = [f"/materials/{id}" for id in pages["materials"] + pages["recordings"]]
    paths += [f"/modules/{id}/" for id in pages["modules"]]
    paths += [f"/quizzes/{id}" for id in pages["quizzes"]] + [f"/sessions/{id}" for id in pages["sessions"]]
    paths += ["/", "/path", "/materials/", "/sessions/", "/cycles/rc/", "/centres/"]

    statuses = {path: one.visit(address + path) for path in paths}

    assert {path: status for path, status in statuses.items() if status != 200} == {}
    assert one.seen == []
    assert len(payloads()) == PAYLOADS


def test_no_attack_runs_in_a_trainers_workshop(house, watch):
    address, pages, _cookies = house
    one = watch("trainer")
    paths = ["/cycles/", "/quizzes/", "/materials/", "/progress", "/people/", "/sessions/"]
    for material, module, quiz in zip(pages["materials"], pages["modules"], pages["quizzes"], strict=True):
        paths += [
            f"/materials/{material}/edit",
            f"/materials/{material}/versions/1",
            f"/materials/{material}/preview?drafts=1",
        ]
        paths += [f"/modules/{module}/edit", f"/modules/{module}/preview?drafts=1", f"/quizzes/{quiz}/preview"]

    statuses = {path: one.visit(address + path) for path in paths}

    assert {path: status for path, status in statuses.items() if status != 200} == {}
    assert one.seen == []


def test_no_attack_runs_in_an_archive_or_a_pdf(house, watch, tmp_path: Path):
    address, pages, _cookies = house
    one = watch("learner")
    get = one.page.context.request.get
    for module, material in list(zip(pages["modules"], pages["materials"], strict=True)):
        folder = tmp_path / str(module)
        zipfile.ZipFile(io.BytesIO(get(f"{address}/modules/{module}/offline.zip").body())).extractall(folder)
        for name in ("index.html", f"{material}.html"):
            one.visit((folder / name).as_uri())
        sheet = pypdf.PdfReader(io.BytesIO(get(f"{address}/materials/{material}.pdf").body()))
        for found in (sheet.trailer["/Root"], *sheet.pages):
            assert not {"/OpenAction", "/AA", "/JS"} & set(found)
        for leaf in sheet.pages:
            for note in leaf.get("/Annots", []):
                action = note.get_object().get("/A", {})
                assert action.get("/S") in {None, "/URI", "/GoTo"}
                assert not re.match(r"(?i)\s*(javascript|data|vbscript|file):", str(action.get("/URI", "")))

    assert one.seen == []
