"""A cycle for a new season: the work comes along at its new days, the people stay where they were."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from lms.cycles.models import Cycle, Module, Rule, State
from lms.extensions import db
from lms.outbox.models import Letter
from lms.packages.models import Package
from lms.quizzes.models import Quiz
from lms.sessions.models import LiveSession
from lms.surveys.models import Survey
from lms.transfer.columns import LEFT_TABLES
from lms.transfer.shifting import Shift, title_of_next
from tests import factories

KEY = "0123456789abcdef0123456789abcdef"
NEW = {"title": "Школа 2027", "title_en": "School 2027", "starts_on": "2027-09-30", "key": KEY}


def copied(as_, cast, **typed) -> Cycle:
    answer = as_(cast.coordinator).post("/cycles/school-2026/copies", data=NEW | typed)
    assert answer.status_code == 303
    return db.session.scalars(select(Cycle).order_by(Cycle.id.desc())).first()


def named(kind, cycle, title):
    return db.session.scalars(
        select(kind).join(Module, kind.module_id == Module.id).where(Module.cycle_id == cycle.id, kind.title == title)
    ).one()


def test_the_form_offers_the_same_weekday_a_year_later(as_, cast, season):
    page = as_(cast.trainer).get("/cycles/school-2026/copy").get_data(as_text=True)

    assert 'value="2027-09-30"' in page
    assert 'value="Школа ресурсных центров"' in page


def test_a_year_in_the_title_becomes_the_next_one():
    assert title_of_next("Школа — 2026", date(2026, 10, 1)) == "Школа — 2027"
    assert title_of_next("Школа", date(2026, 10, 1)) == "Школа"


def test_the_page_before_says_what_comes_along_and_stores_nothing(as_, cast, season):
    page = as_(cast.coordinator).post("/cycles/school-2026/copy", data=NEW).get_data(as_text=True)

    assert "Всё сдвигается на 364 дня вперёд." in page.replace("\u00a0", " ")
    for words in ("2 модуля", "1 страница", "2 теста", "12 вопросов", "2 встречи", "1 опрос"):
        assert words in page.replace("\u00a0", " ")
    assert "1 отменённая встреча" in page.replace("\u00a0", " ")
    assert "1 консультация" in page.replace("\u00a0", " ")
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 1


def test_a_copy_is_a_draft_with_everything_at_its_new_day(as_, cast, season):
    cycle = copied(as_, cast)

    assert (cycle.title, cycle.title_en, cycle.state, cycle.version) == ("Школа 2027", "School 2027", State.DRAFT, 1)
    assert (cycle.starts_on, cycle.ends_on, cycle.hours, cycle.needed) == (
        date(2027, 9, 30), date(2027, 12, 23), 36, 1
    )  # fmt: skip
    first, second = cycle.modules
    assert first.due_at == datetime(2027, 10, 17, 20, 59, tzinfo=UTC)
    assert (first.needed, second.needs) == (2, [first])
    assert (second.state, second.publish_at) == (State.SCHEDULED, datetime(2027, 11, 1, 6, tzinfo=UTC))
    assert [(one.title, one.state) for one in first.activities] == [
        ("Первый разговор", State.PUBLISHED),
        ("План", State.PUBLISHED),
        ("Закон", State.HIDDEN),
        ("Тест о деле", State.PUBLISHED),
        ("Встреча о деле", State.DRAFT),
        ("Запись", State.PUBLISHED),
    ]
    assert [one.title for one in second.activities] == ["Итог"]


def test_materials_keep_their_text_and_share_their_files(as_, cast, season):
    cycle = copied(as_, cast)

    page, file, link, _quiz, session, recording = cycle.modules[0].activities
    assert (page.body, page.body_html, page.topic) == (season.page.body, season.page.body_html, "PR")
    assert {one.id for one in page.page_files} == {season.picture.id, season.plan.id}
    assert (file.file_id, link.url) == (season.plan.id, "https://example.org/law")
    assert (recording.recording_of_id, recording.minutes) == (session.id, 84)
    assert (recording.chapters, recording.seconds, recording.sound_id) == ("05:30 О чём писать", 5040, season.plan.id)
    assert recording.transcript_html == "<p><strong>Здравствуйте.</strong></p>\n"


def test_a_quiz_comes_with_its_ten_kinds_its_settings_and_its_draws(as_, cast, season):
    cycle = copied(as_, cast)

    made, old = named(Quiz, cycle, "Тест о деле"), season.quiz
    assert (made.pass_mark, made.attempts_allowed, made.penalty, made.shuffle_choices) == (70, 3, 25, True)
    assert (made.opens_at, made.closes_at) == (
        datetime(2027, 10, 4, 6, tzinfo=UTC), datetime(2027, 10, 17, 20, 59, tzinfo=UTC)
    )  # fmt: skip
    assert [one.kind for one in made.questions] == [one.kind for one in old.live_questions]
    for new, before in zip(made.questions, old.live_questions, strict=True):
        assert (new.text, new.points, new.tags, new.title) == (before.text, before.points, before.tags, before.title)
        assert new.settings == before.settings
        assert [(one.text, one.is_right) for one in new.choices] == [(one.text, one.is_right) for one in before.choices]
    assert made.questions[0].files == [season.picture]
    assert [(draw.topic_id, draw.count, draw.points) for draw in made.draws] == [(season.topic.id, 1, 3)]
    assert named(Quiz, cycle, "Итог").pair_of_id == made.id


def test_a_session_is_a_draft_of_which_nobody_was_told(as_, cast, season):
    cycle = copied(as_, cast)

    made = named(LiveSession, cycle, "Встреча о деле")
    assert (made.starts_at, made.cycle_id) == (datetime(2027, 10, 14, 12, tzinfo=UTC), cycle.id)
    assert (made.uid != season.session.uid, made.sequence, made.sheet_number) == (True, 0, 0)
    assert (made.rule, made.rule_quiz_id) == (Rule.PRESENT_OR_CAUGHT_UP, named(Quiz, cycle, "Тест о деле").id)
    assert made.rule_until == datetime(2027, 10, 24, 20, 59, tzinfo=UTC)
    assert (made.trainers, made.centres, made.capacity, made.agenda) == ([], [], 30, "15:05 Начало | Ирина")
    assert [(one.minutes, one.at, one.written_at) for one in made.reminders] == [
        (-1440, None, None), (0, datetime(2027, 10, 13, 7, tzinfo=UTC), None)
    ]  # fmt: skip
    loose = db.session.scalars(select(LiveSession).where(LiveSession.cycle == cycle, LiveSession.module_id.is_(None)))
    assert [(one.title, one.state) for one in loose] == [("Общая встреча", State.DRAFT)]
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_a_package_shares_its_archive_here(as_, cast, season):
    package = factories.package(season.second, title="Тренажёр")
    made = named(Package, copied(as_, cast), "Тренажёр")

    assert (made.storage_name, made.sha256, made.outline) == (package.storage_name, package.sha256, package.outline)


def test_a_survey_comes_as_a_draft_about_the_same_session(as_, cast, season):
    cycle = copied(as_, cast)

    made = db.session.scalars(select(Survey).where(Survey.cycle_id == cycle.id)).one()
    assert (made.state, made.is_anonymous, made.module_id) == (State.DRAFT, True, cycle.modules[0].id)
    assert made.live_session_id == named(LiveSession, cycle, "Встреча о деле").id
    assert made.closes_at == datetime(2027, 10, 19, 20, 59, tzinfo=UTC)
    assert [one.settings for one in made.questions] == [one.settings for one in season.survey.questions]


def test_people_and_what_they_did_stay_behind(as_, cast, season):
    left = [db.metadata.tables[name] for name in LEFT_TABLES if name not in {"arrival", "page_version"}]
    before = {table.name: db.session.scalar(select(func.count()).select_from(table)) for table in left}

    copied(as_, cast)

    assert {table.name: db.session.scalar(select(func.count()).select_from(table)) for table in left} == before


def test_pressing_twice_makes_one_copy(as_, cast, season):
    client = as_(cast.coordinator)

    first, second = (client.post("/cycles/school-2026/copies", data=NEW) for _press in range(2))

    assert first.location == second.location
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 2


def test_a_form_without_a_day_keeps_the_name_and_copies_nothing(as_, cast, season):
    for address in ("/cycles/school-2026/copy", "/cycles/school-2026/copies"):
        answer = as_(cast.coordinator).post(address, data=NEW | {"starts_on": "когда-нибудь"})

        assert answer.status_code == 422
        assert "Школа 2027" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 1


@pytest.mark.parametrize(("who", "status"), [("volunteer", 403), ("centre_coordinator", 403), ("trainer", 303)])
def test_those_who_teach_may_copy(as_, cast, season, who, status):
    assert as_(getattr(cast, who)).post("/cycles/school-2026/copies", data=NEW).status_code == status


def test_a_cycle_that_is_not_there_cannot_be_copied(as_, cast):
    assert as_(cast.coordinator).get("/cycles/no-such/copy").status_code == 404


def test_copying_asks_no_more_for_more_modules(as_, cast, season, count_queries):
    client = as_(cast.coordinator)
    with count_queries() as few:
        client.post("/cycles/school-2026/copy", data=NEW)
    for _module in range(10):
        module = factories.module(season.cycle)
        factories.material(module)
        factories.question(factories.quiz(module), right=("да",), wrong=("нет",))
    with count_queries() as many:
        client.post("/cycles/school-2026/copy", data=NEW)

    assert len(many) == len(few)


# --- days -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "was", "days", "becomes"),
    [
        ("Europe/Moscow", datetime(2026, 10, 15, 12, tzinfo=UTC), 364, datetime(2027, 10, 14, 12, tzinfo=UTC)),
        # Berlin: 15:00 stays 15:00, from summer time into winter time and back.
        ("Europe/Berlin", datetime(2026, 10, 15, 13, tzinfo=UTC), 28, datetime(2026, 11, 12, 14, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 2, 10, 14, tzinfo=UTC), 70, datetime(2026, 4, 21, 13, tzinfo=UTC)),
        # 02:30 does not exist on 28 March 2027.
        ("Europe/Berlin", datetime(2027, 3, 21, 1, 30, tzinfo=UTC), 7, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_clock_shows_the_same_hour_after_the_move(zone, was, days, becomes):
    assert Shift(days, "UTC").instant(was, zone) == becomes


# --- one module -------------------------------------------------------------------------------------------------------
def test_a_module_is_copied_into_another_cycle_at_its_days(as_, cast, season):
    other = factories.cycle(title="Другой цикл", starts_on=date(2026, 10, 8))
    typed = {"title": "PR ещё раз", "into": other.id, "key": KEY}
    client = as_(cast.trainer)

    page = client.post(f"/modules/{season.first.id}/copy", data=typed).get_data(as_text=True)
    answer = client.post(f"/modules/{season.first.id}/copies", data=typed)

    assert "7 дней вперёд" in page.replace("\u00a0", " ")
    made = db.session.scalars(select(Module).where(Module.cycle_id == other.id)).one()
    assert answer.location.endswith(f"/modules/{made.id}/edit")
    assert (made.title, made.state, made.due_at) == (
        "PR ещё раз",
        State.DRAFT,
        datetime(2026, 10, 25, 20, 59, tzinfo=UTC),
    )
    assert [one.title for one in made.activities] == [one.title for one in season.first.activities]
    assert made.activities[4].cycle_id == other.id


def test_what_a_copied_module_needed_is_named_where_it_does_not_come_along(as_, cast, season):
    typed = {"title": "Сметы", "into": season.cycle.id, "key": KEY}

    page = as_(cast.trainer).post(f"/modules/{season.second.id}/copy", data=typed).get_data(as_text=True)

    assert "PR без бюджета" in page


def test_a_module_goes_into_no_cycle_that_is_not_there(as_, cast, season):
    typed = {"title": "Сметы", "into": 999_999, "key": KEY}

    assert as_(cast.trainer).post(f"/modules/{season.second.id}/copies", data=typed).status_code == 422
    assert as_(cast.trainer).get("/modules/999999/copy").status_code == 404
    assert as_(cast.volunteer).get(f"/modules/{season.second.id}/copy").status_code == 403
