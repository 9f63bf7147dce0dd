"""A trainer and a file of questions from elsewhere, in a real browser: import, build on, publish, read the figures."""

from __future__ import annotations

import pytest

from lms.app import create_app
from lms.clock import now
from lms.extensions import db
from lms.progress.quiz_actions import hand_in
from lms.quizzes import actions
from lms.quizzes.models import QuestionKind, Quiz
from tests import factories
from tests.browser.test_journeys import look, sign_in
from tests.browser.test_trainer import module_id, write_question  # noqa: F401

pytestmark = pytest.mark.browser

GIFT = """::Почта::Можно ли отправлять пароль письмом? {FALSE}

Сколько дней в неделе? {#7}

Что бережёт почту? {=Долгий пароль ~Один пароль на всё ~Имя кота}

Ни одного верного {~а ~б}
"""


def test_a_trainer_imports_a_file_builds_on_publishes_and_reads_the_figures(platform, visitor, module_id, tmp_path):  # noqa: F811
    page = visitor()
    sign_in(page, "trainer@example.org")
    page.goto(f"/quizzes/new?module_id={module_id}")
    page.locator("[name=title]").fill("Почта и пароли")
    page.locator("main button.btn-primary").click()
    page.wait_for_load_state()
    quiz_id = int(page.url.split("/quizzes/")[1].split("/")[0])
    kept = tmp_path / "вопросы.txt"
    kept.write_bytes(GIFT.encode("cp1251"))

    page.goto(f"/quizzes/{quiz_id}/import")
    look(page, "import")
    page.locator("[name=file]").set_input_files(kept)
    page.get_by_role("button", name="Посмотреть вопросы").click()
    page.wait_for_load_state()
    assert "Строка 7" in page.locator("main").inner_text().replace("\xa0", " ")
    look(page, "preview of an import")
    page.get_by_label("Сколько дней в неделе?").uncheck()
    page.get_by_role("button", name="Взять отмеченные вопросы").click()
    page.wait_for_url("**/edit")
    write_question(page, quiz_id, "ordering", "Что за чем?", {"items": "Придумать\nЗаписать\nЗапомнить"})
    page.goto(f"/quizzes/{quiz_id}/preview")
    look(page, "preview as a learner")
    assert page.get_by_text("Имя кота").is_visible() and not page.get_by_text("дней в неделе").is_visible()
    page.goto(f"/quizzes/{quiz_id}/edit")
    page.get_by_role("button", name="Опубликовать").click()

    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        quiz = db.session.get_one(Quiz, quiz_id)
        single = next(one for one in quiz.live_questions if one.kind is QuestionKind.SINGLE)
        for place in range(12):
            person = factories.person()
            factories.enrolment(person, quiz.module.cycle)
            attempt = actions.start(person, quiz, now=now())
            picked = single.choices[0 if place < 9 else 1].id
            actions.save_form(attempt, {single.id: ([str(picked)], 0)}, now=now())
            hand_in(attempt, now=now())
        db.session.commit()

    page.goto(f"/quizzes/{quiz_id}/figures")
    told = page.locator("main").inner_text().replace("\xa0", " ")
    assert "Что бережёт почту?" in told and "75 %" in told
    look(page, "figures of an imported quiz")
    page.goto(f"/quizzes/{quiz_id}/export")
    look(page, "export")
