"""«Проверка почты»: what DNS should say, what the mail server agrees to, and a test letter. No test asks real DNS."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select

from lms.clock import now
from lms.extensions import db
from lms.outbox import self_check, self_check_views, signing
from lms.outbox.models import Letter, LetterState
from lms.outbox.reading import read
from lms.outbox.self_check import Kind, Unasked, look_up, records
from lms.outbox.self_check_network import Dns, Line, mail_server, not_reached, said
from tests.outbox.test_signing import KEY, PEM
from tests.outbox.test_views import text_of

PUBLIC = "".join(
    KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().splitlines()[1:-1]
)
GOOD = {
    "example.org": ["google-site-verification=x", "v=spf1 a:smtp.example.org mx ~all"],
    "lms2026._domainkey.example.org": [f"v=DKIM1; k=rsa; p={PUBLIC[:100]} {PUBLIC[100:]}"],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
}


class FakeDns:
    """Answers from a mapping, and keeps what it was asked."""

    def __init__(self, said: dict[str, list[str]] | None = None) -> None:
        self.said = said
        self.asked: list[str] = []

    def texts(self, name: str) -> list[str]:
        self.asked.append(name)
        if self.said is None:
            raise Unasked("The DNS operation timed out")
        return self.said.get(name, [])


def wanted(**settings: str) -> list[self_check.Record]:
    usual = {
        "server": "smtp.example.org", "own_host": "lms.example.org", "selector": "lms2026", "public_key": PUBLIC,
        "reports_to": "masterskaya@example.org",
    }  # fmt: skip
    return records("example.org", **usual | settings)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> FakeDns:
    """The DNS of these tests, which the page asks instead of the network's."""
    fake = FakeDns(GOOD)
    monkeypatch.setattr(self_check_views, "Dns", lambda: fake)
    return fake


# --- what should stand there ------------------------------------------------------------------------------------------
def test_the_three_records_as_they_should_be():
    assert [(record.kind, record.name, record.text) for record in wanted()] == [
        (Kind.SPF, "example.org", "v=spf1 a:smtp.example.org mx ~all"),
        (Kind.DKIM, "lms2026._domainkey.example.org", f"v=DKIM1; k=rsa; p={PUBLIC}"),
        (Kind.DMARC, "_dmarc.example.org", "v=DMARC1; p=none; rua=mailto:masterskaya@example.org"),
    ]


@pytest.mark.parametrize(
    ("server", "own_host", "text"),
    [
        ("", "lms.example.org", "v=spf1 a:lms.example.org mx ~all"),
        ("127.0.0.1", "lms.example.org", "v=spf1 a:lms.example.org mx ~all"),
        ("203.0.113.5", "lms.example.org", "v=spf1 ip4:203.0.113.5 mx ~all"),
        ("2001:db8::25", "lms.example.org", "v=spf1 ip6:2001:db8::25 mx ~all"),
        ("", "127.0.0.1", "v=spf1 mx ~all"),
    ],
)
def test_spf_names_whoever_really_sends(server, own_host, text):
    assert wanted(server=server, own_host=own_host)[0].text == text


def test_the_public_key_is_the_one_letters_are_signed_with(configure):
    assert signing.public_key() == ""
    configure({"DKIM_SELECTOR": "lms2026", "DKIM_KEY": PEM})
    assert signing.public_key() == PUBLIC


def test_a_key_that_letters_cannot_be_signed_with_is_none(configure):
    other = ed25519.Ed25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for key in ("/no/such/file", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", pem):
        configure({"DKIM_SELECTOR": "lms2026", "DKIM_KEY": key})
        assert signing.public_key() == ""


# --- what stands there ------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("app")
def test_good_records_are_good():
    assert [finding.state for finding in look_up(wanted(), FakeDns(GOOD))] == ["done"] * 3


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("name", "texts", "number", "state"),
    [
        ("example.org", [], 0, "late"),
        ("example.org", ["v=spf1 mx -all", "v=spf1 a -all"], 0, "late"),
        ("example.org", ["v=spf1 mx +all"], 0, "late"),
        ("example.org", ["v=spf1 mx ?all"], 0, "wait"),
        ("example.org", ["v=spf10 mx -all"], 0, "late"),
        ("example.org", ["V=SPF1 redirect=_spf.example.org"], 0, "done"),
        ("lms2026._domainkey.example.org", [], 1, "late"),
        ("lms2026._domainkey.example.org", ["v=DKIM1; k=rsa; p="], 1, "late"),
        ("lms2026._domainkey.example.org", ["v=DKIM1; k=rsa; p=AAAA"], 1, "late"),
        ("lms2026._domainkey.example.org", [f"p={PUBLIC}", "p=AAAA"], 1, "late"),
        ("lms2026._domainkey.example.org", [f"p={PUBLIC}"], 1, "done"),
        ("_dmarc.example.org", [], 2, "late"),
        ("_dmarc.example.org", ["v=DMARC1;p=none", "v=DMARC1;p=reject"], 2, "late"),
        ("_dmarc.example.org", ["v=dmarc1 ; p = none"], 2, "done"),
    ],
)
def test_what_is_wrong_is_said(name, texts, number, state):
    findings = look_up(wanted(), FakeDns(GOOD | {name: texts}))

    assert [finding.state for finding in findings] == ["done"] * number + [state] + ["done"] * (2 - number)
    assert findings[number].word and findings[number].sentence


