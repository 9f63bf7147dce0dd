"""The bank: topics, questions in them, finding, copying, drawing."""

from __future__ import annotations

import pytest

from lms.extensions import db
from lms.quizzes.models import Question, QuestionKind, Topic
from tests import factories
from tests.quizzes.test_builder import SETTINGS, rows, single
from tests.quizzes.test_taking import words


@pytest.fixture
def topic(app):
    return factories.topic("Сметы")


@pytest.fixture
def banked(topic):
    made = factories.question(None, right=("Да",), wrong=("Нет",), text="Сколько стоит Ёлка?", topic=topic, position=1)
    db.session.commit()
    return made


def test_a_topic_is_made_renamed_and_taken_away_while_it_is_empty(cast, as_, topic):
    client = as_(cast.trainer)
    client.post("/quizzes/bank/topics", data={"title": "Уставы"})
    client.post(f"/quizzes/bank/{topic.id}", data={"title": "Сметы и отчёты", "version": topic.version})

    assert [one.title for one in db.session.scalars(db.select(Topic).order_by(Topic.id))] == [
        "Сметы и отчёты",
        "Уставы",
    ]
    client.post(f"/quizzes/bank/{topic.id}/removal")
    assert [one.title for one in db.session.scalars(db.select(Topic))] == ["Уставы"]
    assert client.post("/quizzes/bank/topics", data={"title": " "}).status_code == 422


def test_two_who_rename_a_topic_see_both_names(cast, as_, topic):
    opened, address = topic.version, f"/quizzes/bank/{topic.id}"
    as_(cast.coordinator).post(address, data={"title": "Раз", "version": opened})
    late = as_(cast.trainer).post(address, data={"title": "Два", "version": opened})

    assert late.status_code == 409 and "Раз" in words(late) and topic.title == "Раз"


def test_a_question_is_written_into_a_topic_changed_and_taken_out(cast, as_, topic, banked):
    client = as_(cast.trainer)
    form = single(text="Новый?") | rows(("Да", True), ("Нет", False))
    client.post(f"/quizzes/bank/{topic.id}/questions/new?kind=single", data=form)
    made = topic.questions[-1]
    client.post(f"/quizzes/bank/{topic.id}/questions/{made.id}/edit", data=form | {"text": "Лучше?", "version": "1"})

    assert (made.text, made.quiz_id, made.position) == ("Лучше?", None, 2)
    client.post(f"/quizzes/bank/{topic.id}/questions/{made.id}/removal")
    assert "Лучше?" not in words(client.get(f"/quizzes/bank/{topic.id}"))


def test_questions_are_found_by_words_whatever_their_case(cast, as_, quiz, q, banked):
    client = as_(cast.trainer)

    found = words(client.get("/quizzes/bank?q=ёлка+СТОИТ"))
    assert "Найдено: 1" in found and "Сколько стоит Ёлка?" in found
    assert "Какие источники есть?" in words(client.get("/quizzes/bank?q=источники"))
    assert "Ни в одном вопросе" in words(client.get("/quizzes/bank?q=100%25"))


def test_questions_are_copied_from_the_bank_and_into_it(cast, as_, quiz, q, topic, banked):
    client = as_(cast.trainer)
    client.post(f"/quizzes/bank/{topic.id}/copies", data={"question": banked.id, "quiz_id": quiz.id})
    client.post(f"/quizzes/{quiz.id}/questions/{q.single.id}/bank", data={"topic_id": topic.id})

    assert [one.text for one in quiz.live_questions][-1] == "Сколько стоит Ёлка?"
    assert [one.text for one in topic.questions] == ["Сколько стоит Ёлка?", "Что сделать первым?"]


def test_an_answered_question_is_not_moved_away(cast, as_, quiz, q, topic, attempt):
    as_(cast.volunteer).post(f"/attempts/{attempt.id}/answers", data={f"q{q.short.id}": "слово", f"c{q.short.id}": "0"})
    client = as_(cast.trainer)
    for question in (q.short, q.number):
        client.post(f"/quizzes/{quiz.id}/questions/{question.id}/bank", data={"topic_id": topic.id, "move": "1"})

    assert (q.short.quiz_id, q.number.quiz_id, q.number.topic_id) == (quiz.id, None, topic.id)


