from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.extensions import db
from lms.outbox import actions
from lms.outbox.models import Letter, LetterState
from tests.outbox.conftest import message

pytestmark = pytest.mark.usefixtures("app")


def letters() -> list[Letter]:
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def test_a_letter_waits_whole_in_its_row() -> None:
    at = now()
    wanted = message(key="invite:7:12:0", recipient="irina@lms.test", subject="Тема")

    letter = actions.put(wanted, now=at)
    db.session.commit()

    assert (letter.key, letter.recipient, letter.subject) == ("invite:7:12:0", "irina@lms.test", "Тема")
    assert (letter.state, letter.attempts, letter.next_try_at) == (LetterState.QUEUED, 0, at)
    assert letter.expires_at == wanted.expires_at
    assert letter.message_id.endswith("@lms.test>")
    assert f"\r\nMessage-ID: {letter.message_id}\r\n".encode() in letter.mime
    assert b"<masterskaya@example.org>\r\nTo: " in letter.mime


def test_one_key_is_one_letter_however_often_it_is_put() -> None:
    first = actions.put(message(key="invite:7:12:0", subject="Первое"), now=now())
    again = actions.put(message(key="invite:7:12:0", subject="Второе"), now=now())

    assert again is first
    assert [letter.subject for letter in letters()] == ["Первое"]


def test_many_are_put_at_once_and_those_that_were_there_are_not_doubled() -> None:
    there = actions.put(message(key="a"), now=now())

    ids = actions.put_all([message(key=key) for key in ("a", "b", "c", "b")], now=now())

    assert ids == {letter.key: letter.id for letter in letters()}
    assert ids["a"] == there.id
    assert sorted(ids) == ["a", "b", "c"]


def test_putting_nothing_is_fine() -> None:
    assert actions.put_all([], now=now()) == {}


def test_a_rollback_takes_the_letter_along() -> None:
    actions.put(message(), now=now())

    db.session.rollback()

    assert letters() == []


@pytest.mark.slow
def test_ten_thousand_letters_take_few_statements_and_seconds(count_queries: Any) -> None:
    page = "<p>Здравствуйте! Приглашаем на встречу.</p>" * 60
    messages = [message(html=page) for _ in range(10_000)]

    started = time.process_time()  # the machine may be busy with others
    with count_queries() as queries:
        actions.put_all(messages, now=now())
        db.session.commit()
    seconds = time.process_time() - started

    assert db.session.scalar(select(func.count()).select_from(Letter)) == 10_000
    assert len(queries) <= 16
    assert seconds < 5


# --- once more --------------------------------------------------------------------------------------------------------
def settled(state: LetterState, **fields: Any) -> Letter:
    letter = actions.put(message(), now=now() - timedelta(hours=1))
    letter.state = state
    letter.attempts = 3
    letter.last_answer = "550 no such user"
    letter.sent_at = now() if state is LetterState.SENT else None
    for name, value in fields.items():
        setattr(letter, name, value)
    db.session.commit()
    return letter


def test_a_letter_that_was_sent_goes_again_under_another_message_id() -> None:
    letter = settled(LetterState.SENT)
    before, mime, at = letter.message_id, letter.mime, now()

    actions.send_again(letter, now=at)
    db.session.commit()

    assert (letter.state, letter.attempts, letter.next_try_at, letter.sent_at) == (LetterState.QUEUED, 0, at, None)
    assert letter.message_id != before
    assert letter.mime.partition(b"\r\n\r\n")[2] == mime.partition(b"\r\n\r\n")[2]
    assert letter.message_id.encode() in letter.mime
    assert before.encode() not in letter.mime


def test_a_letter_that_never_arrived_keeps_its_message_id() -> None:
    letter = settled(LetterState.FAILED)
    before = letter.message_id

    actions.send_again(letter, now=now())

    assert letter.message_id == before
    assert letter.state is LetterState.QUEUED


def test_a_corrected_address_is_where_it_goes() -> None:
    letter = settled(LetterState.FAILED, recipient="person1@lms.test")
    letter.mime = letter.mime.replace(letter.mime.split(b"<")[2].split(b">")[0], b"person1@lms.test")

    actions.send_again(letter, now=now(), recipient="right@lms.test")
    db.session.commit()

    assert (letter.recipient, letter.state) == ("right@lms.test", LetterState.QUEUED)
    assert b"<right@lms.test>\r\n" in letter.mime
    assert b"person1@lms.test" not in letter.mime


def test_pressing_send_again_twice_is_pressing_it_once() -> None:
    letter = settled(LetterState.SENT)

    actions.send_again(letter, now=now())
    once = letter.message_id
    actions.send_again(letter, now=now())

    assert letter.message_id == once
    assert len(letters()) == 1


def test_correcting_the_address_of_a_letter_on_its_way_takes_it_from_its_worker() -> None:
    letter = settled(LetterState.SENDING, lease="someone")

    actions.send_again(letter, now=now(), recipient="right@lms.test")

    assert (letter.state, letter.lease) == (LetterState.QUEUED, None)


@pytest.mark.parametrize(
    ("state", "expires_in", "expected"),
    [
        (LetterState.SENT, timedelta(hours=1), True),
        (LetterState.FAILED, timedelta(hours=1), True),
        (LetterState.FAILED, timedelta(0), False),
        (LetterState.EXPIRED, timedelta(hours=-1), False),
        (LetterState.QUEUED, timedelta(hours=1), False),
        (LetterState.SENDING, timedelta(hours=1), False),
    ],
)
def test_what_waits_or_came_too_late_is_not_sent_again(
    state: LetterState, expires_in: timedelta, expected: bool
) -> None:
    at = now()
    assert settled(state, expires_at=at + expires_in).can_be_sent_again(at) is expected


# --- taken back -------------------------------------------------------------------------------------------------------
def test_letters_nobody_has_begun_to_send_can_be_taken_back() -> None:
    keys = ("invite:7:1:0", "invite:7:2:0", "invite:70:1:0", "invite_7:1")
    actions.put_all([message(key=key) for key in keys], now=now())
    sending = actions.put(message(key="invite:7:3:0"), now=now())
    sending.state = LetterState.SENDING
    db.session.commit()

    assert actions.drop("invite:7:") == 2
    db.session.commit()

    assert [letter.key for letter in letters()] == ["invite:70:1:0", "invite_7:1", "invite:7:3:0"]
    assert actions.put(message(key="invite:7:1:0"), now=now()).state is LetterState.QUEUED


def test_a_prefix_is_taken_literally() -> None:
    actions.put_all([message(key="a_1"), message(key="ab1")], now=now())

    assert actions.drop("a_") == 1
