"""Another due time of the whole cycle for a centre or a person: given, told, counted; the nearest one holds."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.cycles.models import DueException
from lms.extensions import db
from lms.progress import mail
from lms.progress.due_queries import due_times
from lms.progress.matrix_queries import matrix_of
from lms.progress.path_queries import module_of, path_of
from lms.progress.rules import Mark
from tests import factories
from tests.progress.test_path import text_of

NEW_YEAR = datetime(2030, 12, 31, 20, 59, tzinfo=UTC)


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """Two modules with days of their own that have passed, a text in each; two people of Сальск and one of Батайск."""
    cycle = factories.cycle(slug="rc", title="Школа")
    first = factories.module(cycle, title="Начало", due_at=now() - timedelta(days=9))
    second = factories.module(cycle, title="Проекты", due_at=now() - timedelta(days=2))
    reading, later = factories.material(first), factories.material(second)
    quiz = factories.quiz(second, title="Проверка")
    neighbour = factories.person("Сосед", centre=cast.salsk)
    for person in (cast.volunteer, neighbour, cast.stranger):
        factories.enrolment(person, cycle)
    return SimpleNamespace(**locals())


def late_in(school, viewer) -> list[set[str]]:
    """Who is late with each module, by the table."""
    table = matrix_of(viewer, school.cycle, now=now())
    return [{row.email for place, row in enumerate(table.rows) if column.late >> place & 1} for column in table.columns]


def test_it_holds_for_every_module_of_the_cycle_instead_of_the_modules_own_day(school, cast):
    factories.due_exception(school.cycle, centre=cast.salsk, due_at=NEW_YEAR)

    assert late_in(school, cast.coordinator) == [{cast.stranger.email}] * 2
    path = path_of(cast.volunteer, school.cycle, now=now())
    assert [(stage.due_at, stage.mark) for stage in path] == [(NEW_YEAR, Mark.NONE)] * 2
    assert {step.due_at for _stage, step in path.steps} == {NEW_YEAR}
    assert path.due_at == NEW_YEAR
    assert path_of(cast.stranger, school.cycle, now=now()).due_at is None


def test_the_nearest_due_time_holds_everywhere_alike(school, cast):
    days = [now() + timedelta(days=number) for number in (1, 2, 3, 4)]
    people = [cast.volunteer, school.neighbour, cast.stranger]
    expected = [school.second.due_at] * 3
    # From the farthest to the nearest: each takes the place of the one before.
    for thing, whose, place in (
        (school.cycle, {"centre": cast.salsk}, 0), (school.second, {"centre": cast.salsk}, 1),
        (school.cycle, {"person": cast.volunteer}, 2), (school.second, {"person": cast.volunteer}, 3),
    ):  # fmt: skip
        factories.due_exception(thing, due_at=days[place], **whose)
        expected[0] = days[place]
        expected[1] = days[min(place, 1)]
        of_path = [module_of(person, school.second, now=now()).due_at for person in people]
        assert of_path == expected
        assert list(due_times(school.second, people, school.quiz).values()) == expected
        assert late_in(school, cast.coordinator)[1] == {cast.stranger.email}

    assert module_of(cast.volunteer, school.first, now=now()).due_at == days[2]
    assert module_of(school.neighbour, school.first, now=now()).due_at == days[0]


def test_a_day_of_ones_own_that_has_passed_makes_late(school, cast):
    school.first.due_at = school.second.due_at = now() + timedelta(days=30)
    factories.due_exception(school.cycle, person=cast.volunteer, due_at=now() - timedelta(hours=1))
    factories.due_exception(school.second, person=cast.volunteer, due_at=now() + timedelta(days=1))

    assert late_in(school, cast.coordinator) == [{cast.volunteer.email}, set()]
    assert [stage.mark for stage in path_of(cast.volunteer, school.cycle, now=now())] == [Mark.LATE, Mark.NONE]


def test_learners_are_told_their_own_day(school, cast, as_):
    school.cycle.due_at = NEW_YEAR - timedelta(days=200)
    factories.due_exception(school.cycle, person=cast.volunteer, due_at=NEW_YEAR)
    factories.completion(cast.volunteer, school.later)
    db.session.commit()

    hers, anothers = text_of(as_(cast.volunteer).get("/path")), text_of(as_(cast.stranger).get("/path"))

    assert "Весь цикл — до вт, 31 декабря 2030" in hers
    assert "осталось сдать тест — до вт, 31 декабря 2030" in hers
    assert "31 декабря" not in anothers
    assert "Весь цикл — до пт, 14 июня 2030" in anothers
    assert "до вт, 31 декабря 2030" in text_of(as_(cast.volunteer).get(f"/quizzes/{school.quiz.id}"))
    letters = mail.reminders([cast.volunteer, cast.stranger], school.second, by=cast.coordinator, words="", now=now())
    assert ["31 декабря 2030" in one.text.replace("\u00a0", " ") for one in letters] == [True, False]


def test_coordinators_see_it_on_the_persons_page_in_her_history_and_in_the_files(school, cast, as_):
    factories.due_exception(school.cycle, centre=cast.salsk, due_at=NEW_YEAR, reason="Паводок", by_id=cast.trainer.id)
    db.session.commit()
    client = as_(cast.centre_coordinator)
    address = f"/progress/people/{cast.volunteer.id}"

    assert "Весь цикл — до вт, 31 декабря 2030" in text_of(client.get(address))
    history = text_of(client.get(f"{address}/history"))
    assert "другой срок для центра: до вт, 31 декабря 2030" in history
    assert "Школа" in history
    assert "Паводок" in history
    assert "просрочен" not in client.get("/progress.csv").get_data(as_text=True)
    assert "просрочен" in as_(cast.other_coordinator).get("/progress.csv").get_data(as_text=True)


def test_it_is_given_replaced_and_taken_away(school, cast, as_):
    client, path = as_(cast.trainer), "/cycles/rc/due-exceptions"

    client.post(path, data={"whose": f"centre-{cast.salsk.id}", "due_on": "2030-12-09", "reason": "Ремонт"})
    client.post(path, data={"whose": f"centre-{cast.salsk.id}", "due_on": "2030-12-16", "reason": "Ремонт"})
    client.post(path, data={"whose": f"person-{cast.volunteer.id}", "due_on": "2030-12-20"})

    page = text_of(client.get("/cycles/rc/rules"))
    assert "Сальск</b> — до пн, 16 декабря 2030" in page
    assert "Ковалёва Ирина</b> — до пт, 20 декабря 2030" in page
    of_module = text_of(client.get(f"/modules/{school.first.id}/rules"))
    assert 'Сальск</b> — до пн, 16 декабря 2030, для всего цикла<br><span class="dim">Ремонт</span>' in of_module
    found = db.session.scalars(select(DueException).order_by(DueException.id)).all()
    assert [(one.cycle_id, one.module_id, one.by_id) for one in found] == [(school.cycle.id, None, cast.trainer.id)] * 2
    ended = client.post(f"/due-exceptions/{found[0].id}/end")
    assert ended.location == "/cycles/rc/rules#due"
    assert db.session.scalars(select(DueException.person_id)).all() == [cast.volunteer.id]


@pytest.mark.parametrize(
    "form",
    [
        {}, {"whose": "centre-1"}, {"whose": "centre-999999", "due_on": "2030-12-09"},
        {"whose": "person-x", "due_on": "2030-12-09"}, {"whose": "centre-1", "due_on": "9999-12-09"},
        {"whose": "cycle-1", "due_on": "2030-12-09"},
    ],
)  # fmt: skip
def test_without_whom_or_when_it_is_not_saved(school, cast, as_, form):
    client = as_(cast.trainer)

    client.post("/cycles/rc/due-exceptions", data=form)

    assert "Выберите центр или человека и день." in text_of(client.get("/cycles/rc/rules"))
    assert db.session.scalars(select(DueException)).all() == []


def test_only_those_who_make_the_curriculum_give_it(school, cast, as_):
    form = {"whose": f"person-{cast.volunteer.id}", "due_on": "2030-12-20"}

    assert as_(cast.volunteer).post("/cycles/rc/due-exceptions", data=form).status_code == 403
    assert as_(cast.centre_coordinator).post("/cycles/rc/due-exceptions", data=form).status_code == 403
    assert as_(cast.trainer).post("/cycles/nowhere/due-exceptions", data=form).status_code == 404
    outsider = factories.person()
    as_(cast.trainer).post("/cycles/rc/due-exceptions", data=form | {"whose": f"person-{outsider.id}"})
    assert db.session.scalars(select(DueException)).all() == []


def test_the_statements_do_not_grow_with_other_due_times(school, cast, count_queries):
    def load():
        return matrix_of(cast.coordinator, school.cycle, now=now())

    factories.due_exception(school.cycle, centre=cast.salsk)
    db.session.commit()
    with count_queries() as one:
        load()
    for person in (cast.volunteer, cast.stranger):
        factories.due_exception(school.cycle, person=person)
        factories.due_exception(school.second, person=person)
    db.session.commit()
    with count_queries() as many:
        load()
    assert len(many) == len(one)
    assert load().late.bit_count() == 0
