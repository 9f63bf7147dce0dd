"""The overview over time: charts, each with the sentence it says and the same as a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.cycles.models import Module
from lms.extensions import db
from lms.progress.models import How
from lms.progress.weeks import mondays
from lms.sessions.models import Attendance, Presence
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
