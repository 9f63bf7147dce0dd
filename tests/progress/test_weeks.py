"""The overview over time: charts, each with the sentence it says and the same as a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.cycles.models import Module
from lms.extensions import db
from lms.progress.models import Completion, How
from lms.progress.weeks import beginnings, mondays
from lms.progress.weeks_queries import overview
from lms.quizzes.models import Attempt
from lms.sessions.models import Attendance, LiveSession, Presence
from tests import factories
from tests.progress.test_path import text_of

MONDAY_MORNING = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)  # 00:30 in Moscow


def test_weeks_begin_on_the_mondays_of_the_network():
    assert mondays(date(2026, 11, 12), "Europe/Moscow", MONDAY_MORNING) == [
        date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23),
    ]  # fmt: skip
    assert len(mondays(date(2020, 1, 1), "Europe/Moscow", MONDAY_MORNING)) == 13
    assert len(mondays(None, "Europe/Moscow", MONDAY_MORNING)) == 12
    assert mondays(date(2027, 1, 1), "Europe/Moscow", MONDAY_MORNING) == [date(2026, 11, 23)]


@pytest.fixture
def school(cast) -> SimpleNamespace:
    cycle = factories.cycle(slug="school", title="Школа центров", starts_on=now().date() - timedelta(days=20))
    module = factories.module(cycle)
    materials = [factories.material(module) for _number in range(3)]
    held = factories.live_session(module, title="Разбор заявок", starts_in=timedelta(days=-2))
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    for one in materials:
        factories.completion(cast.volunteer, one, at=now() - timedelta(days=7))
    factories.completion(cast.stranger, materials[0], at=now() - timedelta(minutes=1))
    factories.completion(cast.stranger, materials[1], How.EXCUSED)
    factories.completion(cast.stranger, held, How.WATCHED)
    factories.completion(cast.volunteer, held, How.WATCHED)
    db.session.add(Attendance(live_session_id=held.id, person_id=cast.volunteer.id, how=Presence.MARKED, at=now()))
    db.session.commit()
    return SimpleNamespace(cycle=cycle)


def rows_of(page: str, part: str) -> list[str]:
    """The cells of the table beside a chart, as words."""
    table = page.split(f'id="{part}-says"')[1].split("</section>")[0].split("<tbody>")[1]
    return [line.replace("</th><td", " <td") for line in table.split("<tr>")[1:]]


def test_each_chart_says_its_sentence_and_has_its_table(school, cast, as_):
    page = text_of(as_(cast.coordinator).get("/progress/weeks"))

    assert page.count('<svg class="chart"') == 3
    assert "пройдено 6 дел" in page
    assert "На этой неделе занимались 2 из 2, на прошлой — 1." in page
    assert "В среднем встречу видели 2 человека" in page
    assert [line.count(">3<") for line in rows_of(page, "done")][-2:] == [1, 1]
    assert '<td class="r num">1</td><td class="r num">1</td>' in rows_of(page, "seen")[0]


def test_a_centres_coordinator_counts_her_own_people(school, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get("/progress/weeks"))

    assert "пройдено 4 дела" in page
    assert "На этой неделе занимались 1 из 1, на прошлой — 1." in page
    assert as_(cast.centre_coordinator).get("/progress/weeks?centre=bataysk").status_code == 404
    assert as_(cast.volunteer).get("/progress/weeks").status_code == 403


def test_the_charts_of_one_centre(school, cast, as_):
    page = text_of(as_(cast.coordinator).get("/progress/weeks?centre=bataysk"))

    assert "пройдено 2 дела" in page
    assert as_(cast.coordinator).get("/progress/weeks?centre=none-such").status_code == 404


def test_before_anything_happened_there_are_sentences_and_no_charts(cast, as_):
    cycle = factories.cycle()
    factories.module(cycle)
    factories.enrolment(cast.volunteer, cycle)

    page = text_of(as_(cast.coordinator).get("/progress/weeks"))

    assert "За эти недели ничего не пройдено." in page
    assert "Встреч ещё не было." in page
    assert '<svg class="chart"' not in page


def test_the_charts_ask_three_statements_whatever_there_is_to_count(school, cast, as_, count_queries):
    client = as_(cast.coordinator)
    client.get("/progress/weeks")
    with count_queries() as before:
        client.get("/progress/weeks")
    module = school.cycle.modules[0]
    for _number in range(10):
        person = factories.person(centre=cast.salsk)
        factories.enrolment(person, school.cycle)
        factories.completion(person, module.activities[0])
    db.session.commit()
    client.get("/progress/weeks")
    with count_queries() as after:
        client.get("/progress/weeks")

    assert len(before) == len(after) <= 12


def test_what_was_not_for_the_whole_cycle_is_nobodys_business(school, cast, as_):
    module = db.session.scalars(db.select(Module)).one()
    for audience in ("invited", "centres"):
        factories.live_session(module, title=f"Разговор {audience}", starts_in=timedelta(days=-3), audience=audience)
    db.session.commit()

    page = text_of(as_(cast.centre_coordinator).get("/progress/weeks"))

    assert "Разбор заявок" in page
    assert "Разговор" not in page


# --- the figures are those of counting one by one ---------------------------------------------------------------------
@pytest.fixture
def season(cast) -> SimpleNamespace:
    """Fourteen weeks of deeds of people of two centres and of none, on both sides of every Monday; and what does not
    count: excuses, another cycle, somebody who was never in this one."""
    chance = Random(7)
    cycle = factories.cycle(slug="school", starts_on=now().date() - timedelta(weeks=14))
    module, elsewhere = factories.module(cycle), factories.module(factories.cycle())
    materials = [factories.material(module) for _number in range(4)] + [factories.material(elsewhere)]
    quizzes = [factories.quiz(module), factories.quiz(elsewhere)]
    held = [factories.live_session(module, starts_in=-timedelta(days=day)) for day in (3, 40, 80)]
    people = [factories.person(centre=centre) for centre in (cast.salsk, cast.bataysk, None) for _number in range(4)]
    for person in people[:-1]:
        factories.enrolment(person, cycle)
    starts = beginnings(mondays(cycle.starts_on, "Europe/Moscow", now()), "Europe/Moscow")
    moments = [start + timedelta(seconds=by) for start in starts for by in (-1, 0, 1, 90_000)]
    moments = [at for at in moments if at < now()]
    for person in people:
        for activity in chance.sample([*materials, *held], 5):
            how = chance.choice([How.READ, How.READ, How.WATCHED, How.EXCUSED])
            factories.completion(person, activity, how, at=chance.choice(moments))
        for quiz in quizzes:
            factories.attempt(person, quiz, submitted_at=chance.choice([*moments, None]))
        for live_session in chance.sample(held, 2):
            db.session.add(
                Attendance(
                    live_session_id=live_session.id, person_id=person.id, how=Presence.MARKED, at=chance.choice(moments)
                )
            )
    db.session.commit()
    return SimpleNamespace(cycle=cycle, people=people, starts=starts)


def counted_one_by_one(season, ids: set[int]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(done, people) of each week, (there, by recording) of each session: without any arithmetic of the database."""
    activities = {one.id for module in season.cycle.modules for one in module.activities}
    completions = [one for one in db.session.scalars(db.select(Completion)) if one.activity_id in activities]
    attended = {(one.live_session_id, one.person_id) for one in db.session.scalars(db.select(Attendance))}
    deeds = [(one.at, one.person_id, 1) for one in completions if one.how != How.EXCUSED]
    deeds += [
        (one.submitted_at, one.person_id, 0)
        for one in db.session.scalars(db.select(Attempt))
        if one.submitted_at and one.quiz_id in activities
    ]
    deeds += [(one.at, one.person_id, 0) for one in db.session.scalars(db.select(Attendance))]
    weeks = []
    for start, end in zip(season.starts, [*season.starts[1:], now() + timedelta(days=9)], strict=True):
        within = [(person_id, done) for at, person_id, done in deeds if start <= at < end and person_id in ids]
        weeks.append((sum(done for _id, done in within), len({person_id for person_id, _done in within})))
    watched = {(one.activity_id, one.person_id) for one in completions if one.how == How.WATCHED} - attended
    sessions = db.session.scalars(db.select(LiveSession).order_by(LiveSession.starts_at)).all()
    seen = [tuple(sum(who in ids for at, who in pairs if at == one.id) for pairs in (attended, watched))
            for one in sessions]  # fmt: skip
    return weeks, seen


