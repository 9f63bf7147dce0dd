from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from lms.outbox import actions
from lms.outbox.models import Letter, LetterState
from tests.outbox.conftest import Configure, message
from tests.smtp import Server

INVITATION = "Здравствуйте!\n\nПриду: https://lms.test/i/9fK2mQ/yes\n"
SIGN_IN = "Войти: https://lms.test/sign-in/3hT8sEcReT\n\nКод: 123 456\n"


def letter(to: Person | None = None, state: LetterState = LetterState.QUEUED, **fields: Any) -> Letter:
    wanted = {"recipient": to.email, "recipient_name": to.name, "person_id": to.id} if to else {}
    row = {name: fields.pop(name) for name in ("attempts", "last_answer", "sent_at", "next_try_at") if name in fields}
    made = actions.put(message(**wanted | {"text": INVITATION} | fields), now=now())
    made.state = state
    for name, value in row.items():
        setattr(made, name, value)
    if state is LetterState.SENT:
        made.sent_at = now()
        made.last_answer = made.last_answer or "250 ok"
    db.session.commit()
    return made


def text_of(response: Any) -> str:
    """What is read on the page."""
    body = re.sub(r"<[^>]+>", " ", response.text.partition("<main")[2].partition("</main")[0])
    return " ".join(body.replace("\u00a0", " ").replace("\u2060", "").split())


@pytest.fixture
def sending(smtp_server: Server, configure: Configure) -> None:
    """Letters really leave."""
    configure(smtp_server.settings)


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_says_what_became_of_every_letter(cast: SimpleNamespace, as_: Any) -> None:
    letter(cast.volunteer, subject="Первое")
    letter(cast.trainer, LetterState.SENT, subject="Второе")
    letter(cast.stranger, LetterState.FAILED, subject="Третье", last_answer="550 5.1.1 no such user")
    letter(cast.admin, LetterState.EXPIRED, subject="Четвёртое")
    letter(cast.admin, subject="Пятое", attempts=2, last_answer="451 later", next_try_at=now() + timedelta(minutes=5))

    page = text_of(as_(cast.coordinator).get("/letters/"))

    for words in (
        "Все 5", "Ждут отправки 2", "Отправлено 1", "Не доставлено 1", "Опоздали 1",
        "Ирина Ковалёва volunteer@lms.test Первое Ждёт отправки",
        "Дмитрий Савченко trainer@lms.test Второе Отправлено",
        "Клавдия Чужинова stranger@lms.test Третье Нет такого адреса",
        "Четвёртое Опоздало, не отправлено",
        "Пятое Почтовый сервер просит зайти позже попробуем ещё раз:",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("address", "subjects"),
    [
        ("/letters/?state=waiting", ["Первое"]),
        ("/letters/?state=failed", ["Второе"]),
        ("/letters/?state=nonsense", ["Второе", "Первое"]),
        ("/letters/?q=TRAINER@", ["Второе"]),
        ("/letters/?q=ковалё", ["Первое"]),
        ("/letters/?q=ПЕРВ", ["Первое"]),
        ("/letters/?q=%25", []),
        ("/letters/?q=перв&state=failed", []),
    ],
)
def test_letters_are_found_by_state_address_name_and_subject(
    cast: SimpleNamespace, as_: Any, address: str, subjects: list[str]
) -> None:
    letter(cast.volunteer, subject="Первое")
    letter(cast.trainer, LetterState.FAILED, subject="Второе")

    response = as_(cast.coordinator).get(address)

    assert re.findall(r'<a href="/letters/\d+">([^<]+)</a>', response.text) == subjects


def test_a_page_has_fifty_letters(cast: SimpleNamespace, as_: Any) -> None:
    actions.put_all([message(subject=f"Письмо {n:02}") for n in range(51)], now=now())
    client = as_(cast.coordinator)

    first, second = client.get("/letters/"), client.get("/letters/?page=2")
    beyond, nonsense = client.get("/letters/?page=99"), client.get("/letters/?page=x")

    assert first.text.count("Письмо ") - second.text.count("Письмо ") == 49
    assert "Письмо 50" in first.text
    assert "Письмо 00" in second.text
    assert "Письмо 00" in beyond.text
    assert "Письмо 50" in nonsense.text