@pytest.mark.usefixtures("app")
def test_without_a_network_the_first_silence_is_enough():
    resolver = FakeDns(None)

    findings = look_up(wanted(), resolver)

    assert [(finding.state, finding.found) for finding in findings] == [("off", "The DNS operation timed out")] * 3
    assert resolver.asked == ["example.org"]


def test_dns_is_asked_for_the_whole_name_and_waited_for_three_seconds(monkeypatch):
    asked = []

    def resolve(name, kind, **how):
        asked.append((name, kind, how))
        raise dns.resolver.LifetimeTimeout(timeout=3, errors=[])

    monkeypatch.setattr(dns.resolver, "resolve", resolve)

    with pytest.raises(Unasked):
        Dns().texts("example.org")
    assert asked == [("example.org.", "TXT", {"lifetime": 3, "search": False})]


@pytest.mark.parametrize("silence", [dns.resolver.NoResolverConfiguration(), OSError("Network is unreachable")])
def test_a_machine_without_dns_is_no_broken_page(monkeypatch, silence):
    def resolve(*_what, **_how):
        raise silence

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    with pytest.raises(Unasked):
        Dns().texts("example.org")


def test_a_name_that_does_not_exist_has_no_texts(monkeypatch):
    def resolve(*_what, **_how):
        raise dns.resolver.NXDOMAIN

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert Dns().texts("example.org") == []


# --- the mail server --------------------------------------------------------------------------------------------------
def test_a_trusted_line_says_what_was_agreed_on_and_until_when(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    in_time, soon = mail_server(now() - timedelta(days=30)), mail_server(now())

    assert (in_time.state, soon.state) == ("done", "wait")  # the certificate of these tests lives two days
    assert "Действует до" in in_time.sentence
    assert re.match(r"TLSv1\.\d, \w+$", in_time.found)
    assert tls_server.mailbox.letters == []


@pytest.mark.usefixtures("tls_server")
def test_a_certificate_nobody_vouches_for_is_said_so():
    finding = mail_server(now())

    assert finding.state == "late"
    assert "сертификату" in finding.sentence.lower()
    assert "certificate verify failed" in finding.found


def test_on_this_machine_nothing_need_be_encrypted(server):
    assert mail_server(now()).state == "done"
    assert server.mailbox.letters == []


def test_on_another_an_open_line_is_said_so(configure):
    configure({"MAIL_SERVER": "smtp.example.org"})

    offered, not_offered = said(Line(offers_tls=True), now()), said(Line(), now())

    assert (offered.state, not_offered.state) == ("wait", "wait")
    assert "LMS_MAIL_USE_TLS" in offered.sentence


def test_a_server_that_is_not_there_is_said_so_soon(configure):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        configure({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": taken.getsockname()[1]})
        finding = mail_server(now())

    assert finding.state == "late"
    assert "LMS_MAIL_SERVER" in finding.sentence
    assert finding.found.startswith("ConnectionRefusedError")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("535 5.7.8 authentication failed", "LMS_MAIL_PASSWORD"),
        ("SMTPNotSupportedError: STARTTLS extension not supported by server.", "LMS_MAIL_USE_TLS"),
        ("SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number", "LMS_MAIL_USE_SSL"),
        ("TimeoutError: timed out 53", "LMS_MAIL_SERVER"),
    ],
)
def test_each_failure_has_its_own_sentence(error, words):
    assert words in not_reached(error).sentence


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


# --- the page ---------------------------------------------------------------------------------------------------------
WAYS = [("GET", ""), ("POST", "/records"), ("POST", "/server"), ("POST", "/letter")]


@pytest.mark.parametrize(("method", "address"), WAYS)
@pytest.mark.parametrize("who", ["volunteer", "trainer", "centre_coordinator", "coordinator"])
def test_it_is_for_administrators(
    cast: SimpleNamespace, as_: Any, asked: FakeDns, method: str, address: str, who: str
) -> None:
    response = as_(getattr(cast, who)).open(f"/letters/self-check{address}", method=method)

    assert response.status_code == 403
    assert asked.asked == []
    assert db.session.scalars(select(Letter)).all() == []


def test_opening_the_page_asks_nothing_of_the_network(cast, as_, configure, asked, monkeypatch):
    configure({"MAIL_SERVER": "smtp.example.org", "DKIM_SELECTOR": "lms2026", "DKIM_KEY": PEM})

    def nobody(*_where, **_how):
        raise AssertionError("the network was asked")

    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, nobody)
    monkeypatch.setattr(socket.socket, "connect", nobody)
    monkeypatch.setattr(dns.resolver, "resolve", nobody)
    response = as_(cast.admin).get("/letters/self-check")

    assert response.status_code == 200
    assert asked.asked == []
    for words in ("v=spf1 a:smtp.example.org mx ~all", f"v=DKIM1; k=rsa; p={PUBLIC}", "_dmarc.example.org"):
        assert words in response.text
    assert "PRIVATE KEY" not in response.text


