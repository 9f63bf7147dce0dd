"""The module editor: its fields, its order, what is missing, and what publishing shows to whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.cycles.models import Activity, Module, Rule, State
from lms.extensions import db
from tests import factories


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Отчётность НКО", state=State.DRAFT)
    factories.enrolment(cast.volunteer, made.cycle)
    return made


def words(response):
    return response.text.replace("\xa0", " ")


def test_a_new_module_is_a_draft_at_the_end_of_its_cycle(app, cast, as_, module):
    typed = {"title": "Волонтёры", "short_title": "Волонтёры", "summary": "Как звать.", "due_on": "2026-12-06"}

    response = as_(cast.trainer).post("/cycles/rc/modules/new", data=typed)

    made = db.session.scalars(db.select(Module).where(Module.title == "Волонтёры")).one()
    assert (response.status_code, response.location) == (303, f"/modules/{made.id}/edit")
    assert (made.position, made.state, made.summary) == (2, State.DRAFT, "Как звать.")
    # 23:59 on that day in Moscow
    assert made.due_at == datetime(2026, 12, 6, 20, 59, tzinfo=UTC)


def test_a_module_without_a_title_is_not_made(app, cast, as_, module):
    response = as_(cast.trainer).post("/cycles/rc/modules/new", data={"title": "", "summary": "Как звать."})

    assert response.status_code == 422
    assert "Напишите здесь что-нибудь." in words(response) and "Как звать." in response.text
    assert db.session.scalar(db.select(db.func.count(Module.id))) == 1


def test_the_deadline_is_shown_as_the_day_it_was_typed(app, cast, as_, module):
    module.due_at = datetime(2026, 12, 6, 20, 59, tzinfo=UTC)

    page = as_(cast.trainer).get(f"/modules/{module.id}/edit").text
    saved = as_(cast.trainer).post(
        f"/modules/{module.id}/edit", data={"title": "Отчётность НКО", "due_on": "", "version": module.version}
    )

    assert 'value="2026-12-06"' in page
    assert saved.status_code == 303 and module.due_at is None


def test_two_who_edit_one_module_see_both_texts(app, cast, as_, module):
    opened, path = module.version, f"/modules/{module.id}/edit"
    as_(cast.coordinator).post(path, data={"title": "Отчёты", "summary": "Раз.", "version": opened})

    late = as_(cast.trainer).post(path, data={"title": "Отчётность", "summary": "Два.", "version": opened})

    assert late.status_code == 409
    for text in ("Отчёты", "Отчётность", "Раз.", "Два."):
        assert text in late.text
    assert (module.title, module.summary) == ("Отчёты", "Раз.")


def test_the_editor_says_in_a_sentence_what_is_missing(app, cast, as_, module):
    editor = f"/modules/{module.id}/edit"
    empty = words(as_(cast.trainer).get(editor))
    factories.material(module, title="Три отчёта", body="", state=State.DRAFT)
    factories.quiz(module, title="Проверьте себя", state=State.DRAFT)
    lacking = words(as_(cast.trainer).get(editor))

    assert "В модуле пока пусто: добавьте материал, тест или встречу." in empty
    assert "Осталось написать текст «Три отчёта» и добавить вопросы в тест «Проверьте себя»." in lacking


def test_a_ready_module_is_published_with_what_was_ticked(app, cast, as_, module):
    ticked = factories.material(module, title="Три отчёта", state=State.DRAFT)
    kept = factories.material(module, title="Ещё пишу", state=State.DRAFT)
    assert "Всё готово." in words(as_(cast.trainer).get(f"/modules/{module.id}/edit"))

    response = as_(cast.trainer).post(f"/modules/{module.id}/publication", data={"activity": [ticked.id]})

    assert (response.status_code, response.location) == (303, f"/modules/{module.id}/edit")
    assert (module.state, ticked.state, kept.state) == (State.PUBLISHED, State.PUBLISHED, State.DRAFT)
    learner = as_(cast.volunteer)
    assert learner.get(f"/materials/{ticked.id}").status_code == 200
    assert learner.get(f"/materials/{kept.id}").status_code == 404


def test_nothing_is_published_while_a_ticked_one_lacks_something(app, cast, as_, module):
    ready = factories.material(module, state=State.DRAFT)
    lacking = factories.quiz(module, title="Проверьте себя", state=State.DRAFT)
    trainer = as_(cast.trainer)

    trainer.post(f"/modules/{module.id}/publication", data={"activity": [ready.id, lacking.id]})

    assert (module.state, ready.state, lacking.state) == (State.DRAFT, State.DRAFT, State.DRAFT)
    assert "Ничего не опубликовано. Осталось добавить вопросы" in words(trainer.get(f"/modules/{module.id}/edit"))


def test_a_tick_for_another_modules_activity_publishes_nothing_there(app, cast, as_, module):
    foreign = factories.material(factories.module(factories.cycle()), state=State.DRAFT)

    as_(cast.trainer).post(f"/modules/{module.id}/publication", data={"activity": [foreign.id, "x"]})

    assert (module.state, foreign.state) == (State.PUBLISHED, State.DRAFT)


def test_a_withdrawn_module_is_out_of_the_learners_sight(app, cast, as_, module):
    module.state = State.PUBLISHED
    material = factories.material(module)
    assert as_(cast.volunteer).get(f"/materials/{material.id}").status_code == 200

    assert as_(cast.trainer).post(f"/modules/{module.id}/withdrawal").status_code == 303

    assert module.state is State.DRAFT
    assert as_(cast.volunteer).get(f"/materials/{material.id}").status_code == 404


def test_one_activity_is_published_and_withdrawn(app, cast, as_, module):
    material = factories.material(module, state=State.DRAFT)

    response = as_(cast.trainer).post(f"/activities/{material.id}/publication")
    assert (response.status_code, response.location) == (303, f"/modules/{module.id}/edit#activity-{material.id}")
    assert material.state is State.PUBLISHED

    as_(cast.trainer).post(f"/activities/{material.id}/withdrawal")
    assert material.state is State.DRAFT


def test_one_that_lacks_something_is_not_published(app, cast, as_, module):
    material = factories.material(module, title="Пустой", body="", state=State.DRAFT)
    trainer = as_(cast.trainer)

    trainer.post(f"/activities/{material.id}/publication")

    assert material.state is State.DRAFT
    assert "Не опубликовано. Осталось написать текст «Пустой»." in words(trainer.get(f"/modules/{module.id}/edit"))


def test_activities_move_up_and_down(app, cast, as_, module):
    first, second = factories.material(module, title="а"), factories.quiz(module, title="б")

    response = as_(cast.trainer).post(f"/activities/{first.id}/position", data={"direction": "down"})

    assert (response.status_code, response.location) == (303, f"/modules/{module.id}/edit#activity-{first.id}")
    assert [activity.id for activity in db.session.get(Module, module.id).activities] == [second.id, first.id]
    assert as_(cast.trainer).post(f"/activities/{first.id}/position", data={}).status_code == 400


def test_rules_are_chosen_from_those_that_fit(app, cast, as_, module):
    material, quiz = factories.material(module), factories.quiz(module)
    path = f"/modules/{module.id}/rules"

    saved = as_(cast.trainer).post(path, data={f"rule-{material.id}": "marked", f"rule-{quiz.id}": "optional"})
    assert saved.status_code == 303
    assert (material.rule, quiz.rule) == (Rule.MARKED, Rule.OPTIONAL)

    refused = as_(cast.trainer).post(path, data={f"rule-{material.id}": "passed", f"rule-{quiz.id}": "passed"})
    assert refused.status_code == 400
    assert (material.rule, quiz.rule) == (Rule.MARKED, Rule.OPTIONAL)


def test_a_draft_nobody_used_is_deleted_after_a_page_that_names_it(app, cast, as_, module):
    material = factories.material(module, title="Лишний", state=State.DRAFT)
    path = f"/activities/{material.id}/delete"

    asked = as_(cast.trainer).get(path)
    assert asked.status_code == 200 and "Удалить «Лишний»?" in words(asked)
    assert db.session.get(Activity, material.id) is not None

    gone = as_(cast.trainer).post(path)
    assert (gone.status_code, gone.location) == (303, f"/modules/{module.id}/edit")
    assert db.session.scalar(db.select(db.func.count(Activity.id))) == 0


def test_a_quiz_goes_with_its_questions_and_a_session_with_its_trainers(app, cast, as_, module):
    quiz = factories.quiz(module, state=State.DRAFT)
    factories.question(quiz, right=("да",), wrong=("нет",))
    meeting = factories.live_session(module, state=State.DRAFT, trainers=[cast.trainer])

    assert as_(cast.trainer).post(f"/activities/{quiz.id}/delete").status_code == 303
    assert as_(cast.trainer).post(f"/activities/{meeting.id}/delete").status_code == 303
    assert db.session.scalar(db.select(db.func.count(Activity.id))) == 0


@pytest.mark.parametrize("use", ["completion", "attempt", "invitation", "published"])
def test_what_is_published_or_was_used_is_kept(app, cast, as_, module, use):
    thing = factories.material(module, state=State.DRAFT)
    match use:
        case "completion":
            factories.completion(cast.volunteer, thing)
        case "attempt":
            thing = factories.quiz(module, state=State.DRAFT)
            factories.attempt(cast.volunteer, thing)
        case "invitation":
            thing = factories.live_session(module, state=State.DRAFT)
            factories.invitation(cast.volunteer, thing)
        case "published":
            thing = factories.material(module)
    id = thing.id

    response = as_(cast.trainer).post(f"/activities/{id}/delete")

    assert response.status_code == 409
    assert db.session.get(Activity, id) is not None


WRITES = [
    "/modules/{module}/edit", "/modules/{module}/publication", "/modules/{module}/withdrawal",
    "/modules/{module}/rules",
    "/modules/{module}/position", "/activities/{activity}/position",
    "/activities/{activity}/publication", "/activities/{activity}/withdrawal", "/activities/{activity}/delete",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITES)
def test_those_who_do_not_teach_may_change_nothing(app, cast, as_, module, path):
    module.state = State.PUBLISHED
    material = factories.material(module)
    path = path.format(module=module.id, activity=material.id)

    assert [as_(who).post(path).status_code for who in (cast.volunteer, cast.centre_coordinator)] == [403, 403]
    assert (module.state, material.state) == (State.PUBLISHED, State.PUBLISHED)


@pytest.mark.parametrize("path", WRITES)
def test_what_does_not_exist_is_not_found(app, cast, as_, path):
    assert as_(cast.trainer).post(path.format(module=999, activity=999)).status_code == 404


def test_the_editor_costs_as_much_for_thirty_activities_as_for_three(app, cast, as_, module, count_queries):
    def fill(times):
        for _ in range(times):
            factories.material(module)
            quiz = factories.quiz(module)
            factories.question(quiz, right=("да",), wrong=("нет",))
            factories.live_session(module)

    fill(1)
    trainer, editor = as_(cast.trainer), f"/modules/{module.id}/edit"
    trainer.get(editor)
    with count_queries() as three:
        assert trainer.get(editor).status_code == 200
    fill(9)
    with count_queries() as thirty:
        assert trainer.get(editor).status_code == 200

    assert len(three) == len(thirty) <= 9
