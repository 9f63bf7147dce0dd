from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.outbox.message import Message, build
from lms.outbox.reading import Reading, linked, masked, read

DATE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def reading(text: str) -> Reading:
    return Reading(reply_to="", text=text, files=[])


def test_a_letter_is_read_as_it_was_written() -> None:
    message = Message(
        key="x", recipient="irina@lms.test", recipient_name="Ирина", subject="Тема", text="Раз\nдва\n", html="",
        expires_at=DATE, reply_to="svetlana@lms.test", reply_to_name="Светлана", calendar=b"BEGIN:VCALENDAR\r\n",
    )  # fmt: skip
    mime = build(message, sender="shkola@lms.test", sender_name="Мастерская", message_id="<1@lms.test>", date=DATE)

    assert read(mime) == Reading(
        reply_to="svetlana@lms.test",
        text="Раз\nдва\n",
        files=["invite.ics"],
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://lms.test/i/9fK2mQ/yes", "https://lms.test/i/•••/yes"),
        ("https://lms.test/i/9fK2mQ", "https://lms.test/i/•••"),
        ("Приду: https://lms.test/i/9fK2mQ/materials/71\nи", "Приду: https://lms.test/i/•••/materials/71\nи"),
        ("https://lms.test/school/sign-in/ab_C-9?x=1", "https://lms.test/school/sign-in/•••?x=1"),
        ("https://lms.test/password/abc", "https://lms.test/password/•••"),
        ("https://lms.test/new/kind/of/abcdefghij0123456789_-", "https://lms.test/new/kind/of/•••"),
        ("https://lms.test/sessions/7", "https://lms.test/sessions/7"),
        ("https://lms.test/sign-in/ab и 123\u00a0456", "https://lms.test/sign-in/••• и •••"),
        ("https://lms.test/sign-in/ab и 123456.", "https://lms.test/sign-in/••• и •••."),
        ("Собрали 180 000 рублей, телефон 8 863 123-45-67", "Собрали 180 000 рублей, телефон 8 863 123-45-67"),
    ],
)
def test_what_lets_somebody_in_is_hidden(text: str, shown: str) -> None:
    assert masked(reading(text)) == shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://lms.test/sign-in/abc", True),
        ("https://lms.test/password/abc", True),
        ("https://lms.test/i/abc/yes", False),
        ("https://lms.test/sign-in", False),
    ],
)
def test_only_links_to_sign_in_let_in(text: str, expected: bool) -> None:
    assert reading(text).lets_in is expected


def test_addresses_become_links_and_nothing_else_becomes_markup() -> None:
    text = "<b>Смотрите</b>: https://lms.test/a?b=1&c=2. «https://lms.test/d» javascript:alert(1)"

    assert str(linked(text)) == (
        '&lt;b&gt;Смотрите&lt;/b&gt;: <a href="https://lms.test/a?b=1&amp;c=2">https://lms.test/a?b=1&amp;c=2</a>. '
        '«<a href="https://lms.test/d">https://lms.test/d</a>» javascript:alert(1)'
    )
