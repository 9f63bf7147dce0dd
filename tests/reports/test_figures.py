"""Every figure is counted from the list that proves it; a signed report comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from lms.reports.figures import (
    Given,
    Grown,
    Held,
    Indicator,
    Opinions,
    Participant,
    Presence,
    Report,
    corrections,
)

AT = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
DAY = date(2026, 10, 5)


def held(id: int, kind: str, title: str) -> Held:
    return Held(id, kind, title, "", AT, "Europe/Moscow", "")


def participant(id: int, name: str, centre: str = "Сальск", role: str = "volunteer") -> Participant:
    return Participant(id, name, centre, "", role, DAY)


@pytest.fixture
def report() -> Report:
    return Report(
        cycle="Школа",
        cycle_en="",
        contract="26-1",
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 12, 1),
        made_at=AT,
        planned={"people": 100},
        held=(held(1, "seminar", "Заявка"), held(2, "joint_meeting", "Планёрка"), held(3, "visit", "Сальск")),
        people=(
            participant(1, "Ковалёва Ирина"),
            participant(2, "Мороз Артём"),
            participant(3, "Бойко Наталья", "Батайск", "trainer"),
        ),
        presences=(Presence(1, 1, True), Presence(1, 3, True), Presence(2, 1, False), Presence(3, 1, True)),
        completed=(Given(1, DAY),),
        certificates=(Given(1, DAY, "2026-000001"),),
        grown=(Grown("Заявка", "", 3, 40, 70), Grown("Смета", "", 1, 50, 60)),
        opinions=Opinions(people=3, useful=14, clear=13),
    )


@pytest.mark.parametrize(
    ("indicator", "figure"),
    [
        (Indicator.SESSIONS, "2"),
        (Indicator.VISITS, "1"),
        (Indicator.CONSULTATIONS, "0"),
        (Indicator.PEOPLE, "3"),
        (Indicator.LIVE, "3"),
        (Indicator.RECORDING, "1"),
        (Indicator.COMPLETED, "1"),
        (Indicator.CERTIFICATES, "1"),
        (Indicator.GROWTH, "25.0"),  # (3 × 30 + 1 × 10) / 4
        (Indicator.FEEDBACK, "4.7"),
    ],
)
def test_each_figure_is_the_length_of_its_list_or_the_average_of_its_marks(report, indicator, figure):
    assert report.fact(indicator) == Decimal(figure)


def test_figures_by_centre_add_up_to_the_whole(report):
    rows = [
        (one.name, one.people, one.live, one.recording, one.completed, one.certificates) for one in report.by_centre
    ]

    assert rows == [("Батайск", 1, 1, 0, 0, 0), ("Сальск", 2, 2, 1, 1, 1)]
    assert sum(row[1] for row in rows) == report.fact(Indicator.PEOPLE)
    assert sum(row[2] for row in rows) == report.fact(Indicator.LIVE)


def test_an_empty_period_has_noughts_and_no_error():
    empty = Report("Школа", "", "", DAY, DAY, AT, {})

    assert {empty.fact(indicator) for indicator in Indicator} == {Decimal(0)}
    assert empty.by_centre == []


def test_a_report_comes_back_from_json_as_it_was(report):
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_what_did_not_change_is_no_correction(report):
    assert corrections(report, replace(report, made_at=datetime(2027, 1, 1, tzinfo=UTC))) == []


def test_corrections_name_the_figure_and_what_came_and_went(report):
    today = replace(report, held=(*report.held[1:], held(9, "seminar", "Смета")), certificates=())

    found = {one.indicator: one for one in corrections(report, today)}

    assert set(found) == {Indicator.SESSIONS, Indicator.CERTIFICATES}
    assert (found[Indicator.SESSIONS].was, found[Indicator.SESSIONS].now) == (2, 2)
    assert (found[Indicator.SESSIONS].added, found[Indicator.SESSIONS].removed) == (("Смета",), ("Заявка",))
    assert found[Indicator.CERTIFICATES].removed == ("Ковалёва Ирина",)
