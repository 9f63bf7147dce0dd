"""The same attacks in what leaves the platform: the HTML of letters, spreadsheets, and papers with lists of names.

Letters are opened one by one in a real browser, each as a document of its own, without the policy our pages have: a
mail program has none.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html import escape
from itertools import cycle as again_and_again
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from python_calamine import CalamineWorkbook

from lms import spreadsheet
from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.progress.mail import reminders
from lms.quizzes.mail import checked
from lms.quizzes.models import Answer, QuestionKind
from lms.sessions import mail as sessions
from lms.sessions.models import AnswerWord
from lms.talk import mail as talk
from lms.talk.models import Enquiry
from tests import factories
from tests.browser.test_scripts import CORPUS, PAYLOADS, Watch, payloads

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ON_A_PAGE = 100  # letters


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    app = create_app(
        {
            "TESTING": True, "DATA_FOLDER": str(tmp_path_factory.mktemp("sent")), "SECRET_KEY": "for this test only",
            "SQLALCHEMY_DATABASE_URI": "", "ASSETS_COMPRESS": False, "MAIL_DOMAIN": "lms.test", "MAIL_SERVER": "",
            "PUBLIC_URL": "http://lms.test", "SERVER_NAME": None, "WTF_CSRF_ENABLED": False, "HTTPS": False,
        }
    )  # fmt: skip
    with app.app_context():
        db.create_all()
    yield app


# --- letters ----------------------------------------------------------------------------------------------------------
class Correspondence:
    """A session, a question under a material, a checked essay and a reminder, of which letters tell."""

    def __init__(self) -> None:
        self.centre = factories.centre()
        self.trainer = factories.person(roles={Role.TRAINER}, centre=self.centre)
        self.learner = factories.person(centre=self.centre)
        self.module = factories.module(factories.cycle(slug="rc-letters"))
        self.material = factories.material(self.module)
        self.meeting = factories.live_session(self.module, trainers=[self.trainer])

    def about(self, text: str, number: int) -> Iterator[str]:
        """The HTML of letters in which that text stands wherever people write something."""
        line = text[:200]
        self.centre.name = self.module.title = self.module.cycle.title = self.material.title = line
        for person in (self.trainer, self.learner):
            person.family_name = person.given_name = line
        self.meeting.title = self.meeting.place = self.meeting.cancel_reason = line
        self.meeting.summary, self.meeting.agenda = text, f"00 {text}"
        yield self._of_session(number)
        asked = Enquiry(id=1, version=1, text=text, answer=text, asked_at=now(), seen_by_all=True)
        asked.activity, asked.person = self.material, self.learner
        yield talk.answer(asked, by=self.trainer, now=now()).html
        yield talk.enquiry(asked, self.material, self.learner, self.trainer, now=now()).html
        tried = SimpleNamespace(title=line, title_en="", pass_mark=60)
        attempt: Any = SimpleNamespace(id=1, person=self.learner, quiz=tried, percent=50, passed=False)
        yield checked(attempt, by_name=line, by_email="a@lms.test", comment=text, now=now()).html
        yield from (one.html for one in reminders([self.learner], self.module, by=self.trainer, words=text, now=now()))

    def _of_session(self, number: int) -> str:
        """Each kind of letter in its turn."""
        at, meeting = now(), self.meeting
        occasions = (
            sessions.invitation(meeting), sessions.change(meeting, ["time", "place", "room"]),
            sessions.cancellation(meeting, at), sessions.removal(meeting, at), sessions.reminder(meeting, at),
            sessions.waiting(meeting, 1, at), sessions.seat(meeting, at), sessions.followup(meeting, at),
            sessions.missed(meeting, at), sessions.fresh_link(meeting, at),
        )  # fmt: skip
        to: Any = SimpleNamespace(
            id=self.learner.id, email=self.learner.email, given_name=self.learner.given_name, patronymic="",
            family_name=self.learner.family_name, locale="ru", zone="Europe/Moscow", answer=AnswerWord.YES,
            first_message_id="", greeting_name=self.learner.given_name, name=self.learner.name,
        )  # fmt: skip
        (letter,) = sessions.letters(
            occasions[number % len(occasions)], meeting, [to], {to.id: "secret"}, by=self.trainer,
            links_end_at=meeting.links_end_at, now=at,
        )  # fmt: skip
        return letter.html


@pytest.mark.timeout(1800)
def test_no_attack_runs_in_a_letter(office: Any, browser: Any, tmp_path: Path):
    with office.app_context():
        about = Correspondence().about
        written = [html for number, text in enumerate(payloads()) for html in about(text, number)]
        db.session.rollback()
    assert len(written) == 5 * PAYLOADS

    assert seen_in(written, browser, tmp_path) == []


def seen_in(letters: list[str], browser: Any, folder: Path) -> list[str]:
    """What ran, led away or could have, when a browser opened each of those documents."""
    context = browser.new_context()
    context.set_default_timeout(120_000)
    one = Watch(context, "http://lms.test")
    for start in range(0, len(letters), ON_A_PAGE):
        some = letters[start : start + ON_A_PAGE]
        framed = (f'<iframe data-letter="x" srcdoc="{escape(html)}"></iframe>' for html in some)
        page = folder / f"{start}.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><title>Letters</title>{''.join(framed)}")
        one.visit(page.as_uri())
        assert len(one.page.frames) == 1 + len(some)
    context.close()
    return one.seen


def test_what_would_run_in_a_letter_is_seen(browser: Any, tmp_path: Path):
    """Else the proof above would prove nothing."""
    bad = [
        "<p onclick=1>x</p>",
        "<a href='javascript:1'>x</a>",
        "<script>alert(7)</script>",
        "<img src=http://a.example/>",
    ]

    seen = " ".join(seen_in(["<p>good</p>", *bad], browser, tmp_path))

    assert all(what in seen for what in ("P onclick", "A javascript:1", "dialog 7", "asked http://a.example/"))


# --- spreadsheets -----------------------------------------------------------------------------------------------------
def formulas() -> list[str]:
    """Every attack, also as a formula; and those against spreadsheets themselves."""
    told = (CORPUS / "patt_xss" / "CSV Injection" / "README.md").read_text()
    against = [
        line
        for block in re.findall(r"^```\w*\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    signs = again_and_again("=+-@\t\r")
    return [
        *payloads(),
        *(next(signs) + text for text in payloads()),
        *against,
        '=HYPERLINK("http://evil.example";"x")',
    ]


def wrong_cells(content: bytes) -> list[str]:
    """Cells of a CSV that a spreadsheet would take for a formula."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    return [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def wrong_parts(content: bytes) -> list[str]:
    """What of a workbook would count, ask or lead somewhere."""
    book = zipfile.ZipFile(io.BytesIO(content))
    parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    found = re.compile(r"<f[ >]|<hyperlink|<oleObject|<ddeLink|TargetMode=\"External\"|externalLink")
    return [name for name, text in parts.items() if found.search(text)]


