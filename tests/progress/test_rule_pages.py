"""The rules of a module: said in sentences, shown whom they affect before they are saved; closed modules; due times."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import DueException, Module, Rule
from lms.extensions import db
from lms.progress import actions, mail
from lms.progress.completion_queries import has_completed
from lms.progress.matrix_queries import matrix_of
from lms.progress.models import Completion, CycleCompletion, Ground, How
from lms.progress.path_queries import module_of, path_of
from lms.progress.rules import Mark
from lms.quizzes.models import Attempt
from tests import factories
from tests.progress.test_path import text_of


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """Two modules, done by nobody: a text and a session with its quiz; then another text."""
    cycle = factories.cycle(slug="rc", title="Школа")
    first, second = factories.module(cycle, title="Начало"), factories.module(cycle, title="Проекты")
    reading = factories.material(first, title="Пять источников")
    meeting = factories.live_session(first, title="Разговор", starts_in=-timedelta(days=3))
    quiz = factories.quiz(first, title="Проверка")
    later = factories.material(second, title="Смета")
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    return SimpleNamespace(**locals())


def rules(school, **changes):
    """What the form of the first module sends."""
    form = {f"rule-{one.id}": one.rule.value for one in (school.reading, school.meeting, school.quiz)}
    return form | changes


def seal_in(response) -> str:
    return re.search(r'name="seen" value="(\w+)"', response.text).group(1)


def completion_of(person, activity):
    return db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )


def test_rules_are_told_in_sentences(school, cast, as_):
    school.first.needed = 2
    school.second.needs = [school.first]

    first = text_of(as_(cast.trainer).get(f"/modules/{school.first.id}/rules"))
    second = text_of(as_(cast.trainer).get(f"/modules/{school.second.id}/rules"))

    assert "«Пять источников» — прочитать до конца или отметить прочитанным." in first
    assert "«Разговор» — быть на встрече или посмотреть запись." in first
    assert "Модуль пройден, когда сделаны 2 элемента из этих." in first
    assert "Открывается тем, кто прошёл модуль 1 «Начало»." in second


def test_a_change_that_affects_nobody_is_saved_at_once(school, cast, as_):
    response = as_(cast.trainer).post(
        f"/modules/{school.first.id}/rules", data=rules(school, **{f"rule-{school.meeting.id}": "present"})
    )

    assert response.status_code == 303
    assert school.meeting.rule is Rule.PRESENT


def test_whom_a_change_affects_is_said_by_name_before_it_is_saved(school, cast, as_):
    for activity, how in ((school.reading, How.READ), (school.meeting, How.WATCHED), (school.quiz, How.PASSED)):
        actions.complete(cast.volunteer, activity, how, now=now())
    actions.complete(cast.volunteer, school.later, How.READ, now=now())
    client, form = as_(cast.trainer), rules(school, **{f"rule-{school.meeting.id}": "present"})

    shown = client.post(f"/modules/{school.first.id}/rules", data=form)

    page = text_of(shown)
    assert shown.status_code == 200
    assert "Модуль больше не будет пройден у 1 человека." in page
    assert "Сальск: Ковалёва Ирина" in page
    assert "1 человек уже прошёл цикл. Это останется, и сертификаты тоже." in page
    assert school.meeting.rule is Rule.PRESENT_OR_WATCHED  # nothing is saved yet
    assert completion_of(cast.volunteer, school.meeting).how is How.WATCHED

    saved = client.post(f"/modules/{school.first.id}/rules", data=form | {"seen": seal_in(shown)})

    assert saved.status_code == 303
    assert school.meeting.rule is Rule.PRESENT
    assert completion_of(cast.volunteer, school.meeting) is None
    assert has_completed(cast.volunteer, school.cycle) is not None


def test_what_a_rule_did_not_count_counts_again_when_it_comes_back(school, cast, as_):
    actions.complete(cast.volunteer, school.meeting, How.WATCHED, now=now(), reason="")
    client = as_(cast.trainer)
    client.post(f"/modules/{school.first.id}/rules", data=rules(school, **{f"rule-{school.meeting.id}": "present"}))
    assert completion_of(cast.volunteer, school.meeting) is None

    client.post(
        f"/modules/{school.first.id}/rules", data=rules(school, **{f"rule-{school.meeting.id}": "present_or_watched"})
    )

    assert completion_of(cast.volunteer, school.meeting).how is How.WATCHED


def test_a_lighter_rule_completes_the_cycle_and_says_by_whom(school, cast, as_):
    for activity in (school.reading, school.later):
        actions.complete(cast.volunteer, activity, How.READ, now=now())
    client, form = as_(cast.trainer), rules(school, needed="1")

    shown = client.post(f"/modules/{school.first.id}/rules", data=form)
    client.post(f"/modules/{school.first.id}/rules", data=form | {"seen": seal_in(shown)})

    assert "Модуль станет пройденным у 1 человека." in text_of(shown)
    assert "Цикл окажется пройденным у 1 человека." in text_of(shown)
    (found,) = db.session.scalars(select(CycleCompletion))
    assert (found.person, found.how, found.by) == (cast.volunteer, Ground.CHANGE, cast.trainer)


def test_another_one_who_did_something_meanwhile_is_shown_before_it_is_saved(school, cast, as_):
    actions.complete(cast.volunteer, school.reading, How.READ, now=now())
    client, form = as_(cast.trainer), rules(school, needed="1")
    shown = client.post(f"/modules/{school.first.id}/rules", data=form)
    actions.complete(cast.stranger, school.reading, How.READ, now=now())

    again = client.post(f"/modules/{school.first.id}/rules", data=form | {"seen": seal_in(shown)})

    assert again.status_code == 200
    assert "Чужинова Клавдия" in text_of(again)
    assert school.first.needed is None


def test_a_form_that_is_out_of_date_changes_nothing(school, cast, as_):
    response = as_(cast.trainer).post(
        f"/modules/{school.first.id}/rules", data=rules(school, version="0.0", needed="1")
    )

    assert response.status_code == 409
    assert "ваши не сохранены" in text_of(response)
    assert school.first.needed is None


def test_a_rule_that_does_not_fit_is_refused(school, cast, as_):
    client, path = as_(cast.trainer), f"/modules/{school.first.id}/rules"

    assert client.post(path, data=rules(school, **{f"rule-{school.reading.id}": "passed"})).status_code == 400
    assert client.post(path, data=rules(school, **{f"rule-{school.reading.id}": "nonsense"})).status_code == 400
    caught_up = rules(school, **{f"rule-{school.meeting.id}": "present_or_caught_up"})
    assert client.post(path, data=caught_up).status_code == 400  # without a quiz


def test_passing_that_was_optional_counts_once_it_is_asked_for(school, cast, as_):
    school.quiz.rule = Rule.OPTIONAL
    db.session.add(
        Attempt(quiz=school.quiz, person=cast.volunteer, number=1, started_at=now(), submitted_at=now(), passed=True)
    )

    as_(cast.trainer).post(
        f"/modules/{school.first.id}/rules", data=rules(school, **{f"rule-{school.quiz.id}": "passed"})
    )

    assert completion_of(cast.volunteer, school.quiz).how is How.PASSED
    assert completion_of(cast.stranger, school.quiz) is None


@pytest.mark.parametrize("role", ["volunteer", "centre_coordinator"])
def test_those_who_do_not_teach_change_no_rules(school, cast, as_, role):
    client = as_(getattr(cast, role))

    assert client.get(f"/modules/{school.first.id}/rules").status_code == 403
    assert client.post(f"/modules/{school.first.id}/rules", data=rules(school)).status_code == 403
    assert client.post("/cycles/rc/rules", data={"needed": 1}).status_code == 403
    assert client.post(f"/modules/{school.first.id}/due-exceptions", data={}).status_code == 403


def test_previewing_asks_the_same_of_many_people(school, cast, as_, count_queries):
    def asked() -> int:
        actions.complete(cast.volunteer, school.reading, How.READ, now=now())
        client = as_(cast.trainer)
        with count_queries() as queries:
            assert client.post(f"/modules/{school.first.id}/rules", data=rules(school, needed="1")).status_code == 200
        return len(queries)

    few = asked()
    for _number in range(40):
        someone = factories.person(centre=cast.salsk)
        factories.enrolment(someone, school.cycle)
        factories.completion(someone, school.reading)
    assert asked() == few


# --- catching up ------------------------------------------------------------------------------------------------------
def test_a_missed_session_is_caught_up_with_by_recording_and_quiz_in_any_order(school, cast):
    school.meeting.rule, school.meeting.rule_quiz_id = Rule.PRESENT_OR_CAUGHT_UP, school.quiz.id
    db.session.flush()

    actions.watched(cast.volunteer, school.meeting, now=now())
    assert completion_of(cast.volunteer, school.meeting) is None
    actions.complete(cast.volunteer, school.quiz, How.PASSED, now=now())
    assert completion_of(cast.volunteer, school.meeting).how is How.WATCHED

    actions.complete(cast.stranger, school.quiz, How.PASSED, now=now())
    assert completion_of(cast.stranger, school.meeting) is None
    actions.watched(cast.stranger, school.meeting, now=now())
    assert completion_of(cast.stranger, school.meeting).how is How.WATCHED


def test_after_its_day_catching_up_counts_no_more(school, cast):
    school.meeting.rule, school.meeting.rule_quiz_id = Rule.PRESENT_OR_CAUGHT_UP, school.quiz.id
    school.meeting.rule_until = now() - timedelta(days=1)
    db.session.flush()

    actions.complete(cast.volunteer, school.quiz, How.PASSED, now=now() - timedelta(days=2))
    actions.watched(cast.volunteer, school.meeting, now=now())
    actions.complete(cast.stranger, school.meeting, How.PRESENT, now=now())

    assert completion_of(cast.volunteer, school.meeting) is None
    assert completion_of(cast.stranger, school.meeting).how is How.PRESENT


def test_the_day_to_catch_up_by_is_chosen_and_can_be_moved(school, cast, as_):
    actions.complete(cast.volunteer, school.quiz, How.PASSED, now=now() - timedelta(days=1))
    actions.complete(cast.volunteer, school.meeting, How.WATCHED, now=now() - timedelta(days=1))
    client, path = as_(cast.trainer), f"/modules/{school.first.id}/rules"
    chosen = {f"rule-{school.meeting.id}": "present_or_caught_up", f"quiz-{school.meeting.id}": str(school.quiz.id)}

    client.post(path, data=rules(school, **chosen, **{f"until-{school.meeting.id}": "2020-12-09"}))
    assert completion_of(cast.volunteer, school.meeting) is None
    assert "сдать тест «Проверка» до ср, 9 декабря 2020" in text_of(client.get(path))

    client.post(path, data=rules(school, **chosen))
    assert completion_of(cast.volunteer, school.meeting).how is How.WATCHED


# --- modules that open after others -----------------------------------------------------------------------------------
@pytest.fixture
def closed(school):
    school.second.needs = [school.first]
    school.second_quiz = factories.quiz(school.second, title="Проверка сметы")
    factories.question(school.second_quiz, right=("да",), wrong=("нет",))
    db.session.commit()
    return school


def test_a_closed_module_is_shown_with_the_reason(closed, cast, as_):
    client = as_(cast.volunteer)

    path, page = text_of(client.get("/path")), text_of(client.get(f"/modules/{closed.second.id}/"))

    assert "Откроется, когда пройдёте модуль 1 «Начало»." in path
    assert "Откроется, когда пройдёте модуль 1 «Начало»." in page
    assert f"/materials/{closed.later.id}" not in page


def test_what_is_in_a_closed_module_is_kindly_refused(closed, cast, as_):
    client = as_(cast.volunteer)
    doors = [
        client.get(f"/materials/{closed.later.id}"),
        client.post(f"/materials/{closed.later.id}/reading"),
        client.post(f"/materials/{closed.later.id}/position", data={"percent": 100}),
        client.post(f"/materials/{closed.later.id}/opening"),
        client.get(f"/quizzes/{closed.second_quiz.id}"),
        client.post(f"/quizzes/{closed.second_quiz.id}/attempts"),
        client.get(f"/materials/{closed.later.id}.pdf"),
        client.get(f"/modules/{closed.second.id}/offline.zip"),
    ]

    assert [door.status_code for door in doors] == [403] * 8
    assert all("Сначала нужно закончить" in text_of(door) for door in doors)
    assert completion_of(cast.volunteer, closed.later) is None
    assert db.session.scalars(select(Attempt)).all() == []


@pytest.mark.parametrize("role", ["trainer", "coordinator"])
def test_trainers_go_everywhere(closed, cast, as_, role):
    factories.enrolment(getattr(cast, role), closed.cycle)
    client = as_(getattr(cast, role))

    assert client.get(f"/materials/{closed.later.id}").status_code == 200
    assert client.get(f"/quizzes/{closed.second_quiz.id}").status_code == 200


def test_nobody_is_kept_out_of_a_session(closed, cast, as_):
    meeting = factories.live_session(closed.second)

    assert as_(cast.volunteer).get(f"/sessions/{meeting.id}").status_code == 200


def test_it_opens_when_the_others_are_done_and_an_excuse_is_enough(closed, cast, as_):
    for activity in (closed.reading, closed.meeting, closed.quiz):
        actions.complete(cast.volunteer, activity, How.EXCUSED, now=now(), by=cast.coordinator, reason="Болезнь")
    db.session.commit()

    assert as_(cast.volunteer).get(f"/materials/{closed.later.id}").status_code == 200


def test_an_attempt_that_was_begun_is_gone_on_with(closed, cast, as_):
    attempt = factories.attempt(cast.volunteer, closed.second_quiz)

    assert as_(cast.volunteer).get(f"/attempts/{attempt.id}").status_code == 200


def test_who_has_begun_what_closes_is_said_before(school, cast, as_):
    factories.material(school.second, title="Ещё одно")
    actions.complete(cast.volunteer, school.later, How.READ, now=now())

    page = text_of(
        as_(cast.trainer).post(
            f"/modules/{school.second.id}/rules",
            data={f"rule-{school.later.id}": "read", "needs": str(school.first.id)},
        )
    )

    assert "1 человек уже начал модуль, и теперь ему нужно сначала пройти другой." in page


def test_modules_never_wait_for_each_other_in_a_circle(closed, cast, as_):
    client = as_(cast.trainer)

    client.post(f"/modules/{closed.first.id}/rules", data=rules(closed, needs=[closed.second.id, closed.first.id]))

    assert db.session.get(Module, closed.first.id).needs == []
    assert f'name="needs" value="{closed.second.id}"' not in client.get(f"/modules/{closed.first.id}/rules").text


# --- due times --------------------------------------------------------------------------------------------------------
def test_the_nearest_due_time_holds(school, cast):
    common = now() - timedelta(days=2)
    school.second.due_at = common
    centre = factories.due_exception(school.second, centre=cast.salsk, due_at=now() + timedelta(days=2))
    other = factories.person(centre=cast.salsk)
    factories.enrolment(other, school.cycle)
    own = factories.due_exception(school.second, person=cast.volunteer, due_at=now() - timedelta(days=1))

    def due(person):
        return module_of(person, school.second, now=now()).steps[0].due_at

    assert (due(cast.volunteer), due(other), due(cast.stranger)) == (own.due_at, centre.due_at, common)
    marks = [
        path_of(person, school.cycle, now=now()).stages[1].mark for person in (cast.volunteer, other, cast.stranger)
    ]
    assert marks == [Mark.LATE, Mark.NONE, Mark.LATE]
    table = matrix_of(cast.coordinator, school.cycle, now=now())
    late = {table.rows[place].id for place in range(3) if table.columns[1].late >> place & 1}
    assert late == {cast.volunteer.id, cast.stranger.id}


def test_a_due_time_of_ones_own_stands_on_the_quiz_page_and_in_the_reminder(school, cast, as_):
    school.first.due_at = now() + timedelta(days=40)
    factories.due_exception(school.first, person=cast.volunteer, due_at=datetime(2030, 12, 20, 20, 59, tzinfo=UTC))
    factories.due_exception(school.first, centre=cast.bataysk, due_at=datetime(2030, 12, 27, 20, 59, tzinfo=UTC))
    db.session.commit()

    assert "до пт, 20 декабря 2030" in text_of(as_(cast.volunteer).get(f"/quizzes/{school.quiz.id}"))
    assert "до пт, 27 декабря 2030" in text_of(as_(cast.stranger).get(f"/quizzes/{school.quiz.id}"))
    letters = mail.reminders([cast.volunteer, cast.stranger], school.first, by=cast.coordinator, words="", now=now())
    texts = [one.text.replace("\u00a0", " ") for one in letters]
    assert ["20 декабря 2030" in one for one in texts] == [True, False]
    assert "27 декабря 2030" in texts[1]


def test_a_cycle_may_be_due_as_a_whole_for_modules_without_a_day(school, cast, as_):
    client = as_(cast.trainer)
    school.first.due_at = now() + timedelta(days=40)
    db.session.commit()

    saved = client.post("/cycles/rc/rules", data={"needed": "", "due_on": "2030-12-31"})

    assert saved.status_code == 303
    assert "Срок — вт, 31 декабря 2030" in text_of(client.get("/cycles/rc/rules"))
    assert "Весь цикл — до вт, 31 декабря 2030" in text_of(as_(cast.volunteer).get("/path"))
    due = {stage.id: stage.due_at for stage in path_of(cast.volunteer, school.cycle, now=now())}
    assert due == {school.first.id: school.first.due_at, school.second.id: school.cycle.due_at}
    school.cycle.due_at = now() - timedelta(days=1)
    db.session.commit()
    table = matrix_of(cast.coordinator, school.cycle, now=now())
    assert [column.late.bit_count() for column in table.columns] == [0, len(table.rows)]
    client.post("/cycles/rc/rules", data={"needed": "", "due_on": ""})
    assert school.cycle.due_at is None


def test_another_due_time_is_given_replaced_and_taken_away(school, cast, as_):
    client, path = as_(cast.trainer), f"/modules/{school.first.id}/due-exceptions"

    client.post(path, data={"whose": f"centre-{cast.salsk.id}", "due_on": "2030-12-09", "reason": "Ремонт"})
    client.post(path, data={"whose": f"centre-{cast.salsk.id}", "due_on": "2030-12-16", "reason": "Ремонт"})
    client.post(path, data={"whose": f"person-{cast.volunteer.id}", "due_on": "2030-12-20"})

    page = text_of(client.get(f"/modules/{school.first.id}/rules"))
    assert "Сальск</b> — до пн, 16 декабря 2030" in page
    assert "Ковалёва Ирина</b> — до пт, 20 декабря 2030" in page
    found = db.session.scalars(select(DueException).order_by(DueException.id)).all()
    assert [(one.by_id, one.reason) for one in found] == [(cast.trainer.id, "Ремонт"), (cast.trainer.id, "")]
    assert client.post(f"/due-exceptions/{found[0].id}/end").status_code == 303
    assert db.session.scalars(select(DueException.person_id)).all() == [cast.volunteer.id]


@pytest.mark.parametrize(
    "form",
    [
        {}, {"whose": "centre-1"}, {"whose": "centre-999999", "due_on": "2030-12-09"},
        {"whose": "person-x", "due_on": "2030-12-09"},
        {"whose": "centre-99999999999999999999", "due_on": "2030-12-09"}, {"whose": "centre-1", "due_on": "9999-12-09"},
    ],
)  # fmt: skip
def test_a_due_time_without_whom_or_when_is_not_saved(school, cast, as_, form):
    client = as_(cast.trainer)

    client.post(f"/modules/{school.first.id}/due-exceptions", data=form)

    assert "Выберите центр или человека и день." in text_of(client.get(f"/modules/{school.first.id}/rules"))
    assert db.session.scalars(select(DueException)).all() == []


# --- the cycle --------------------------------------------------------------------------------------------------------
def test_a_cycle_that_needs_fewer_modules_says_who_completes_it_by_that(school, cast, as_):
    actions.complete(cast.volunteer, school.later, How.READ, now=now())
    client = as_(cast.trainer)
    assert "Цикл пройден, когда пройдены все модули." in text_of(client.get("/cycles/rc/rules"))

    shown = client.post("/cycles/rc/rules", data={"needed": "1"})
    assert "Цикл окажется пройденным у 1 человека." in text_of(shown)
    client.post("/cycles/rc/rules", data={"needed": "1", "seen": seal_in(shown)})

    assert has_completed(cast.volunteer, school.cycle) is not None
    assert client.post("/cycles/rc/rules", data={"version": "77"}).status_code == 409


# --- what is left, as a sentence --------------------------------------------------------------------------------------
def test_a_learner_reads_what_is_left_and_until_when(school, cast, as_):
    school.first.due_at = now().replace(year=2030, month=12, day=9, hour=12)
    actions.complete(cast.volunteer, school.meeting, How.PRESENT, now=now())

    page = text_of(as_(cast.volunteer).get(f"/modules/{school.first.id}/"))

    assert "осталось прочитать материал и сдать тест — до пн, 9 декабря 2030" in page


def test_where_one_may_choose_the_sentence_says_or(school, cast, as_):
    school.first.needed = 2
    actions.complete(cast.volunteer, school.meeting, How.PRESENT, now=now())

    page = text_of(as_(cast.volunteer).get(f"/modules/{school.first.id}/"))

    assert "осталось прочитать материал или сдать тест" in page
