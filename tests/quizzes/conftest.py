"""A quiz with a question of every kind, in whose keys and explanations canaries sit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.extensions import db
from lms.quizzes.models import QuestionKind
from tests import factories


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Фандрайзинг")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def quiz(module):
    return factories.quiz(module, title="Тест о фандрайзинге", pass_mark=60, attempts_allowed=2)


@pytest.fixture
def q(quiz) -> SimpleNamespace:
    """The questions by kind; 7 points in all."""
    single = factories.question(
        quiz, right=("Узнать, чем он помогает",), wrong=("Послать письмо",), text="Что сделать первым?"
    )
    several = factories.question(
        quiz, QuestionKind.SEVERAL, points=2, right=("Взносы", "Гранты"), wrong=("Акции",), text="Какие источники есть?"
    )
    true_false = factories.question(quiz, QuestionKind.TRUE_FALSE, settings={"right": False}, text="Отчёт не нужен.")
    number = factories.question(
        quiz, QuestionKind.NUMBER, points=2, text="Сколько жертвователей?",
        settings=factories.near("509731", unit="человек"),
    )  # fmt: skip
    short = factories.question(
        quiz,
        QuestionKind.SHORT,
        settings=factories.accepted("ключевоеслово", "запасноеслово"),
        text="Как это называют?",
    )
    for question in (single, several, true_false, number, short):
        question.explanation = f"объяснение-{question.kind}"
        for choice in question.choices:
            choice.feedback = f"отзыв-{choice.text}"
    db.session.commit()
    return SimpleNamespace(single=single, several=several, true_false=true_false, number=number, short=short)


@pytest.fixture
def right(q) -> dict[int, Any]:
    """What to send for full marks, by question id."""
    return {
        q.single.id: [q.single.choices[0].id],
        q.several.id: [q.several.choices[0].id, q.several.choices[1].id],
        q.true_false.id: "false",
        q.number.id: "509 731 чел.",
        q.short.id: "Ключевоеслово.",
    }


@pytest.fixture
def attempt(cast, quiz, q):
    return factories.attempt(cast.volunteer, quiz)


def form_of(given: dict[int, Any], counter: int = 0) -> dict[str, Any]:
    """The answers as the page's form posts them."""
    return {f"q{id}": value for id, value in given.items()} | {f"c{id}": str(counter) for id in given}


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """``at_once(person, [lambda client: client.put(…), …])`` sends the requests in threads, and gives the answers."""

    def send(person: Person, requests: list[Callable[[FlaskClient], Any]]) -> list[Any]:
        signer = app.session_interface.get_signing_serializer(app)
        cookie = signer.dumps({"_user_id": person.get_id(), "_fresh": True})

        def one(request: Callable[[FlaskClient], Any]) -> Any:
            client = FlaskClient(app, app.response_class)
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
            return request(client)

        db.session.commit()  # the test itself must hold no lock
        with ThreadPoolExecutor(10) as threads:
            answers = list(threads.map(one, requests))
        db.session.expire_all()
        return answers

    return send
