"""«Мой путь» and the page of a module, as a learner meets them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from lms.accounts import tokens
from lms.accounts.models import Purpose
from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.models import ReadingPosition
from lms.progress.matrix_queries import matrix_of
from lms.progress.models import How
from lms.progress.path import Path
from lms.progress.path_queries import module_of, path_of
from lms.progress.queries import done_in_module
from lms.progress.rules import Mark
from lms.quizzes.models import Answer, Attempt
from lms.sessions.models import AnswerWord, Audience
from tests import factories


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """A cycle of three modules; Ирина has done the first, is in the second, the third is ahead."""
    cycle = factories.cycle(slug="rc-2026", title="Школа ресурсных центров — 2026", summary="Восемь модулей.")
    first, second, third = (
        factories.module(cycle, title=title) for title in ("Зачем центр", "Фандрайзинг", "PR и соцсети")
    )
    reading = factories.material(first, title="Пять источников", minutes=8)
    letter = factories.material(second, title="Первый разговор", minutes=12)
    quiz = factories.quiz(second, title="Фандрайзинг", due_at=now() + timedelta(days=5), attempts_allowed=2)
    for number in range(3):
        factories.question(quiz, right=("да",), text=f"Вопрос {number}")
    meeting = factories.live_session(third, title="Как писать заметки")
    factories.enrolment(cast.volunteer, cycle)
    factories.completion(cast.volunteer, reading)
    db.session.add(
        ReadingPosition(
            person_id=cast.volunteer.id, material_id=letter.id, percent=40, heading="С чем прийти", at=now()
        )
    )
    attempt = Attempt(quiz=quiz, person=cast.volunteer, number=1, started_at=now())
    attempt.answers = [Answer(question=quiz.questions[0], given=[1], saved_at=now())]
    db.session.add(attempt)
    factories.invitation(cast.volunteer, meeting, answer=AnswerWord.YES)
    db.session.commit()
    return SimpleNamespace(**locals())


def test_a_path_tells_each_module_and_where_one_is(school, cast):
    path = path_of(cast.volunteer, school.cycle, now=now())

    assert [(stage.title, stage.mark) for stage in path] == [
        ("Зачем центр", Mark.DONE),
        ("Фандрайзинг", Mark.NOW),
        ("PR и соцсети", Mark.NONE),
    ]
    assert (path.done, len(path)) == (1, 3)
    assert path.here.id == school.second.id
    assert [(step.title, step.mark) for step in path.here.steps] == [
        ("Первый разговор", Mark.NOW),
        ("Фандрайзинг", Mark.NOW),
    ]
    attempt = path.here.steps[1].open_try
    assert (attempt.answered, attempt.questions) == (1, 3)
    assert [step.title for _stage, step in path.begun] == ["Фандрайзинг", "Первый разговор"]
    assert [(due.stage.number, [step.title for step in due.steps]) for due in path.due] == [(2, ["Фандрайзинг"])]
    assert [step.title for _stage, step in path.coming] == ["Как писать заметки"]
    assert path.stages[2].steps[0].answer == "yes"


def test_what_others_did_is_not_on_my_path(school, cast):
    factories.enrolment(cast.stranger, school.cycle)

    path = path_of(cast.stranger, school.cycle, now=now())

    assert [stage.mark for stage in path] == [Mark.NONE] * 3
    assert path.begun == []
    assert path.next[1].title == "Пять источников"


def test_the_best_attempt_is_the_one_that_counts(school, cast):
    school.attempt.submitted_at, school.attempt.percent, school.attempt.passed = now(), 30, False
    db.session.add(
        Attempt(
            quiz=school.quiz, person=cast.volunteer, number=2, started_at=now(), submitted_at=now(),
            score=2, max_score=3, percent=67, passed=True,
        )
    )  # fmt: skip
    db.session.commit()

    step = module_of(cast.volunteer, school.second, now=now()).steps[1]

    assert step.open_try is None
    assert (step.best_try.number, step.best_try.score, step.best_try.max_score) == (2, 2.0, 3.0)
    assert step.may_try is False  # two attempts are allowed


@pytest.mark.parametrize(
    ("counts", "said"),
    [("best", "тест 3 из 3"), ("first", "тест 1 из 3"), ("last", "тест 2 из 3"), ("average", "тест в среднем 66 %")],
)
def test_the_path_tells_the_result_that_counts(school, cast, as_, counts, said):
    school.quiz.counts, school.quiz.attempts_allowed = counts, None
    db.session.delete(school.attempt)
    db.session.flush()
    for number, (score, percent) in enumerate(((1, 33), (3, 100), (2, 67)), 1):
        factories.attempt(cast.volunteer, school.quiz, number=number, submitted_at=now(), score=score, max_score=3,
                          percent=percent, passed=percent > 50)  # fmt: skip
    factories.completion(cast.volunteer, school.quiz, How.PASSED)
    factories.completion(cast.volunteer, school.letter)

    assert said in text_of(as_(cast.volunteer).get("/path"))


def test_a_cancelled_session_is_asked_of_nobody(school, cast):
    school.meeting.cancelled_at = now()
    reading = factories.material(school.third)
    factories.completion(cast.volunteer, reading)

    assert module_of(cast.volunteer, school.third, now=now()).mark is Mark.DONE


def test_drafts_are_not_on_the_path(school, cast):
    factories.material(school.first, title="Ещё не готово", state=State.DRAFT)
    factories.module(school.cycle, title="Тайный модуль", state=State.DRAFT)

    path = path_of(cast.volunteer, school.cycle, now=now())

    assert len(path) == 3
    assert [step.title for step in path.stages[0].steps] == ["Пять источников"]


def test_optional_work_holds_nobody_up(school, cast):
    factories.material(school.first, title="Если интересно", rule=Rule.OPTIONAL)

    path = path_of(cast.volunteer, school.cycle, now=now())

    assert path.stages[0].mark is Mark.DONE


def test_what_is_done_in_a_module_by_id(school, cast):
    assert done_in_module(cast.volunteer, school.first.id) == {school.reading.id}
    assert done_in_module(cast.volunteer, school.second.id) == set()
    assert done_in_module(cast.stranger, school.first.id) == set()


def test_an_empty_path_has_nothing_left():
    path = Path([], now())

    assert (len(path), path.done, path.here, path.next, path.due, path.left) == (0, 0, None, None, [], [])


# --- the pages --------------------------------------------------------------------------------------------------------
def text_of(response) -> str:
    return response.get_data(as_text=True).replace("\u00a0", " ").replace("\u2060", "")


def test_the_path_page_opens_only_the_module_one_is_at(school, cast, as_):
    response = as_(cast.volunteer).get("/path")

    page = text_of(response)
    assert response.status_code == 200
    assert "Школа ресурсных центров — 2026" in page
    assert "Первый разговор" in page
    assert "отвечено 1 из 3" in page
    assert "вы ответили «Приду»" in page
    assert "Пять источников" not in page


def test_somebody_in_no_cycle_is_told_what_will_be_here(cast, as_):
    page = text_of(as_(cast.volunteer).get("/path"))

    assert "Вы пока не записаны на цикл" in page


def test_the_path_is_for_those_who_signed_in(client):
    response = client.get("/path")

    assert response.status_code == 302
    assert "/sign-in" in response.location


def test_a_module_page_lists_its_activities(school, cast, as_):
    page = text_of(as_(cast.volunteer).get(f"/modules/{school.second.id}/"))

    assert "Фандрайзинг" in page
    assert "12 мин" in page
    assert "Продолжить" in page
    assert "PR и соцсети" in page  # the next one


def test_past_due_is_said_kindly(school, cast, as_):
    school.quiz.due_at = now() - timedelta(days=2)

    page = text_of(as_(cast.volunteer).get(f"/modules/{school.second.id}/"))

    assert "Срок прошёл" in page
    assert "сдать ещё можно" in page
    assert "просрочен" not in page


@pytest.mark.parametrize("hide", ["module", "cycle", "enrolment"])
def test_a_module_one_may_not_see_is_like_one_that_does_not_exist(school, cast, as_, hide):
    if hide == "module":
        school.second.state = State.DRAFT
    elif hide == "cycle":
        school.cycle.state = State.DRAFT
    person = cast.stranger if hide == "enrolment" else cast.volunteer

    assert as_(person).get(f"/modules/{school.second.id}/").status_code == 404
    assert as_(cast.trainer).get(f"/modules/{school.second.id}/").status_code == 200


def guest_of(client, live_session, person, module_id):
    secret, _code = tokens.issue(
        person, Purpose.INVITATION, now=now(), lifetime=timedelta(days=14), object_id=live_session.id
    )
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie["letter"] = {"token": token.id, "live_session": live_session.id, "module": module_id}
    return client


def test_a_guest_from_a_letter_sees_the_module_of_her_session_and_no_other(school, cast, client):
    guest = guest_of(client, school.meeting, cast.volunteer, school.third.id)

    assert "Как писать заметки" in text_of(guest.get(f"/modules/{school.third.id}/"))
    assert guest.get(f"/modules/{school.first.id}/").status_code == 404
    assert guest.get("/path").status_code == 302


def test_the_path_asks_the_same_few_statements_of_a_long_cycle(school, cast, as_, count_queries):
    client = as_(cast.volunteer)
    client.get("/path")
    with count_queries() as before:
        assert client.get("/path").status_code == 200
    for number in range(30):
        module = factories.module(school.cycle, title=f"Модуль {number}")
        factories.material(module)
        factories.quiz(module)
        factories.live_session(module)
    with count_queries() as after:
        client.get("/path")

    assert len(before) == len(after) <= 6


def test_an_unchanged_path_is_not_sent_again(school, cast, as_):
    client = as_(cast.volunteer)
    etag = client.get("/path").headers["ETag"]

    unchanged = client.get("/path", headers={"If-None-Match": etag})
    factories.completion(cast.volunteer, school.letter, How.READ)
    changed = client.get("/path", headers={"If-None-Match": etag})

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert changed.status_code == 200


def test_the_path_in_english(school, cast, as_):
    school.cycle.title_en = "School of resource centres"

    page = text_of(as_(cast.volunteer).get("/path", headers={"Accept-Language": "en"}))

    assert "School of resource centres" in page
    assert "1 of 3 answered" in page


def test_a_session_for_a_few_is_shown_to_the_invited_and_asked_of_nobody(cast, as_):
    cycle = factories.cycle()
    module = factories.module(cycle)
    factories.material(module, title="Для всех")
    meeting = factories.live_session(module, title="Только для приглашённых", audience=Audience.INVITED)
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    factories.invitation(cast.volunteer, meeting)

    (invited,) = path_of(cast.volunteer, cycle, now=now())
    (other,) = path_of(cast.stranger, cycle, now=now())

    assert [(step.title, step.is_required) for step in invited.steps] == [
        ("Для всех", True),
        ("Только для приглашённых", False),
    ]
    assert [step.title for step in other.steps] == ["Для всех"]
    assert "Только для приглашённых" not in as_(cast.stranger).get("/path").text


def test_a_session_for_a_few_keeps_nobody_from_finishing_a_module(cast):
    cycle = factories.cycle()
    module = factories.module(cycle)
    reading = factories.material(module)
    factories.live_session(module, audience=Audience.INVITED)
    factories.enrolment(cast.volunteer, cycle)
    factories.completion(cast.volunteer, reading)

    (stage,) = path_of(cast.volunteer, cycle, now=now())
    (column,) = matrix_of(cast.coordinator, cycle, now=now()).columns

    assert stage.mark is Mark.DONE
    assert [one.activity_id for one in column.required] == [reading.id]
