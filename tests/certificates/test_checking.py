"""What anybody finds who has a certificate's address, and what its holder finds on her path."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests import factories
from tests.certificates.conftest import NOW
from tests.progress.test_path import text_of


@pytest.fixture
def certificate(school, cast):
    return factories.certificate(
        cast.volunteer, school.cycle, serial=123, code="k7qm9xw2prta", hours=36, issued_at=NOW, modules=8
    )


ADDRESS = "/certificates/2026-000123-k7qm9xw2prta"


def test_a_check_tells_the_least(certificate, cast, client):
    response = client.get(ADDRESS)

    page = text_of(response)
    assert response.headers["Cache-Control"] == "no-store"
    for said in (
        "МРЦ-2026-000123",
        "Сертификат действителен",
        "Ковалёва Ирина Сергеевна",
        "Школа ресурсных центров",
        "36",
    ):
        assert said in page
    for kept in (cast.volunteer.email, "Сальск", "/people/"):
        assert kept not in response.text


@pytest.mark.parametrize(
    "address",
    [
        "/certificates/2026-000123-k7qm9xw2prtb",
        "/certificates/2026-000124-k7qm9xw2prta",
        "/certificates/2025-000123-k7qm9xw2prta",
        "/certificates/2026-000123",
        "/certificates/k7qm9xw2prta",
        "/certificates/2026-000123-%00",
        "/certificates/99999999999999999999-000123-k7qm9xw2prta",
        "/certificates/2026-000123-k7qm9xw2prtb/certificate.pdf",
        "/certificates/2026-000123-k7qm9xw2prtb/badge.jwt",
    ],
)
def test_a_wrong_code_is_a_page_that_does_not_exist(certificate, client, address):
    assert client.get(address).status_code == 404


def test_an_address_typed_in_capitals_is_the_same(certificate, client):
    assert client.get("/certificates/2026-000123-K7QM9XW2PRTA").status_code == 200


def test_the_paper_can_be_read_and_leads_back(certificate, client):
    response = client.get(f"{ADDRESS}/certificate.pdf")

    assert response.mimetype == "application/pdf"
    file = PdfReader(io.BytesIO(response.data), strict=True)
    (page,) = file.pages
    text = " ".join(page.extract_text().replace("\u00a0", " ").split())
    for said in (
        "Сертификат", "Ковалёва Ирина Сергеевна", "«Школа ресурсных центров»", "36 часов · 8 модулей",
        "МРЦ-2026-000123", "28 ноября 2026", "K7QM-9XW2-PRTA",
    ):  # fmt: skip
        assert said in text
    assert page["/Annots"][0].get_object()["/A"]["/URI"] == f"https://lms.test{ADDRESS}"
    assert file.metadata.title == "Сертификат МРЦ-2026-000123"
    assert client.get(f"{ADDRESS}/certificate.pdf").data == response.data


def test_in_english_it_says_the_same(certificate, client):
    client.set_cookie("language", "en")

    text = PdfReader(io.BytesIO(client.get(f"{ADDRESS}/certificate.pdf").data)).pages[0].extract_text()

    assert "for completing the whole cycle" in text
    assert "“School of centres”" not in text  # made before the cycle had an English title


def test_paper_of_a_revoked_one_says_it_is_not_valid(certificate, client):
    certificate.revoked_at = NOW

    text = PdfReader(io.BytesIO(client.get(f"{ADDRESS}/certificate.pdf").data)).pages[0].extract_text()

    assert "Отозван: недействителен" in text


def test_the_path_of_who_has_not_finished_says_what_is_left(school, as_):
    page = text_of(as_(school.beginner).get("/path/certificate"))

    assert "Остался 1 модуль" in page


def test_the_path_of_who_has_finished_says_a_letter_will_come(school, as_):
    assert "придёт письмо" in text_of(as_(school.zimin).get("/path/certificate"))
    assert "Ваш сертификат" in text_of(as_(school.zimin).get("/path"))
