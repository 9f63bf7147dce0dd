"""The front page of each role."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.materials.models import MaterialKind
from lms.sessions.models import AnswerWord
from tests import factories
from tests.progress.test_path import guest_of, text_of


@pytest.fixture
def cycle(cast) -> SimpleNamespace:
    cycle = factories.cycle(slug="rc-2026", title="Школа ресурсных центров — 2026", summary="Восемь модулей.")
    first = factories.module(cycle, title="Зачем центр", summary="С чего начать.")
    second = factories.module(cycle, title="Фандрайзинг")
    reading = factories.material(first, title="Пять источников")
    quiz = factories.quiz(second, title="Тест о деньгах", due_at=now() + timedelta(days=5))
    meeting = factories.live_session(second, title="Разговор с предпринимателем", trainers=[cast.trainer])
    factories.enrolment(cast.volunteer, cycle)
    factories.completion(cast.volunteer, reading)
    db.session.commit()
    return SimpleNamespace(**locals())


# --- the learner ------------------------------------------------------------------------------------------------------
def test_a_learner_is_told_the_next_thing_first(cycle, cast, as_):
    page = text_of(as_(cast.volunteer).get("/"))

    assert "Добрый день, Ирина" in page
    assert "Пройден один модуль из двух. Ближайшая встреча — через два дня." in page
    assert page.index("Разговор с предпринимателем") < page.index("Тест о деньгах") < page.rindex("Мой путь</a>")
    assert "Модуль 2 · ведёт Дмитрий Савченко" in page
    assert f'action="/sessions/{cycle.meeting.id}/answer"' in page
    assert "Пройти тест" in page
    assert "<b>1 из 2</b> модулей пройдено" in page


def test_the_answer_already_given_is_pressed(cycle, cast, as_):
    factories.invitation(cast.volunteer, cycle.meeting, answer=AnswerWord.MAYBE)

    page = text_of(as_(cast.volunteer).get("/"))

    assert 'value="maybe" aria-pressed="true"' in page
    assert 'value="yes" aria-pressed="false"' in page


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(16, False), (14, True), (-30, True)], ids=["too early", "doors open", "it is on"]
)
def test_the_enter_button_is_there_in_its_window(cycle, cast, as_, minutes, is_open):
    cycle.meeting.starts_at = now() + timedelta(minutes=minutes)
    cycle.meeting.ends_at = cycle.meeting.starts_at + timedelta(minutes=90)

    response = as_(cast.volunteer).get("/")

    assert (f'action="/sessions/{cycle.meeting.id}/enter"' in text_of(response)) is is_open
    assert ("https://meet.example.org" in response.headers["Content-Security-Policy"]) is is_open


def test_a_session_that_is_over_or_cancelled_is_not_the_next(cycle, cast, as_):
    cycle.meeting.cancelled_at = now()

    assert "Ближайшая встреча" not in text_of(as_(cast.volunteer).get("/"))


def test_what_was_begun_stands_before_what_is_new(cycle, cast, as_):
    factories.question(cycle.quiz, right=("да",))
    factories.attempt(cast.volunteer, cycle.quiz)
    factories.material(
        cycle.second,
        title="Запись встречи",
        kind=MaterialKind.RECORDING,
        minutes=84,
        created_at=now() - timedelta(days=1),
    )
    factories.material(cycle.second, title="Давно известное", created_at=now() - timedelta(days=40))

    page = text_of(as_(cast.volunteer).get("/"))

    assert "Продолжить тест" in page
    assert "Отвечено 0 из 1, ответы сохранены" in page
    assert page.index("Продолжить тест") < page.index("Запись встречи")
    assert "1 ч 24 мин · вчера" in page
    assert "Давно известное" not in page


def test_somebody_in_no_cycle_is_greeted_kindly(cast, as_):
    page = text_of(as_(cast.stranger).get("/"))

    assert "Вы пока не записаны на цикл" in page


def test_a_learners_home_asks_few_statements_always_the_same(cycle, cast, as_, count_queries):
    client = as_(cast.volunteer)
    client.get("/")
    with count_queries() as before:
        client.get("/")
    for number in range(30):
        module = factories.module(cycle.cycle, title=f"Модуль {number}")
        factories.material(module)
        factories.live_session(module)
    with count_queries() as after:
        client.get("/")

    assert len(before) == len(after) <= 9


def test_an_unchanged_home_is_not_sent_again(cycle, cast, as_):
    client = as_(cast.volunteer)
    etag = client.get("/").headers["ETag"]

    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304


# --- the others -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["coordinator", "admin", "centre_coordinator"])
def test_coordinators_begin_with_the_table(cycle, cast, as_, role):
    response = as_(getattr(cast, role)).get("/")

    assert (response.status_code, response.location) == (302, "/progress")


def test_a_trainer_sees_what_waits_for_her(cycle, cast, as_):
    past = factories.live_session(
        cycle.first, title="Первая встреча", starts_in=-timedelta(days=3), trainers=[cast.trainer]
    )
    taped = factories.live_session(
        cycle.first, title="Записанная", starts_in=-timedelta(days=9), trainers=[cast.trainer]
    )
    factories.material(cycle.first, kind=MaterialKind.RECORDING, recording_of_id=taped.id)
    factories.live_session(cycle.first, title="Чужая встреча", starts_in=timedelta(days=1))
    factories.module(cycle.cycle, title="Модуль в работе", state=State.DRAFT)
    factories.material(cycle.second, state=State.DRAFT)
    factories.question(cycle.quiz, right=("да",))

    page = text_of(as_(cast.trainer).get("/"))

    assert "Ваша ближайшая встреча — " in page
    assert "Разговор с предпринимателем" in page
    assert past.title in page
    assert "Записанная" not in page
    assert "Чужая встреча" not in page
    assert "модуль в черновиках" in page
    assert 'Фандрайзинг</a> <span class="dim">· 1 черновик' in page
    assert "Тест о деньгах" in page
    assert "1 вопрос" in page


def test_a_trainers_home_asks_the_same_few_statements(cycle, cast, as_, count_queries):
    client = as_(cast.trainer)
    client.get("/")
    with count_queries() as before:
        client.get("/")
    for _number in range(30):
        module = factories.module(cycle.cycle, state=State.DRAFT)
        factories.quiz(module)
        factories.live_session(module, trainers=[cast.trainer])
    with count_queries() as after:
        client.get("/")

    assert len(before) == len(after) <= 9


def test_a_visitor_sees_the_programme_and_the_way_in(cycle, client):
    page = text_of(client.get("/"))

    assert "<h1>Школа ресурсных центров — 2026</h1>" in page
    assert "С чего начать." in page
    assert "15:00" in page or "по Москве" in page
    assert 'href="/sign-in"' in page
    assert "meet.example.org" not in page


def test_a_visitor_sees_no_draft(cycle, client):
    cycle.cycle.state = State.DRAFT

    page = text_of(client.get("/"))

    assert "Школа ресурсных центров" not in page
    assert "Программа готовится" in page


def test_a_guest_from_a_letter_is_led_to_her_session(cycle, cast, client):
    response = guest_of(client, cycle.meeting, cast.volunteer, cycle.second.id).get("/")

    assert response.location == f"/sessions/{cycle.meeting.id}"


@pytest.mark.parametrize("page", ["/help", "/accessibility", "/privacy"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_help_and_rules_are_for_everybody_in_both_languages(client, page, language):
    response = client.get(page, headers={"Accept-Language": language})

    assert response.status_code == 200
    assert f'<html lang="{language}"' in text_of(response)


def test_the_contact_of_this_installation_is_told(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "pomosch@example.org")

    for page in ("/help", "/accessibility", "/privacy"):
        assert 'href="mailto:pomosch@example.org"' in text_of(client.get(page))
