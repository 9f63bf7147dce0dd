"""The result of an attempt, what it may tell and when; and the trainer's view of all of them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from lms.accounts.models import Role
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.quizzes import actions, figure_queries, queries
from lms.quizzes.figure_queries import Share
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_taking import words

# Whatever gives a right answer away. The texts of choices are on the page anyway.
CANARIES = ("509731", "509 731", "ключевоеслово", "запасноеслово", "объяснение-", "отзыв-", "is_right")


def leaks(response) -> list[str]:
    return [canary for canary in CANARIES if canary in words(response)]


def hand_in(client, attempt, given):
    return client.post(f"/attempts/{attempt.id}/submission", data=form_of(given) | {"with_gaps": "1"})


# --- nothing leaks ----------------------------------------------------------------------------------------------------
def test_before_handing_in_no_answer_of_ours_gives_a_key_away(cast, as_, quiz, q, attempt):
    client = as_(cast.volunteer)
    path = f"/attempts/{attempt.id}"
    given = {
        q.single.id: [q.single.choices[1].id], q.several.id: [q.several.choices[0].id], q.true_false.id: "true",
        q.number.id: "1", q.short.id: "нет",
    }  # fmt: skip
    responses = [client.get(f"/quizzes/{quiz.id}"), client.get(path), client.get(f"{path}/submission")]
    responses += [client.put(f"{path}/answers/{id}", json={"given": g, "counter": 1}) for id, g in given.items()]
    responses += [client.put(f"{path}/answers/{id}", json={"given": g, "counter": 1}) for id, g in given.items()]
    responses += [client.put(f"{path}/answers/{id}", json={"given": "?", "counter": "?"}) for id in given]
    responses += [client.post(f"{path}/answers", data=form_of(given, 1))]
    responses += [client.get(path), client.get(f"{path}/result")]

    assert [leaks(response) for response in responses] == [[]] * len(responses)


def test_a_failed_attempt_with_tries_left_tells_right_or_wrong_but_no_key(cast, as_, quiz, q, right, attempt):
    client = as_(cast.volunteer)
    given = {q.single.id: [q.single.choices[1].id], q.true_false.id: "false", q.number.id: "1", q.short.id: "нет"}
    hand_in(client, attempt, given)

    page = client.get(f"/attempts/{attempt.id}/result")

    assert "Пока без зачёта" in words(page) and "14 %" in words(page) and "1 из 7 баллов." in words(page)
    assert "Пройти ещё раз" in words(page) and "Осталась одна попытка" in words(page)
    # The feedback of the choice she picked, and the explanation of the question she knew: nothing else.
    assert "отзыв-Послать письмо" in words(page) and "объяснение-true_false" in words(page)
    assert words(page).count("отзыв-") == 1 and words(page).count("объяснение-") == 1
    assert "Узнать, чем он помогает" not in words(page)
    assert [canary for canary in leaks(page) if canary not in ("отзыв-", "объяснение-")] == []


@pytest.mark.parametrize("end", ["passed", "no attempts left"])
def test_the_key_is_shown_when_it_can_spoil_nothing_any_more(cast, as_, quiz, q, right, attempt, end):
    client = as_(cast.volunteer)
    if end == "passed":
        hand_in(client, attempt, {id: right[id] for id in right if id != q.short.id} | {q.short.id: "нет"})
    else:
        quiz.attempts_allowed = 1
        hand_in(client, attempt, {q.short.id: "нет"})

    page = words(client.get(f"/attempts/{attempt.id}/result"))

    assert ("Тест сдан" in page) is (end == "passed")
    assert "Ваш ответ: нет" in page
    assert "Верный ответ: ключевоеслово" in page and "Подошло бы и такое: запасноеслово." in page
    assert page.count("объяснение-") == 5
    if end != "passed":
        assert "Верный ответ: 509 731 человек" in page and "Попыток больше нет." in page
        assert "Пройти ещё раз" not in page


def test_the_best_attempt_counts(cast, as_, quiz, q, right, attempt):
    client = as_(cast.volunteer)
    hand_in(client, attempt, right)
    client.post(f"/quizzes/{quiz.id}/attempts")
    second = db.session.scalars(queries.attempts_of(cast.volunteer).where(queries.Attempt.number == 2)).one()
    hand_in(client, second, {})

    page = words(client.get(f"/attempts/{second.id}/result"))

    assert "0 %" in page and "Ваш лучший результат — 100 %, засчитан он." in page
    assert "100 %" in words(client.get(f"/quizzes/{quiz.id}"))


def test_an_attempt_still_open_has_no_result(cast, as_, attempt):
    assert as_(cast.volunteer).get(f"/attempts/{attempt.id}/result").location == f"/attempts/{attempt.id}"


# --- results stay as they were ----------------------------------------------------------------------------------------
def test_a_question_changed_later_is_told_in_old_results_as_it_was(cast, as_, quiz, q, right, attempt):
    hand_in(as_(cast.volunteer), attempt, right)
    form = {
        "version": q.short.version, "kind": "short", "points": "3", "text": "Переписанный вопрос?",
        "accepted": "иначе", "explanation": "По-новому.",
    }  # fmt: skip
    saved = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.short.id}/edit", data=form)

    page = words(as_(cast.volunteer).get(f"/attempts/{attempt.id}/result"))

    assert saved.status_code == 303 and q.short.edition == 2
    assert "Как это называют?" in page and "Переписанный" not in page
    assert "7 из 7 баллов." in page and "Вопрос 5 · 1 из 1" in page


def test_a_better_explanation_is_read_in_old_results_too(cast, as_, quiz, q, right, attempt):
    hand_in(as_(cast.volunteer), attempt, right)
    form = {
        "version": q.short.version, "kind": "short", "points": "1", "text": q.short.text,
        "accepted": "ключевоеслово\nзапасноеслово", "explanation": "Теперь понятнее.",
    }  # fmt: skip
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.short.id}/edit", data=form)

    assert "Теперь понятнее." in words(as_(cast.volunteer).get(f"/attempts/{attempt.id}/result"))
    assert q.short.edition == 1


def test_a_question_taken_out_stays_in_old_results_and_leaves_open_attempts(cast, as_, quiz, q, right, attempt):
    hand_in(as_(cast.volunteer), attempt, right)
    other = factories.attempt(cast.stranger, quiz)
    deleted = as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.short.id}/delete")

    old = words(as_(cast.volunteer).get(f"/attempts/{attempt.id}/result"))
    new = words(as_(cast.stranger).get(f"/attempts/{other.id}"))

    assert deleted.status_code == 303
    assert "Как это называют?" in old and "7 из 7 баллов." in old
    assert "Как это называют?" not in new and "Четыре вопроса, 6 баллов." in new


def test_an_open_attempt_is_graded_by_the_questions_there_are_when_it_is_handed_in(cast, as_, quiz, q, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/{q.number.id}/delete")

    client.post(f"/attempts/{attempt.id}/submission")

    assert (attempt.score, attempt.max_score, attempt.passed) == (Decimal(5), Decimal(5), True)
    assert "Сколько жертвователей?" not in words(client.get(f"/attempts/{attempt.id}/result"))


# --- what the trainer sees --------------------------------------------------------------------------------------------
@pytest.fixture
def handed_in(cast, quiz, q, right):
    """Two people of Сальск and one of Батайск; two of them answered the single choice right the first time."""

    def take(person, given):
        attempt = actions.start(person, quiz, now=now())
        for id, value in given.items():
            actions.save(attempt, id, value, 1, now=now())
        actions.submit(attempt, now=now())

    other = factories.person("Яковлева", "Ольга", centre=cast.salsk)
    take(cast.volunteer, {q.short.id: "нет"})
    take(cast.volunteer, right)
    take(other, right)
    take(cast.stranger, {q.single.id: right[q.single.id]})
    db.session.commit()


def test_everybody_counts_once_in_the_share_of_right_answers(quiz, q, handed_in):
    assert figure_queries.shares(quiz.id) == {
        q.single.id: Share(people=3, right=2), q.several.id: Share(3, 1), q.true_false.id: Share(3, 1),
        q.number.id: Share(3, 1), q.short.id: Share(3, 1),
    }  # fmt: skip


def test_the_trainer_sees_everybodys_results_and_no_browser_keeps_them(cast, as_, quiz, handed_in):
    response = as_(cast.trainer).get(f"/quizzes/{quiz.id}/results")
    page = words(response)

    assert response.headers["Cache-Control"] == "no-store"
    assert "Проходили 3 человека, зачёт у 2." in page
    cells = [re.findall(r">([^<>]+)</(?:th|td|span)>", row) for row in page.split("<tr")[2:]]
    assert [row[:5] for row in cells] == [
        ["Ковалёва Ирина", "Сальск", "2", "100 %", "сдан"],
        ["Чужинова Клавдия", "Батайск", "1", "14 %", "пока нет"],
        ["Яковлева Ольга", "Сальск", "1", "100 %", "сдан"],
    ]


def test_a_centres_coordinator_sees_her_own_peoples_results_only(cast, as_, quiz, handed_in):
    page = words(as_(cast.centre_coordinator).get(f"/quizzes/{quiz.id}/results"))

    assert "Ковалёва" in page and "Яковлева" in page and "Чужинова" not in page
    assert "Проходили 2 человека" in page


def test_learners_see_nobodys_results(cast, as_, quiz, handed_in):
    assert as_(cast.volunteer).get(f"/quizzes/{quiz.id}/results").status_code == 403
    assert as_(cast.trainer).get("/quizzes/999999/results").status_code == 404


def test_a_draft_and_its_results_do_not_exist_for_a_centres_coordinator(cast, as_, quiz, handed_in):
    quiz.state = State.DRAFT

    assert as_(cast.centre_coordinator).get(f"/quizzes/{quiz.id}/results").status_code == 404
    assert as_(cast.trainer).get(f"/quizzes/{quiz.id}/results").status_code == 200


def test_before_anybody_has_tried_the_results_say_so(cast, as_, quiz, q):
    assert "ещё никто не сдавал" in words(as_(cast.trainer).get(f"/quizzes/{quiz.id}/results"))


def test_results_of_many_people_cost_no_more_queries_and_are_paged(cast, as_, quiz, q, handed_in, count_queries):
    client, path = as_(cast.trainer), f"/quizzes/{quiz.id}/results"
    client.get(path)
    with count_queries() as few:
        client.get(path)
    for _ in range(100):
        factories.attempt(factories.person(), quiz, submitted_at=now(), percent=70, passed=True)
    db.session.commit()
    with count_queries() as many:
        page = words(client.get(path))

    assert len(many) == len(few) <= 12
    assert "Страница 1 из 2" in page and page.count('scope="row"') == 100
    assert words(client.get(f"{path}?page=2")).count('scope="row"') == 3


def test_trainers_may_learn_as_well(cast, as_, quiz, q, right):
    trainer = factories.person(roles={Role.TRAINER})
    client = as_(trainer)
    client.post(f"/quizzes/{quiz.id}/attempts")
    attempt = db.session.scalars(queries.attempts_of(trainer)).one()
    hand_in(client, attempt, right)

    assert attempt.passed is True