def test_the_list_asks_as_much_for_thirty_letters_as_for_one(
    cast: SimpleNamespace, as_: Any, count_queries: Any
) -> None:
    client = as_(cast.coordinator)
    letter(cast.volunteer)
    with count_queries() as one:
        client.get("/letters/")
    for _ in range(29):
        letter(cast.volunteer)
    with count_queries() as thirty:
        client.get("/letters/")

    assert len(one) == len(thirty) <= 8


def test_what_waits_for_the_letter_of_the_day_and_what_went_in_it_are_said_so(cast: SimpleNamespace, as_: Any) -> None:
    held = letter(cast.volunteer, LetterState.HELD, subject="Ждёт", next_try_at=now() + timedelta(hours=9))
    letter(cast.volunteer, LetterState.GATHERED, subject="Вошло")
    client = as_(cast.coordinator)

    waiting, sent = (text_of(client.get(f"/letters/?state={tab}")) for tab in ("waiting", "sent"))

    assert "Ждут отправки 1 Отправлено 1" in waiting
    assert "Ждёт Ждёт письма дня уйдёт " in waiting
    assert "Вошло Вошло в письмо дня" in sent
    assert f"/letters/{held.id}/delivery" in client.get(f"/letters/{held.id}").text


def test_what_waits_for_the_letter_of_the_day_may_go_at_once(cast: SimpleNamespace, as_: Any) -> None:
    held = letter(cast.volunteer, LetterState.HELD, next_try_at=now() + timedelta(hours=9))

    as_(cast.coordinator).post(f"/letters/{held.id}/delivery")

    assert held.state is LetterState.QUEUED
    assert held.next_try_at <= now()


def test_an_empty_list_says_what_will_be_there(cast: SimpleNamespace, as_: Any) -> None:
    client = as_(cast.coordinator)

    assert "Писем пока нет." in text_of(client.get("/letters/"))
    assert "Пока все письма дошли." in text_of(client.get("/letters/?state=failed"))
    assert "Такого письма нет." in text_of(client.get("/letters/?q=xyz"))


def test_without_a_mail_server_the_page_says_where_letters_are(cast: SimpleNamespace, as_: Any, app: Any) -> None:
    page = text_of(as_(cast.coordinator).get("/letters/"))

    assert "Почтовый сервер не настроен: письма никуда не уходят." in page
    assert f"{app.config['DATA_FOLDER']}/letters" in page


@pytest.mark.usefixtures("sending")
def test_with_one_it_does_not_and_says_when_letters_lie_about(cast: SimpleNamespace, as_: Any) -> None:
    letter(cast.volunteer, next_try_at=now() - timedelta(minutes=21))

    page = text_of(as_(cast.coordinator).get("/letters/"))

    assert "не настроен" not in page
    assert "Самое старое письмо ждёт уже 21 минуту." in page


def test_the_list_is_in_english_too(cast: SimpleNamespace, as_: Any) -> None:
    letter(cast.volunteer)

    page = text_of(as_(cast.coordinator).get("/letters/", headers={"Accept-Language": "en"}))

    assert "No mail server is set: letters are not sent." in page
    assert "Waits to be sent" in page


# --- who may ----------------------------------------------------------------------------------------------------------
WAYS = [
    ("GET", "/letters/"),
    ("GET", "/letters/{id}"),
    ("GET", "/letters/{id}/file"),
    ("GET", "/letters/{id}/address"),
    ("POST", "/letters/{id}/address"),
    ("POST", "/letters/{id}/delivery"),
    ("POST", "/letters/delivery"),
]


@pytest.mark.parametrize(("method", "address"), WAYS)
@pytest.mark.parametrize("who", ["volunteer", "trainer", "centre_coordinator"])
def test_only_coordinators_of_the_network_see_letters(
    cast: SimpleNamespace, as_: Any, method: str, address: str, who: str
) -> None:
    made = letter(cast.volunteer, LetterState.FAILED)

    response = as_(getattr(cast, who)).open(address.format(id=made.id), method=method)

    assert response.status_code == 403
    assert made.state is LetterState.FAILED


@pytest.mark.parametrize(("method", "address"), [way for way in WAYS if "{id}" in way[1]])
@pytest.mark.parametrize("number", ["999", "99999999999999999999"])
def test_a_letter_that_is_not_there_is_not_found(
    cast: SimpleNamespace, as_: Any, method: str, address: str, number: str
) -> None:
    assert as_(cast.coordinator).open(address.format(id=number), method=method).status_code == 404


