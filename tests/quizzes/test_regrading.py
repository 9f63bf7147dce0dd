"""A correction is carried into results only after it was told what it changes; a pass once given is kept."""

from __future__ import annotations

import pytest

from lms.clock import now
from lms.extensions import db
from lms.progress.models import Completion
from lms.quizzes import actions
from lms.quizzes.models import Regrading
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_builder import rows, single
from tests.quizzes.test_taking import words


@pytest.fixture
def two(quiz):
    """Two questions of a point each; to pass takes 60 per cent, so both."""
    one = factories.question(quiz, right=("Да",), wrong=("Нет",), text="Первый?")
    other = factories.question(quiz, right=("Так",), wrong=("Эдак",), text="Второй?")
    return one, other


def hand_in(person, quiz, given) -> object:
    attempt = factories.attempt(person, quiz)
    actions.save_form(attempt, {id: ([str(value)], 0) for id, value in given.items()}, now=now())
    actions.submit(attempt, now=now())
    db.session.commit()
    return attempt


def turn_key(client, quiz, question):
    """The trainer finds that the other choice is right."""
    yes, no = question.choices
    fields = rows(("Да", False), ("Нет", True), ids=(yes.id, no.id))
    form = single(text=question.text, version=question.version, points="1") | fields
    return client.post(f"/quizzes/{quiz.id}/questions/{question.id}/edit", data=form)


def test_after_a_correction_the_changes_are_told_before_anything_is_done(cast, as_, quiz, two):
    one, other = two
    loser = hand_in(cast.volunteer, quiz, {one.id: one.choices[1].id, other.id: other.choices[0].id})
    winner = hand_in(cast.stranger, quiz, {one.id: one.choices[0].id, other.id: other.choices[0].id})

    response = turn_key(as_(cast.trainer), quiz, one)

    assert (response.status_code, response.location) == (303, f"/quizzes/{quiz.id}/questions/{one.id}/regrading")
    page = words(as_(cast.trainer).get(response.location))
    assert "Ковалёва Ирина" in page and "Зачёт остаётся" in page
    assert (loser.percent, loser.passed, winner.percent, winner.passed) == (50, False, 100, True)


def test_counting_anew_gives_and_takes_points_but_takes_no_pass(cast, as_, quiz, two):
    one, other = two
    loser = hand_in(cast.volunteer, quiz, {one.id: one.choices[1].id, other.id: other.choices[0].id})
    winner = hand_in(cast.stranger, quiz, {one.id: one.choices[0].id, other.id: other.choices[0].id})
    turn_key(as_(cast.trainer), quiz, one)

    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{one.id}/regrading")

    assert (loser.percent, loser.passed) == (100, True)
    assert (winner.percent, winner.passed) == (50, True)
    assert [row.person_id for row in db.session.scalars(db.select(Completion))] == [cast.volunteer.id]
    logged = db.session.scalars(db.select(Regrading)).one()
    assert (logged.by_id, logged.people, logged.better, logged.worse) == (cast.trainer.id, 2, 1, 1)
    assert (logged.newly_passed, logged.kept_passes) == (1, 1)
    # What is graded anew is graded by the new edition: once more changes nothing, and logs nobody.
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{one.id}/regrading")
    assert (loser.percent, winner.percent) == (100, 50)


def test_a_correction_that_changes_nobodys_result_asks_nothing(cast, as_, quiz, two):
    one, other = two
    hand_in(cast.volunteer, quiz, {other.id: other.choices[0].id})

    assert turn_key(as_(cast.trainer), quiz, one).location == f"/quizzes/{quiz.id}/questions/{other.id}/edit"


def test_learners_count_nothing_anew(cast, as_, quiz, two):
    address = f"/quizzes/{quiz.id}/questions/{two[0].id}/regrading"
    assert as_(cast.volunteer).get(address).status_code == as_(cast.volunteer).post(address).status_code == 403


def test_a_copy_stands_after_its_question(cast, as_, quiz, two):
    one, other = two
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{one.id}/copies")

    first, copy, last = quiz.live_questions
    assert (first.id, last.id) == (one.id, other.id) and response.location.endswith(f"/{copy.id}/edit")
    assert (copy.text, [(c.text, c.is_right) for c in copy.choices]) == ("Первый?", [("Да", True), ("Нет", False)])


