"""Taking a quiz: from the page before it to the result, by everybody who may, and by nobody else."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from decimal import Decimal
from threading import Timer

import pytest
from sqlalchemy import event

from lms.accounts import tokens
from lms.accounts.models import Purpose
from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.progress.models import Completion, How
from lms.quizzes.models import Answer, Attempt
from tests import factories
from tests.quizzes.conftest import form_of


def words(response) -> str:
    return response.text.replace("\xa0", " ").replace("\u2060", "")


def answers_of(attempt) -> dict[int, tuple]:
    """What is stored: question id → (given, counter)."""
    rows = db.session.execute(
        db.select(Answer.question_id, Answer.given, Answer.counter).where(Answer.attempt_id == attempt.id)
    )
    return {row.question_id: (row.given, row.counter) for row in rows}


def followed(client, response):
    """The page that a redirect leads to."""
    assert response.status_code in {302, 303}
    return client.get(response.location)


# --- before it --------------------------------------------------------------------------------------------------------
def test_the_page_before_a_quiz_says_what_it_asks_for(cast, as_, quiz, q):
    response = as_(cast.volunteer).get(f"/quizzes/{quiz.id}")

    assert response.status_code == 200
    assert "Пять вопросов, 7 баллов." in words(response)
    assert "от 60 % баллов" in words(response) and "2, засчитаем лучшую" in words(response)
    assert "Начать тест" in words(response)


@pytest.mark.parametrize("who", ["stranger", "other"])
def test_a_quiz_outside_ones_cycles_does_not_exist(cast, as_, quiz, q, who):
    person = cast.stranger if who == "stranger" else factories.person()

    assert as_(person).get(f"/quizzes/{quiz.id}").status_code == 404
    assert as_(person).post(f"/quizzes/{quiz.id}/attempts").status_code == 404
    assert db.session.scalars(db.select(Attempt)).all() == []


def test_starting_twice_gives_one_attempt(cast, as_, quiz, q):
    client = as_(cast.volunteer)
    first, second = (client.post(f"/quizzes/{quiz.id}/attempts") for _ in range(2))

    attempt = db.session.scalars(db.select(Attempt)).one()
    assert (attempt.person_id, attempt.number) == (cast.volunteer.id, 1)
    assert (first.status_code, first.location) == (303, f"/attempts/{attempt.id}")
    assert second.location == first.location
    assert client.get(f"/quizzes/{quiz.id}").location == f"/attempts/{attempt.id}"


def test_a_hundred_starts_at_once_give_one_attempt(cast, quiz, q, at_once):
    path = f"/quizzes/{quiz.id}/attempts"

    responses = at_once(cast.volunteer, [lambda client: client.post(path)] * 100)

    attempt = db.session.scalars(db.select(Attempt)).one()
    assert {(response.status_code, response.location) for response in responses} == {(303, f"/attempts/{attempt.id}")}


def test_starting_saving_and_handing_in_hold_the_write_lock_once_each(cast, as_, quiz, q, right):
    client = as_(cast.volunteer)
    start, short, form = f"/quizzes/{quiz.id}/attempts", q.short.id, form_of(right)
    client.get(f"/quizzes/{quiz.id}")
    begun = []

    def begins(_connection):
        begun.append(1)

    event.listen(db.engine, "begin", begins)
    try:
        path = client.post(start).location
        client.post(f"{path}/answers", data=form)
        client.put(f"{path}/answers/{short}", json={"given": "да", "counter": 5})
        client.post(f"{path}/submission", data={"with_gaps": "1"})
    finally:
        event.remove(db.engine, "begin", begins)

    assert len(begun) == 4


@pytest.mark.slow
def test_a_start_waits_for_a_long_writer_instead_of_failing(app, cast, as_, quiz, q):
    client = as_(cast.volunteer)
    client.get(f"/quizzes/{quiz.id}")
    db.session.commit()
    if db.engine.dialect.name != "sqlite":  # elsewhere nobody holds up another's start
        assert client.post(f"/quizzes/{quiz.id}/attempts").status_code == 303
        return
    writer = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    timer = Timer(7, writer.rollback)
    timer.start()

    assert client.post(f"/quizzes/{quiz.id}/attempts").status_code == 303
    timer.join()
    writer.close()


def test_nobody_starts_more_often_than_allowed(cast, as_, quiz, q):
    for number in (1, 2):
        factories.attempt(cast.volunteer, quiz, number=number, submitted_at=now(), percent=0, passed=False)

    client = as_(cast.volunteer)
    response = followed(client, client.post(f"/quizzes/{quiz.id}/attempts"))

    assert "Попыток больше нет." in words(response)
    assert "Пройти ещё раз" not in words(response)
    assert db.session.scalar(db.select(db.func.count(Attempt.id))) == 2


def test_where_attempts_are_not_counted_one_may_always_try_again(cast, as_, quiz, q):
    quiz.attempts_allowed = None
    for number in range(1, 8):
        factories.attempt(cast.volunteer, quiz, number=number, submitted_at=now(), percent=0, passed=False)

    assert as_(cast.volunteer).post(f"/quizzes/{quiz.id}/attempts").status_code == 303
    assert db.session.scalar(db.select(db.func.max(Attempt.number))) == 8


def test_a_draft_is_not_started_even_by_its_trainer(cast, as_, quiz, q):
    quiz.state = State.DRAFT

    assert "черновик" in words(as_(cast.trainer).get(f"/quizzes/{quiz.id}"))
    response = as_(cast.trainer).post(f"/quizzes/{quiz.id}/attempts")

    assert (response.status_code, response.location) == (303, f"/quizzes/{quiz.id}")
    assert as_(cast.volunteer).post(f"/quizzes/{quiz.id}/attempts").status_code == 404
    assert db.session.scalars(db.select(Attempt)).all() == []


# --- answering --------------------------------------------------------------------------------------------------------
def test_each_answer_is_saved_as_it_is_given_and_shown_again(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    for count, (id, given) in enumerate(right.items(), 1):
        saved = client.put(f"/attempts/{attempt.id}/answers/{id}", json={"given": given, "counter": 1})
        assert saved.status_code == 200
        assert (saved.json["kept"], saved.json["answered"], saved.json["of"]) == (True, count, 5)

    page = words(client.get(f"/attempts/{attempt.id}"))
    assert answers_of(attempt) == {
        q.single.id: ([q.single.choices[0].id], 1),
        q.several.id: ([q.several.choices[0].id, q.several.choices[1].id], 1),
        q.true_false.id: ("false", 1),
        q.number.id: ("509 731 чел.", 1),
        q.short.id: ("Ключевоеслово.", 1),
    }
    assert page.count(" checked") == 4 and 'value="509 731 чел."' in page
    assert "5 из 5" in page and "К сдаче" in page and "Сохранено в" in page


def test_the_page_says_where_to_go_on(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    client.put(f"/attempts/{attempt.id}/answers/{q.single.id}", json={"given": right[q.single.id], "counter": 1})

    page = words(client.get(f"/attempts/{attempt.id}"))

    assert "1 из 5" in page and 'href="#q2"' in page and "К вопросу 2" in page
    assert "Без ответа четыре вопроса." in page


def test_a_page_saved_by_its_button_keeps_every_answer(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    response = client.post(f"/attempts/{attempt.id}/answers", data=form_of(right) | {"at": "3"})

    assert (response.status_code, response.location) == (303, f"/attempts/{attempt.id}#q3")
    assert {id: given for id, (given, _) in answers_of(attempt).items()} == right | {
        q.number.id: "509 731 чел.", q.short.id: "Ключевоеслово.",
    }  # fmt: skip
    # Pressing again changes nothing.
    before = answers_of(attempt)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))
    assert answers_of(attempt) == before


def test_an_answer_may_be_taken_back(cast, as_, q, attempt):
    client = as_(cast.volunteer)
    path = f"/attempts/{attempt.id}/answers/{q.several.id}"
    client.put(path, json={"given": [q.several.choices[0].id], "counter": 1})

    taken_back = client.put(path, json={"given": [], "counter": 2})

    assert (taken_back.json["given"], taken_back.json["answered"]) == (None, 0)
    assert answers_of(attempt) == {q.several.id: (None, 2)}


def test_unticking_everything_on_the_page_takes_the_answer_back_but_radio_buttons_cannot(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))

    client.post(f"/attempts/{attempt.id}/answers", data={f"c{q.several.id}": "1", f"c{q.single.id}": "1"})

    stored = answers_of(attempt)
    assert stored[q.several.id] == (None, 2)
    assert stored[q.single.id] == (right[q.single.id], 1)


def test_what_was_begun_goes_on_on_another_device(cast, as_, quiz, q, attempt):
    phone, computer = as_(cast.volunteer), as_(cast.volunteer)
    phone.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "регулярное", "counter": 4})

    page = followed(computer, computer.get(f"/quizzes/{quiz.id}"))

    assert 'value="регулярное"' in page.text
    assert f'name="c{q.short.id}" value="4"' in page.text


def test_leaving_the_cycle_or_withdrawing_the_quiz_loses_no_begun_attempt(cast, as_, quiz, q, attempt):
    quiz.state = State.DRAFT

    saved = as_(cast.volunteer).put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "да", "counter": 1})

    assert saved.status_code == 200 and as_(cast.volunteer).get(f"/attempts/{attempt.id}").status_code == 200


def test_another_persons_attempt_does_not_exist(cast, as_, q, attempt):
    for person in (cast.stranger, cast.trainer, cast.coordinator, cast.admin):
        client = as_(person)
        save = client.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "чужое", "counter": 9})
        others = [
            client.get(f"/attempts/{attempt.id}"),
            client.get(f"/attempts/{attempt.id}/submission"),
            client.get(f"/attempts/{attempt.id}/result"),
            client.post(f"/attempts/{attempt.id}/answers", data={f"q{q.short.id}": "чужое", f"c{q.short.id}": "9"}),
            client.post(f"/attempts/{attempt.id}/submission", data={"with_gaps": "1"}),
        ]
        assert [save.status_code, *(response.status_code for response in others)] == [404] * 6
    assert answers_of(attempt) == {} and attempt.is_open


def test_forged_saves_are_refused_and_change_nothing(cast, as_, quiz, q, attempt):
    other = factories.question(factories.quiz(quiz.module), right=("да",), wrong=("нет",))
    gone = factories.question(quiz, right=("да",), wrong=("нет",), retired_at=now())
    client = as_(cast.volunteer)
    forged = [
        (other.id, {"given": [other.choices[0].id], "counter": 1}),
        (gone.id, {"given": [gone.choices[0].id], "counter": 1}),
        (q.single.id, {"given": [q.several.choices[0].id], "counter": 1}),
        (q.single.id, {"given": [choice.id for choice in q.single.choices], "counter": 1}),
        (q.single.id, {"given": [q.single.choices[0].id], "counter": 0}),
        (q.single.id, {"given": [q.single.choices[0].id], "counter": 10**12}),
        (q.single.id, {"given": [q.single.choices[0].id], "counter": True}),
        (q.single.id, {"given": [q.single.choices[0].id]}),
        (q.single.id, [1, 2]),
        (q.true_false.id, {"given": "perhaps", "counter": 1}),
        (q.short.id, {"given": "я" * 501, "counter": 1}),
        (q.short.id, {"given": {"a": 1}, "counter": 1}),
        (999_999, {"given": "x", "counter": 1}),
    ]
    for id, body in forged:
        response = client.put(f"/attempts/{attempt.id}/answers/{id}", json=body)
        assert (response.status_code, list(response.json)) == (422, ["message"]), body
    for raw in (b"", b"{", b"\xff", b"[" * 5000):
        headers = {"Content-Type": "application/json"}
        path = f"/attempts/{attempt.id}/answers/{q.short.id}"
        assert client.put(path, data=raw, headers=headers).status_code == 422
    assert client.put(path, data=b" " * 140_000, headers=headers).status_code == 413

    client.post(f"/attempts/{attempt.id}/answers", data={
        f"q{q.single.id}": q.several.choices[0].id, f"c{q.single.id}": "1", f"q{other.id}": "1", f"c{other.id}": "1",
        f"c{'9' * 30}": "1", f"q{q.short.id}": "да", f"c{q.short.id}": "9" * 30, "at": "../x",
    })  # fmt: skip
    assert answers_of(attempt) == {}


def test_fields_that_no_page_has_change_nothing(cast, as_, quiz, q, right, attempt):
    """Points, a result, another person or attempt, a longer time: whatever is posted beside the answers."""
    client, other = as_(cast.volunteer), factories.attempt(factories.person(), quiz)
    deadline = attempt.deadline_at = now() + timedelta(minutes=5)
    forged = {
        "score": "7", "max_score": "1", "percent": "100", "passed": "1", "points": "7", f"p{q.short.id}": "7",
        "person_id": other.person_id, "attempt_id": other.id, "quiz_id": "999", "number": "9", "seed": "1",
        "deadline_at": "2099-01-01", "submitted_at": "2000-01-01", "dealt": "[]", "edition": "9", "out_of": "0",
    }  # fmt: skip
    wrong = form_of({q.short.id: "мимо"}) | forged
    client.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "мимо", "counter": 1, **forged})
    client.post(f"/attempts/{attempt.id}/answers", data=wrong)
    client.post(f"/attempts/{attempt.id}/submission", data=wrong | {"with_gaps": "1"})

    assert (attempt.score, attempt.max_score, attempt.percent, attempt.passed) == (Decimal(0), Decimal(7), 0, False)
    assert (attempt.deadline_at, attempt.number, attempt.person_id) == (deadline, 1, cast.volunteer.id)
    assert {row.out_of for row in attempt.answers} == {Decimal(1), Decimal(2)}
    assert other.is_open and answers_of(other) == {}


# --- counters ---------------------------------------------------------------------------------------------------------
def test_an_old_retry_never_overwrites_a_newer_answer(cast, as_, q, attempt):
    client = as_(cast.volunteer)
    path = f"/attempts/{attempt.id}/answers/{q.short.id}"
    client.put(path, json={"given": "новое", "counter": 5})

    for counter in (1, 4, 5):
        late = client.put(path, json={"given": "старое", "counter": counter})
        told = [late.json[word] for word in ("kept", "given", "counter")]
        assert (late.status_code, told) == (200, [False, "новое", 5])
    again = client.put(path, json={"given": "новое", "counter": 5})

    assert again.json["kept"] is True
    assert answers_of(attempt) == {q.short.id: ("новое", 5)}


def test_ten_saves_at_once_leave_the_one_with_the_highest_counter(cast, q, attempt, at_once):
    path = f"/attempts/{attempt.id}/answers/{q.short.id}"

    def save(counter):
        return lambda client: client.put(path, json={"given": f"ответ {counter}", "counter": counter})

    responses = at_once(cast.volunteer, [save(counter) for counter in [3, 9, 1, 10, 2, 8, 4, 7, 5, 6]])

    assert [response.status_code for response in responses] == [200] * 10
    assert answers_of(attempt) == {q.short.id: ("ответ 10", 10)}


def test_a_page_shown_before_another_device_saved_does_not_overwrite_it(cast, as_, q, right, attempt):
    old_page = form_of({q.single.id: [q.single.choices[1].id], q.short.id: "старое"}, counter=1)
    client = as_(cast.volunteer)
    client.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "новое", "counter": 2})

    page = followed(client, client.post(f"/attempts/{attempt.id}/answers", data=old_page))

    assert answers_of(attempt) == {q.short.id: ("новое", 2), q.single.id: ([q.single.choices[1].id], 2)}
    assert "оставили тот ответ: вопрос 5" in words(page)


# --- handing in -------------------------------------------------------------------------------------------------------
def test_a_quiz_handed_in_is_graded_and_the_activity_is_done(cast, as_, quiz, q, right, attempt):
    response = as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(right))

    assert (response.status_code, response.location) == (303, f"/attempts/{attempt.id}/result")
    assert (attempt.score, attempt.max_score, attempt.percent, attempt.passed) == (Decimal(7), Decimal(7), 100, True)
    completion = db.session.scalars(db.select(Completion)).one()
    assert (completion.person_id, completion.activity_id, completion.how) == (cast.volunteer.id, quiz.id, How.PASSED)


@pytest.mark.parametrize("rule, passed", [(Rule.OPTIONAL, True), (Rule.PASSED, False)])
def test_only_a_passed_quiz_whose_rule_asks_for_it_is_done(cast, as_, quiz, q, right, attempt, rule, passed):
    quiz.rule = rule
    given = right if passed else {q.single.id: right[q.single.id]}

    as_(cast.volunteer).post(f"/attempts/{attempt.id}/submission", data=form_of(given) | {"with_gaps": "1"})

    assert attempt.passed is passed
    assert db.session.scalars(db.select(Completion)).all() == []


def test_gaps_are_shown_once_and_what_was_given_is_kept(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    del right[q.several.id], right[q.short.id]
    first = client.post(f"/attempts/{attempt.id}/submission", data=form_of(right))

    assert (first.status_code, first.location) == (303, f"/attempts/{attempt.id}/submission")
    assert attempt.is_open and len(answers_of(attempt)) == 3
    page = words(client.get(first.location))
    assert "Без ответа два вопроса." in page and "Ответить на вопрос 2" in page
    assert "Какие источники есть?" in page and "Как это называют?" in page and "Что сделать первым?" not in page

    second = client.post(f"/attempts/{attempt.id}/submission", data={"with_gaps": "1"})

    assert second.location == f"/attempts/{attempt.id}/result"
    assert (attempt.score, attempt.percent, attempt.passed) == (Decimal(4), 57, False)


def test_without_gaps_there_is_nothing_to_ask(cast, as_, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))

    assert client.get(f"/attempts/{attempt.id}/submission").location == f"/attempts/{attempt.id}#hand-in"


def test_handing_in_ten_times_at_once_counts_once(cast, q, right, attempt, at_once):
    path, form = f"/attempts/{attempt.id}/submission", form_of(right)

    responses = at_once(cast.volunteer, [lambda client: client.post(path, data=form)] * 10)

    assert {(r.status_code, r.location) for r in responses} == {(303, f"/attempts/{attempt.id}/result")}
    assert db.session.scalar(db.select(db.func.count()).select_from(Answer)) == 5
    assert db.session.scalar(db.select(db.func.count(Completion.id))) == 1
    assert (attempt.score, attempt.percent) == (Decimal(7), 100)


def test_what_comes_after_handing_in_changes_nothing(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    before, submitted_at = answers_of(attempt), attempt.submitted_at
    wrong = {"given": [q.single.choices[1].id], "counter": 99}

    save = client.put(f"/attempts/{attempt.id}/answers/{q.single.id}", json=wrong)
    page = followed(client, client.post(f"/attempts/{attempt.id}/answers", data=form_of({q.short.id: "другое"}, 99)))
    again = client.post(f"/attempts/{attempt.id}/submission", data=form_of({q.short.id: "другое"}, 99))

    assert (save.status_code, save.json) == (409, {"message": "Тест уже сдан, ответы больше не\xa0изменить."})
    assert "Тест уже сдан" in words(page)
    assert again.location == f"/attempts/{attempt.id}/result"
    assert (answers_of(attempt), attempt.submitted_at, attempt.percent) == (before, submitted_at, 100)
    assert client.get(f"/attempts/{attempt.id}").location == f"/attempts/{attempt.id}/result"


def test_looking_at_the_attempt_and_leaving_hands_nothing_in(cast, as_, right, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right))
    for path in ("", "/submission", "/result"):
        client.get(f"/attempts/{attempt.id}{path}")

    assert attempt.is_open


def test_a_save_of_someone_whose_sign_in_ended_is_told_so(client, q, attempt):
    response = client.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "да", "counter": 1})

    assert (response.status_code, response.is_json) == (401, True)
    assert answers_of(attempt) == {}


# --- guests from a letter ---------------------------------------------------------------------------------------------
@pytest.fixture
def guest(app, cast, module):
    """The volunteer behind the link of a letter about a session of the module; she has not signed in."""
    live_session = factories.live_session(module)
    lifetime = timedelta(days=14)
    secret, _ = tokens.issue(
        cast.volunteer, Purpose.INVITATION, now=now(), lifetime=lifetime, object_id=live_session.id
    )
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["letter"] = {"token": token.id, "live_session": live_session.id, "module": module.id}
    return client


def test_a_guest_from_a_letter_takes_the_quiz_from_beginning_to_end(guest, cast, quiz, q, right):
    started = guest.post(f"/quizzes/{quiz.id}/attempts")
    attempt = db.session.scalars(db.select(Attempt)).one()
    path = f"/attempts/{attempt.id}"
    saved = guest.put(f"{path}/answers/{q.short.id}", json={"given": right[q.short.id], "counter": 1})
    handed_in = guest.post(f"{path}/submission", data=form_of(right, counter=1))
    result = guest.get(f"{path}/result")

    assert (started.location, saved.status_code, handed_in.location) == (path, 200, f"{path}/result")
    assert "100 %" in words(result)
    assert "Мой путь" not in words(guest.get(f"/quizzes/{quiz.id}"))
    assert [one.person_id for one in db.session.scalars(db.select(Completion))] == [cast.volunteer.id]


def test_a_guest_reaches_no_quiz_and_no_attempt_of_another_module(guest, cast, module):
    elsewhere = factories.quiz(factories.module(module.cycle))
    factories.question(elsewhere, right=("да",), wrong=("нет",))
    attempt = factories.attempt(cast.volunteer, elsewhere)

    assert guest.get(f"/quizzes/{elsewhere.id}").status_code == 404
    assert guest.get(f"/attempts/{attempt.id}").status_code == 404
    assert guest.post(f"/attempts/{attempt.id}/submission", data={"with_gaps": "1"}).status_code == 404
    assert attempt.is_open


# --- cost -------------------------------------------------------------------------------------------------------------
# What every page costs beside its own reads: the transaction, and whether anything changed since it was last made.
FRESHNESS = ("BEGIN", "PRAGMA", "SELECT pg_current_snapshot")


@pytest.mark.parametrize("page, budget", [("", 6), ("/result", 7)])
def test_a_quiz_of_thirty_questions_costs_as_many_queries_as_one_of_five(
    cast, as_, quiz, q, right, attempt, count_queries, page, budget
):
    client, path = as_(cast.volunteer), f"/attempts/{attempt.id}{page}"
    if page:
        client.post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    client.get(path)
    with count_queries() as few:
        client.get(path)
    for _ in range(25):
        question = factories.question(quiz, right=("да",), wrong=("нет", "может быть"))
        if page:
            nothing = {"given": None, "points": Decimal(0), "saved_at": now()}
            db.session.add(Answer(attempt_id=attempt.id, question_id=question.id, **nothing))
    db.session.commit()
    with count_queries() as many:
        response = client.get(path)

    assert response.status_code == 200 and response.text.count("Вопрос") >= 30
    assert len(many) == len(few)
    assert len([statement for statement in many if not statement.startswith(FRESHNESS)]) <= budget


def test_handing_in_costs_as_many_queries_for_thirty_questions(cast, as_, quiz, q, right, attempt, count_queries):
    client = as_(cast.volunteer)
    with count_queries() as few:
        client.post(f"/attempts/{attempt.id}/submission", data=form_of(right))
    more = [factories.question(quiz, right=("да",), wrong=("нет", "может быть")) for _ in range(25)]
    second = factories.attempt(cast.volunteer, quiz, number=2)
    given = right | {one.id: [one.choices[0].id] for one in more}
    db.session.commit()
    with count_queries() as many:
        client.post(f"/attempts/{second.id}/submission", data=form_of(given))

    assert second.score == 32 and len(answers_of(second)) == 30
    assert len(many) <= len(few)


def test_a_page_that_changes_old_answers_and_gives_new_ones_stores_both(cast, as_, q, right, attempt):
    client = as_(cast.volunteer)
    client.put(f"/attempts/{attempt.id}/answers/{q.short.id}", json={"given": "было", "counter": 1})
    client.put(f"/attempts/{attempt.id}/answers/{q.number.id}", json={"given": "7", "counter": 4})

    client.post(f"/attempts/{attempt.id}/answers", data=form_of(right, counter=4))

    stored = answers_of(attempt)
    assert {id: given for id, (given, _) in stored.items()} == right | {q.short.id: "Ключевоеслово."}
    assert {counter for _, counter in stored.values()} == {5}
