"""Signing in by a letter."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from lms.accounts import views
from lms.accounts.models import Person, Token
from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from tests import factories

LETTERS = Path(__file__).parent / "letters"


def ask(client, email="volunteer@lms.test", **fields):
    return client.post("/sign-in", data={"email": email, "remember": "y", **fields})


def is_in(client) -> bool:
    return client.get("/profile").status_code == 200


# --- works ------------------------------------------------------------------------------------------------------------
def test_a_letter_and_one_press_sign_in_and_go_on(client, cast, mailbox):
    refused = client.get("/profile")
    assert refused.location == "/sign-in?next=/profile"
    page = client.get(refused.location)
    assert 'value="/profile"' in page.text

    sent = ask(client, " Volunteer@LMS.test ", next="/profile")
    assert (sent.status_code, sent.location) == (303, "/sign-in/sent")
    assert "volunteer@lms.test" in client.get(sent.location).text
    [letter] = mailbox("volunteer@lms.test")

    assert "Ирина Ковалёва" in client.get(letter.path).text
    entered = client.post(letter.path)
    assert (entered.status_code, entered.location) == (303, "/profile")
    assert is_in(client)


def test_on_another_device_the_link_leads_home(app, client, cast, mailbox):
    ask(client, next="/profile")
    [letter] = mailbox("volunteer@lms.test")
    phone = app.test_client()
    assert "Запомнить меня" in phone.get(letter.path).text
    assert phone.post(letter.path).location == "/"
    assert is_in(phone)
    assert not is_in(client)


def test_six_digits_are_the_other_way(client, cast, mailbox):
    ask(client, next="/profile")
    [letter] = mailbox("volunteer@lms.test")
    entered = client.post("/sign-in/sent", data={"code": letter.code})
    assert (entered.status_code, entered.location) == (303, "/profile")
    assert is_in(client)


def test_remembering_lasts_thirty_days_and_not_remembering_ends_with_the_browser(app, client, cast, mailbox):
    for remember, names in ((["y"], ["lms", "lms_remember"]), ([], ["lms"])):
        browser = app.test_client()
        browser.post("/sign-in", data={"email": "volunteer@lms.test", "remember": remember})
        browser.post(mailbox("volunteer@lms.test")[-1].path)
        cookies = {name: browser.get_cookie(name) for name in ("lms", "lms_remember")}
        assert [name for name, cookie in cookies.items() if cookie] == names
        assert cookies["lms"].expires is None
        if remember:
            lasts = cookies["lms_remember"].expires - now()
            assert timedelta(days=29, hours=23) < lasts <= timedelta(days=30)


def test_whoever_is_in_already_is_not_asked_again(as_, cast):
    client = as_(cast.volunteer)
    assert client.get("/sign-in?next=/profile").location == "/profile"
    assert client.get("/sign-in/password").location == "/"


def test_signing_in_notes_that_one_was_here(client, mailbox, cast):
    someone = factories.person(email="new@lms.test", last_seen_at=None)
    before = someone.version
    ask(client, "new@lms.test")
    client.post(mailbox("new@lms.test")[0].path)
    kept = db.session.get(Person, someone.id)
    assert now() - kept.last_seen_at < timedelta(seconds=5)
    assert kept.version == before


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_the_letter_is_this_one(client, cast, mailbox, locale):
    cast.volunteer.locale = locale
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    secret = letter.path.rsplit("/", 1)[1]
    for kind, body in (("txt", f"{letter.subject}\n\n{letter.text}"), ("html", letter.html)):
        body = body.replace(secret, "SECRET").replace(letter.code, "123 456")
        saved = LETTERS / f"sign_in.{locale}.{kind}"
        if not saved.exists():
            saved.write_text(body)
        assert body == saved.read_text()


# --- invalid ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Напишите адрес"),
        ("volunteer.lms.test", "нет знака @"),
        ("volunteer@lms.test\r\nBcc: all@lms.test", "больше одного знака @"),
        ("volunteer @lms.test", "пробел"),
        ("волонтёр@lms.test", "только латинские буквы"),
        ("volunteer@lms", "чего-то не хватает"),
    ],
)
def test_an_impossible_address_is_said_at_the_field(client, cast, typed, said):
    page = ask(client, typed)
    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ")
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_a_wrong_code_says_so_and_the_right_one_still_works(client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    wrong = client.post("/sign-in/sent", data={"code": "000001" if letter.code != "000 001" else "000002"})
    assert wrong.status_code == 422
    assert "Цифры не подошли" in wrong.text.replace("\u00a0", " ")
    assert client.post("/sign-in/sent", data={"code": letter.code}).status_code == 303


@pytest.mark.parametrize("code", ["", "абвгде", "٣٣٣٣٣٣", "1" * 5000])
def test_what_is_no_code_is_a_wrong_code(client, cast, code):
    ask(client)
    assert client.post("/sign-in/sent", data={"code": code}).status_code == 422


def test_the_digits_page_needs_a_letter_asked_for(client, cast):
    assert client.get("/sign-in/sent").location == "/sign-in"


# --- links ------------------------------------------------------------------------------------------------------------
def test_a_scanner_that_follows_the_link_neither_signs_in_nor_spends_it(app, client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    scanner = app.test_client()
    for _ in range(3):
        page = scanner.get(letter.path)
        assert page.status_code == 200
        assert scanner.head(letter.path).status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert not is_in(scanner)
    assert client.post(letter.path).status_code == 303


def test_a_link_works_once(app, client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    assert client.post(letter.path).status_code == 303
    thief = app.test_client()
    assert thief.get(letter.path).status_code == 410
    assert thief.post(letter.path).status_code == 410
    assert not is_in(thief)


def test_link_and_digits_end_together(client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    client.post("/sign-in/sent", data={"code": letter.code})
    assert client.get(letter.path).status_code == 410


def test_a_link_works_for_ten_minutes(app, client, cast, mailbox):
    with time_machine.travel(now(), tick=False) as clock:
        ask(client)
        [letter] = mailbox("volunteer@lms.test")
        clock.shift(timedelta(minutes=9, seconds=59))
        assert client.get(letter.path).status_code == 200
        clock.shift(timedelta(seconds=1))
        over = client.post(letter.path)
        assert over.status_code == 410
        assert "Ссылка больше не действует" in over.text.replace("\u00a0", " ")
        assert client.post("/sign-in/sent", data={"code": letter.code}).status_code == 422


def test_a_password_link_is_no_sign_in_link(client, cast, mailbox):
    client.post("/password", data={"email": "volunteer@lms.test"})
    [letter] = mailbox("volunteer@lms.test")
    assert client.post(letter.path.replace("/password/", "/sign-in/")).status_code == 410


def test_only_hashes_are_kept(client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    kept = repr(db.session.execute(select(Token.__table__)).all())
    assert letter.path.rsplit("/", 1)[1] not in kept
    assert letter.code.replace(" ", "") not in kept


# --- where to go on to ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        "//evil.test",
        "/\\evil.test",
        "https://evil.test/",
        "javascript:alert(1)",
        "/a\r\nb",
        "\\/evil.test",
        "evil.test",
        "/" + "a" * 5000,
    ],
)
def test_next_leads_only_to_our_own_pages(app, as_, cast, mailbox, address):
    client = app.test_client()
    ask(client, next=address)
    assert client.post(mailbox("volunteer@lms.test")[-1].path).location == "/"
    if len(address) < 1000:
        for path in ("/sign-in", "/sign-in/password"):
            assert as_(cast.volunteer).get(path, query_string={"next": address}).location == "/"


def test_what_another_person_wanted_is_not_where_one_is_led(client, cast, mailbox):
    ask(client, "coordinator@lms.test", next="/people/")
    ask(client, "volunteer@lms.test")
    [letter] = mailbox("coordinator@lms.test")
    assert client.post(letter.path).location == "/"


# --- known and unknown ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("email", ["nobody@lms.test", "suspended@lms.test"])
def test_the_answer_is_the_same_for_known_and_unknown(app, cast, email):
    factories.person("Отпускная", email="suspended@lms.test", suspended_at=now())
    answers = []
    for address in ("volunteer@lms.test", email):
        client = app.test_client()
        sent = ask(client, address)
        page = client.get(sent.location)
        wrong = client.post("/sign-in/sent", data={"code": "12345"})
        answers.append([(r.status_code, r.location, _plain(r, address)) for r in (sent, page, wrong)])
    assert answers[0] == answers[1]
    assert db.session.scalars(select(Letter.recipient)).all() == ["volunteer@lms.test"]


def _plain(response, address: str) -> str:
    return re.sub(r'(csrf[-_]token"[^>]*(?:value|content)=")[^"]*', "", response.text).replace(address, "ADDRESS")


def test_the_answer_takes_as_long_for_known_and_unknown(app, cast, monkeypatch):
    monkeypatch.setattr(views, "LETTER_SECONDS", 0.2)

    def seconds(path: str, email: str) -> float:
        begun = time.perf_counter()
        app.test_client().post(path, data={"email": email})
        return time.perf_counter() - begun

    for path in ("/sign-in", "/password"):
        seconds(path, "volunteer@lms.test")
        known, unknown = (
            statistics.median(seconds(path, email) for _ in range(2))
            for email in ("trainer@lms.test", "nobody@lms.test")
        )
        assert known >= 0.2 and unknown >= 0.2
        assert abs(known - unknown) < 0.05


# --- limits -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("email", ["volunteer@lms.test", "nobody@lms.test"])
def test_five_letters_a_quarter_of_an_hour(client, cast, mailbox, email):
    with time_machine.travel(now(), tick=False) as clock:
        assert [ask(client, email).status_code for _ in range(6)] == [303] * 5 + [429]
        clock.shift(timedelta(minutes=15))
        assert ask(client, email).status_code == 303
    assert len(mailbox(email)) == (6 if email.startswith("volunteer") else 0)


def test_guessing_digits_stops_after_five_tries(client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    right = letter.code.replace(" ", "")
    wrong = [code for code in ("111111", "222222", "333333", "444444", "555555", "666666") if code != right][:5]
    assert [client.post("/sign-in/sent", data={"code": code}).status_code for code in wrong] == [422] * 5
    assert client.post("/sign-in/sent", data={"code": right}).status_code == 429
    assert not is_in(client)
    assert client.post(letter.path).status_code == 303, "the link itself goes on"


def test_five_wrong_digits_end_a_code_also_when_the_quarter_is_over(client, cast, mailbox):
    with time_machine.travel(now(), tick=False) as clock:
        ask(client)
        [letter] = mailbox("volunteer@lms.test")
        for _ in range(5):
            client.post("/sign-in/sent", data={"code": "12"})
        db.session.execute(Token.__table__.update().values(expires_at=now() + timedelta(days=1)))
        clock.shift(timedelta(minutes=16))
        assert client.post("/sign-in/sent", data={"code": letter.code}).status_code == 422


@pytest.mark.slow
def test_a_hundred_people_behind_one_address_get_in(app, cast, mailbox):
    for n in range(100):
        factories.person(email=f"one{n}@lms.test")
    answers = {ask(app.test_client(), f"one{n}@lms.test").status_code for n in range(100)}
    assert answers == {303}


@pytest.mark.slow
def test_one_address_cannot_ask_without_end(app, cast):
    answers = [ask(app.test_client(), f"one{n}@lms.test").status_code for n in range(302)]
    assert answers == [303] * 300 + [429] * 2
    elsewhere = app.test_client().post(
        "/sign-in", data={"email": "other@lms.test"}, environ_overrides={"REMOTE_ADDR": "10.1.1.1"}
    )
    assert elsewhere.status_code == 303


# --- sessions end -----------------------------------------------------------------------------------------------------
@pytest.fixture
def signed_in(app, cast, mailbox):
    """A browser that came in by a letter and is remembered."""
    client = app.test_client()
    ask(client)
    client.post(mailbox("volunteer@lms.test")[0].path)
    assert is_in(client)
    return client


def test_signing_out_ends_session_and_memory(signed_in):
    out = signed_in.post("/sign-out")
    assert (out.status_code, out.location) == (303, "/")
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert not is_in(signed_in)
    assert signed_in.get_cookie("lms_remember") is None


def test_signing_out_everywhere_ends_other_devices(as_, cast, signed_in):
    phone = as_(cast.volunteer)
    assert is_in(phone)
    phone.post("/sign-out/everywhere")
    assert not is_in(phone)
    assert not is_in(signed_in)


def test_a_remembered_browser_comes_back_without_its_session(signed_in):
    signed_in.delete_cookie("lms")
    assert is_in(signed_in)


@pytest.mark.parametrize("kept", ["lms", "lms_remember"])
def test_suspension_ends_sessions_at_once(as_, cast, signed_in, kept):
    if kept == "lms_remember":
        signed_in.delete_cookie("lms")
    as_(cast.coordinator).post(f"/people/{cast.volunteer.id}/suspension")
    assert not is_in(signed_in)
    as_(cast.coordinator).post(f"/people/{cast.volunteer.id}/suspension/end")
    assert not is_in(signed_in), "and they do not come back"


def test_an_old_session_leaves_nothing_to_the_new_one(client, cast, mailbox):
    with client.session_transaction() as cookie:
        cookie["face"] = "coordinator"
        cookie["letter"] = {"token": 1, "live_session": 1, "module": 1}
    ask(client)
    client.post(mailbox("volunteer@lms.test")[0].path)
    with client.session_transaction() as cookie:
        assert set(cookie) <= {"_user_id", "_fresh", "_id", "csrf_token"}


def test_suspended_people_cannot_come_in_by_a_letter_they_already_have(client, cast, mailbox):
    ask(client)
    [letter] = mailbox("volunteer@lms.test")
    cast.volunteer.suspend(now())
    assert client.post(letter.path).status_code == 410
    assert client.post("/sign-in/sent", data={"code": letter.code}).status_code == 422


# --- registration -----------------------------------------------------------------------------------------------------
NEWCOMER = {"family_name": "Новикова", "given_name": "Ольга", "email": "new@lms.test", "centre": "salsk"}


def test_nobody_registers_themselves_unless_a_setting_allows(client, cast):
    assert client.get("/registration").status_code == 404
    assert client.post("/registration", data=NEWCOMER).status_code == 404


def test_registration_makes_a_learner_and_sends_a_letter(app, client, cast, mailbox, monkeypatch):
    monkeypatch.setitem(app.config, "REGISTRATION_OPEN", True)
    assert "Сальск" in client.get("/registration").text
    assert client.post("/registration", data=NEWCOMER).location == "/sign-in/sent"
    someone = db.session.scalar(select(Person).where(Person.email == "new@lms.test"))
    assert (someone.full_name, someone.centre_id, someone.roles) == ("Новикова Ольга", cast.salsk.id, {"volunteer"})
    assert client.post(mailbox("new@lms.test")[0].path).status_code == 303


def test_registering_with_a_known_address_answers_alike_and_changes_nothing(app, client, cast, monkeypatch):
    monkeypatch.setitem(app.config, "REGISTRATION_OPEN", True)
    sent = client.post("/registration", data=NEWCOMER | {"email": "trainer@lms.test"})
    assert sent.location == "/sign-in/sent"
    kept = db.session.get(Person, cast.trainer.id)
    assert (kept.family_name, kept.centre_id) == ("Савченко", cast.bataysk.id)


def test_registration_without_centre_or_name_is_refused(app, client, cast, monkeypatch):
    monkeypatch.setitem(app.config, "REGISTRATION_OPEN", True)
    page = client.post("/registration", data={"email": "new@lms.test", "family_name": "<svg onload=alert(1)>"})
    assert page.status_code == 422
    assert page.text.count('class="error"') == 3
    assert "<svg onload" not in page.text
