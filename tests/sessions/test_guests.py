"""Guests: invited by an address nobody knows, they get the letter, answer and enter, and have no account."""

from __future__ import annotations

import time

import pytest

from lms.accounts.models import Person, Role
from lms.accounts.queries import by_email
from lms.extensions import db
from lms.sessions.models import AnswerWord, Invitation
from tests.sessions.conftest import letter_to, letters, secret_in

PASTED = "Анна Гостева <gosteva@example.org>\nnobody@example.org"
INVITE = {"people": PASTED, "guests": "y", "do": "invite"}


def guest(address: str = "gosteva@example.org") -> Person:
    return db.session.scalars(db.select(Person).where(Person.email == address)).one()


@pytest.fixture
def address(school) -> str:
    return f"/sessions/{school.live_session.id}/invitations"


@pytest.fixture
def with_guests(school, cast, as_, address):
    as_(cast.coordinator).post(f"{address}/new", data=INVITE | {"number_shown": "2"})
    return school


def test_nobody_is_a_guest_by_accident(school, cast, as_, address):
    page = as_(cast.coordinator).post(f"{address}/new", data={"people": PASTED, "do": "check"})

    text = page.get_data(as_text=True).replace("\u00a0", " ")
    assert "2 строки" in text
    assert "Пригласить гостями 2 адреса" in text
    assert db.session.scalar(db.select(db.func.count()).where(Person.is_guest)) == 0


def test_guests_are_invited_by_name_and_get_the_same_letter(with_guests, cast):
    assert (guest().given_name, guest().family_name, guest().roles) == ("Анна", "Гостева", set())
    assert guest("nobody@example.org").family_name == "nobody"
    assert sorted(letter.recipient for letter in letters("invite:")) == ["gosteva@example.org", "nobody@example.org"]
    assert "Здравствуйте, Анна!" in letter_to(guest()).get_body(("plain",)).get_content()


def test_a_guest_answers_and_enters_but_cannot_sign_in(with_guests, cast, client):
    secret = secret_in(letter_to(guest()))
    assert client.post(f"/i/{secret}/answer", data={"answer": "yes"}).status_code == 303
    before = len(letters())

    client.post("/sign-in", data={"email": "gosteva@example.org"})
    client.post("/forgotten-password", data={"email": "gosteva@example.org"})

    assert db.session.scalars(db.select(Invitation.answer)).all().count(AnswerWord.YES) == 1
    assert by_email("gosteva@example.org") is None
    assert len(letters()) == before


def test_guests_stand_in_no_list_of_people(with_guests, cast, as_):
    client = as_(cast.coordinator)

    assert "Гостева" not in client.get("/people/").get_data(as_text=True)
    assert client.get(f"/people/{guest().id}").status_code == 404


def test_a_coordinator_makes_a_guest_one_of_the_people(with_guests, cast, as_, address):
    invitation = db.session.scalars(db.select(Invitation).where(Invitation.person_id == guest().id)).one()
    assert "гость" in as_(cast.coordinator).get(f"{address}?state=all").get_data(as_text=True)
    assert as_(cast.trainer).post(f"{address}/{invitation.id}/person").status_code == 403

    assert as_(cast.coordinator).post(f"{address}/{invitation.id}/person").status_code == 303
    assert as_(cast.coordinator).post(f"{address}/{invitation.id}/person").status_code == 404

    assert by_email("gosteva@example.org").roles == {Role.VOLUNTEER}


def test_adding_a_person_with_a_guests_address_keeps_what_the_guest_answered(with_guests, cast, as_):
    guest_id = guest().id
    form = {"family_name": "Гостева", "given_name": "Анна", "email": "gosteva@example.org", "roles": "volunteer"}

    assert as_(cast.coordinator).post("/people/new", data=form).status_code == 303

    assert by_email("gosteva@example.org").id == guest_id


def test_ten_thousand_pasted_lines_with_three_hundred_wrong_ones(school, cast, as_, address):
    """Quick, every wrong line told with its number, and nothing sent."""
    lines = [f"person{n}@example.org" for n in range(10_000)]
    wrong = list(range(7, 10_000, 33))[:300]
    for n in wrong:
        lines[n] = f"не адрес {n}@"
    began = time.perf_counter()

    page = as_(cast.coordinator).post(f"{address}/new", data={"people": "\n".join(lines), "guests": "y", "do": "check"})

    text = page.get_data(as_text=True).replace("\u00a0", " ")
    assert "300 строк" in text
    assert all(f"Строка {n + 1}:" in text for n in wrong)
    assert "Пригласить 9700 человек" in text or "Пригласить 9 700 человек" in text
    assert (letters(), db.session.query(Invitation).count()) == ([], 0)
    assert time.perf_counter() - began < 20  # some 2 s on a quiet machine