def test_every_kind_of_question_comes_back_from_its_form_as_it_was(cast, as_, quiz):
    """What is stored is what the form says again, so that saving without a change changes nothing."""
    kinds: dict[str, dict[str, str]] = {
        "matching": {
            "pairs-0-left": "Устав", "pairs-0-right": "Минюст", "pairs-1-left": "Отчёт", "pairs-1-right": "Фонд",
            "extra": "Мэрия",
        },
        "ordering": {"items": "Собрать\nПодать\nЖдать", "scoring": "neighbours"},
        "gaps": {
            "text": "Пишем [[1]] и ждём [[2]] дней.", "gaps-0-kind": "choice", "gaps-0-points": "2",
            "gaps-0-answers": "* устав\nсмету", "gaps-1-kind": "number", "gaps-1-points": "1",
            "gaps-1-answers": "14 ± 1",
        },
        "essay": {"rubric": "Ясно | 2\nПо делу | 1", "least_words": "50", "most_words": "200"},
        "number": {
            "answer": "12,5", "tolerance": "5%", "unit": "м", "more_answers": "13 ± 0,5 | 50 | Почти",
            "units": "см = 0,01",
        },
        "short": {"accepted": "взнос\nплата | 50 | Почти", "wildcards": "y"},
        "info": {"points": "0"},
    }  # fmt: skip
    client = as_(cast.trainer)
    for kind, fields in kinds.items():
        form = {
            "kind": kind,
            "points": "3",
            "text": "Вопрос?",
            "explanation": "",
            "title": "Имя",
            "tags": "а, б",
        } | fields
        response = client.post(f"/quizzes/{quiz.id}/questions/new?kind={kind}", data=form)
        assert response.status_code == 303, (kind, words(response))
        question = quiz.live_questions[-1]
        before, edition = question.settings, question.edition
        assert (question.title, question.tags) == ("Имя", ["а", "б"])
        client.post(f"/quizzes/{quiz.id}/questions/{question.id}/edit", data=form | {"version": question.version})
        assert (question.settings, question.edition) == (before, edition), kind
        assert client.get(f"/quizzes/{quiz.id}/questions/{question.id}/edit").status_code == 200
    assert quiz.live_questions[2].settings["gaps"][1]["answers"][0]["tolerance"] == "1"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"kind": "matching", "pairs-0-left": "Устав", "pairs-0-right": ""}, "У пары только одна сторона"),
        ({"kind": "ordering", "items": "Одно"}, "От двух до двадцати"),
        ({"kind": "gaps", "text": "Без пропусков", "gaps-0-answers": "да"}, "Отметьте пропуски в тексте"),
        ({"kind": "essay", "rubric": "Ясно | много"}, "Эту строку нельзя прочитать"),
        ({"kind": "number", "answer": "5", "units": "см"}, "Эту строку нельзя прочитать"),
    ],
)
def test_a_question_of_a_new_kind_that_makes_no_sense_is_not_kept(cast, as_, quiz, form, message):
    form = {"points": "1", "text": "Вопрос?", "explanation": ""} | form
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new?kind={form['kind']}", data=form)

    assert response.status_code == 422 and message in words(response)
    assert quiz.live_questions == []


def test_the_answers_file_has_a_line_for_each_person(cast, as_, quiz, q, right):
    cast.volunteer.given_name = "=Ирина"
    attempt = factories.attempt(cast.volunteer, quiz)
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))

    csv = as_(cast.trainer).get(f"/quizzes/{quiz.id}/answers.csv").get_data().decode("utf-8-sig")

    head, line = csv.splitlines()
    assert head.startswith("Имя;Центр;Попытка;") and head.endswith("Сколько жертвователей?;Как это называют?")
    assert line.startswith("Ковалёва =Ирина;Сальск;1;") and ";100;да;" in line and "Взносы; Гранты" in line
    assert as_(cast.centre_coordinator).get(f"/quizzes/{quiz.id}/answers.xlsx").status_code == 403
