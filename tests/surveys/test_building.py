"""Making a survey: its settings, questions and life, and reading what was replied."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from lms import permissions as can
from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.surveys import actions
from lms.surveys.kinds import SurveyKind
from lms.surveys.models import Survey, SurveyQuestion
from tests import factories
from tests.quizzes.test_taking import words

SETTINGS = {
    "title": "Опрос", "title_en": "", "intro": "Две минуты.", "about": "cycle", "is_anonymous": "y",
    "opens_on": "", "closes_on": "2026-12-06",
}  # fmt: skip


def scale(**fields) -> dict[str, str]:
    return {"kind": "scale", "text": "Полезно?", "low": "нет", "high": "да", "choices": ""} | fields


def everybody_replies(survey, people, *useful: int) -> None:
    first, _several, last = survey.questions
    for number, (person, value) in enumerate(zip(people, useful, strict=True), 1):
        actions.reply(person, survey, {str(first.id): value, str(last.id): f"=текст{number}"}, now=now())
    db.session.commit()


def people_of(centre, count: int) -> list:
    return [factories.person(centre=centre) for _ in range(count)]


# --- settings ---------------------------------------------------------------------------------------------------------
def test_a_new_survey_is_a_draft_about_what_was_chosen(cast, as_, cycle):
    module = factories.module(cycle)

    response = as_(cast.trainer).post("/surveys/new", data=SETTINGS | {"about": f"module:{module.id}"})

    survey = db.session.scalars(db.select(Survey)).one()
    assert (response.status_code, response.location) == (303, f"/surveys/{survey.id}/questions/new")
    assert (survey.title, survey.intro, survey.is_anonymous, survey.state) == (
        "Опрос",
        "Две минуты.",
        True,
        State.DRAFT,
    )
    assert (survey.cycle_id, survey.module_id, survey.live_session_id) == (cycle.id, module.id, None)
    assert (survey.opens_at, survey.closes_at) == (None, datetime(2026, 12, 6, 20, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"about": "session:999"}, {"opens_on": "2026-12-07"}, {"closes_on": "скоро"}]
)
def test_settings_that_make_no_sense_are_not_kept(cast, as_, cycle, wrong):
    response = as_(cast.trainer).post("/surveys/new", data=SETTINGS | wrong)

    assert response.status_code == 422 and "Две минуты." in words(response)
    assert db.session.scalars(db.select(Survey)).all() == []


def test_two_who_change_the_settings_see_both_texts(cast, as_, survey):
    opened = survey.version
    as_(cast.coordinator).post(f"/surveys/{survey.id}/edit", data=SETTINGS | {"version": opened, "intro": "Раз."})
    late = as_(cast.trainer).post(f"/surveys/{survey.id}/edit", data=SETTINGS | {"version": opened, "intro": "Два."})

    assert late.status_code == 409 and "Раз." in words(late) and "Два." in words(late)
    assert survey.intro == "Раз."


def test_what_was_promised_to_those_who_replied_stays(cast, as_, survey):
    """A survey that people answered as anonymous never becomes one with names, nor the other way round."""
    everybody_replies(survey, [cast.volunteer], 5)

    as_(cast.trainer).post(f"/surveys/{survey.id}/edit", data=SETTINGS | {"version": survey.version})

    assert (survey.title, survey.is_anonymous) == ("Опрос", False)


# --- questions --------------------------------------------------------------------------------------------------------
def test_questions_of_each_kind_are_written(cast, as_, survey):
    client, address = as_(cast.trainer), f"/surveys/{survey.id}/questions/new"
    client.post(address, data=scale())
    client.post(address, data={"kind": "several", "text": "Что?", "choices": " Раз \n\nДва"})

    made = db.session.scalars(db.select(SurveyQuestion).order_by(SurveyQuestion.position)).all()[-2:]
    assert [(one.kind, one.settings) for one in made] == [
        (SurveyKind.SCALE, {"low": "нет", "high": "да"}),
        (SurveyKind.SEVERAL, {"choices": [{"id": 1, "text": "Раз"}, {"id": 2, "text": "Два"}]}),
    ]
    assert "Раз" in words(client.get(f"/surveys/{survey.id}/preview"))


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"kind": "single", "choices": "Один"}, {"kind": "single", "choices": "Да\nда"}]
)
def test_a_question_that_makes_no_sense_is_not_kept(cast, as_, survey, wrong):
    response = as_(cast.trainer).post(f"/surveys/{survey.id}/questions/new", data=scale() | wrong)

    assert response.status_code == 422 and db.session.scalar(db.select(db.func.count(SurveyQuestion.id))) == 3


def test_choices_that_people_picked_keep_their_meaning(cast, as_, survey):
    everybody_replies(survey, [cast.volunteer], 5)
    several = survey.questions[1]
    address = f"/surveys/{survey.id}/questions/{several.id}/edit"
    form = {"kind": "several", "text": "Что?", "version": several.version}

    other = as_(cast.trainer).post(address, data=form | {"choices": "Шаблоны\nПримеры\nЗапись"})
    more = as_(cast.trainer).post(address, data=form | {"choices": "Примеры\nШаблоны\nЗапись\nДругое"})
    retyped = as_(cast.trainer).post(address, data=form | {"kind": "text", "version": several.version})

    assert (other.status_code, more.status_code, retyped.status_code) == (422, 303, 422)
    assert several.choices == [(1, "Примеры"), (2, "Шаблоны"), (3, "Запись"), (4, "Другое")]


def test_questions_move_and_go_while_nobody_has_replied(cast, as_, survey):
    first, second, third = survey.questions
    client, address = as_(cast.trainer), f"/surveys/{survey.id}/questions"
    client.post(f"{address}/{third.id}/position", data={"direction": "up"})
    client.post(f"{address}/{second.id}/removal")
    assert [one.id for one in survey.questions] == [first.id, third.id]

    survey.questions[1].kind = SurveyKind.TEXT
    actions.reply(cast.volunteer, survey, {str(first.id): 5}, now=now())
    client.post(f"{address}/{first.id}/removal")
    assert [one.id for one in survey.questions] == [first.id, third.id]


def test_two_who_change_one_question_see_both_texts(cast, as_, survey):
    question = survey.questions[0]
    address, opened = f"/surveys/{survey.id}/questions/{question.id}/edit", question.version
    as_(cast.coordinator).post(address, data=scale(text="Раз?", version=opened))
    late = as_(cast.trainer).post(address, data=scale(text="Два?", version=opened))

    assert late.status_code == 409 and "Раз?" in words(late) and "Два?" in words(late)


# --- its life ---------------------------------------------------------------------------------------------------------
def test_a_survey_is_published_closed_opened_and_taken_back(cast, as_, survey):
    survey.state, client, address = State.DRAFT, as_(cast.trainer), f"/surveys/{survey.id}"
    seen = []
    for act in ("publication", "closing", "reopening", "withdrawal"):
        client.post(f"{address}/{act}")
        seen.append((survey.is_published, survey.is_open(now())))

    assert seen == [(True, True), (True, False), (True, True), (False, False)]


def test_a_survey_without_questions_is_not_published(cast, as_, cycle):
    survey = factories.survey(cycle, state=State.DRAFT)
    as_(cast.trainer).post(f"/surveys/{survey.id}/publication")

    assert survey.state is State.DRAFT


def test_a_draft_is_deleted_after_a_question(cast, as_, survey):
    everybody_replies(survey, [cast.volunteer], 5)
    client, address = as_(cast.trainer), f"/surveys/{survey.id}/delete"
    assert client.post(address).location == f"/surveys/{survey.id}/edit"
    survey.state = State.DRAFT

    assert "1 ответ" in words(client.get(address))
    assert client.post(address).location == "/surveys/"
    assert db.session.scalars(db.select(Survey)).all() == []


def test_learners_and_centre_coordinators_make_nothing(cast, as_, survey):
    address, question = f"/surveys/{survey.id}", survey.questions[0].id
    gets = ["/surveys/new", *(f"{address}/{page}" for page in ("edit", "preview", "results", "results.csv", "delete"))]
    posts = [f"{address}/{act}" for act in ("publication", "closing", "reopening", "withdrawal", "delete", "edit")]
    posts += [f"{address}/questions/{question}/{act}" for act in ("edit", "position", "removal")]
    for person in (cast.volunteer, cast.centre_coordinator):
        client = as_(person)
        assert {client.get(page).status_code for page in gets} == {403}
        assert {client.post(page).status_code for page in posts} == {403}


def test_every_page_asks_whether_one_may_edit_this_very_survey(cast, as_, survey, monkeypatch):
    monkeypatch.setattr(can, "edit_survey", lambda person, survey: False)
    client, address = as_(cast.trainer), f"/surveys/{survey.id}"
    assert {client.get(f"{address}/{page}").status_code for page in ("edit", "preview", "results", "results.xlsx")} == {
        403
    }


# --- what was replied -------------------------------------------------------------------------------------------------
def test_results_are_drawn_said_and_tabled(cast, as_, survey):
    everybody_replies(survey, people_of(cast.salsk, 4), 5, 5, 4, 2)

    page = words(as_(cast.trainer).get(f"/surveys/{survey.id}/results"))

    assert "В среднем 4 из 5; чаще всего 5 — 50 %." in page
    assert "Те же данные таблицей" in page and "Сальск" in page


def test_an_anonymous_survey_gives_nobody_away(cast, as_, survey):
    survey.is_anonymous = True
    client, address = as_(cast.trainer), f"/surveys/{survey.id}/results"
    everybody_replies(survey, people_of(cast.salsk, 2), 5, 5)
    assert "когда ответят трое" in words(client.get(address)) and "текст1" not in words(client.get(address))
    assert client.get(f"{address}.csv").status_code == 404

    everybody_replies(survey, people_of(cast.bataysk, 3), 1, 1, 1)
    page = words(client.get(address))

    # Two of Сальск could be told from the whole: Батайск is hidden with them.
    assert "Сальск" not in page and "Батайск" not in page and "В среднем 2,6 из 5" in page


def test_the_file_of_a_survey_with_names_has_a_line_for_each_person(cast, as_, survey):
    everybody_replies(survey, [cast.volunteer], 5)
    client, address = as_(cast.trainer), f"/surveys/{survey.id}/results"

    csv = client.get(f"{address}.csv").get_data().decode("utf-8-sig")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{address}.xlsx").get_data())).get_sheet_by_index(0)

    assert csv.splitlines() == [
        "Имя;Центр;Насколько полезно?;Что пригодится?;Что сделать иначе?", "Ковалёва Ирина;Сальск;5;;'=текст1",
    ]  # fmt: skip
    assert sheet.to_python()[1] == ["Ковалёва Ирина", "Сальск", 5.0, "", "=текст1"]


def test_the_file_of_an_anonymous_survey_has_neither_names_nor_centres(cast, as_, survey):
    survey.is_anonymous = True
    everybody_replies(survey, people_of(cast.salsk, 3), 5, 4, 3)

    csv = as_(cast.trainer).get(f"/surveys/{survey.id}/results.csv").get_data().decode("utf-8-sig")

    head, *lines = csv.splitlines()
    assert head == "Насколько полезно?;Что пригодится?;Что сделать иначе?" and len(lines) == 3
    assert "Сальск" not in csv and "Участникова" not in csv


def test_lists_and_results_cost_as_many_queries_for_many_rows(cast, as_, survey, count_queries):
    client = as_(cast.trainer)
    pages = ("/surveys/", f"/surveys/{survey.id}/results")
    everybody_replies(survey, people_of(cast.salsk, 1), 5)

    def cost() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with count_queries() as queries:
                client.get(page)
            found.append(len(queries))
        return found

    few = cost()
    everybody_replies(survey, people_of(cast.bataysk, 20), *[4] * 20)
    for _ in range(20):
        factories.survey_question(factories.survey(survey.cycle))
    assert cost() == few and max(few) <= 12
