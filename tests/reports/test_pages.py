"""The grant report in four forms with the same figures, of any period, signed off for good."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from lms.clock import now
from lms.extensions import db
from lms.progress.models import CycleCompletion, Ground, How
from lms.reports.models import GrantPlan, SignedReport
from lms.sessions.models import Attendance, Feedback, LiveSessionKind, Presence
from tests import factories

MONDAY = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PERIOD = {"cycle": "school", "starts_on": "2026-10-01", "ends_on": "2026-10-31"}


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """In October: a seminar with two people (one by recording), a visit; in September another seminar."""
    cycle = factories.cycle(slug="school", title="Школа центров")
    module = factories.module(cycle)
    seminar = session_at(module, MONDAY, "Грантовая заявка")
    earlier = session_at(module, MONDAY - timedelta(days=21), "Чужой месяц")
    visit = session_at(module, MONDAY + timedelta(days=2), "Выезд в Сальск", kind=LiveSessionKind.VISIT)
    called_off = session_at(module, MONDAY + timedelta(days=3), "Отменённая", cancelled_at=MONDAY)
    for live_session in (seminar, earlier, visit, called_off):
        there(cast.volunteer, live_session)
    factories.completion(cast.stranger, seminar, how=How.WATCHED, at=MONDAY + timedelta(days=1))
    db.session.add(CycleCompletion(person=cast.volunteer, cycle=cycle, at=MONDAY, how=Ground.DEED))
    db.session.add(
        Feedback(live_session_id=seminar.id, person_id=cast.volunteer.id, useful=5, clear=4, given_at=MONDAY)
    )
    db.session.add(GrantPlan(cycle_id=cycle.id, contract="26-1-000123", planned={"sessions": 8, "people": 2}))
    db.session.commit()
    return SimpleNamespace(cycle=cycle, module=module, seminar=seminar, visit=visit)


def session_at(module, starts_at, title, **fields):
    return factories.live_session(
        module, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), title=title, **fields
    )


def there(person, live_session):
    db.session.add(
        Attendance(
            live_session_id=live_session.id, person_id=person.id, how=Presence.ENTERED, at=live_session.starts_at
        )
    )


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\u2060", "")


def page(client, **change: Any) -> str:
    return plain(client.get("/reports/grant", query_string=PERIOD | change).get_data(as_text=True))


def content(client, ending: str, address="/reports/grant") -> bytes:
    response = client.get(f"{address}.{ending}", query_string=PERIOD)
    assert response.status_code == 200
    assert f"grant-2026-10-01-2026-10-31.{ending}" in response.headers["Content-Disposition"]
    return response.get_data()


def table_of_page(client, address="/reports/grant") -> list[list[str]]:
    html = client.get(address, query_string=PERIOD).get_data(as_text=True)
    body = html.split('id="p"')[1].split("<tbody")[1].split("</tbody>")[0]
    return [
        [plain(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in body.split("<tr")[1:]
    ]


def table_of_docx(body: bytes) -> list[list[str]]:
    table = Document(io.BytesIO(body)).tables[0]
    return [[plain(cell.text).strip() for cell in row.cells] for row in table.rows[1:]]


def table_of_xlsx(body: bytes) -> list[list[str]]:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()[1:]
    return [[str(int(cell)) if isinstance(cell, float) else plain(cell).strip() for cell in row] for row in rows]


def text_of_pdf(body: bytes) -> str:
    return plain(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(body)).pages))


# --- figures ----------------------------------------------------------------------------------------------------------
def test_the_page_says_plan_and_fact_of_the_period(as_, cast, school):
    rows = {row[0]: row[1:] for row in table_of_page(as_(cast.coordinator))}

    assert rows["Онлайн-встречи проведены"] == ["8", "1", "осталось 7"]
    assert rows["Выезды в центры"] == ["—", "1", "не обещано"]
    assert rows["Приняли участие, человек"] == ["2", "2", "выполнено"]
    assert rows["Посещения встреч"][1] == "2"
    assert rows["Встречи, просмотренные в записи"][1] == "1"
    assert rows["Прошли цикл, человек"][1] == "1"
    assert rows["Насколько полезны встречи, из 5"][1] == "5,0"


def test_all_four_forms_say_the_same(as_, cast, school):
    client = as_(cast.coordinator)
    shown = table_of_page(client)

    assert table_of_docx(content(client, "docx")) == shown
    assert table_of_xlsx(content(client, "xlsx")) == shown
    said = text_of_pdf(content(client, "pdf"))
    for row in shown:
        assert " ".join(row) in said


def test_the_lists_prove_the_figures_in_all_forms(as_, cast, school):
    client = as_(cast.coordinator)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(client, "xlsx")))
    people = [row[0] for row in book.get_sheet_by_index(4).to_python()[1:]]
    sessions = [row[1] for row in book.get_sheet_by_index(2).to_python()[1:]]

    assert sorted(people) == sorted([cast.volunteer.full_name, cast.stranger.full_name])
    assert [plain(title) for title in sessions] == ["Грантовая заявка", "Выезд в Сальск"]
    for said in (page(client), text_of_pdf(content(client, "pdf"))):
        assert cast.stranger.full_name in said
        assert "Грантовая заявка" in said
        assert "Чужой месяц" not in said
        assert "Отменённая" not in said


def test_another_period_counts_what_was_in_it(as_, cast, school):
    said = page(as_(cast.coordinator), starts_on="2026-09-01", ends_on="2026-09-30")

    assert "Чужой месяц" in said
    assert "Грантовая заявка" not in said


def test_the_last_day_ends_at_midnight_of_the_networks_zone(as_, cast, school):
    """23:30 in Moscow of 31 October is 20:30 UTC: it belongs to October; half an hour after midnight does not."""
    late = datetime(2026, 10, 31, 19, 30, tzinfo=UTC)
    session_at(school.module, late, "Поздняя встреча")
    session_at(school.module, late + timedelta(hours=1), "Ноябрьская встреча")
    db.session.commit()

    said = page(as_(cast.coordinator))

    assert "Поздняя встреча" in said
    assert "Ноябрьская встреча" not in said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"starts_on": "2026-11-01", "ends_on": "2026-10-01"}, "Конец периода раньше начала"),
        ({"starts_on": "вчера"}, "Напишите день так: 2026-12-31"),
        ({"ends_on": "9999-12-31"}, "Укажите год от 2000 до 2100"),
    ],
)
def test_a_period_that_is_none_is_told_and_stays_typed(as_, cast, school, typed, told):
    response = as_(cast.coordinator).get("/reports/grant", query_string=PERIOD | typed)

    assert response.status_code == 422
    assert told in plain(response.get_data(as_text=True))


# --- signed off -------------------------------------------------------------------------------------------------------
def sign(client) -> str:
    response = client.post("/reports/grant/signatures", data=PERIOD)
    assert response.status_code == 303
    return response.location


def test_a_signed_report_stays_as_it_was_and_lists_what_was_corrected(as_, cast, school):
    client = as_(cast.coordinator)
    address = sign(client)
    before = table_of_page(client, address)
    there(cast.stranger, school.visit)
    school.seminar.cancelled_at = now()
    db.session.commit()

    assert table_of_page(client, address) == before
    assert table_of_docx(content(client, "docx", address)) == before
    said = plain(client.get(address).get_data(as_text=True)).split("Что исправлено с тех пор")[1].split("Главные")[0]
    assert "Онлайн-встречи проведены 1 0 ушли: Грантовая заявка" in said
    assert {row[0]: row for row in table_of_page(client)}["Онлайн-встречи проведены"][2] == "0"


def test_nothing_corrected_is_said(as_, cast, school):
    client = as_(cast.coordinator)

    assert "отчёт был бы таким же" in plain(client.get(sign(client)).get_data(as_text=True))


def test_a_report_of_no_period_is_not_signed(as_, cast, school):
    bad = PERIOD | {"ends_on": "2026-01-01"}

    assert as_(cast.coordinator).post("/reports/grant/signatures", data=bad).status_code == 422
    assert db.session.query(SignedReport).all() == []


# --- the plan ---------------------------------------------------------------------------------------------------------
def test_the_plan_is_written_and_changed(as_, cast, school):
    client = as_(cast.coordinator)
    data = {"cycle": "school", "contract": "26-2", "sessions": "10", "people": "", "version": "1"}

    assert client.post("/reports/grant/plan", data=data).status_code == 303
    plan = db.session.get(GrantPlan, school.cycle.id)
    assert (plan.contract, plan.planned) == ("26-2", {"sessions": 10})


def test_the_first_plan_of_a_cycle_is_kept(as_, cast, school):
    other = factories.cycle(slug="other")
    data = {"cycle": "other", "contract": "27-1", "visits": "5", "version": "0"}

    assert as_(cast.coordinator).post("/reports/grant/plan", data=data).status_code == 303
    assert db.session.get(GrantPlan, other.id).planned == {"visits": 5}


def test_two_who_change_the_plan_at_once_are_shown_both(as_, cast, school):
    client = as_(cast.coordinator)
    client.post("/reports/grant/plan", data={"cycle": "school", "sessions": "9", "people": "", "version": "1"})

    late = client.post("/reports/grant/plan", data={"cycle": "school", "sessions": "12", "version": "1"})

    assert late.status_code == 409
    assert 'value="12"' in late.get_data(as_text=True)
    assert db.session.get(GrantPlan, school.cycle.id).planned == {"sessions": 9}


def test_a_plan_that_is_no_number_stays_typed(as_, cast, school):
    response = as_(cast.coordinator).post(
        "/reports/grant/plan", data={"cycle": "school", "sessions": "много", "version": "1"}
    )

    assert response.status_code == 422
    assert "много" in response.get_data(as_text=True)
    assert db.session.get(GrantPlan, school.cycle.id).planned["sessions"] == 8


# --- who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["volunteer", "trainer", "centre_coordinator"])
def test_only_the_network_reports(as_, cast, school, who):
    client = as_(getattr(cast, who))
    sign(as_(cast.coordinator))

    for address in ("/reports/grant", "/reports/grant.pdf", "/reports/grant/plan", "/reports/1", "/reports/1.xlsx"):
        assert client.get(address).status_code == 403
    assert client.post("/reports/grant/signatures", data=PERIOD).status_code == 403


def test_what_is_not_there_is_not_found(as_, cast, school):
    client = as_(cast.coordinator)

    assert client.get("/reports/999").status_code == 404
    assert client.get("/reports/grant.exe").status_code == 404
    assert client.get("/reports/grant?cycle=none").status_code == 404


def test_a_report_costs_the_same_with_many_people(as_, cast, school, count_queries):
    client = as_(cast.coordinator)
    with count_queries() as few:
        client.get("/reports/grant", query_string=PERIOD)
    for _n in range(30):
        there(factories.person(centre=cast.salsk), school.seminar)
    for signer in (cast.coordinator, cast.admin):
        as_(signer).post("/reports/grant/signatures", data=PERIOD)
    db.session.commit()
    with count_queries() as many:
        client.get("/reports/grant", query_string=PERIOD)

    assert len(many) == len(few) <= 12
    assert not any("contents" in statement for statement in many)


def test_a_formula_in_a_name_stays_text(as_, cast, school):
    cast.stranger.family_name = "=HYPERLINK(1)"
    db.session.commit()

    book = CalamineWorkbook.from_filelike(io.BytesIO(content(as_(cast.coordinator), "xlsx")))

    assert any(row[0].startswith("=HYPERLINK(1)") for row in book.get_sheet_by_index(4).to_python())