def test_a_press_asks_for_our_own_three_names_and_shows_what_was_found(cast, as_, configure, asked):
    configure({"DKIM_SELECTOR": "lms2026", "DKIM_KEY": PEM})
    asked.said = GOOD | {"_dmarc.example.org": []}

    page = text_of(as_(cast.admin).post("/letters/self-check/records", data={"domain": "somebody.example"}))

    assert asked.asked == ["example.org", "lms2026._domainkey.example.org", "_dmarc.example.org"]
    assert "Опубликован тот самый ключ, которым подписаны письма." in page
    assert "Без неё крупные почтовые службы считают письма спамом." in page


def test_without_a_key_the_page_says_what_to_set(cast, as_, asked):
    page = text_of(as_(cast.admin).post("/letters/self-check/records"))

    assert "LMS_DKIM_SELECTOR" in page
    assert asked.asked == ["example.org", "_dmarc.example.org"]


def test_a_sender_of_a_cyrillic_domain_is_asked_for_as_dns_knows_it(cast, as_, configure, asked):
    configure({"MAIL_DEFAULT_SENDER": "мастерская@центр.рф"})

    as_(cast.admin).post("/letters/self-check/records")

    assert asked.asked == ["xn--e1aqjhr.xn--p1ai", "_dmarc.xn--e1aqjhr.xn--p1ai"]


def test_a_sender_without_a_domain_is_said_so(cast, as_, configure, asked):
    configure({"MAIL_DEFAULT_SENDER": "masterskaya"})

    page = text_of(as_(cast.admin).post("/letters/self-check/records"))

    assert "LMS_MAIL_DEFAULT_SENDER" in page
    assert asked.asked == []


def test_connecting_is_a_press_too(cast, as_, server):
    page = text_of(as_(cast.admin).post("/letters/self-check/server"))

    assert "Отвечает" in page
    assert server.mailbox.connections == 1


def test_without_a_mail_server_there_is_nothing_to_connect_to(cast, as_):
    response = as_(cast.admin).post("/letters/self-check/server")

    assert response.status_code == 200
    assert "Почтовый сервер не настроен" in text_of(response)


def test_a_test_letter_goes_to_oneself_and_its_fate_stands_on_the_page(cast, as_):
    client = as_(cast.admin)

    response = client.post("/letters/self-check/letter")

    assert (response.status_code, response.location) == (303, "/letters/self-check#letter")
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.recipient, plain(letter.subject)) == ("admin@lms.test", "Пробное письмо из «Мастерской»")
    assert plain(read(letter.mime).text) == (
        "Здравствуйте, Анна!\n\n"
        "Если вы это читаете, письма доходят. Письмо должно лежать во входящих, а не в спаме.\n\n"
        "В служебных заголовках письма почтовая служба пишет, что она о нас думает: найдите там spf=pass, dkim=pass "
        "и dmarc=pass.\n\n"
        "--\n"
        "Вы сами отправили себе это письмо со страницы «Проверка почты».\n"
        "Сеть ресурсных центров Ростовской области\n"
    )
    letter.state, letter.last_answer = LetterState.FAILED, "550 5.1.1 no such user"
    page = client.get("/letters/self-check")
    assert "Нет такого адреса Пробное письмо из «Мастерской»" in text_of(page)
    assert f'href="/letters/{letter.id}"' in page.text


def test_another_administrators_test_letter_is_not_shown(cast, as_):
    as_(cast.admin).post("/letters/self-check/letter")
    letter = db.session.scalars(select(Letter)).one()
    letter.person_id = cast.coordinator.id

    assert "Пробное письмо из" not in text_of(as_(cast.admin).get("/letters/self-check"))


def test_letters_lead_administrators_here(cast, as_):
    assert 'href="/letters/self-check"' in as_(cast.admin).get("/letters/").text
    assert 'href="/letters/self-check"' not in as_(cast.coordinator).get("/letters/").text
