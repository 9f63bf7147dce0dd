"""Reminders and news reach people as they wish: not at all, not at night, once a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import select

from lms.accounts import notice_actions as notices
from lms.accounts.digest_worker import send_digests
from lms.accounts.wish_models import LetterWishes
from lms.clock import now
from lms.extensions import db
from lms.outbox import worker
from lms.outbox.models import Letter, LetterState
from lms.outbox.topics import Topic
from tests import factories
from tests.outbox.conftest import configure, deliver, message, server, smtp_server

__all__ = ["configure", "server", "smtp_server"]

# In Moscow that is noon, and eleven at night.
NOON, NIGHT = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 20, tzinfo=UTC)
MORNING = datetime(2026, 12, 2, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nights(app):
    app.config["QUIET_HOURS"] = "21-8"
    yield
    app.config["QUIET_HOURS"] = ""


def notice(person, topic=Topic.REMINDERS, **fields):
    fields = {"expires_at": now() + timedelta(days=3)} | fields
    return message(topic=topic, person_id=person.id, recipient=person.email, **fields)


def wishes(person, **fields):
    db.session.add(LetterWishes(**{"person_id": person.id, "quiet_from": 21, "quiet_until": 8} | fields))
    db.session.flush()


def letters():
    return list(db.session.scalars(select(Letter).order_by(Letter.id)))


def read(letter):
    return message_from_bytes(letter.mime, policy=policy.default)


def test_a_reminder_carries_the_two_ways_out_and_a_letter_one_asked_for_carries_none(cast):
    with time_machine.travel(NOON):
        notices.put_all([notice(cast.volunteer), notice(cast.volunteer, Topic.CERTIFICATES)], now=now())

    certificate, reminder = [read(letter) for letter in sorted(letters(), key=lambda letter: letter.topic)]
    link = re.fullmatch(r"<(https://lms\.test/unsubscribe/reminders/[\w-]{32})>", reminder["List-Unsubscribe"])
    assert link
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    secret = link[1].rpartition("/")[2]
    for kind in ("plain", "html"):
        assert f"https://lms.test/letter-wishes/{secret}" in reminder.get_body((kind,)).get_content()
    assert certificate["List-Unsubscribe"] is None
    assert "letter-wishes" not in certificate.get_body(("plain",)).get_content()


def test_who_switched_a_topic_off_gets_no_letter_of_it_but_all_others(cast):
    wishes(cast.volunteer, reminders=False)
    asked_for = [topic for topic in Topic if topic is not Topic.REMINDERS]

    with time_machine.travel(NOON):
        ids = notices.put_all([notice(cast.volunteer, topic, key=topic) for topic in Topic], now=now())

    assert {letter.topic for letter in letters()} == set(asked_for)
    assert set(ids) == set(asked_for)


def test_what_is_written_at_night_waits_for_the_morning_of_its_reader(cast, server):
    cast.stranger.zone = "Asia/Vladivostok"  # there it is six in the morning: one hour later the day begins

    with time_machine.travel(NIGHT) as clock:
        notices.put_all([notice(cast.volunteer), notice(cast.stranger)], now=now())
        notices.put_all([notice(cast.trainer, Topic.CHANGES)], now=now())
        assert deliver() == 1
        clock.move_to(NIGHT + timedelta(hours=2))
        assert deliver() == 1
        clock.move_to(MORNING)
        assert deliver() == 1

    went = [letter.recipient for letter in server.mailbox.letters]
    assert went == [cast.trainer.email, cast.stranger.email, cast.volunteer.email]


def test_what_is_over_by_the_morning_is_dropped_rather_than_sent_late(cast, server):
    with time_machine.travel(NIGHT) as clock:
        notices.put_all([notice(cast.volunteer, expires_at=MORNING)], now=now())
        clock.move_to(MORNING)
        assert deliver() == 0

    assert [letter.state for letter in letters()] == [LetterState.EXPIRED]
    assert server.mailbox.letters == []


def test_who_has_no_quiet_hours_is_written_to_at_night(cast, server):
    wishes(cast.volunteer, quiet_from=None, quiet_until=None)

    with time_machine.travel(NIGHT):
        notices.put_all([notice(cast.volunteer)], now=now())

        assert deliver() == 1


def test_the_letter_of_the_day_gathers_what_came(cast, server):
    wishes(cast.volunteer, digest=True)
    text = "Здравствуйте!\n\nОстался модуль 2.\n\n--\nПочему это письмо пришло.\n"

    with time_machine.travel(NOON) as clock:
        notices.put_all(
            [
                notice(cast.volunteer, subject="Остался модуль", text=text),
                notice(cast.volunteer, Topic.NEWS, subject="Новости недели", text="Батайск открыл приёмную.\n\n--\n"),
            ],
            now=now(),
        )
        db.session.commit()
        send_digests()
        assert deliver() == 0
        clock.move_to(MORNING + timedelta(hours=1))
        send_digests()
        send_digests()
        assert deliver() == 1

    digest = server.mailbox.letters[0].message
    said = digest.get_body(("plain",)).get_content()
    assert digest["Subject"] == "2 письма дня: Остался модуль"
    assert "ОСТАЛСЯ МОДУЛЬ" in said and "НОВОСТИ НЕДЕЛИ" in said
    assert "Батайск открыл приёмную." in said
    assert "Почему это письмо пришло." not in said
    assert "/unsubscribe/all/" in digest["List-Unsubscribe"]
    assert [letter.state for letter in letters()] == [LetterState.GATHERED, LetterState.GATHERED, LetterState.SENT]


def test_what_cannot_wait_for_the_letter_of_the_day_goes_alone(cast, server):
    wishes(cast.volunteer, digest=True)

    with time_machine.travel(NOON):
        notices.put_all([notice(cast.volunteer, expires_at=NOON + timedelta(hours=2))], now=now())

        assert deliver() == 1


def test_a_single_letter_of_the_day_goes_as_it_is(cast, server):
    wishes(cast.volunteer, digest=True)

    with time_machine.travel(NOON) as clock:
        notices.put_all([notice(cast.volunteer, subject="Остался модуль")], now=now())
        db.session.commit()
        clock.move_to(MORNING + timedelta(hours=1))
        send_digests()
        assert deliver() == 1

    assert server.mailbox.letters[0].message["Subject"] == "Остался модуль"


def test_the_letter_of_the_day_is_a_job_of_the_worker(app):
    assert "lms.accounts.digest_worker.send_digests" in worker._jobs


def test_one_key_is_one_letter_also_for_notices(cast):
    with time_machine.travel(NOON):
        first = notices.put_all([notice(cast.volunteer, key="a")], now=now())
        again = notices.put_all([notice(cast.volunteer, key="a"), notice(cast.stranger, key="b")], now=now())

    assert again["a"] == first["a"]
    assert len(letters()) == 2


def test_many_notices_take_few_statements(cast, count_queries):
    people = [factories.person() for _ in range(30)]
    with time_machine.travel(NOON):
        with count_queries() as few:
            notices.put_all([notice(person) for person in people[:1]], now=now())
        with count_queries() as many:
            notices.put_all([notice(person) for person in people[1:]], now=now())

    assert len(many) == len(few)