@pytest.mark.parametrize(("viewer", "centre"), [
    ("coordinator", None), ("coordinator", "bataysk"), ("centre_coordinator", None), ("trainer", "salsk"),
])  # fmt: skip
def test_the_weeks_are_those_of_counting_one_by_one(season, cast, viewer, centre):
    of = getattr(cast, centre) if centre else None
    seen_by = cast.salsk if viewer == "centre_coordinator" else of
    ids = {one.id for one in season.people[:-1] if seen_by in {None, one.centre}}

    weeks, seen = overview(getattr(cast, viewer), season.cycle, of, zone="Europe/Moscow", now=now())

    expected = counted_one_by_one(season, ids)
    assert [(one.done, one.people) for one in weeks] == expected[0]
    assert [(one.there, one.recording) for one in seen] == expected[1]
    assert sum(done for done, _number in expected[0]) > 0


def test_what_happens_meanwhile_is_counted_at_the_next_look(season, cast, as_):
    def active() -> list[int]:
        weeks, _seen = overview(cast.coordinator, season.cycle, None, zone="Europe/Moscow", now=now())
        return [one.done for one in weeks]

    before = active()
    material = factories.material(season.cycle.modules[0])
    factories.completion(season.people[0], material)
    db.session.commit()

    assert active() == [*before[:-1], before[-1] + 1]
