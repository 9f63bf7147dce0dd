"""Giving certificates: from recorded completion only, once to each, in a register without gaps."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.certificates.models import Certificate
from lms.cycles.models import Rule
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.actions import decide, note_everybody
from lms.progress.models import Verdict
from tests import factories
from tests.certificates.conftest import NOW
from tests.progress.test_path import text_of

LETTERS = Path(__file__).parent / "letters"


def given() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.serial, Certificate.edition)))


def test_all_who_are_ready_get_theirs_at_one_press(school, cast, as_):
    client = as_(cast.coordinator)
    assert "Выдать 3 сертификата" in text_of(client.get(school.address))

    response = client.post(school.address)

    assert response.status_code == 303
    page = text_of(client.get(response.location))
    assert "3 сертификата выдано" in page
    assert "МРЦ-2026-000001" in page
    assert "Начинаева" not in page
    assert [(one.number, one.name, one.hours, one.modules) for one in given()] == [
        ("2026-000001", "Зимин Пётр Ильич", 36, 2),
        ("2026-000002", "Ковалёва Ирина Сергеевна", 36, 2),
        ("2026-000003", "Чужинова Клавдия", 36, 2),
    ]
    assert len({one.code for one in given()}) == 3


def test_who_completes_it_later_gets_the_next_number_and_nobody_a_second(school, cast, as_):
    as_(cast.coordinator).post(school.address)
    factories.completion(school.beginner, school.pages[1])
    note_everybody(school.cycle, now=NOW)

    as_(cast.coordinator).post(school.address)
    response = as_(cast.coordinator).post(school.address)

    assert [(one.serial, one.person_id) for one in given()][3:] == [(4, school.beginner.id)]
    assert "ничего не выдано" in text_of(as_(cast.coordinator).get(response.location)) or len(given()) == 4


def test_who_is_excused_from_everything_has_completed_nothing(school, cast, as_):
    excused = factories.person("Освобождённый", centre=cast.salsk)
    factories.enrolment(excused, school.cycle)
    for page in school.pages:
        decide(excused, page, Verdict.EXCUSED, by=cast.coordinator, reason="ведёт сам", now=NOW)

    as_(cast.coordinator).post(school.address)

    assert excused.id not in {one.person_id for one in given()}


def test_a_changed_rule_never_takes_a_given_certificate_away(school, cast, as_):
    as_(cast.coordinator).post(school.address)
    factories.material(school.cycle.modules[0], title="Новое обязательное")
    school.pages[0].rule = Rule.OPTIONAL
    decide(school.zimin, school.pages[1], Verdict.TAKEN_BACK, by=cast.coordinator, reason="ошибка", now=NOW)

    as_(cast.coordinator).post(school.address)

    assert len(given()) == 3
    certificate = given()[0]
    assert "Сертификат действителен" in text_of(as_(cast.stranger).get(f"/certificates/{certificate.address}"))
    assert "Скачать PDF" in text_of(as_(school.zimin).get("/path/certificate"))


@pytest.mark.parametrize("role", ["volunteer", "trainer", "centre_coordinator"])
def test_others_give_none(school, cast, as_, role):
    assert as_(getattr(cast, role)).post(school.address).status_code == 403
    assert given() == []


def test_a_cycle_that_is_not_there_is_a_404(school, cast, as_):
    assert as_(cast.coordinator).post("/cycles/no-such/certificates").status_code == 404


@pytest.mark.slow
def test_fifty_presses_at_once_give_one_to_each_and_one_letter(school, cast, app):
    person = cast.coordinator.get_id()
    db.session.commit()
    all_there = Barrier(50)

    def press(_number: int) -> int:
        client = FlaskClient(app, app.response_class)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = person, True
        all_there.wait()
        return client.post(school.address).status_code

    with ThreadPoolExecutor(50) as pool:
        codes = Counter(pool.map(press, range(50)))

    assert codes == {303: 50}
    db.session.expire_all()
    assert [one.serial for one in given()] == [1, 2, 3]
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 3


def test_the_list_costs_the_same_with_many(school, cast, as_, count_queries):
    client = as_(cast.coordinator)
    client.get(school.address)
    with count_queries() as few:
        client.get(school.address)
    for _ in range(20):
        person = factories.person(centre=cast.salsk)
        factories.enrolment(person, school.cycle)
        for page in school.pages:
            factories.completion(person, page)
    note_everybody(school.cycle, now=NOW)
    db.session.commit()
    client.get("/path")  # whatever is remembered of the cycle is made anew in both
    with count_queries() as many:
        client.get(school.address)
    assert len(many) <= max(len(few), 12)
    client.post(school.address)
    with count_queries() as listed:
        client.get(f"{school.address}?state=valid")
    assert len(listed) <= 12


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_letter_says_where_it_is(school, cast, as_, locale, monkeypatch):
    codes = iter(["aaaabbbbcccc", "k7qm9xw2prta", "ddddeeeeffff"])
    monkeypatch.setattr("lms.certificates.numbers.new_code", codes.__next__)
    cast.volunteer.locale = locale

    as_(cast.coordinator).post(school.address)

    letter = db.session.scalars(select(Letter).where(Letter.recipient == "volunteer@lms.test")).one()
    message = message_from_bytes(letter.mime, policy=policy.default)
    said = f"{letter.subject}\n\n{message.get_body(('plain',)).get_content()}".replace("\r\n", "\n")
    assert said == (LETTERS / f"ready.{locale}.txt").read_text()
    assert "https://lms.test/certificates/2026-000002-k7qm9xw2prta" in message.get_body(("html",)).get_content()
