"""Answers that calendars send back, and all else that comes to the mailbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.clock import now
from lms.extensions import db
from lms.sessions import invitation_actions, mailbox_worker
from lms.sessions.incoming_models import Finding, IncomingLetter
from lms.sessions.models import AnswerWord, Invitation
from lms.sessions.receiving_actions import receive
from tests.imap import imap_server

__all__ = ["imap_server"]

REPLY = """From: Ирина <{sender}>
To: masterskaya@example.org
Message-ID: <{id}@mail.example.org>
Subject: Accepted
{headers}MIME-Version: 1.0
Content-Type: text/calendar; charset=utf-8{method_parameter}

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//client
{method}BEGIN:VEVENT
UID:{uid}@lms.test
DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}
DTSTART:20261203T120000Z
SEQUENCE:{sequence}
{organizer}ATTENDEE;PARTSTAT={partstat};CN=Irina:mailto:{attendee}
{extra}END:VEVENT
END:VCALENDAR
"""


def reply(live_session, **fields):
    fields = {
        "sender": "volunteer@lms.test", "attendee": "volunteer@lms.test", "id": "1", "headers": "",
        "method_parameter": "; method=REPLY", "method": "METHOD:REPLY\n", "uid": live_session.uid, "stamp": now(),
        "sequence": 0, "organizer": "ORGANIZER:mailto:masterskaya@example.org\n", "partstat": "ACCEPTED", "extra": "",
    } | fields  # fmt: skip
    return REPLY.format(**fields).replace("\n", "\r\n").encode()


def answer_of(person):
    db.session.expire_all()
    return db.session.query(Invitation).filter_by(person_id=person.id).one().answer


def finding(raw):
    found = receive(raw, now=now())
    db.session.commit()
    return found and found.finding


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"organizer": ""},  # Outlook
        {"method_parameter": ""},
        {"method": ""},
        {"method": "", "method_parameter": ""},
        {"attendee": "Volunteer@LMS.test", "sender": "VOLUNTEER@lms.test"},
    ],
)
def test_a_calendar_s_answer_is_written_down_however_its_program_writes_it(invited, cast, fields):
    assert finding(reply(invited.live_session, **fields)) is Finding.ANSWER
    assert answer_of(cast.volunteer) is AnswerWord.YES
    assert answer_of(cast.stranger) is None


@pytest.mark.parametrize(
    ("partstat", "word"), [("TENTATIVE", AnswerWord.MAYBE), ("DECLINED", AnswerWord.NO), ("ACCEPTED", AnswerWord.YES)]
)
def test_each_word_of_a_calendar_is_one_of_ours(invited, cast, partstat, word):
    finding(reply(invited.live_session, partstat=partstat))

    assert answer_of(cast.volunteer) is word


def test_the_answer_given_last_counts_whichever_comes_last(invited, cast, today):
    today.shift(timedelta(hours=1))
    late = reply(invited.live_session, id="late", stamp=now() - timedelta(minutes=5), partstat="DECLINED")
    early = reply(invited.live_session, id="early", stamp=now() - timedelta(minutes=9))

    assert finding(late) is Finding.ANSWER
    assert finding(early) is Finding.LATE

    assert answer_of(cast.volunteer) is AnswerWord.NO


def test_the_same_message_twice_has_one_effect(invited, cast, today):
    message = reply(invited.live_session)
    finding(message)
    invited_row = db.session.query(Invitation).filter_by(person_id=cast.volunteer.id).one()
    invited_row.answer, invited_row.answered_at = AnswerWord.NO, now()
    db.session.commit()

    finding(message)

    assert answer_of(cast.volunteer) is AnswerWord.NO
    assert db.session.query(IncomingLetter).count() == 1


def test_after_the_start_no_answer_counts(invited, cast, today):
    today.move_to(invited.live_session.starts_at)

    assert finding(reply(invited.live_session)) is Finding.LATE
    assert answer_of(cast.volunteer) is None


def test_an_answer_to_the_time_before_the_session_moved_is_shown_not_believed(invited, cast, today):
    invited.live_session.starts_at += timedelta(days=1)
    invited.live_session.ends_at += timedelta(days=1)
    invitation_actions.tell_of_change(invited.live_session, {"time"}, by=cast.coordinator, now=now())
    db.session.commit()

    assert finding(reply(invited.live_session, sequence=0)) is Finding.OLD
    assert finding(reply(invited.live_session, sequence=1, id="2")) is Finding.ANSWER
    assert answer_of(cast.volunteer) is AnswerWord.YES


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sender": "somebody@lms.test"}, Finding.OTHER_SENDER),
        ({"partstat": "DELEGATED"}, Finding.DELEGATED),
        ({"extra": "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:friend@lms.test\n"}, Finding.DELEGATED),
        ({"method": "METHOD:COUNTER\n", "method_parameter": "; method=COUNTER"}, Finding.COUNTER),
        ({"attendee": "nobody@lms.test", "sender": "nobody@lms.test"}, Finding.UNKNOWN),
        ({"uid": "no-such-session"}, Finding.UNKNOWN),
        ({"partstat": "NEEDS-ACTION"}, Finding.UNKNOWN),
        ({"attendee": "trainer@lms.test", "sender": "trainer@lms.test"}, Finding.UNKNOWN),
    ],
)
def test_what_is_not_sure_waits_for_a_human_and_changes_nothing(invited, cast, fields, expected):
    assert finding(reply(invited.live_session, **fields)) is expected
    assert answer_of(cast.volunteer) is None
    assert db.session.query(IncomingLetter).one().settled_at is None


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "X-Auto-Response-From: x"],
)
def test_what_no_human_wrote_is_left_alone(app, header):
    raw = f"From: a@lms.test\r\n{header}\r\nSubject: Out of office\r\n\r\nI am away.\r\n".encode()

    assert receive(raw, now=now()) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT",
        b"From: \xd0\r\n\r\nx",
    ],
)
def test_a_broken_message_breaks_nothing(app, raw):
    assert finding(raw) is Finding.LETTER


# --- the page ---------------------------------------------------------------------------------------------------------
def words(response):
    return response.get_data(as_text=True).replace("\u00a0", " ")


def test_a_coordinator_sees_what_is_not_sure_and_decides_it_once(invited, cast, as_):
    finding(reply(invited.live_session, sender="somebody@lms.test"))
    client = as_(cast.coordinator)
    page = words(client.get("/letters/incoming/"))
    assert "За приглашённого отвечает кто-то другой" in page
    assert "Ковалёва Ирина" in page
    number = db.session.query(IncomingLetter).one().id

    client.post(f"/letters/incoming/{number}/decision", data={"answer": "maybe"})
    client.post(f"/letters/incoming/{number}/decision", data={"answer": "no"})

    assert answer_of(cast.volunteer) is AnswerWord.MAYBE
    assert "Это уже кто-то решил." in words(client.get("/letters/incoming/"))


def test_nothing_to_do_is_a_decision_too(invited, cast, as_):
    finding(reply(invited.live_session, sender="somebody@lms.test"))
    number = db.session.query(IncomingLetter).one().id

    as_(cast.coordinator).post(f"/letters/incoming/{number}/decision")

    assert answer_of(cast.volunteer) is None
    assert db.session.query(IncomingLetter).one().settled_by_id == cast.coordinator.id


def test_only_who_sees_letters_sees_what_came(cast, as_):
    assert as_(cast.centre_coordinator).get("/letters/incoming/").status_code == 403
    assert as_(cast.coordinator).post("/letters/incoming/999/decision").status_code == 404


# --- the mailbox ------------------------------------------------------------------------------------------------------
def test_the_mailbox_is_read_once_and_nothing_is_deleted(invited, cast, imap_server, app, monkeypatch):
    imap_server.messages += [reply(invited.live_session), b"From: a@lms.test\r\nSubject: hello\r\n\r\nHello.\r\n"]
    for name, value in imap_server.settings.items():
        monkeypatch.setitem(app.config, name, value)
    db.session.commit()

    assert mailbox_worker.read_mailbox() == 2
    assert mailbox_worker.read_mailbox() == 0

    assert answer_of(cast.volunteer) is AnswerWord.YES
    assert len(imap_server.messages) == 2
    assert imap_server.seen == {1, 2}


def test_a_mailbox_that_does_not_answer_stops_nothing(app, monkeypatch):
    monkeypatch.setitem(app.config, "IMAP_SERVER", "127.0.0.1")
    monkeypatch.setitem(app.config, "IMAP_PORT", 1)

    assert mailbox_worker.read_mailbox() == 0


def test_one_message_may_be_piped_to_a_command(invited, cast, app):
    db.session.commit()

    result = app.test_cli_runner().invoke(args=["receive"], input=reply(invited.live_session))

    assert result.output == "answer\n"
    assert answer_of(cast.volunteer) is AnswerWord.YES
