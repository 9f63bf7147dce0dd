"""Drafts, what waits for its day, what is published and what is hidden: who sees which, when, on every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from lms.clock import now
from lms.cycles.models import Activity, State
from lms.extensions import db
from lms.sessions.models import Audience
from tests import factories

SOON = timedelta(hours=3)


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Отчётность НКО")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


def words(response):
    return response.text.replace("\xa0", " ").replace("\u2060", "")


def test_what_is_scheduled_appears_at_its_time_without_anybodys_press(app, cast, as_, module):
    page = factories.material(module, title="Три отчёта", state=State.SCHEDULED, publish_at=now() + SOON)
    learner = as_(cast.volunteer)
    places = [f"/materials/{page.id}", f"/modules/{module.id}/", "/path", "/materials/"]
    before = [("Три отчёта" in words(learner.get(place))) for place in places]

    with time_machine.travel(now() + SOON, tick=False):
        after = [("Три отчёта" in words(learner.get(place))) for place in places]

    assert (before, after) == ([False] * 4, [True] * 4)
    assert page.state is State.SCHEDULED


def test_a_scheduled_module_opens_for_learners_visitors_and_the_table_at_its_time(app, cast, as_, module, client):
    later = factories.module(module.cycle, title="Волонтёры в деле", state=State.SCHEDULED, publish_at=now() + SOON)
    factories.material(later)
    pages = [
        (as_(cast.volunteer), f"/modules/{later.id}/"),
        (client, "/cycles/rc/"),
        (as_(cast.coordinator), "/progress"),
    ]

    def seen():
        return ["Волонтёры в деле" in words(who.get(page)) for who, page in pages]

    before = seen()
    with time_machine.travel(now() + SOON, tick=False):
        after = seen()

    assert (before, after) == ([False] * 3, [True] * 3)


def test_a_scheduled_session_is_in_nobodys_list_before_its_time(app, cast, as_, module):
    meeting = factories.live_session(
        module, title="Вопросы фонду", state=State.SCHEDULED, publish_at=now() + SOON, starts_in=timedelta(days=2)
    )
    learner = as_(cast.volunteer)

    assert "Вопросы фонду" not in words(learner.get("/sessions/"))
    assert learner.get(f"/sessions/{meeting.id}").status_code == 404
    with time_machine.travel(now() + SOON, tick=False):
        assert "Вопросы фонду" in words(learner.get("/sessions/"))


def test_a_letters_guest_waits_for_the_material_of_her_session_as_well(app, cast, as_, module):
    from lms.sessions import queries

    meeting = factories.live_session(module)
    page = factories.material(module, state=State.SCHEDULED, publish_at=now() + SOON)

    assert [row.id for row in queries.around(meeting)] == []
    with time_machine.travel(now() + SOON, tick=False):
        assert [row.id for row in queries.around(meeting)] == [page.id]


def test_one_activity_is_given_a_date_in_moscow_time(app, cast, as_, module):
    page = factories.material(module, title="Три отчёта", state=State.DRAFT)
    path = f"/activities/{page.id}/schedule"

    with time_machine.travel("2026-11-28 09:00:00Z", tick=False):
        trainer = as_(cast.trainer)
        assert "Когда открыть «Три отчёта»?" in words(trainer.get(path))
        response = trainer.post(path, data={"day": "2026-12-03", "hour": "15:00"})
        editor = words(trainer.get(f"/modules/{module.id}/edit"))

    assert (response.status_code, response.location) == (303, f"/modules/{module.id}/edit#activity-{page.id}")
    assert (page.state, page.publish_at.isoformat()) == (State.SCHEDULED, "2026-12-03T12:00:00+00:00")
    assert "Откроется чт, 3 декабря, 15:00" in editor


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "2026-11-28", "hour": "11:59"}, "Это время уже прошло."),
        ({"day": "", "hour": "15:00"}, "Выберите день, когда откроется."),
        ({"day": "2026-12-03", "hour": "вечером"}, "Напишите время так: 15:00."),
        ({"day": "9999-12-31", "hour": "15:00"}, "Укажите год от 2000 до 2100."),
        ({"day": "2026-02-29", "hour": "15:00"}, "Напишите день так: 2026-12-31."),
    ],
)
def test_a_date_that_cannot_be_is_refused_and_stays_in_its_field(app, cast, as_, module, typed, said):
    page, module.state = factories.material(module, state=State.DRAFT), State.DRAFT

    with time_machine.travel("2026-11-28 09:00:00Z", tick=False):
        for path in (f"/activities/{page.id}/schedule", f"/modules/{module.id}/schedule"):
            response = as_(cast.trainer).post(path, data=typed | {"activity": page.id})

            assert response.status_code == 422
            assert said in words(response) and f'value="{typed["day"]}"' in response.text
    assert (page.state, module.state) == (State.DRAFT, State.DRAFT)


def test_a_module_waits_for_its_date_with_all_that_is_ready(app, cast, as_, module):
    module.state = State.DRAFT
    ready, kept = factories.material(module, state=State.DRAFT), factories.material(module, state=State.DRAFT)

    with time_machine.travel("2026-11-28 09:00:00Z", tick=False):
        response = as_(cast.trainer).post(
            f"/modules/{module.id}/schedule", data={"day": "2026-12-03", "hour": "09:00", "activity": [ready.id]}
        )

    assert response.status_code == 303
    assert (module.state, ready.state, kept.state) == (State.SCHEDULED, State.SCHEDULED, State.DRAFT)
    assert module.publish_at == ready.publish_at


def test_one_that_lacks_something_is_given_no_date(app, cast, as_, module):
    page = factories.material(module, title="Пустой", body="", state=State.DRAFT)

    as_(cast.trainer).post(f"/activities/{page.id}/schedule", data={"day": "2099-12-03", "hour": "15:00"})

    assert page.state is State.DRAFT


def test_what_is_hidden_is_seen_by_nobody_and_no_longer_missing(app, cast, as_, module):
    page = factories.material(module, title="Старая версия", body="", state=State.PUBLISHED)
    factories.material(module)

    response = as_(cast.trainer).post(f"/activities/{page.id}/hiding")

    assert (response.status_code, page.state) == (303, State.HIDDEN)
    assert as_(cast.volunteer).get(f"/materials/{page.id}").status_code == 404
    editor = words(as_(cast.trainer).get(f"/modules/{module.id}/edit"))
    assert "Осталось" not in editor and "Скрыт" in editor


def test_a_hidden_module_comes_back_with_one_press(app, cast, as_, module):
    factories.material(module)
    trainer = as_(cast.trainer)

    trainer.post(f"/modules/{module.id}/hiding")
    hidden = as_(cast.volunteer).get(f"/modules/{module.id}/").status_code
    trainer.post(f"/modules/{module.id}/publication")

    assert (hidden, as_(cast.volunteer).get(f"/modules/{module.id}/").status_code) == (404, 200)


def test_a_title_is_enough_to_add_a_draft_in_place(app, cast, as_, module):
    factories.material(module)
    path = f"/modules/{module.id}/activities"

    for typed in ({"title": " Три\tотчёта ", "type": "page"}, {"title": "Проверьте себя", "type": "quiz"}):
        assert as_(cast.trainer).post(path, data=typed).status_code == 303
    assert as_(cast.trainer).post(path, data={"title": "x", "type": "virus"}).status_code == 400
    as_(cast.trainer).post(path, data={"title": " ", "type": "page"})

    made = db.session.scalars(db.select(Activity).order_by(Activity.position)).all()[1:]
    assert [(one.title, one.type, one.position, one.state) for one in made] == [
        ("Три отчёта", "material", 2, State.DRAFT), ("Проверьте себя", "quiz", 3, State.DRAFT),
    ]  # fmt: skip


@pytest.mark.parametrize(("place", "order"), [(1, "cab"), (3, "abc"), (99, "abc"), (-5, "cab")])
def test_a_dropped_activity_takes_that_place(app, cast, as_, module, place, order):
    for title in "abc":
        last = factories.material(module, title=title)

    as_(cast.trainer).post(f"/activities/{last.id}/position", data={"place": place})

    titles = db.session.scalars(db.select(Activity.title).order_by(Activity.position)).all()
    assert "".join(titles) == order


# --- with the eyes of a learner ---------------------------------------------------------------------------------------
def test_the_preview_shows_a_module_as_a_learner_of_the_chosen_centre_sees_it(app, cast, as_, module):
    factories.material(module, title="Три отчёта")
    factories.material(module, title="Ещё пишу", state=State.DRAFT)
    factories.material(module, title="Отложено", state=State.HIDDEN)
    factories.live_session(module, title="Только для Сальска", audience=Audience.CENTRES, centres=[cast.salsk])
    path = f"/modules/{module.id}/preview"

    salsk, bataysk, drafts = (
        words(as_(cast.trainer).get(path + query))
        for query in ("?centre=salsk", "?centre=bataysk", "?centre=salsk&drafts=1")
    )

    titles = ("Три отчёта", "Ещё пишу", "Отложено", "Только для Сальска")
    assert [title in salsk for title in titles] == [True, False, False, True]
    assert [title in bataysk for title in titles] == [True, False, False, False]
    assert [title in drafts for title in titles] == [True, True, False, True]
    assert "Так это видит участник из центра: Сальск. Ничего не сохраняется" in salsk


def test_a_page_looked_at_in_the_preview_remembers_no_reader(app, cast, as_, module):
    page = factories.material(module, title="Ещё пишу", body_html="<p>Текст страницы.</p>", state=State.DRAFT)
    path = f"/materials/{page.id}/preview?centre=salsk"

    unseen, seen = words(as_(cast.trainer).get(path)), words(as_(cast.trainer).get(f"{path}&drafts=1"))

    assert "Участник этот материал пока не видит." in unseen and "Текст страницы." not in unseen
    assert "Текст страницы." in seen
    assert "data-reading" not in seen and "reading.js" not in seen


def test_a_centre_that_does_not_exist_looks_at_nothing(app, cast, as_, module):
    page = factories.material(module)

    for path in (f"/modules/{module.id}/preview", f"/materials/{page.id}/preview"):
        assert as_(cast.trainer).get(f"{path}?centre=atlantis").status_code == 404
        assert as_(cast.trainer).get(path).status_code == 200
        assert as_(cast.volunteer).get(path).status_code == 403
