"""Making a quiz: its settings, its questions one by one, their order and their end."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lms import permissions as can
from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.quizzes import figure_queries
from lms.quizzes.models import Attempt, Question, QuestionEdition, QuestionKind, Quiz
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_taking import words

SETTINGS = {
    "title": "Тест о деле", "title_en": "", "intro": "Вопросы.", "pass_mark": "70", "attempts_allowed": "",
    "due_on": "2026-12-06", "rule": "optional", "counts": "best", "layout": "all", "penalty": "0",
    "show_results": "at_once", "show_right_answers": "settled", "pair_of": "0",
}  # fmt: skip


def rows(*choices: tuple[str, bool], ids: tuple[int, ...] = (), feedback: str = "") -> dict[str, str]:
    """The fields of rows of choices: (text, is right)."""
    fields = {}
    for n, (text, is_right) in enumerate(choices):
        fields |= {f"choices-{n}-text": text, f"choices-{n}-feedback": feedback}
        fields |= {f"choices-{n}-id": str(ids[n]) if n < len(ids) else ""}
        if is_right:
            fields[f"choices-{n}-is_right"] = "y"
    return fields


def single(**fields) -> dict[str, str]:
    return {"kind": "single", "points": "1", "text": "Что сделать?", "explanation": ""} | fields


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_shows_quizzes_by_module_with_the_share_who_passed(cast, as_, quiz, q):
    factories.attempt(cast.volunteer, quiz, submitted_at=now(), percent=80, passed=True)
    factories.attempt(cast.stranger, quiz, submitted_at=now(), percent=10, passed=False)
    factories.attempt(cast.stranger, quiz, number=2, submitted_at=now(), percent=10, passed=False)
    factories.module(quiz.module.cycle, title="Без теста")

    page = words(as_(cast.trainer).get("/quizzes/"))

    assert "Тест о фандрайзинге" in page and "50 %, 1 из 2" in page
    assert "Без теста" in page and "теста нет" in page


def test_the_list_costs_as_many_queries_for_thirty_modules(cast, as_, quiz, q, count_queries):
    client = as_(cast.trainer)
    client.get("/quizzes/")
    with count_queries() as few:
        client.get("/quizzes/")
    for _ in range(30):
        factories.question(factories.quiz(factories.module(quiz.module.cycle)), right=("да",), wrong=("нет",))
    db.session.commit()
    with count_queries() as many:
        client.get("/quizzes/")

    assert len(many) == len(few) <= 12


def test_an_empty_list_says_what_to_do(cast, as_):
    assert "Модулей пока нет." in words(as_(cast.trainer).get("/quizzes/"))


# --- settings ---------------------------------------------------------------------------------------------------------
def test_a_new_quiz_is_a_draft_at_the_end_of_its_module(cast, as_, module):
    factories.material(module)

    response = as_(cast.trainer).post(f"/quizzes/new?module_id={module.id}", data=SETTINGS)

    quiz = db.session.scalars(db.select(Quiz)).one()
    assert (response.status_code, response.location) == (303, f"/quizzes/{quiz.id}/questions/new")
    assert (quiz.title, quiz.intro, quiz.pass_mark, quiz.attempts_allowed) == ("Тест о деле", "Вопросы.", 70, None)
    assert (quiz.state, quiz.rule, quiz.position) == (State.DRAFT, Rule.OPTIONAL, 2)
    assert quiz.due_at == datetime(2026, 12, 6, 20, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"pass_mark": "0"}, {"pass_mark": "много"}, {"attempts_allowed": "-1"}, {"rule": "read"}]
)
def test_settings_that_make_no_sense_are_not_kept(cast, as_, module, wrong):
    response = as_(cast.trainer).post(f"/quizzes/new?module_id={module.id}", data=SETTINGS | wrong)

    assert response.status_code == 422 and "Вопросы." in words(response)
    assert db.session.scalars(db.select(Quiz)).all() == []


def test_the_settings_are_changed(cast, as_, quiz):
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/edit", data=SETTINGS | {"version": quiz.version})

    assert response.status_code == 303
    assert (quiz.title, quiz.pass_mark, quiz.attempts_allowed, quiz.rule) == ("Тест о деле", 70, None, Rule.OPTIONAL)


def test_two_who_change_the_settings_see_both_texts(cast, as_, quiz):
    opened = quiz.version
    as_(cast.coordinator).post(f"/quizzes/{quiz.id}/edit", data=SETTINGS | {"version": opened, "intro": "Раз."})

    late = as_(cast.trainer).post(f"/quizzes/{quiz.id}/edit", data=SETTINGS | {"version": opened, "intro": "Два."})

    assert late.status_code == 409 and "Раз." in words(late) and "Два." in words(late)
    assert quiz.intro == "Раз."
    form = SETTINGS | {"version": quiz.version, "intro": "Два."}
    again = as_(cast.trainer).post(f"/quizzes/{quiz.id}/edit", data=form)
    assert again.status_code == 303 and quiz.intro == "Два."


# --- who may ----------------------------------------------------------------------------------------------------------
def test_learners_and_centre_coordinators_build_nothing(cast, as_, module, quiz, q):
    question = f"/quizzes/{quiz.id}/questions/{q.single.id}"
    for person in (cast.volunteer, cast.centre_coordinator):
        client = as_(person)
        pages = [
            "/quizzes/", f"/quizzes/new?module_id={module.id}", f"/quizzes/{quiz.id}/edit",
            f"/quizzes/{quiz.id}/preview", f"/quizzes/{quiz.id}/questions/new", f"{question}/edit",
            f"{question}/delete",
        ]  # fmt: skip
        assert [client.get(page).status_code for page in pages] == [403] * len(pages)
        posts = [
            f"/quizzes/new?module_id={module.id}", f"/quizzes/{quiz.id}/edit", f"/quizzes/{quiz.id}/questions/new",
            f"{question}/edit", f"{question}/delete", f"{question}/position",
        ]  # fmt: skip
        assert [client.post(post).status_code for post in posts] == [403] * len(posts)
    assert q.single.retired_at is None and db.session.scalar(db.select(db.func.count(Question.id))) == 5


def test_every_page_of_the_builder_asks_whether_one_may_edit_this_very_quiz(cast, as_, module, quiz, q, monkeypatch):
    monkeypatch.setattr(can, "edit_quiz", lambda person, quiz: False)
    monkeypatch.setattr(can, "edit_curriculum", lambda person: False)
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}"
    question = f"{path}/questions/{q.single.id}"
    pages = [
        f"/quizzes/new?module_id={module.id}", f"{path}/edit", f"{path}/preview", f"{path}/questions/new",
        f"{question}/edit", f"{question}/delete",
    ]  # fmt: skip

    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    assert client.post(f"{question}/position", data={"direction": "down"}).status_code == 403


def test_what_does_not_exist_is_not_built(cast, as_, quiz, q):
    elsewhere = factories.quiz(quiz.module)
    client = as_(cast.trainer)
    pages = [
        "/quizzes/new", "/quizzes/new?module_id=999", "/quizzes/999/edit", "/quizzes/999/preview",
        "/quizzes/999/questions/new", f"/quizzes/{elsewhere.id}/questions/{q.single.id}/edit",
        f"/quizzes/{elsewhere.id}/questions/{q.single.id}/delete",
    ]  # fmt: skip

    assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    path = f"/quizzes/{elsewhere.id}/questions/{q.single.id}/position"
    assert client.post(path, data={"direction": "up"}).status_code == 404


# --- questions --------------------------------------------------------------------------------------------------------
def test_first_the_kind_is_chosen(cast, as_, quiz):
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/questions/new"))

    for kind in QuestionKind:
        assert f"/quizzes/{quiz.id}/questions/new?kind={kind}" in page


@pytest.mark.parametrize(
    "kind, fields, settings, choices",
    [
        ("single", rows(("Да", True), ("Нет", False), ("", False)), {}, [("Да", True), ("Нет", False)]),
        (
            "several",
            rows(("Да", True), ("Ага", True), ("Нет", False)),
            {},
            [("Да", True), ("Ага", True), ("Нет", False)],
        ),
        ("true_false", {"right": "true"}, {"right": True, "feedback": {"true": "", "false": ""}}, []),
        ("short", {"accepted": "да\r\n\r\n ага \r\nДа."}, factories.accepted("да", "ага"), []),
        (
            "number",
            {"answer": "1 200,5 ₽", "tolerance": "", "unit": "₽"},
            factories.near("1200.5", unit="₽"),
            [],
        ),
    ],
)
def test_a_question_of_every_kind_is_made(cast, as_, quiz, kind, fields, settings, choices):
    form = {"kind": kind, "points": "2", "text": "Что **важно**?", "explanation": "Потому."} | fields
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new?kind={kind}", data=form)

    question = db.session.scalars(db.select(Question)).one()
    assert (response.status_code, response.location) == (303, f"/quizzes/{quiz.id}/questions/{question.id}/edit")
    assert (question.kind, question.points, question.position) == (kind, 2, 1)
    assert (question.text, question.explanation) == ("Что **важно**?", "Потому.")
    assert "<strong>важно</strong>" in question.text_html
    assert question.settings == settings
    assert [(choice.text, choice.is_right) for choice in question.choices] == choices
    shown = words(as_(cast.trainer).get(response.location))
    assert "Что **важно**?" in shown


@pytest.mark.parametrize(
    "form, message",
    [
        (single(text="") | rows(("Да", True), ("Нет", False)), "Напишите вопрос."),
        (single(text="<svg onload=alert(1)>") | rows(("Да", True), ("Нет", False)), "Напишите вопрос."),
        (single(points="0") | rows(("Да", True), ("Нет", False)), "От 1 до 100."),
        (single() | rows(("Да", True)), "Напишите хотя бы два варианта."),
        (single() | rows(("Да", False), ("Нет", False)), "Отметьте верный вариант."),
        (single() | rows(("Да", True), ("Нет", True)), "Верным здесь может быть один вариант."),
        (single() | rows(("Да", True), ("", True)), "У варианта нет текста"),
        (single() | rows(("Да", True), ("да.", False)), "Два варианта совпадают."),
        (single(kind="several") | rows(("Да", False), ("Нет", False)), "Отметьте верный вариант."),
        (single(kind="true_false"), "Отметьте, верно ли утверждение."),
        (single(kind="short", accepted=" . \n"), "Напишите хотя бы один верный ответ."),
        (single(kind="number", answer="много"), "Напишите число, например 12,5."),
        (single(kind="number", answer="5", tolerance="-1"), "Напишите число, 0 или больше."),
        (single(kind="riddle") | rows(("Да", True), ("Нет", False)), "Тип"),
    ],
)
def test_a_question_nobody_could_answer_is_not_kept(cast, as_, quiz, form, message):
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new", data=form)

    assert response.status_code == 422 and message in words(response)
    assert db.session.scalars(db.select(Question)).all() == []


def test_scripts_in_a_question_never_run(cast, as_, quiz):
    text = "Что <img src=x onerror=alert(1)> {{7*7}} <script>alert(2)</script> <a href='javascript:alert(3)'>тут</a>?"
    form = single(text=text) | rows(("<b onclick=alert(4)>Да</b>", True), ("Нет", False))
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new", data=form)

    page = as_(cast.trainer).get(f"/quizzes/{quiz.id}/preview").text
    assert "{{7*7}}" in page and "<b>Да</b>" in page
    assert "onerror" not in page and "alert(2)" not in page and "alert(4)" not in page and "javascript:" not in page


def test_rows_are_added_and_taken_away_and_everything_typed_stays(cast, as_, quiz):
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/new?kind=single"
    typed = single() | rows(("Первый", True), ("Второй", False), ("Третий", False))

    more = client.post(path, data=typed | {"more": "1"})
    less = client.post(path, data=typed | {"drop": "1"})

    assert (more.status_code, less.status_code) == (200, 200)
    assert more.text.count('class="variant"') == 4 and "Второй" in more.text and "Что сделать?" in more.text
    assert less.text.count('class="variant"') == 2 and "Второй" not in less.text and "Третий" in less.text
    assert client.post(path, data=typed | {"drop": "9" * 5000}).status_code == 200
    assert db.session.scalars(db.select(Question)).all() == []


def test_another_type_shows_its_own_fields(cast, as_, quiz):
    page = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new", data=single(kind="number", retype="1"))

    assert page.status_code == 200 and 'name="tolerance"' in page.text and "Что сделать?" in page.text


def test_saving_a_question_goes_on_to_the_next(cast, as_, quiz, q):
    first, last = q.single, q.short
    form = single(version=first.version, text="Иначе?") | rows(
        ("Узнать, чем он помогает", True), ("Послать письмо", False), ids=tuple(choice.id for choice in first.choices)
    )
    kept = [choice.id for choice in first.choices]

    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{first.id}/edit", data=form)

    assert response.location == f"/quizzes/{quiz.id}/questions/{q.several.id}/edit"
    assert (first.text, [choice.id for choice in first.choices]) == ("Иначе?", kept)
    form = {"version": last.version, "kind": "short", "points": "1", "text": last.text, "accepted": "да"}
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{last.id}/edit", data=form)
    assert response.location == f"/quizzes/{quiz.id}/questions/{last.id}/edit"


def test_two_who_change_one_question_see_both_texts(cast, as_, quiz, q):
    question, opened = q.single, q.single.version
    path = f"/quizzes/{quiz.id}/questions/{question.id}/edit"
    ids = tuple(choice.id for choice in question.choices)

    def form(second, feedback):
        choices = rows(("Узнать, чем он помогает", True), (second, False), ids=ids, feedback=feedback)
        return single(version=opened, text=question.text) | choices

    # Only the explanations of choices differ: that, too, is a change of the question.
    as_(cast.coordinator).post(path, data=form("Послать письмо", "Пояснение раз."))
    late = as_(cast.trainer).post(path, data=form("Позвонить", "Пояснение два."))

    assert late.status_code == 409
    assert "Пояснение раз." in words(late) and "Пояснение два." in words(late) and "Позвонить" in words(late)
    assert [choice.feedback for choice in question.choices] == ["Пояснение раз."] * 2


def test_an_answered_question_keeps_its_type(cast, as_, quiz, q, attempt):
    client = as_(cast.volunteer)
    client.put(f"/attempts/{attempt.id}/answers/{q.single.id}", json={"given": [q.single.choices[0].id], "counter": 1})
    form = single(version=q.single.version, kind="number", answer="5")

    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.single.id}/edit", data=form)

    assert response.status_code == 422 and "тип не сменить" in words(response)
    assert q.single.kind is QuestionKind.SINGLE


def test_a_choice_that_stays_stays_picked_and_one_taken_out_counts_as_not_picked(cast, as_, quiz, q, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))
    first = q.several.choices[0].id
    form = {"version": q.several.version, "kind": "several", "points": "2", "text": q.several.text}
    form |= rows(("Взносы жителей", True), ("Новый", True), ids=(first,))

    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.several.id}/edit", data=form)

    page = client.get(f"/attempts/{attempt.id}")
    assert page.text.count("checked") == 3 and "Взносы жителей" in page.text
    client.post(f"/attempts/{attempt.id}/submission")
    assert attempt.score == Decimal(6)


def test_only_editions_that_results_were_graded_by_are_kept(cast, as_, quiz, q, right, attempt):
    path = f"/quizzes/{quiz.id}/questions/{q.short.id}/edit"

    def rewrite(text):
        form = {"version": q.short.version, "kind": "short", "points": "1", "text": text, "accepted": "да"}
        assert as_(cast.trainer).post(path, data=form).status_code == 303

    rewrite("Раз?")
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right) | {"with_gaps": "1"})
    rewrite("Два?")
    rewrite("Два?")

    kept = db.session.scalars(db.select(QuestionEdition)).all()
    assert [(edition.edition, edition.asked["text"]) for edition in kept] == [(2, "Раз?")]
    assert q.short.edition == 3


def test_questions_move_up_and_down(cast, as_, quiz, q):
    client = as_(cast.trainer)

    def order():
        found = db.select(Question.id).where(Question.quiz_id == quiz.id).order_by(Question.position)
        names = {q.single.id: "a", q.several.id: "b", q.true_false.id: "c"}
        return [names.get(id, "…") for id in db.session.scalars(found)]

    path = f"/quizzes/{quiz.id}/questions/{q.several.id}/position"
    response = client.post(path, data={"direction": "up"})
    assert response.status_code == 303 and order()[:3] == ["b", "a", "c"]
    client.post(path, data={"direction": "up"})
    assert order()[:3] == ["b", "a", "c"]
    for _ in range(2):
        client.post(path, data={"direction": "down"})
    assert order()[:3] == ["a", "c", "b"]
    assert client.post(path, data={"direction": "sideways"}).status_code == 400


def test_moving_a_question_is_no_change_to_those_who_answer_it(cast, as_, quiz, q):
    before = (q.several.version, q.several.edition)
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.several.id}/position", data={"direction": "up"})

    assert (q.several.version, q.several.edition) == before


def test_a_deleted_question_comes_back_with_one_press(cast, as_, quiz, q):
    id = q.short.id
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/questions/{id}/delete"))
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{id}/delete")

    assert "Удалить вопрос 5?" in page and "На него ещё никто не отвечал." in page
    assert response.location == f"/quizzes/{quiz.id}/edit" and q.short not in quiz.live_questions
    assert "Вернуть удалённый вопрос" in words(as_(cast.trainer).get(response.location))

    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{id}/return")
    assert [one.id for one in quiz.live_questions][-1] == id


def test_before_an_answered_question_goes_the_figures_are_told(cast, as_, quiz, q, right, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/questions/{q.short.id}/delete"))

    assert "На него уже ответил 1 человек. Результаты не изменятся" in page
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.short.id}/delete")
    assert q.short.retired_at is not None
    assert as_(cast.trainer).get(f"/quizzes/{quiz.id}/questions/{q.short.id}/edit").status_code == 404


def test_the_builder_marks_what_fewer_than_half_answer_right(cast, as_, quiz, q, right, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right | {q.short.id: "нет"}))

    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/questions/{q.short.id}/edit"))

    assert "5 вопросов, 7 баллов · зачёт от 60 % · две попытки" in page
    assert page.count("100 %") == 4 and page.count('<b class="st plain" data-s="wait">0 %</b>') == 1
    assert "Верно отвечают 0 %." in page and "сколько из 1 человека" in page
    assert "На этот вопрос ответил 1 человек." in page


def test_the_builder_costs_as_many_queries_for_thirty_questions(cast, as_, quiz, q, count_queries):
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{q.single.id}/edit"
    client.get(path)
    with count_queries() as few:
        client.get(path)
    for _ in range(25):
        factories.question(quiz, right=("да",), wrong=("нет",))
    db.session.commit()
    with count_queries() as many:
        client.get(path)

    assert len(many) == len(few) <= 12


# --- preview ----------------------------------------------------------------------------------------------------------
def test_the_preview_shows_what_learners_see_and_stores_no_attempt(cast, as_, quiz, q):
    page = words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/preview"))

    assert "Ответы здесь не сохраняются." in page and "Вопрос 5 из 5" in page and "Что сделать первым?" in page
    assert "saving.js" not in page and "Сдать тест" not in page
    assert db.session.scalars(db.select(Attempt)).all() == []


def test_the_page_is_in_english_for_those_who_read_it(cast, as_, quiz, q):
    page = as_(cast.volunteer).get(f"/quizzes/{quiz.id}", headers={"Accept-Language": "en"}).text

    assert "Five questions, 7 points." in page and "Begin the quiz" in page


def test_shares_of_a_changed_question_begin_anew(cast, as_, quiz, q, right, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    form = {"version": q.short.version, "kind": "short", "points": "1", "text": "Яснее?", "accepted": "да"}
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.short.id}/edit", data=form)

    assert set(figure_queries.shares(quiz.id)) == {q.single.id, q.several.id, q.true_false.id, q.number.id}


# --- undo -------------------------------------------------------------------------------------------------------------
def test_the_last_change_of_a_question_is_undone_and_done_again(cast, as_, quiz, q):
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{q.single.id}"
    before = [(one.id, one.text, one.is_right) for one in q.single.choices]
    assert "Отменить последнюю правку" not in words(client.get(f"{path}/edit"))
    ids = tuple(one.id for one in q.single.choices)
    changed = single(**rows(("Иное", True), ("Послать письмо", False), ids=ids), version=q.single.version)
    client.post(f"{path}/edit", data=changed | {"text": "Что **потом**?"})
    after = [(one.id, one.text, one.is_right) for one in q.single.choices]
    assert q.single.text == "Что **потом**?" and after != before

    assert "Отменить последнюю правку" in words(client.get(f"{path}/edit"))
    client.post(f"{path}/undo", data={"version": q.single.version})
    assert q.single.text == "Что сделать первым?" and "первым?" in q.single.text_html
    assert [(one.id, one.text, one.is_right) for one in q.single.choices] == before

    client.post(f"{path}/undo", data={"version": q.single.version})
    assert q.single.text == "Что **потом**?" and "<strong>потом</strong>" in q.single.text_html
    assert [(one.id, one.text, one.is_right) for one in q.single.choices] == after


def test_nothing_is_undone_that_somebody_changed_meanwhile(cast, as_, quiz, q):
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{q.single.id}"
    ids = tuple(one.id for one in q.single.choices)
    choices = rows(("Да", True), ("Нет", False), ids=ids)
    client.post(f"{path}/edit", data=single(**choices, version=q.single.version) | {"text": "Раз?"})
    seen = q.single.version
    client.post(f"{path}/edit", data=single(**choices, version=q.single.version) | {"text": "Два?"})

    late = client.post(f"{path}/undo", data={"version": seen})

    assert q.single.text == "Два?" and "тем временем изменили" in words(client.get(late.location))
    assert as_(cast.volunteer).post(f"{path}/undo", data={"version": q.single.version}).status_code == 403
    assert client.post(f"/quizzes/{quiz.id}/questions/999/undo").status_code == 404


def test_undoing_a_correction_asks_about_the_results_as_the_correction_did(cast, as_, quiz, q, right, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{q.single.id}"
    ids = tuple(one.id for one in q.single.choices)
    other = rows(("Узнать, чем он помогает", False), ("Послать письмо", True), ids=ids)
    client.post(f"{path}/edit", data=single(**other, version=q.single.version))
    client.post(f"{path}/regrading")
    assert attempt.percent == 85

    undone = client.post(f"{path}/undo", data={"version": q.single.version})

    assert undone.location == f"{path}/regrading"
    client.post(undone.location)
    assert attempt.percent == 100


def test_a_choice_that_comes_back_is_the_one_people_picked(cast, as_, quiz, q, right, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{q.single.id}"
    before = [one.id for one in q.single.choices]
    others = rows(("Послать письмо", False), ("Позвать всех", True), ids=tuple(before[1:]))
    client.post(f"{path}/edit", data=single(**others, version=q.single.version))

    undone = client.post(f"{path}/undo", data={"version": q.single.version})
    client.post(f"{path}/regrading")

    assert [one.id for one in q.single.choices] == before
    assert attempt.percent == 100
    assert undone.status_code == 303


def test_one_answer_of_several_right_ones_may_stay_where_it_came_from_elsewhere(cast, as_, quiz):
    question = factories.question(quiz, right=("ГОСТ", "Госстандарт"), wrong=("ОСТ",))
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/questions/{question.id}/edit"
    both = rows(("ГОСТ", True), ("Госстандарт", True), ("ОСТ", False), ids=tuple(one.id for one in question.choices))

    assert client.post(path, data=single(**both, version=question.version)).status_code == 303
    new = client.post(f"/quizzes/{quiz.id}/questions/new?kind=single", data=single(**both))
    assert new.status_code == 422 and "«Несколько ответов»" in words(new)
