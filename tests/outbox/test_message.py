"""What is built is read by others: here by Python's own parser, by icalendar and by vobject."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from lms.outbox.message import Message, build, copy

DATE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ID = "<7f7c7d42@lms.test>"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//RU\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@lms.test\r\n"
    "DTSTAMP:20261124T093000Z\r\nDTSTART:20261203T120000Z\r\nSUMMARY:PR и соцсети НКО без бюджета\r\n"
    "ATTENDEE;CN=Ирина Ковалёва;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:irina.kov\r\n aleva@example.org\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


def letter(**fields: Any) -> Message:
    plain = {
        "key": "invite:7:12:0",
        "recipient": "irina.kovaleva@example.org",
        "recipient_name": "Ирина Ковалёва",
        "subject": "Чт, 3 декабря, 15:00 — PR и соцсети НКО без бюджета",
        "text": "Здравствуйте, Ирина!\n\n--=_mixed--\n.\nFrom здесь начинается строка\n",
        "html": "<p>Здравствуйте, Ирина!</p>\n",
        "expires_at": DATE,
    }
    return Message(**plain | fields)


def built(message: Message) -> bytes:
    return build(message, sender="shkola@lms.test", sender_name="Мастерская", message_id=ID, date=DATE)


def read(mime: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(mime, policy=default))


def test_a_letter_says_who_writes_to_whom_about_what() -> None:
    message = read(built(letter(reply_to="bondarenko@lms.test", reply_to_name="Светлана Бондаренко")))

    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "Мастерская <shkola@lms.test>",
        "To": "Ирина Ковалёва <irina.kovaleva@example.org>",
        "Reply-To": "Светлана Бондаренко <bondarenko@lms.test>",
        "Subject": "Чт, 3 декабря, 15:00 — PR и соцсети НКО без бюджета",
        "Date": "Tue, 24 Nov 2026 09:30:00 +0000",
        "Message-ID": ID,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }


def test_without_a_calendar_a_letter_is_text_and_html() -> None:
    message = read(built(letter()))

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in message.iter_parts())
    assert text.replace("\r\n", "\n") == letter().text
    assert html.replace("\r\n", "\n") == letter().html


def test_with_a_calendar_it_is_both_an_alternative_and_an_attachment() -> None:
    message = read(built(letter(calendar=CALENDAR)))

    alternative, attachment = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    text, html, calendar = alternative.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert calendar["Content-Type"] == 'text/calendar; charset="utf-8"; method="REQUEST"'
    assert calendar.get_payload(decode=True) == CALENDAR
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert attachment.get_payload(decode=True) == CALENDAR


def test_the_calendar_arrives_whole_for_two_readers() -> None:
    part = next(p for p in read(built(letter(calendar=CALENDAR))).walk() if p.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)

    assert str(Calendar.from_ical(content).events[0]["SUMMARY"]) == "PR и соцсети НКО без бюджета"
    assert vobject.readOne(content.decode()).vevent.summary.value == "PR и соцсети НКО без бюджета"


def test_a_later_letter_refers_to_the_first() -> None:
    message = read(built(letter(references="<first@lms.test> <second@lms.test>\r\nBcc: x@evil.test")))

    assert str(message["References"]) == "<first@lms.test> <second@lms.test>"
    assert str(message["In-Reply-To"]) == "<second@lms.test>"
    assert message["Bcc"] is None


def test_headers_of_the_sender_are_kept_on_one_line() -> None:
    headers = {
        "List-Unsubscribe": "<https://lms.test/i/9fK2mQ/unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click\r\nBcc: x@evil.test",
    }
    message = read(built(letter(headers=headers)))

    assert str(message["List-Unsubscribe"]) == "<https://lms.test/i/9fK2mQ/unsubscribe>"
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click Bcc: x@evil.test"
    assert message["Bcc"] is None


@pytest.mark.parametrize("name", ["X-Test: a\r\nBcc", "Тема", "", "X Test"])
def test_a_header_needs_a_proper_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a header"):
        built(letter(headers={name: "x"}))


@pytest.mark.parametrize(
    "address",
    ["", "irina", "a@b@c", "a b@c.org", "a@c.org\r\nBcc: x@evil.test", "<a@c.org>", "a@c.org, b@c.org", '"a"@c.org'],
)
def test_a_letter_to_no_address_is_not_built(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        built(letter(recipient=address))


def test_a_cyrillic_domain_is_written_as_mail_servers_know_it() -> None:
    message = read(built(letter(recipient="irina@пример.рф", recipient_name="")))

    assert str(message["To"]) == "irina@xn--e1afmkfd.xn--p1ai"


@given(
    name=st.text(max_size=300),
    subject=st.text(max_size=300),
    text=st.text(max_size=500),
)
@example(name="Пётр\r\nBcc: x@evil.test", subject="Тема\r\n\r\nтело", text="a\rb\r\nc")
@example(name='"', subject="=?utf-8?q?=0D=0ABcc:x?=", text="\ud800")
@example(name='Иванова, "Анна" <a@evil.test>', subject="‮txt.exe", text=".\r\n.")
@example(name="🏳️‍🌈" * 60, subject="👩‍👩‍👧‍👦" * 40, text="=_mixed")
@example(name="a@evil.test", subject=" ", text="")
@pytest.mark.slow
def test_whatever_stands_in_a_name_or_a_subject_no_header_is_added(name: str, subject: str, text: str) -> None:
    mime = built(letter(recipient_name=name, subject=subject, text=text, html=text))

    message = read(mime)
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert mime.isascii()
    assert max(len(line) for line in mime.split(b"\r\n")) <= 76
    assert b"\n" not in mime.replace(b"\r\n", b"")
    (recipient,) = message["To"].addresses
    assert recipient.addr_spec == "irina.kovaleva@example.org"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


readable = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200)


@given(name=readable, subject=readable)
@example(name="'", subject="'")
@example(name="Анна-Мария О’Нил", subject="№ 5 — «Тест»")
@example(name="=?utf-8?b?0JA=?=", subject="=?utf-8?b?0JA=?=")
@example(name="😀" * 300, subject="😀" * 300)
def test_what_can_be_read_is_read_back_as_it_was(name: str, subject: str) -> None:
    mime = built(letter(recipient_name=name, subject=subject))

    assert str(read(mime)["Subject"]) == subject
    # The newer parser of Python 3.11 puts spaces between encoded words of a name, against RFC 2047 §6.2.
    to = message_from_bytes(mime)["To"]
    assert str(make_header(decode_header(to))) == f"{name} <irina.kovaleva@example.org>"


def test_a_letter_takes_less_than_a_fifth_of_a_millisecond() -> None:
    page = "<p>Здравствуйте! Приглашаем на встречу.</p>" * 120
    messages = [letter(recipient=f"p{i}@example.org", html=page, calendar=CALENDAR * 3) for i in range(500)]

    started = time.process_time()
    for message in messages:
        built(message)

    assert (time.process_time() - started) / 500 < 0.0005  # 0.1 ms alone; room for a busy machine


# --- the same letter once more ----------------------------------------------------------------------------------------
def test_a_copy_differs_in_its_message_id_and_date_alone() -> None:
    mime = built(letter(calendar=CALENDAR))

    again = copy(mime, message_id="<other@lms.test>", date=DATE.replace(day=25), recipient=letter().recipient)

    assert again == mime.replace(ID.encode(), b"<other@lms.test>").replace(b"Tue, 24 Nov", b"Wed, 25 Nov")


def test_a_corrected_address_stands_in_the_header_and_in_both_calendars() -> None:
    mime = built(letter(calendar=CALENDAR))

    message = read(
        copy(
            mime,
            message_id=ID,
            date=DATE,
            recipient=letter().recipient,
            new_recipient="irina.konstantinovna.kovaleva@novoaleksandrovskoe.example.org",
        )
    )

    assert str(message["To"]) == "Ирина Ковалёва <irina.konstantinovna.kovaleva@novoaleksandrovskoe.example.org>"
    calendars = [p for p in message.walk() if p.get_content_type() in {"text/calendar", "application/ics"}]
    assert len(calendars) == 2
    for part in calendars:
        content = part.get_payload(decode=True)
        assert max(map(len, content.split(b"\r\n"))) <= 75
        attendee = Calendar.from_ical(content).events[0]["ATTENDEE"]
        assert attendee == "mailto:irina.konstantinovna.kovaleva@novoaleksandrovskoe.example.org"
        assert attendee.params["CN"] == "Ирина Ковалёва"
    assert [p.get_content_type() for p in message.walk() if not p.is_multipart()] == [
        "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip


def test_another_address_that_begins_alike_is_left_alone() -> None:
    calendar = CALENDAR.replace(b"END:VEVENT", b"ORGANIZER:mailto:irina.kovaleva@example.org.ru\r\nEND:VEVENT")
    mime = built(letter(calendar=calendar))

    message = read(copy(mime, message_id=ID, date=DATE, recipient=letter().recipient, new_recipient="new@example.org"))

    part = next(p for p in message.walk() if p.get_content_type() == "text/calendar")
    event = Calendar.from_ical(part.get_payload(decode=True)).events[0]
    assert (event["ATTENDEE"], event["ORGANIZER"]) == (
        "mailto:new@example.org",
        "mailto:irina.kovaleva@example.org.ru",
    )
