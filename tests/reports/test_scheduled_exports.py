"""Views of the table that come as files by themselves: the letter brings a link that opens only to its owner."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from lms.accounts.models import Role
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.models import SavedView
from lms.reports.export_models import Ending, PreparedFile, Rhythm, ScheduledExport
from lms.reports.worker import make_exports
from tests import factories
from tests.progress.test_path import text_of

SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 6, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(SATURDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def school(cast, today) -> SimpleNamespace:
    cycle = factories.cycle(slug="school", title="Школа центров")
    material = factories.material(factories.module(cycle, due_at=SATURDAY - timedelta(days=3)))
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    db.session.commit()
    return SimpleNamespace(cycle=cycle, material=material)


def kept_view(client, query="state=late", name="Отстали") -> SavedView:
    client.post("/progress/views", data={"name": name, "query": query})
    return db.session.scalars(db.select(SavedView).order_by(SavedView.id.desc())).first()


def wished(client, view, rhythm="weekly", ending="xlsx"):
    return client.post(f"/progress/views/{view.id}/export", data={"rhythm": rhythm, "ending": ending})


def names_in(content: bytes) -> list[str]:
    return [row[1] for row in CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]]


def test_a_view_comes_on_mondays_as_a_link_to_the_file_of_that_moment(school, cast, as_, today):
    client = as_(cast.centre_coordinator)
    view = kept_view(client)
    assert wished(client, view).location == "/exports/"
    assert "Excel (XLSX), каждый понедельник" in text_of(client.get("/exports/"))
    assert make_exports() == 0  # not before Monday

    today.move_to(MONDAY)
    assert make_exports() == 1
    assert make_exports() == 0
    factories.completion(cast.volunteer, school.material)  # what happens later is not in the file

    (letter,) = db.session.scalars(db.select(Letter))
    message = email.message_from_bytes(letter.mime, policy=email.policy.default)
    (file,) = db.session.scalars(db.select(PreparedFile))
    assert (letter.recipient, message["Subject"].replace("\u00a0", " ")) == (
        "centre@lms.test", "«Отстали», 30 ноября: файл готов",
    )  # fmt: skip
    assert f"https://lms.test/exports/files/{file.id}" in message.get_body(("plain",)).get_content()
    assert list(message.iter_attachments()) == []
    answer = as_(cast.centre_coordinator).get(f"/exports/files/{file.id}")
    assert names_in(answer.data) == ["Ковалёва Ирина"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="otstali-2026-11-30.xlsx"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_link_opens_to_nobody_else_and_not_for_ever(school, cast, as_, today):
    wished(as_(cast.coordinator), kept_view(as_(cast.coordinator)))
    today.move_to(MONDAY)
    make_exports()
    address = f"/exports/files/{db.session.scalars(db.select(PreparedFile.id)).one()}"

    assert as_(cast.admin).get(address).status_code == 404
    assert as_(cast.other_coordinator).get(address).status_code == 404
    assert as_(cast.trainer).get(address).status_code == 403
    assert as_(cast.coordinator).get(address).status_code == 200
    today.move_to(MONDAY + timedelta(days=14))
    assert as_(cast.coordinator).get(address).status_code == 404
    make_exports()
    assert db.session.scalars(db.select(PreparedFile.made_at)).all() == [MONDAY + timedelta(days=14)]


def test_who_looks_after_other_people_now_gets_the_old_file_no_more(school, cast, as_, today):
    wished(as_(cast.centre_coordinator), kept_view(as_(cast.centre_coordinator)))
    today.move_to(MONDAY)
    make_exports()
    address = f"/exports/files/{db.session.scalars(db.select(PreparedFile.id)).one()}"

    cast.centre_coordinator.centre = cast.bataysk

    assert as_(cast.centre_coordinator).get(address).status_code == 404
    assert "Отстали, 30" not in text_of(as_(cast.centre_coordinator).get("/exports/"))


def test_who_looks_after_nobody_any_more_or_may_not_come_in_gets_nothing(school, cast, as_, today):
    for person in (cast.centre_coordinator, cast.coordinator):
        wished(as_(person), kept_view(as_(person)))
    cast.centre_coordinator.roles = {Role.VOLUNTEER}
    cast.coordinator.suspend(SATURDAY)
    db.session.commit()

    today.move_to(MONDAY)
    make_exports()

    assert db.session.scalars(db.select(Letter)).all() == []
    assert db.session.scalars(db.select(PreparedFile)).all() == []


def test_monthly_as_csv_and_a_day_the_worker_slept_through(school, cast, as_, today):
    client = as_(cast.coordinator)
    wished(client, kept_view(client, query=""), rhythm="monthly", ending="csv")

    today.move_to(datetime(2026, 12, 2, 6, 10, tzinfo=UTC))
    make_exports()

    client = as_(cast.coordinator)  # signed in anew, days later
    (export,) = db.session.scalars(db.select(ScheduledExport))
    assert (export.rhythm, export.ending, str(export.last_on)) == (Rhythm.MONTHLY, Ending.CSV, "2026-12-01")
    content = client.get(f"/exports/files/{db.session.scalars(db.select(PreparedFile.id)).one()}").data
    assert content.decode("utf-8-sig") == client.get("/progress.csv").data.decode("utf-8-sig")


def test_filters_that_name_what_is_gone_are_said_in_the_letter(school, cast, as_, today):
    client = as_(cast.coordinator)
    wished(client, kept_view(client, query="centre=closed-since"))

    today.move_to(MONDAY)
    make_exports()

    (letter,) = db.session.scalars(db.select(Letter))
    assert letter.subject.replace("\u00a0", " ") == "«Отстали», 30 ноября: файл не получился"
    assert db.session.scalars(db.select(PreparedFile)).all() == []


def test_it_is_ended_with_its_files_and_a_file_alone_is_deleted(school, cast, as_, today):
    client = as_(cast.coordinator)
    view = kept_view(client)
    wished(client, view)
    wished(client, view)  # twice is once
    wished(client, view, ending="csv")
    today.move_to(MONDAY)
    make_exports()
    first, second = db.session.scalars(db.select(PreparedFile.id).order_by(PreparedFile.id))
    one, other = db.session.scalars(db.select(ScheduledExport.id).order_by(ScheduledExport.id))

    client = as_(cast.coordinator)  # signed in anew, days later
    assert client.post(f"/exports/{one}/end").status_code == 303
    assert client.post(f"/exports/files/{second}/end").status_code == 303

    assert client.get(f"/exports/files/{first}").status_code == 404
    assert db.session.scalars(db.select(PreparedFile)).all() == []
    assert db.session.scalars(db.select(ScheduledExport.id)).all() == [other]
    assert client.post(f"/progress/views/{view.id}/end").status_code == 303  # the view takes its exports along
    assert db.session.scalars(db.select(ScheduledExport.id)).all() == []


def test_it_is_ones_own_view_that_comes(school, cast, as_):
    view = kept_view(as_(cast.coordinator))
    wished(as_(cast.coordinator), view)
    (export,) = db.session.scalars(db.select(ScheduledExport))

    assert wished(as_(cast.centre_coordinator), view).status_code == 404
    assert as_(cast.centre_coordinator).post(f"/exports/{export.id}/end").status_code == 404
    assert as_(cast.trainer).get("/exports/").status_code == 403
    assert as_(cast.volunteer).get(f"/progress/views/{view.id}/export").status_code == 403
    assert "Отстали" not in text_of(as_(cast.centre_coordinator).get("/exports/"))


@pytest.mark.parametrize("form", [{"rhythm": "hourly", "ending": "xlsx"}, {"rhythm": "weekly", "ending": "exe"}])
def test_what_cannot_be_chosen_is_refused(school, cast, as_, form):
    client = as_(cast.coordinator)
    view = kept_view(client)

    response = client.post(f"/progress/views/{view.id}/export", data=form)

    assert response.status_code == 422
    assert 'value="weekly"' in response.text
    assert db.session.scalars(db.select(ScheduledExport)).all() == []