# --- one letter -------------------------------------------------------------------------------------------------------
def test_a_letter_shows_whom_it_goes_to_and_its_text(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(
        cast.volunteer, LetterState.FAILED, subject="Встреча", attempts=3, last_answer="550 5.1.1 no such user",
        reply_to="svetlana@lms.test", calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    )  # fmt: skip

    response = as_(cast.coordinator).get(f"/letters/{made.id}")

    page = text_of(response)
    for words in (
        "Встреча", "Ковалёва Ирина volunteer@lms.test", "Нет такого адреса", "550 5.1.1 no such user", "3 раза",
        "Ответы придут svetlana@lms.test", "Вложение: invite.ics", "Здравствуйте!", "Исправить адрес",
    ):  # fmt: skip
        assert words in page
    assert response.headers["Cache-Control"] == "no-store"
    assert f'<a href="/people/{cast.volunteer.id}">' in response.text


def test_without_a_mail_server_the_links_can_be_followed_and_the_file_fetched(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, text=SIGN_IN)
    client = as_(cast.coordinator)

    response, file = client.get(f"/letters/{made.id}"), client.get(f"/letters/{made.id}/file")

    assert '<a href="https://lms.test/sign-in/3hT8sEcReT">' in response.text
    assert "123 456" in response.text
    assert (file.data, file.mimetype) == (made.mime, "message/rfc822")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{made.id}.eml"'


@pytest.mark.usefixtures("sending")
def test_where_letters_leave_nobody_can_sign_in_as_somebody_else_with_them(cast: SimpleNamespace, as_: Any) -> None:
    for text in (SIGN_IN, INVITATION):
        made = letter(cast.volunteer, text=text)
        client = as_(cast.admin)

        response, file = client.get(f"/letters/{made.id}"), client.get(f"/letters/{made.id}/file")

        assert response.status_code == 200
        for secret in ("3hT8sEcReT", "123 456", "9fK2mQ"):
            assert secret not in response.text
        assert file.status_code == 404


def test_an_administrators_links_are_for_administrators(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.admin, text=SIGN_IN)

    coordinators, admins = (as_(who).get(f"/letters/{made.id}") for who in (cast.coordinator, cast.admin))

    assert "3hT8sEcReT" not in coordinators.text
    assert as_(cast.coordinator).get(f"/letters/{made.id}/file").status_code == 404
    assert "3hT8sEcReT" in admins.text


def test_markup_in_a_letter_is_only_text(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, text="<script>alert(1)</script>", subject="<b>x</b>", recipient_name="<i>y</i>")

    for address in ("/letters/", f"/letters/{made.id}"):
        body = as_(cast.coordinator).get(address).text.partition("<main")[2]
        assert "<script>" not in body
        assert "<b>x" not in body
        assert "<i>y" not in body


# --- once more --------------------------------------------------------------------------------------------------------
def test_a_letter_is_sent_again(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.SENT)

    response = as_(cast.coordinator).post(f"/letters/{made.id}/delivery")

    assert (response.status_code, response.location) == (303, f"/letters/{made.id}")
    assert (made.state, made.attempts) == (LetterState.QUEUED, 0)


def test_a_letter_waiting_for_its_next_try_goes_at_once(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, attempts=4, last_answer="451 later", next_try_at=now() + timedelta(hours=1))
    before = made.message_id

    as_(cast.coordinator).post(f"/letters/{made.id}/delivery")

    assert made.next_try_at <= now()
    assert (made.message_id, made.attempts) == (before, 4)


def test_a_letter_about_what_is_over_is_not_sent_again(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.EXPIRED, expires_at=now() - timedelta(hours=1))
    client = as_(cast.coordinator)

    response = client.get(client.post(f"/letters/{made.id}/delivery").location)

    assert "Это письмо отправлять поздно" in text_of(response)
    assert made.state is LetterState.EXPIRED
    assert f"/letters/{made.id}/delivery" not in response.text


def test_everything_that_failed_is_sent_again_with_one_press(cast: SimpleNamespace, as_: Any) -> None:
    failed = [letter(cast.volunteer, LetterState.FAILED, attempts=2) for _ in range(2)]
    letter(cast.volunteer, LetterState.FAILED, expires_at=now())
    letter(cast.volunteer, LetterState.SENT)
    client = as_(cast.coordinator)

    assert "Отправить ещё раз: 2" in text_of(client.get("/letters/?state=failed"))
    response = client.get(client.post("/letters/delivery").location)

    assert "Ещё раз отправляются 2 письма." in text_of(response)
    assert [(one.state, one.attempts) for one in failed] == [(LetterState.QUEUED, 0)] * 2
    assert [state for (state,) in db.session.execute(select(Letter.state).order_by(Letter.id))][2:] == [
        LetterState.FAILED,
        LetterState.SENT,
    ]


# --- another address --------------------------------------------------------------------------------------------------
def form(made: Letter, **fields: str) -> dict[str, str]:
    return {"version": made.message_id, "email": "right@lms.test"} | fields


def test_a_corrected_address_is_kept_in_the_card_and_the_letter_goes_there(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.FAILED, last_answer="550 5.1.1 no such user")
    client = as_(cast.coordinator)

    page = client.get(f"/letters/{made.id}/address")
    response = client.post(f"/letters/{made.id}/address", data=form(made, email=" RIGHT@lms.test ", in_card="y"))

    assert "Письмо шло на volunteer@lms.test и не дошло. Нет такого адреса." in text_of(page)
    assert (response.status_code, response.location) == (303, f"/letters/{made.id}")
    assert (made.recipient, made.state) == ("right@lms.test", LetterState.QUEUED)
    assert b"<right@lms.test>" in made.mime
    assert cast.volunteer.email == "right@lms.test"


def test_the_card_is_left_alone_when_that_is_wanted(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.FAILED)

    as_(cast.coordinator).post(f"/letters/{made.id}/address", data=form(made))

    assert (made.recipient, cast.volunteer.email) == ("right@lms.test", "volunteer@lms.test")


def test_the_card_of_an_administrator_is_left_alone_whatever_is_sent(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.admin, LetterState.FAILED)

    as_(cast.coordinator).post(f"/letters/{made.id}/address", data=form(made, in_card="y"))

    assert (made.recipient, cast.admin.email) == ("right@lms.test", "admin@lms.test")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Write something here."),
        ("right.lms.test", "There is no @ in the address."),
        ("trainer@lms.test", "Another person has this address: Савченко Дмитрий."),
    ],
)
def test_an_address_that_cannot_be_right_is_said_so_and_kept(
    cast: SimpleNamespace, as_: Any, typed: str, error: str
) -> None:
    made = letter(cast.volunteer, LetterState.FAILED)

    response = as_(cast.coordinator).post(
        f"/letters/{made.id}/address", data=form(made, email=typed), headers={"Accept-Language": "en"}
    )

    assert response.status_code == 422
    assert error in text_of(response)
    assert f'value="{typed}"' in response.text
    assert (made.recipient, made.state) == ("volunteer@lms.test", LetterState.FAILED)


