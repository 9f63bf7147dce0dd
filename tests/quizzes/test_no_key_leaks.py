"""A canary sits in the key and the explanation of a question of every kind. No answer of ours to anybody who may not
build the quiz carries one before the review opens; and when it opens, each of them is there."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from typing import Any

import pytest

from lms.accounts import tokens
from lms.accounts.models import Purpose
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.outbox.models import Letter
from lms.quizzes.models import Attempt, QuestionKind, Showing
from lms.search import worker as search
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_taking import guest  # noqa: F401

RIGHT_NUMBER = "509731"
SEARCHED = "вследствие"  # stands beside every canary in an explanation
ALL = {kind.value for kind in QuestionKind}
STATES = ["not started", "started", "handed in", "handed in, key shut", "closed for good", "another's", "draft"]


def canary(kind: QuestionKind) -> str:
    return f"канарейка-{kind}."


def told(response: Any) -> set[str]:
    """The kinds whose keys or explanations a response gives away."""
    text = response.get_data()
    if response.mimetype == "application/zip":
        pages = zipfile.ZipFile(io.BytesIO(text))
        text = b"".join(pages.read(name) for name in pages.namelist())
    return found_in(text.decode("utf-8", "replace"))


def found_in(text: str) -> set[str]:
    text = re.sub(r"[\u00a0\u202f\u2060 ]", "", text).replace("\u2011", "-")
    return set(re.findall("канарейка-([a-z_]+)", text)) | ({"number"} if RIGHT_NUMBER in text else set())


@pytest.fixture
def questions(quiz) -> dict[QuestionKind, Any]:
    """One of every kind. Where a key is a text of its own, it is the canary; elsewhere what is said of it."""

    def told_with(kind: QuestionKind, **row: Any) -> dict[str, Any]:
        return {"share": 100, "feedback": canary(kind)} | row

    accepted = [told_with(QuestionKind.SHORT, text=canary(QuestionKind.SHORT))]
    gaps = [
        {"kind": "short", "points": 1, "accepted": [told_with(QuestionKind.GAPS, text=canary(QuestionKind.GAPS))]},
        {"kind": "choice", "points": 1, "options": [told_with(QuestionKind.GAPS, text="да"), {"text": "нет"}]},
    ]
    settings: dict[QuestionKind, dict[str, Any]] = {
        QuestionKind.SINGLE: {},
        QuestionKind.SEVERAL: {},
        QuestionKind.TRUE_FALSE: {"right": True, "feedback": {"true": canary(QuestionKind.TRUE_FALSE)}},
        QuestionKind.SHORT: {"accepted": accepted},
        QuestionKind.NUMBER: {"answers": [told_with(QuestionKind.NUMBER, answer=RIGHT_NUMBER, tolerance="1")]},
        QuestionKind.MATCHING: {"pairs": [{"left": "Дон", "right": "Ростов"}, {"left": "Волга", "right": "Самара"}]},
        QuestionKind.ORDERING: {"items": ["узнать", "попросить", "поблагодарить"], "scoring": "places"},
        QuestionKind.GAPS: {"gaps": gaps},
        QuestionKind.ESSAY: {"rubric": [{"criterion": canary(QuestionKind.ESSAY), "points": 1}]},
        QuestionKind.INFO: {},
    }
    made = {}
    for kind in QuestionKind:
        choices = {"right": ("так",), "wrong": ("иначе", "никак")} if kind.has_choices else {}
        text = "Закон [[1]], статья [[2]]." if kind is QuestionKind.GAPS else f"Что скажете о смете {kind}?"
        made[kind] = one = factories.question(quiz, kind, text=text, settings=settings[kind], **choices)
        one.explanation, one.title = f"{SEARCHED} {canary(kind)}", canary(kind)
        for choice in one.choices:
            choice.feedback = canary(kind) if choice.is_right else ""
    quiz.attempts_allowed = 1
    db.session.commit()
    return made


@pytest.fixture
def wrong(questions) -> dict[int, Any]:
    """An answer to every question, right in nothing."""
    given = {
        QuestionKind.SINGLE: lambda one: [one.choices[1].id],
        QuestionKind.SEVERAL: lambda one: [one.choices[1].id],
        QuestionKind.TRUE_FALSE: lambda one: "false",
        QuestionKind.SHORT: lambda one: "мимо",
        QuestionKind.NUMBER: lambda one: "1",
        QuestionKind.MATCHING: lambda one: ["Самара", "Ростов"],
        QuestionKind.ORDERING: lambda one: ["поблагодарить", "узнать", "попросить"],
        QuestionKind.GAPS: lambda one: ["мимо", "нет"],
        QuestionKind.ESSAY: lambda one: "Не знаю.",
    }
    return {one.id: given[kind](one) for kind, one in questions.items() if kind.asks}


def pages_of(quiz, attempt) -> list[str]:
    """Where learners come by, and where they have no business, with what is found by the words beside a canary."""
    pages = ["/", "/path", f"/modules/{quiz.module_id}", f"/modules/{quiz.module_id}/offline.zip"]
    pages += [f"/search?q={word}" for word in (SEARCHED, "смета")]
    pages += [f"/quizzes/{quiz.id}/{page}" for page in ("preview", "edit", "results", "figures", "answers.csv")]
    return [
        *pages,
        f"/quizzes/{quiz.id}/export/gift",
        "/quizzes/",
        "/quizzes/bank",
        "/reviews/",
        *ways_in(quiz, attempt),
    ]


def ways_in(quiz, attempt) -> list[str]:
    own = f"/attempts/{attempt.id}" if attempt else ""
    tried = [own, f"{own}?q=4", f"{own}/submission", f"{own}/result"] if attempt else []
    return [f"/quizzes/{quiz.id}", *tried]


def answering(client, attempt, given) -> list[Any]:
    """Every save as it should be, again as it should not be, and the whole page."""
    own = f"/attempts/{attempt.id}"
    sent = [client.put(f"{own}/answers/{id}", json={"given": g, "counter": 1}) for id, g in given.items()]
    sent += [client.put(f"{own}/answers/{id}", json={"given": {"?": 1}, "counter": 2}) for id in given]
    sent += [client.post(f"{own}/answers", data=form_of(given, 1) | {"check": "1", "with_key": "1"})]
    return sent


def open_review(cast, as_, quiz, attempt, given) -> Any:
    """The result of that attempt, essay checked, key open to all."""
    quiz.state, quiz.show_results, quiz.show_right_answers = State.PUBLISHED, Showing.AT_ONCE, Showing.AT_ONCE
    quiz.opens_at = quiz.closes_at = None
    db.session.commit()
    client = as_(attempt.person)
    client.post(f"/attempts/{attempt.id}/submission", data=form_of(given, 1) | {"with_gaps": "1"})
    for answer in attempt.answers:
        if answer.points is None:
            answer.points, answer.criteria = Decimal(0), ["0"]
    db.session.commit()
    return client.get(f"/attempts/{attempt.id}/result")


@pytest.mark.parametrize("state", STATES)
def test_no_canary_leaves_before_the_review_opens_and_all_of_them_do_then(
    request, cast, as_, client, quiz, questions, wrong, state
):
    hour = timedelta(hours=1)
    owner = factories.person("Соседова", centre=cast.bataysk) if state == "another's" else cast.volunteer
    if owner is not cast.volunteer:
        factories.enrolment(owner, quiz.module.cycle)
    quiz.show_results = Showing.AT_ONCE if state in {"another's", "handed in, key shut"} else Showing.AFTER_CLOSE
    quiz.show_right_answers = Showing.AT_ONCE if state == "another's" else Showing.AFTER_CLOSE
    quiz.closes_at = now() + hour
    attempt: Attempt | None = None if state in {"not started", "draft"} else factories.attempt(owner, quiz)
    search.refresh()
    db.session.commit()
    seen: list[Any] = []
    if attempt is not None:
        sent = answering(as_(owner), attempt, wrong)
        if state != "started":
            sent.append(as_(owner).post(f"/attempts/{attempt.id}/submission", data=form_of(wrong, 1)))
        seen += [] if state == "another's" else sent
    if state == "closed for good":
        quiz.closes_at, quiz.show_results = now() - hour, Showing.NEVER
    if state == "draft":
        quiz.state = State.DRAFT
    db.session.commit()

    visitors = {
        "visitor": client, "guest": request.getfixturevalue("guest"), "volunteer": as_(cast.volunteer),
        "stranger": as_(cast.stranger), "centre": as_(cast.centre_coordinator), "other": as_(cast.other_coordinator),
    }  # fmt: skip
    for name, visitor in visitors.items():
        pages = pages_of(quiz, attempt) if name in {"volunteer", "centre"} else ways_in(quiz, attempt)
        seen += [visitor.get(page) for page in pages]
        if attempt is not None:
            seen += [visitor.put(f"/attempts/{attempt.id}/answers/{id}", json={"counter": 9}) for id in list(wrong)[:2]]
    for person in (cast.trainer, cast.coordinator, cast.admin):  # what they build, they may read; not as learners
        seen += [as_(person).get(page) for page in ("/", f"/quizzes/{quiz.id}", f"/quizzes/{quiz.id}/preview")]
    secret, _ = tokens.issue(cast.coordinator, Purpose.API, now=now(), lifetime=hour, label="таблица")
    bearer = {"Authorization": f"Bearer {secret}"}
    db.session.commit()
    seen += [client.get(f"/api/v1/{page}", headers=bearer) for page in ("people", "completion", "openapi.json")]

    leaks = [(response.request.path, told(response)) for response in seen if told(response)]
    assert leaks == []
    assert {response.status_code for response in seen} >= {200, 302, 403, 404}
    assert not any(found_in(words_of(letter)) for letter in db.session.scalars(db.select(Letter)))

    mine = attempt or factories.attempt(owner, quiz)
    assert told(open_review(cast, as_, quiz, mine, wrong)) == ALL - {"info"}
    builder = as_(cast.trainer)
    edits = [builder.get(f"/quizzes/{quiz.id}/questions/{one.id}/edit") for one in questions.values()]
    assert set().union(*map(told, edits)) == ALL


def words_of(letter: Letter) -> str:
    message = message_from_bytes(letter.mime, policy=policy.default)
    return "\n".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")


@pytest.mark.parametrize("layout", ["all", "one_by_one"])
def test_the_page_is_the_same_whatever_is_right(cast, as_, quiz, questions, layout):
    quiz.layout = layout
    attempt = factories.attempt(cast.volunteer, quiz, seed=7)
    client = as_(cast.volunteer)

    def pages() -> list[str]:
        found = [client.get(f"/attempts/{attempt.id}?q={number}").text for number in (1, 2, 3, 6, 7, 8)]
        return [re.sub(r'(name="csrf.token" (value|content)|nonce)="[^"]*"', "", page) for page in found]

    before = pages()
    for kind in (QuestionKind.SINGLE, QuestionKind.SEVERAL):
        for choice in questions[kind].choices:
            choice.is_right = not choice.is_right
            choice.share = 100 if choice.is_right else -50
    questions[QuestionKind.TRUE_FALSE].settings = {"right": False}
    pairs = [{"left": "Дон", "right": "Самара"}, {"left": "Волга", "right": "Ростов"}]
    questions[QuestionKind.MATCHING].settings = {"pairs": pairs}
    gaps = [
        {"kind": "short", "accepted": []},
        {"kind": "choice", "options": [{"text": "нет", "share": 100}, {"text": "да"}]},
    ]
    questions[QuestionKind.GAPS].settings = {"gaps": gaps}
    db.session.commit()

    assert pages() == before
