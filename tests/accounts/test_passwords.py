"""Passwords: signing in with one, choosing, changing; and the profile."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from argon2 import extract_parameters

from lms.accounts import passwords
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from tests import factories

LETTERS = Path(__file__).parent / "letters"
GOOD = "четыре слова подряд тут"
HASH = passwords.hash_password(GOOD)


@pytest.fixture
def known(cast) -> Person:
    cast.volunteer.password_hash = HASH
    return cast.volunteer


def enter(client, password=GOOD, email="volunteer@lms.test", **fields):
    return client.post("/sign-in/password", data={"email": email, "password": password, **fields})


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


# --- signing in -------------------------------------------------------------------------------------------------------
def test_a_password_signs_in_and_goes_on(client, known):
    assert "/sign-in/password" in client.get("/sign-in").text
    entered = enter(client, email="Volunteer@lms.test", next="/profile")
    assert (entered.status_code, entered.location) == (303, "/profile")
    assert is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("volunteer@lms.test", "не тот пароль"),
        ("volunteer@lms.test", ""),
        ("nobody@lms.test", GOOD),
        ("trainer@lms.test", GOOD),
        ("suspended@lms.test", GOOD),
    ],
)
def test_whatever_is_wrong_the_answer_is_one(client, known, email, password):
    factories.person(email="suspended@lms.test", password_hash=HASH, suspended_at=now())
    page = enter(client, password, email)
    assert page.status_code == 422
    assert "Адрес или пароль не подошли" in page.text.replace("\u00a0", " ")
    assert not is_in(client)


def test_the_answer_takes_as_long_for_an_address_that_nobody_has(app, known):
    def seconds(email: str) -> float:
        begun = time.perf_counter()
        enter(app.test_client(), "wrong", email)
        return time.perf_counter() - begun

    seconds("volunteer@lms.test")
    known_times = [seconds("volunteer@lms.test") for _ in range(4)]
    unknown_times = [seconds(f"nobody{n}@lms.test") for n in range(8)]
    assert 0.5 < statistics.median(unknown_times) / statistics.median(known_times) < 2


@pytest.mark.parametrize("email", ["volunteer@lms.test", "nobody@lms.test"])
def test_five_wrong_passwords_and_one_waits(app, known, email):
    with time_machine.travel(now(), tick=False) as clock:
        answers = [enter(app.test_client(), "wrong", email).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert enter(app.test_client(), GOOD, email).status_code == 429
        clock.shift(timedelta(minutes=15))
        assert enter(app.test_client(), GOOD, "volunteer@lms.test").status_code == 303


def test_the_right_password_forgets_the_wrong_ones(app, known):
    for _ in range(3):
        for _ in range(4):
            enter(app.test_client(), "wrong")
        assert enter(app.test_client()).status_code == 303


def test_one_persons_failures_do_not_shut_out_her_neighbours(app, known, cast):
    cast.trainer.password_hash = HASH
    for _ in range(6):
        enter(app.test_client(), "wrong")
    assert enter(app.test_client(), email="trainer@lms.test").status_code == 303


def test_no_transaction_is_open_while_a_password_is_hashed(client, known, monkeypatch):
    open_meanwhile = []
    monkeypatch.setattr(
        passwords, "is_right", lambda *_args: open_meanwhile.append(db.session().in_transaction()) or False
    )
    enter(client)
    assert open_meanwhile == [False]


# --- choosing ---------------------------------------------------------------------------------------------------------
def test_a_letter_lets_one_choose_a_password(client, cast, mailbox, as_):
    elsewhere = as_(cast.volunteer)
    sent = client.post("/password", data={"email": "volunteer@lms.test"})
    assert "Проверьте почту" in sent.text.replace("\u00a0", " ")
    [letter] = mailbox("volunteer@lms.test")
    assert client.get(letter.path).status_code == 200
    chosen = client.post(letter.path, data={"password": GOOD})
    assert (chosen.status_code, chosen.location) == (303, "/")
    assert is_in(client)
    assert not is_in(elsewhere)
    assert passwords.is_right(GOOD, db.session.get(Person, cast.volunteer.id).password_hash)
    assert client.post(letter.path, data={"password": GOOD + "!"}).status_code == 410


def test_a_new_password_ends_the_links_sent_before(app, as_, known, mailbox):
    for change in ("by letter", "in the profile"):
        app.test_client().post("/sign-in", data={"email": "volunteer@lms.test"})
        app.test_client().post("/password", data={"email": "volunteer@lms.test"})
        *_earlier, sign_in, choose = mailbox("volunteer@lms.test")
        if change == "by letter":
            app.test_client().post("/password", data={"email": "volunteer@lms.test"})
            app.test_client().post(mailbox("volunteer@lms.test")[-1].path, data={"password": GOOD})
        else:
            here = as_(db.session.get(Person, known.id))
            assert here.post("/profile/password", data={"old": GOOD, "password": GOOD + "!"}).status_code == 303
        assert app.test_client().get(sign_in.path).status_code == 410
        assert app.test_client().get(choose.path).status_code == 410


def test_an_unknown_address_gets_the_same_page_and_no_letter(client, cast, mailbox):
    pages = [
        client.post("/password", data={"email": email}).text for email in ("volunteer@lms.test", "nobody@lms.test")
    ]
    plain = [
        page.replace("volunteer@", "X@").replace("nobody@", "X@").split("<main")[1].split("</main>")[0]
        for page in pages
    ]
    assert plain[0] == plain[1]
    assert mailbox("nobody@lms.test") == []


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_letter_is_this_one(client, cast, mailbox, locale):
    cast.volunteer.locale = locale
    client.post("/password", data={"email": "volunteer@lms.test"})
    [letter] = mailbox("volunteer@lms.test")
    for kind, body in (("txt", f"{letter.subject}\n\n{letter.text}"), ("html", letter.html)):
        body = body.replace(letter.path.rsplit("/", 1)[1], "SECRET")
        saved = LETTERS / f"set_password.{locale}.{kind}"
        if not saved.exists():
            saved.write_text(body)
        assert body == saved.read_text()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("короткий", "не меньше 10"),
        ("volunteer@lms.test", "Это ваш адрес"),
        ("aaaaaaaaaaaa", "легко угадать"),
        ("1234567890", "легко угадать"),
        ("qwertyuiop12", "легко угадать"),
        ("Password2026", "легко угадать"),
        ("йцукенгшщз", "легко угадать"),
        ("x" * 201, "Не больше 200"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_stays_good(client, cast, mailbox, password, said):
    client.post("/password", data={"email": "volunteer@lms.test"})
    [letter] = mailbox("volunteer@lms.test")
    page = client.post(letter.path, data={"password": password})
    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ")
    assert password not in page.text.replace("volunteer@lms.test", "", 3) or "@" in password
    assert client.post(letter.path, data={"password": GOOD}).status_code == 303


def test_a_password_is_the_same_from_every_keyboard():
    composed, decomposed = "й" * 3 + GOOD, "и\u0306" * 3 + GOOD
    assert passwords.is_right(decomposed, passwords.hash_password(composed))


# --- changing ---------------------------------------------------------------------------------------------------------
def test_changing_needs_the_old_one_and_ends_other_sessions(as_, known):
    here, elsewhere = as_(known), as_(known)
    wrong = here.post("/profile/password", data={"old": "не тот", "password": GOOD + " новый"})
    assert wrong.status_code == 422
    assert "Нынешний пароль другой" in wrong.text.replace("\u00a0", " ")
    assert is_in(elsewhere)
    right = here.post("/profile/password", data={"old": GOOD, "password": GOOD + " новый"})
    assert (right.status_code, right.location) == (303, "/profile")
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_first_password_needs_no_old_one(as_, cast):
    client = as_(cast.volunteer)
    assert "Нынешний" not in client.get("/profile/password").text
    assert client.post("/profile/password", data={"password": GOOD}).status_code == 303
    assert passwords.is_right(GOOD, db.session.get(Person, cast.volunteer.id).password_hash)


def test_guessing_the_old_one_stops(as_, known):
    client = as_(known)
    answers = [client.post("/profile/password", data={"old": "x", "password": GOOD}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


# --- the profile ------------------------------------------------------------------------------------------------------
def profile(person, **fields):
    form = {"family_name": person.family_name, "given_name": person.given_name, "version": person.version}
    return form | {"patronymic": "", "locale": "", "zone": ""} | fields


def test_one_writes_ones_name_language_and_zone(as_, cast):
    client = as_(cast.volunteer)
    assert "по Москве" in client.get("/profile").text.replace("\u00a0", " ")
    saved = client.post("/profile", data=profile(cast.volunteer, patronymic="Петровна", locale="en", zone="Asia/Omsk"))
    assert saved.status_code == 303
    person = db.session.get(Person, cast.volunteer.id)
    assert (person.full_name, person.locale, person.zone) == ("Ковалёва Ирина Петровна", "en", "Asia/Omsk")
    assert "Time zone" in client.get("/profile").text


@pytest.mark.parametrize(
    "fields",
    [{"zone": "Europe"}, {"zone": "../../etc/passwd"}, {"locale": "xx"}, {"family_name": ""}, {"given_name": "<b>"}],
)
def test_a_senseless_profile_is_refused(as_, cast, fields):
    page = as_(cast.volunteer).post("/profile", data=profile(cast.volunteer, **fields))
    assert page.status_code == 422
    assert db.session.get(Person, cast.volunteer.id).version == cast.volunteer.version == 1


def test_a_profile_changed_meanwhile_is_shown_with_both_texts(as_, cast):
    form = profile(cast.volunteer, patronymic="Петровна")
    cast.volunteer.patronymic = "Павловна"
    page = as_(cast.volunteer).post("/profile", data=form)
    assert page.status_code == 409
    assert "Петровна" in page.text and "Павловна" in page.text


def test_a_profile_is_for_those_who_signed_in(client):
    assert client.get("/profile").location == "/sign-in?next=/profile"


def test_the_hash_that_stands_in_for_nobody_costs_what_a_persons_does():
    assert extract_parameters(passwords._NOBODY) == extract_parameters(passwords.hash_password("три длинных слова"))