def test_a_quiz_draws_from_a_topic(cast, as_, quiz, topic, banked):
    client, address = as_(cast.trainer), f"/quizzes/{quiz.id}/edit"
    draw = {"draws-0-topic": str(topic.id), "draws-0-count": "1", "draws-0-points": "2"}

    shown = client.post(address, data=SETTINGS | {"version": quiz.version, "more": "1"})
    assert shown.status_code == 200 and "Сметы · 1" in words(shown)
    client.post(address, data=SETTINGS | draw | {"version": quiz.version})
    assert [(one.topic_id, one.count, one.points) for one in quiz.draws] == [(topic.id, 1, 2)]

    wrong = client.post(address, data=SETTINGS | draw | {"draws-0-topic": "999", "version": quiz.version})
    assert wrong.status_code == 422


def test_settings_of_times_and_of_what_is_shown_are_kept_and_told_when_they_make_no_sense(cast, as_, quiz):
    client, address = as_(cast.trainer), f"/quizzes/{quiz.id}/edit"
    times = {"opens_at": "2026-12-01T10:00", "closes_at": "2026-12-05T18:30", "time_limit_minutes": "30"}
    shown = {"show_results": "after_close", "show_right_answers": "after_close"}
    good = SETTINGS | times | shown | {"layout": "one_by_one", "penalty": "25", "shuffle_questions": "y"}

    assert client.post(address, data=good | {"version": quiz.version}).status_code == 303
    assert (quiz.opens_at.hour, quiz.closes_at.minute, quiz.time_limit_minutes) == (7, 30, 30)
    assert (quiz.show_results, quiz.layout, quiz.penalty, quiz.shuffle_questions) == (
        "after_close",
        "one_by_one",
        25,
        True,
    )
    for wrong in ({"closes_at": "2026-12-01T09:00"}, {"closes_at": ""}, {"opens_at": "скоро"}):
        assert client.post(address, data=good | wrong | {"version": quiz.version}).status_code == 422


def test_a_person_gets_more_time(cast, as_, quiz):
    quiz.time_limit_minutes = 20
    client, address = as_(cast.trainer), f"/quizzes/{quiz.id}/extra-time"
    client.post(address, data={"email": " Volunteer@lms.test", "minutes": "20"})
    assert "+20 мин" in words(client.get(f"/quizzes/{quiz.id}/edit"))

    client.post(address, data={"email": "volunteer@lms.test", "minutes": "0"})
    assert "+20 мин" not in words(client.get(f"/quizzes/{quiz.id}/edit"))
    client.post(address, data={"email": "nobody@lms.test", "minutes": "5"})
    assert "Здесь ни у кого нет адреса" in words(client.get(f"/quizzes/{quiz.id}/edit"))


def test_learners_see_nothing_of_the_bank(cast, as_, topic, banked):
    client, address = as_(cast.volunteer), f"/quizzes/bank/{topic.id}"
    gets = ["/quizzes/bank", address, f"{address}/questions/new", f"{address}/questions/{banked.id}/edit"]
    assert {client.get(page).status_code for page in gets} == {403}
    posts = ["/quizzes/bank/topics", f"{address}/removal", f"{address}/copies", f"{address}/questions/{banked.id}/move"]
    assert {client.post(page).status_code for page in posts} == {403}


def test_a_question_of_another_topic_is_not_found(cast, as_, topic, banked):
    other = factories.topic("Уставы")
    assert as_(cast.trainer).get(f"/quizzes/bank/{other.id}/questions/{banked.id}/edit").status_code == 404
    as_(cast.trainer).post(f"/quizzes/bank/{topic.id}/questions/{banked.id}/move", data={"to": other.id})
    assert db.session.get_one(Question, banked.id).topic_id == other.id
    assert banked.kind is QuestionKind.SINGLE
