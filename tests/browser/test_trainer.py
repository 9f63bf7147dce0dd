"""A trainer and a quiz, in a real browser: build, preview, publish, read the figures, correct, check an essay."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts.models import Person, Role
from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.progress.quiz_actions import hand_in
from lms.quizzes import actions
from lms.quizzes.models import Attempt, Question, QuestionKind, Quiz
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import look, sign_in

pytestmark = pytest.mark.browser

PEOPLE = 12


@pytest.fixture
def module_id(platform: Platform) -> int:
    """A module of its own, and people enrolled in its cycle."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        module = factories.module(factories.cycle(title="Проба пера"), title="Проба")
        for _ in range(PEOPLE):
            factories.enrolment(factories.person(roles={Role.VOLUNTEER}), module.cycle)
        id = module.id
        db.session.commit()
    return id


def answer(platform: Platform, quiz_id: int) -> None:
    """Everybody answers, nine of them by the choice whose key the trainer got wrong; one writes an essay."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        quiz = db.session.get_one(Quiz, quiz_id)
        single, order, essay = quiz.live_questions
        people = db.session.scalars(select(Person).where(Person.family_name.startswith("Участникова"))).all()[-PEOPLE:]
        for place, person in enumerate(people):
            attempt = actions.start(person, quiz, now=now())
            picked = single.choices[1 if place < 9 else 0].id
            actions.save_form(attempt, {single.id: ([str(picked)], 0)}, now=now())
            if place == 0:
                actions.save_form(attempt, {essay.id: (["Сосед, приходите на праздник."], 0)}, now=now())
            hand_in(attempt, now=now())
        assert order.kind is QuestionKind.ORDERING
        db.session.commit()


def write_question(page: Any, quiz_id: int, kind: str, text: str, fields: dict[str, str]) -> None:
    page.goto(f"/quizzes/{quiz_id}/questions/new?kind={kind}")
    page.locator("[name=text]").fill(text)
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    if kind == "single":
        page.locator("[name=choices-0-is_right]").check()
    page.get_by_role("button", name="Сохранить вопрос", exact=True).last.click()
    page.wait_for_load_state()


def test_a_trainer_builds_a_quiz_learns_from_it_corrects_a_question_and_checks_an_essay(platform, visitor, module_id):
    page = visitor()
    sign_in(page, "trainer@example.org")

    page.goto(f"/quizzes/new?module_id={module_id}")
    page.locator("[name=title]").fill("Проба пера: тест")
    page.locator("main button.btn-primary").click()
    page.wait_for_load_state()
    quiz_id = int(page.url.split("/quizzes/")[1].split("/")[0])
    choices = {"choices-0-text": "Позвонить", "choices-1-text": "Написать"}
    write_question(page, quiz_id, "single", "С чего начать?", choices)
    write_question(page, quiz_id, "ordering", "Что за чем?", {"items": "Узнать\nПопросить\nПоблагодарить"})
    write_question(page, quiz_id, "essay", "Напишите соседу.", {"rubric": "Ясно | 2\nПо делу | 1"})
    look(page, "builder")
    page.goto(f"/quizzes/{quiz_id}/preview")
    assert page.get_by_text("Напишите соседу.").is_visible()
    page.goto(f"/quizzes/{quiz_id}/edit")
    look(page, "settings")
    page.get_by_role("button", name="Опубликовать").click()

    answer(platform, quiz_id)

    page.goto(f"/quizzes/{quiz_id}/figures")
    assert "Присмотритесь к вопрос" in page.locator("main").inner_text().replace("\u00a0", " ")
    look(page, "figures")
    page.get_by_role("link", name="Исправить вопрос").first.click()
    page.locator("[name=choices-0-is_right]").uncheck()
    page.locator("[name=choices-1-is_right]").check()
    page.locator("main button.btn-primary").last.click()
    page.wait_for_url("**/regrading")
    look(page, "regrading")
    page.get_by_role("button", name="Пересчитать").click()
    page.wait_for_url("**/edit")

    page.goto("/reviews/")
    look(page, "reviews")
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        attempt_id, essay_id = db.session.execute(
            select(Attempt.id, Question.id)
            .join(Question, Question.quiz_id == Attempt.quiz_id)
            .where(Attempt.quiz_id == quiz_id, Attempt.percent.is_(None), Question.kind == QuestionKind.ESSAY)
        ).one()
    page.goto(f"/reviews/{attempt_id}/{essay_id}")
    look(page, "review")
    page.locator("[name=points-0]").fill("2")
    page.locator("[name=points-1]").fill("1")
    page.locator("[name=comment]").fill("Тепло и ясно.")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        attempt = db.session.get_one(Attempt, attempt_id)
        assert attempt.percent is not None and attempt.answers
        assert "Тепло и ясно." in {answer.comment for answer in attempt.answers}


def test_surveys_are_made_answered_and_read_in_a_browser(platform, visitor):
    page = visitor()
    sign_in(page, "trainer@example.org")
    for address in (
        "/surveys/",
        "/surveys/1/edit",
        "/surveys/1/questions/3/edit",
        "/surveys/1/results",
        "/quizzes/bank",
    ):
        page.goto(address)
        look(page, address)
    learner = visitor()
    sign_in(learner, "volunteer@example.org")
    learner.goto("/surveys/1")
    look(learner, "survey")
    learner.locator("label.opt").first.click()
    learner.get_by_role("button", name="Отправить ответы").click()
    learner.wait_for_load_state()
    assert "Вы ответили" in learner.locator("main").inner_text().replace("\u00a0", " ")
