"""Taking a quiz of every kind: what is shown, saved and told in the end, when, and nothing of the keys before."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.extensions import db
from lms.progress.models import Completion
from lms.progress.overdue_worker import hand_in_overdue
from lms.progress.quiz_actions import note_result
from lms.quizzes import actions
from lms.quizzes.models import (
    Answer,
    Attempt,
    Counts,
    ExtraTime,
    Layout,
    Question,
    QuestionKind,
    QuizDraw,
    Showing,
    Topic,
)
from tests import factories
from tests.quizzes.conftest import form_of
from tests.quizzes.test_taking import answers_of, words

CANARY = "секретный-ключ"
PAIRS = [{"left": "Дон", "right": "Ростов"}, {"left": "Волга", "right": "Самара"}]
STEPS = ["узнать", "попросить", "поблагодарить"]


@pytest.fixture
def k(quiz) -> SimpleNamespace:
    """A question of each of the other kinds, with canaries wherever a key or an explanation may stand; 11 points."""
    secret = {"share": 100, "feedback": CANARY}
    matching = factories.question(
        quiz, QuestionKind.MATCHING, points=2, text="Что где?", settings={"pairs": PAIRS, "extra": ["Казань"]}
    )
    ordering = factories.question(
        quiz, QuestionKind.ORDERING, points=2, text="Шаги?", settings={"items": STEPS, "scoring": "places"}
    )
    gaps = factories.question(
        quiz, QuestionKind.GAPS, points=3, text="Закон [[1]], статья [[2]], пункт [[3]].",
        settings={"gaps": [
            {"kind": "short", "points": 1, "accepted": [{"text": f"{CANARY}-слово", **secret}]},
            {"kind": "choice", "points": 1, "options": [{"text": "да", **secret}, {"text": "нет", "share": 0}]},
            {"kind": "number", "points": 1, "unit": "шт.", "answers": [{"answer": "509731", **secret}]},
        ]},
    )  # fmt: skip
    essay = factories.question(
        quiz, QuestionKind.ESSAY, points=4, text="Зачем это вам?",
        settings={"rubric": [{"criterion": f"{CANARY}-критерий", "points": 4}], "words": [3, 100]},
    )  # fmt: skip
    info = factories.question(quiz, QuestionKind.INFO, points=0, text="Дальше — о главном.")
    for question in (matching, ordering, gaps, essay, info):
        question.explanation = CANARY
    db.session.commit()
    return SimpleNamespace(matching=matching, ordering=ordering, gaps=gaps, essay=essay, info=info)


@pytest.fixture
def best(k) -> dict:
    return {
        k.matching.id: ["Ростов", "Самара"],
        k.ordering.id: STEPS,
        k.gaps.id: [f"{CANARY}-слово", "да", "509731"],
        k.essay.id: "Чтобы людям было легче.",
    }


@pytest.fixture
def attempt(cast, quiz, k):
    return factories.attempt(cast.volunteer, quiz)


def hand_in(client, attempt, given):
    return client.post(f"/attempts/{attempt.id}/submission", data=form_of(given) | {"with_gaps": "1"})


# --- answering --------------------------------------------------------------------------------------------------------
def test_every_kind_is_answered_saved_and_shown_again(cast, as_, k, best, attempt):
    client = as_(cast.volunteer)
    for count, (id, given) in enumerate(best.items(), 1):
        saved = client.put(f"/attempts/{attempt.id}/answers/{id}", json={"given": given, "counter": 1})
        assert (saved.status_code, saved.json["given"], saved.json["answered"]) == (200, given, count)

    page = words(client.get(f"/attempts/{attempt.id}"))

    assert {id: given for id, (given, _) in answers_of(attempt).items()} == best
    assert page.count(" selected>") == 3 and "Чтобы людям было легче.</textarea>" in page
    assert "4 из 4" in page and "Вопрос 4 из 4" in page and "Дальше — о главном." in page
    assert re.findall(r'type="hidden" name="q\d+" value="(\w+)"', page) == STEPS


def test_a_page_without_a_script_saves_every_kind(cast, as_, k, best, attempt):
    client = as_(cast.volunteer)
    client.post(f"/attempts/{attempt.id}/answers", data=form_of(best))

    assert {id: given for id, (given, _) in answers_of(attempt).items()} == best


def test_half_an_answer_is_kept_and_asked_about_before_handing_in(cast, as_, k, best, attempt):
    client = as_(cast.volunteer)
    half = best | {k.matching.id: ["Ростов", ""], k.gaps.id: ["", "да", ""]}

    first = client.post(f"/attempts/{attempt.id}/submission", data=form_of(half))

    assert first.location == f"/attempts/{attempt.id}/submission" and attempt.is_open
    page = words(client.get(first.location))
    assert "Без ответа два вопроса." in page and "Что где?" in page and "Шаги?" not in page
    assert answers_of(attempt)[k.matching.id][0] == ["Ростов", None]


def test_an_order_is_made_by_buttons_and_one_that_nobody_touched_is_no_answer(cast, as_, k, attempt):
    client = as_(cast.volunteer)
    shown = re.findall(r'type="hidden" name="q\d+" value="(\w+)"', client.get(f"/attempts/{attempt.id}").text)
    assert sorted(shown) == sorted(STEPS) and shown != STEPS

    untouched = form_of({k.ordering.id: shown})
    client.post(f"/attempts/{attempt.id}/answers", data=untouched)
    assert answers_of(attempt) == {}

    moved = client.post(f"/attempts/{attempt.id}/answers", data=untouched | {"move": f"{k.ordering.id}.0.2.down"})
    assert moved.location == f"/attempts/{attempt.id}#q2"
    assert answers_of(attempt)[k.ordering.id][0] == [shown[1], shown[0], shown[2]]


def test_what_is_shuffled_stays_as_it_was_and_differs_between_attempts(cast, as_, quiz, k, attempt):
    client = as_(cast.volunteer)

    def sides(page: str) -> list[str]:
        return re.findall(r'<option value="(\w+)"', page)[:3]

    first = sides(client.get(f"/attempts/{attempt.id}").text)
    assert sides(client.get(f"/attempts/{attempt.id}").text) == first
    orders = set()
    for seed in range(20):
        attempt.seed = seed
        db.session.commit()
        orders.add(tuple(sides(client.get(f"/attempts/{attempt.id}").text)))
    assert len(orders) > 2


# --- the result -------------------------------------------------------------------------------------------------------
def test_an_essay_waits_for_a_person_and_the_result_with_it(cast, as_, quiz, k, best, attempt):
    client = as_(cast.volunteer)
    hand_in(client, attempt, best)

    assert attempt.waits_for_checking and db.session.scalars(db.select(Completion)).all() == []
    page = words(client.get(f"/attempts/{attempt.id}/result"))
    assert "Ведущий прочитает ваш ответ." in page and "На проверке" in page

    answer = db.session.get_one(Answer, (attempt.id, k.essay.id))
    actions.check(answer, Decimal(3), criteria=["3"], comment="Хорошо, но кратко.", by=cast.trainer, now=now())
    note_result(attempt, now=now())
    db.session.commit()

    assert (attempt.score, attempt.max_score, attempt.percent, attempt.passed) == (Decimal(10), Decimal(11), 90, True)
    assert db.session.scalars(db.select(Completion.activity_id)).all() == [quiz.id]
    page = words(client.get(f"/attempts/{attempt.id}/result"))
    assert "Хорошо, но кратко." in page and "90 %" in page and "Самара" in page


# --- nothing leaks ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", list(Layout))
def test_before_the_review_opens_no_kind_gives_its_key_away(cast, as_, quiz, k, attempt, layout):
    quiz.layout = layout
    client, path = as_(cast.volunteer), f"/attempts/{attempt.id}"
    wrong = {
        k.matching.id: ["Казань", "Казань"], k.ordering.id: STEPS[::-1], k.gaps.id: ["нет", "нет", "1"],
        k.essay.id: "Не знаю.",
    }  # fmt: skip
    pages = [client.get(f"/quizzes/{quiz.id}"), client.get(path), client.get(f"{path}/submission")]
    pages += [client.get(f"{path}?q={number}") for number in range(6)]
    pages += [client.put(f"{path}/answers/{id}", json={"given": g, "counter": 1}) for id, g in wrong.items()]
    pages += [client.put(f"{path}/answers/{id}", json={"given": {"?": 1}, "counter": 2}) for id in wrong]
    pages += [client.post(f"{path}/answers", data=form_of(wrong, 1)), hand_in(client, attempt, wrong)]
    pages += [client.get(f"{path}/result"), client.get(f"/quizzes/{quiz.id}"), client.get(path)]
    for person in (cast.stranger, cast.other_coordinator):
        pages += [as_(person).get(address) for address in (f"/quizzes/{quiz.id}", path, f"{path}/result")]

    leaks = [page.request.path for page in pages if CANARY in page.text or "509731" in words(page).replace(" ", "")]
    assert leaks == []


def test_no_key_is_told_while_the_last_attempt_is_still_open(cast, as_, q, quiz, right):
    client = as_(cast.volunteer)
    first = factories.attempt(cast.volunteer, quiz)
    hand_in(client, first, {q.short.id: "нет"})
    client.post(f"/quizzes/{quiz.id}/attempts")

    assert "ключевоеслово" not in client.get(f"/attempts/{first.id}/result").text


@pytest.mark.parametrize(
    "results, answers, closes, sees_score, sees_key",
    [
        (Showing.AT_ONCE, Showing.AT_ONCE, 1, True, True),
        (Showing.AT_ONCE, Showing.NEVER, -1, True, False),
        (Showing.AT_ONCE, Showing.AFTER_CLOSE, 1, True, False),
        (Showing.AT_ONCE, Showing.AFTER_CLOSE, -1, True, True),
        (Showing.AFTER_CLOSE, Showing.AT_ONCE, 1, False, False),
        (Showing.AFTER_CLOSE, Showing.AT_ONCE, -1, True, True),
        (Showing.AFTER_CLOSE, Showing.AFTER_CLOSE, None, False, False),
        (Showing.NEVER, Showing.AT_ONCE, -1, False, False),
    ],
)
def test_results_and_right_answers_show_when_the_trainer_said(
    cast, as_, q, quiz, results, answers, closes, sees_score, sees_key
):
    quiz.attempts_allowed = None
    client = as_(cast.volunteer)
    attempt = factories.attempt(cast.volunteer, quiz)
    hand_in(client, attempt, {q.short.id: "нет", q.true_false.id: "false"})
    quiz.show_results, quiz.show_right_answers = results, answers
    quiz.closes_at = now() + timedelta(hours=closes) if closes else None
    db.session.commit()

    page, before = words(client.get(f"/attempts/{attempt.id}/result")), words(client.get(f"/quizzes/{quiz.id}"))

    assert ("14 %" in page) is ("14 %" in before) is sees_score
    assert ("ключевоеслово" in page) is sees_key
    assert ("объяснение-" in page) is sees_score  # of the question she knew


# --- when -------------------------------------------------------------------------------------------------------------
def test_a_quiz_is_begun_only_while_it_is_open(cast, as_, quiz, q):
    client = as_(cast.volunteer)
    for opens, closes in ((1, 2), (-2, -1)):
        quiz.opens_at, quiz.closes_at = now() + timedelta(hours=opens), now() + timedelta(hours=closes)
        db.session.commit()
        assert "Начать тест" not in words(client.get(f"/quizzes/{quiz.id}"))
        assert client.post(f"/quizzes/{quiz.id}/attempts").location == f"/quizzes/{quiz.id}"
    assert db.session.scalars(db.select(Attempt)).all() == []


def test_the_time_is_the_servers_and_some_have_more_of_it(cast, as_, quiz, q):
    quiz.time_limit_minutes, quiz.closes_at = 20, now() + timedelta(minutes=25)
    as_(cast.volunteer).post(f"/quizzes/{quiz.id}/attempts")
    attempt = db.session.scalars(db.select(Attempt)).one()
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=20)

    actions.give_time(quiz, cast.volunteer, 10)
    assert attempt.deadline_at == quiz.closes_at  # more time lengthens the limit, not the closing
    quiz.closes_at = None
    actions.reschedule(quiz)
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=30)
    actions.give_time(quiz, cast.volunteer, 0)
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=20)
    assert db.session.scalars(db.select(ExtraTime)).all() == []


@pytest.fixture
def late(cast, quiz, q, right, as_):
    """An attempt with two answers saved whose time was up two minutes ago, the grace of one minute too."""
    attempt = factories.attempt(cast.volunteer, quiz, started_at=now() - timedelta(minutes=22))
    client = as_(cast.volunteer)
    for id in (q.single.id, q.number.id):
        client.put(f"/attempts/{attempt.id}/answers/{id}", json={"given": right[id], "counter": 1})
    attempt.deadline_at = now() - timedelta(minutes=2)
    db.session.commit()
    return attempt


def test_within_the_grace_an_answer_on_its_way_is_taken(cast, as_, quiz, q, right, late):
    late.deadline_at = now() - timedelta(seconds=30)
    db.session.commit()

    saved = as_(cast.volunteer).put(
        f"/attempts/{late.id}/answers/{q.short.id}", json={"given": right[q.short.id], "counter": 1}
    )
    assert saved.status_code == 200 and late.is_open


@pytest.mark.parametrize("how", ["save", "page", "hand in", "start", "worker"])
def test_when_the_time_is_up_what_was_saved_is_handed_in_and_no_more(cast, as_, quiz, q, right, late, how):
    client, deadline = as_(cast.volunteer), late.deadline_at
    more = form_of({q.short.id: right[q.short.id]})
    if how == "save":
        said = client.put(f"/attempts/{late.id}/answers/{q.short.id}", json={"given": "да", "counter": 1})
        assert (said.status_code, "Время вышло" in said.json["message"]) == (409, True)
    elif how == "page":
        assert client.post(f"/attempts/{late.id}/answers", data=more).location == f"/attempts/{late.id}/result"
    elif how == "hand in":
        assert client.post(f"/attempts/{late.id}/submission", data=more).location == f"/attempts/{late.id}/result"
    elif how == "start":
        client.post(f"/quizzes/{quiz.id}/attempts")
        assert db.session.scalar(db.select(db.func.max(Attempt.number))) == 2
    else:
        assert (hand_in_overdue(), hand_in_overdue()) == (1, 0)

    db.session.expire_all()
    assert (late.score, late.submitted_at) == (Decimal(3), deadline)


def test_looking_at_an_attempt_whose_time_is_up_says_so_and_changes_nothing(cast, as_, late):
    page = words(as_(cast.volunteer).get(f"/attempts/{late.id}"))

    assert "Время вышло" in page and "Посмотреть результат" in page and late.is_open


# --- what is asked ----------------------------------------------------------------------------------------------------
def test_a_draw_is_dealt_once_and_graded_with_its_points(cast, as_, quiz, q, right):
    topic = Topic(title="Запас")
    db.session.add(topic)
    spare = [factories.question(quiz, right=(f"да {n}",), wrong=("нет",), text=f"Из запаса {n}?") for n in range(6)]
    ids = [question.id for question in spare]
    db.session.execute(db.update(Question).where(Question.id.in_(ids)).values(quiz_id=None, topic_id=topic.id))
    db.session.expire_all()
    db.session.add(QuizDraw(quiz=quiz, topic=topic, count=2, points=5))
    db.session.commit()
    client = as_(cast.volunteer)
    assert "Семь вопросов, 17 баллов." in words(client.get(f"/quizzes/{quiz.id}"))

    client.post(f"/quizzes/{quiz.id}/attempts")
    attempt = db.session.scalars(db.select(Attempt)).one()
    pages = {tuple(re.findall(r"Из запаса \d", client.get(f"/attempts/{attempt.id}").text)) for _ in range(3)}
    drawn = [id for id, points in attempt.dealt if points == 5]

    assert len(drawn) == 2 and len(pages) == 1 and len(attempt.dealt) == 7
    undealt = next(question for question in spare if question.id not in drawn)
    forged = {"given": [undealt.choices[0].id], "counter": 1}
    assert client.put(f"/attempts/{attempt.id}/answers/{undealt.id}", json=forged).status_code == 422
    given = {question.id: [question.choices[0].id] for question in spare if question.id in drawn}
    hand_in(client, attempt, given | right)
    assert (attempt.score, attempt.max_score) == (Decimal(17), Decimal(17))


def test_questions_are_shuffled_for_each_attempt_and_a_text_between_keeps_its_place(cast, quiz, q):
    factories.question(quiz, QuestionKind.INFO, points=0, text="Прочитайте.")
    quiz.shuffle_questions = True
    own = [question.id for question in quiz.questions]
    dealt = [[id for id, _ in actions.deal(quiz)] for _ in range(30)]

    assert {tuple(sorted(one)) for one in dealt} == {tuple(sorted(own))}
    assert {one[-1] for one in dealt} == {own[-1]} and len({tuple(one) for one in dealt}) > 5


def test_question_by_question_each_page_has_one_and_saving_goes_on(cast, as_, quiz, k, best, attempt):
    quiz.layout = Layout.ONE_BY_ONE
    client, path = as_(cast.volunteer), f"/attempts/{attempt.id}"
    page = words(client.get(path))
    assert page.count("<fieldset") == 1 and "Вопрос 1 из 4" in page and ">Дальше</button>" in page

    form = form_of({k.matching.id: best[k.matching.id]})
    assert client.post(f"{path}/answers", data=form | {"at": "2"}).location == f"{path}?q=2"
    assert "Вопрос 2 из 4" in words(client.get(path)) and "1 из 4" in words(client.get(f"{path}?q=4"))
    assert "Дальше — о главном." in client.get(f"{path}?q=4").text
    assert [client.get(f"{path}?q={number}").status_code for number in (0, 9, -1, "x")] == [200] * 4


# --- what counts ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "counts, percents, done",
    [
        (Counts.BEST, (100, 0), True),
        (Counts.LAST, (100, 0), False),
        (Counts.FIRST, (0, 100), False),
        (Counts.AVERAGE, (20, 100), True),
        (Counts.AVERAGE, (10, 100), False),
    ],
)
def test_the_quiz_is_done_when_what_counts_passes(cast, quiz, q, counts, percents, done):
    quiz.counts = counts
    for number, percent in enumerate(percents, 1):
        attempt = factories.attempt(
            cast.volunteer, quiz, number=number, submitted_at=now(), percent=percent, passed=percent >= 60
        )
    note_result(attempt, now=now())

    assert bool(db.session.scalars(db.select(Completion)).all()) is done