def test_two_who_correct_one_address_at_once_see_each_other(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.FAILED)
    opened_on = made.message_id
    actions.send_again(made, now=now(), recipient="first@lms.test")
    db.session.commit()

    response = as_(cast.coordinator).post(
        f"/letters/{made.id}/address", data=form(made, version=opened_on, email="second@lms.test")
    )

    assert response.status_code == 409
    assert "first@lms.test" in response.text
    assert 'value="second@lms.test"' in response.text
    assert made.recipient == "first@lms.test"


def test_a_link_to_sign_in_goes_to_no_other_address(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.FAILED, text=SIGN_IN)
    client = as_(cast.coordinator)

    assert client.get(f"/letters/{made.id}/address").status_code == 403
    assert client.post(f"/letters/{made.id}/address", data=form(made)).status_code == 403
    assert f"/letters/{made.id}/address" not in client.get(f"/letters/{made.id}").text
    assert made.recipient == "volunteer@lms.test"


def test_what_somebody_received_goes_to_no_other_address(cast: SimpleNamespace, as_: Any) -> None:
    made = letter(cast.volunteer, LetterState.SENT)
    client = as_(cast.coordinator)

    response = client.get(client.post(f"/letters/{made.id}/address", data=form(made)).location)

    assert "уже нельзя отправить на другой адрес" in text_of(response)
    assert made.recipient == "volunteer@lms.test"
