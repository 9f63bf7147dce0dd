"""The register: what a coordinator sees, revokes, renews and takes home; and whose it is."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from lms.certificates.models import Certificate
from lms.extensions import db
from lms.outbox.models import Letter
from tests.progress.test_path import text_of


@pytest.fixture
def certificate(school, cast, as_) -> Certificate:
    """Ирина's, given with two others."""
    as_(cast.coordinator).post(school.address)
    return db.session.scalars(select(Certificate).where(Certificate.person_id == cast.volunteer.id)).one()


def place(school, certificate: Certificate) -> str:
    return f"{school.address}/{certificate.id}"


def revoke(client, school, certificate, **form):
    return client.post(
        f"{place(school, certificate)}/revocation",
        data={"version": certificate.version, "reason": "Выдан по ошибке"} | form,
    )


def test_a_centres_coordinator_sees_her_own_people_only(school, certificate, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get(f"{school.address}?state=valid"))

    assert "Ковалёва Ирина" in page
    assert "Чужинова" not in page
    assert "Выдать" not in page
    stranger = db.session.scalars(select(Certificate).where(Certificate.person_id == cast.stranger.id)).one()
    assert as_(cast.centre_coordinator).get(place(school, stranger)).status_code == 404
    assert as_(cast.centre_coordinator).get(place(school, certificate)).status_code == 200


def test_it_is_told_by_centre(school, certificate, cast, as_):
    page = text_of(as_(cast.coordinator).get(f"{school.address}?state=valid&centre=bataysk"))

    assert "Чужинова" in page
    assert "Ковалёва" not in page


def test_whoever_belongs_to_no_centre_is_one_among_all(school, certificate, cast, as_):
    cast.volunteer.centre = None

    page = text_of(as_(cast.coordinator).get(f"{school.address}?state=valid"))

    assert "Ковалёва" in page
    assert "Чужинова" in page


def test_the_overview_leads_there(school, certificate, cast, as_):
    for person in (cast.coordinator, cast.centre_coordinator):
        assert f'href="{school.address}"' in as_(person).get("/progress").text
    assert school.address not in as_(cast.trainer).get("/progress").text


def test_a_revoked_one_says_so_and_the_reason_is_for_coordinators(school, certificate, cast, as_, client):
    response = revoke(as_(cast.coordinator), school, certificate)

    assert response.status_code == 303
    assert "Выдан по ошибке" in text_of(as_(cast.coordinator).get(response.location))
    page = text_of(client.get(f"/certificates/{certificate.address}"))
    assert "Сертификат отозван 28 ноября" in page
    assert "ошибке" not in page
    assert "Он отозван" in text_of(as_(cast.volunteer).get("/path/certificate"))


def test_without_a_reason_nothing_is_revoked(school, certificate, cast, as_):
    response = revoke(as_(cast.coordinator), school, certificate, reason=" ")

    assert response.status_code == 422
    assert "Напишите" in text_of(response)
    assert certificate.revoked_at is None


def test_who_saw_an_older_state_is_asked_again_and_keeps_what_was_typed(school, certificate, cast, as_):
    response = revoke(as_(cast.coordinator), school, certificate, version="99")

    assert response.status_code == 409
    assert "Выдан по ошибке" in response.text
    assert certificate.revoked_at is None


def test_the_first_reason_stays(school, certificate, cast, as_):
    revoke(as_(cast.coordinator), school, certificate)
    revoke(as_(cast.coordinator), school, certificate, reason="Другая причина")

    assert certificate.reason == "Выдан по ошибке"


@pytest.mark.parametrize("what", ["revocation", "edition"])
def test_a_centres_coordinator_changes_none(school, certificate, cast, as_, what):
    form = {"version": certificate.version, "reason": "Хочу"}

    response = as_(cast.centre_coordinator).post(f"{place(school, certificate)}/{what}", data=form)

    assert response.status_code == 403
    assert certificate.revoked_at is None


def test_a_new_name_gives_a_new_edition_and_the_old_one_says_it_was_replaced(school, certificate, cast, as_, client):
    cast.volunteer.family_name = "Соколова"
    code = certificate.code

    response = as_(cast.coordinator).post(f"{place(school, certificate)}/edition")

    assert response.status_code == 303
    new = db.session.scalars(select(Certificate).where(Certificate.edition == 2)).one()
    assert (new.number, new.name) == ("2026-000002/2", "Соколова Ирина Сергеевна")
    assert new.code != code
    old = text_of(client.get(f"/certificates/{certificate.address}"))
    assert "Это издание заменено новым 28 ноября" in old
    assert "Соколова" not in old
    assert "Сертификат действителен" in text_of(client.get(f"/certificates/{new.address}"))
    subjects = db.session.scalars(select(Letter.subject).where(Letter.recipient == cast.volunteer.email)).all()
    assert sorted(subjects) == ["Ваш сертификат готов", "Новое издание вашего сертификата готово"]


def test_ten_presses_make_one_new_edition(school, certificate, cast, as_):
    for _ in range(3):
        as_(cast.coordinator).post(f"{place(school, certificate)}/edition")

    editions = db.session.scalars(select(Certificate.edition).where(Certificate.person_id == cast.volunteer.id)).all()
    assert sorted(editions) == [1, 2]


def test_the_register_for_excel_has_every_edition(school, certificate, cast, as_):
    as_(cast.coordinator).post(f"{place(school, certificate)}/edition")
    zimin = db.session.scalars(select(Certificate).where(Certificate.person_id == school.zimin.id)).one()
    revoke(as_(cast.coordinator), school, zimin, reason="=1+1")

    content = as_(cast.coordinator).get(f"{school.address}.xlsx").data

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    head, *register = rows
    assert head[:4] == ["Номер в реестре", "Имя", "Центр", "Часы"]
    day = "28.11.2026"
    ira = ["Ковалёва Ирина Сергеевна", "Сальск", 36.0, day, day]
    assert register == [
        ["МРЦ-2026-000001", "Зимин Пётр Ильич", "Сальск", 36.0, day, day, f"отозван {day}", "=1+1"],
        ["МРЦ-2026-000002", *ira, f"заменён {day}", ""],
        ["МРЦ-2026-000002/2", *ira, "действителен", ""],
        ["МРЦ-2026-000003", "Чужинова Клавдия", "Батайск", 36.0, day, day, "действителен", ""],
    ]
    hers = as_(cast.centre_coordinator).get(f"{school.address}.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(hers)).get_sheet_by_index(0).to_python()
    assert {row[1] for row in rows[1:]} == {"Зимин Пётр Ильич", "Ковалёва Ирина Сергеевна"}
