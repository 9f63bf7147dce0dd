"""Letters compared in full with saved files; with LMS_SAVE_LETTERS=1 in the environment they are written anew."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from lms.clock import now
from lms.extensions import db
from lms.sessions import invitation_actions as actions
from lms.sessions import invitation_queries, mail
from lms.sessions.queries import invitation_of
from tests import factories
from tests.sessions.conftest import MOSCOW, calendar_of, html_of, letter_to, letters, secret_in, text_of

SAVED = Path(__file__).parent / "letters"
SAVED_HEADERS = ("From", "To", "Reply-To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")


def same_as_saved(name: str, message) -> None:
    """Subject, text, HTML and calendar as in the file; the secret of the link is written SECRET."""
    secret = secret_in(message) if "/i/" in text_of(message) else "no secret"
    calendar = calendar_of(message).decode() if "text/calendar" in message.as_string() else ""
    headers = "".join(f"{header}: {message[header]}\n" for header in SAVED_HEADERS if message[header])
    written = f"{headers}\n{text_of(message)}\n=====\n{html_of(message)}\n=====\n{calendar}"
    for there, here in (("\u00a0", " "), ("\u2060", ""), ("\r\n ", ""), ("\r\n", "\n"), (secret, "SECRET")):
        written = written.replace(there, here)
    written = re.sub(r"(/letter-wishes/|/unsubscribe/\w+/)[\w-]+", r"\1SECRET", written)
    path = SAVED / name
    if os.environ.get("LMS_SAVE_LETTERS"):
        path.write_text(written)
    assert written == path.read_text()


def test_the_invitation(invited, cast):
    same_as_saved("invitation.ru.txt", letter_to(cast.volunteer))


def test_the_invitation_in_english_for_someone_in_another_zone(school, cast):
    cast.stranger.locale, cast.stranger.zone = "en", "Asia/Yekaterinburg"

    actions.invite([cast.stranger.id], school.live_session, by=cast.coordinator, now=now())

    same_as_saved("invitation.en.txt", letter_to(cast.stranger))


def test_the_session_moves(invited, cast):
    invited.live_session.starts_at += timedelta(days=1, hours=1)
    invited.live_session.ends_at += timedelta(days=1, hours=1)

    actions.tell_of_change(invited.live_session, {"time"}, by=cast.coordinator, now=now())

    same_as_saved("moved.ru.txt", letter_to(cast.volunteer))


def test_the_session_is_called_off(invited, cast):
    actions.cancel(invited.live_session, "Ведущий заболел, новый день назовём позже.", by=cast.coordinator, now=now())

    same_as_saved("cancellation.ru.txt", letter_to(cast.volunteer))


def test_one_person_is_taken_off_the_list(invited, cast):
    for letter in letters():
        letter.state = "sent"

    actions.remove(invitation_of(cast.volunteer.id, invited.live_session.id), by=cast.coordinator, now=now())

    same_as_saved("removal.ru.txt", letter_to(cast.volunteer))


def test_a_reminder_is_no_update_and_carries_no_calendar(invited, cast):
    for letter in letters():
        letter.state = "sent"

    actions.remind(invited.live_session, by=cast.coordinator, now=now())

    same_as_saved("reminder.ru.txt", letter_to(cast.volunteer))


def test_a_fresh_link_after_the_session(invited, cast, today, client):
    today.move_to(datetime(2026, 12, 20, 12, 0, tzinfo=MOSCOW))

    client.post(f"/i/{invited.secret}/fresh")

    same_as_saved("fresh_link.ru.txt", letter_to(cast.volunteer, "link:"))


def test_somebody_else_got_the_letter(invited, cast, client):
    client.post(f"/i/{invited.secret}/not-me")

    same_as_saved("not_me.ru.txt", letter_to(cast.coordinator))


def test_the_preview_is_the_letter_but_for_its_links(invited, cast):
    subject, text = mail.preview(invited.live_session, cast.volunteer, by=cast.coordinator, now=now())

    sent = letter_to(cast.volunteer)
    assert subject == sent["Subject"]
    assert text == text_of(sent).replace("\r\n", "\n").replace(invited.secret, "…")


def test_what_people_type_cannot_be_taken_for_a_gap_or_for_markup(school, cast):
    school.live_session.title = "secret-0 name-0 {{7*7}} <svg onload=alert(1)> %(name)s"
    cast.volunteer.given_name = "<b>Ирина</b>\r\nBcc: evil@x.org"

    actions.invite([cast.volunteer.id], school.live_session, by=cast.coordinator, now=now())

    message = letter_to(cast.volunteer)
    assert message["Bcc"] is None
    assert "secret-0 name-0 {{7*7}} <svg onload=alert(1)> %(name)s".upper() in text_of(message)
    assert "<svg" not in html_of(message)
    assert "<b>Ирина" not in html_of(message)
    (event,) = icalendar.Calendar.from_ical(calendar_of(message)).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:volunteer@lms.test"


def test_a_letter_to_many_costs_the_same_statements_as_to_few(school, cast, count_queries):
    def statements(people: int) -> int:
        live_session = factories.live_session(school.module)
        ids = [factories.person().id for _ in range(people)]
        db.session.commit()
        by, live_session_id = cast.coordinator, live_session.id
        assert by.name
        assert live_session_id
        with count_queries() as queries:
            actions.invite(ids, live_session, by=by, now=now())
        db.session.commit()
        return len(queries)

    assert statements(1) == statements(60)


def test_letters_carry_the_zone_and_the_language_of_their_reader(school, cast):
    """Three readers, three letters: each rendered once, none mixed up."""
    people = [
        factories.person(locale="en", zone="Europe/Samara"),
        factories.person(locale="ru", zone="Asia/Omsk"),
        factories.person(locale="", zone="../../etc/passwd"),
    ]

    actions.invite([person.id for person in people], school.live_session, by=cast.coordinator, now=now())

    whens = [text_of(letter_to(person)).splitlines() for person in people]
    assert "Thu 3 December, 16:00–17:30 your time (15:00 Moscow time)" in whens[0]
    assert "чт, 3 декабря, 18:00–19:30 у вас (15:00 по Москве)" in whens[1]
    assert "чт, 3 декабря, 15:00–16:30 по Москве" in whens[2]


@pytest.mark.slow
def test_ten_thousand_invitations_are_queued_in_one_go(school, cast):
    ids = [
        row.id
        for row in db.session.execute(
            db.insert(type(cast.volunteer)).returning(type(cast.volunteer).id),
            [
                {"email": f"many{n}@example.org", "family_name": "Ковалёва", "given_name": "Ирина", "created_at": now()}
                for n in range(10_000)
            ],
        )
    ]
    db.session.commit()

    actions.invite(ids, school.live_session, by=cast.coordinator, now=now())
    db.session.commit()

    assert invitation_queries.figures(school.live_session.id).waiting == 10_000