def test_no_text_becomes_a_formula_or_a_link_in_a_spreadsheet(tmp_path: Path):
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    lines: list[list[spreadsheet.Cell]] = [[text, number] for number, text in enumerate(formulas(), 1)]

    as_csv, as_xlsx = b"".join(spreadsheet.csv(lines)), b"".join(spreadsheet.xlsx("Ответы", lines, [20]))

    assert wrong_cells(as_csv) == [] and wrong_parts(as_xlsx) == []
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx)).get_sheet_by_index(0).to_python()
    assert len(sheet) == len(lines) > 2 * PAYLOADS
    assert all(isinstance(row[0], str) for row in sheet)


# --- what a coordinator downloads -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def crowd(office: Any) -> tuple[Any, int, int]:
    """People who are called like attacks, each with one as an answer in a quiz; a client of their coordinator."""
    with office.app_context():
        course = factories.cycle(slug="rc", title="=1+1")
        module = factories.module(course, title="@SUM(1)")
        meeting = factories.live_session(module, title="=2+2")
        quiz = factories.quiz(module, title="=3+3")
        question = factories.question(quiz, QuestionKind.SHORT, text="-4", settings=factories.accepted("да"))
        for number, text in enumerate(payloads()):
            who = factories.person(text[:255], f"={number}", centre=None)
            factories.enrolment(who, course)
            factories.invitation(who, meeting)
            tried = factories.attempt(who, quiz, submitted_at=now(), score=0, max_score=1, percent=0, passed=False)
            db.session.add(Answer(attempt_id=tried.id, question_id=question.id, given=[f"={text}"], saved_at=now()))
        coordinator = factories.person("К", roles={Role.COORDINATOR})
        client = office.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = db.session.get_one(Person, coordinator.id).get_id(), True
        ids = (quiz.id, meeting.id)
        db.session.commit()
    return client, *ids


def test_no_name_and_no_answer_becomes_a_formula_in_a_download(crowd: Any):
    client, quiz_id, _meeting = crowd
    taken = {}

    for path in ("/progress.csv?cycle=rc", "/progress.xlsx?cycle=rc", f"/quizzes/{quiz_id}/answers.csv",
                 f"/quizzes/{quiz_id}/answers.xlsx", "/reports/grant.xlsx"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        taken[path] = wrong_cells(answer.data) if "csv" in path else wrong_parts(answer.data)
        assert len(answer.data) > 5_000, path

    assert {path: wrong for path, wrong in taken.items() if wrong} == {}


def test_no_name_becomes_an_action_on_paper(crowd: Any):
    client = crowd[0]

    answer = client.get("/reports/grant.pdf")

    assert answer.status_code == 200
    paper = pypdf.PdfReader(io.BytesIO(answer.data))
    for found in (paper.trailer["/Root"], *paper.pages):
        assert not {"/OpenAction", "/AA", "/JS", "/JavaScript"} & set(found)
    for leaf in paper.pages:
        for note in leaf.get("/Annots", []):
            action = note.get_object().get("/A", {})
            assert action.get("/S") in {None, "/URI", "/GoTo"}
            assert not re.match(r"(?i)\s*(javascript|data|vbscript|file):", str(action.get("/URI", "")))
