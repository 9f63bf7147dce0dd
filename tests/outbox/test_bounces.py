"""What comes back: read from real returned letters of many mail servers, and what it does to ours."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.extensions import db
from lms.outbox import actions, bounce_actions, bounces
from lms.outbox.models import AddressTrouble, Letter, LetterState
from lms.outbox.topics import Topic
from tests import factories
from tests.conftest import SHARED
from tests.outbox.conftest import deliver, message

CORPUS = SHARED / "data" / "mail" / "bounces_sisimai" / "maildir"
DSN = """From: MAILER-DAEMON@mx.example.org
To: masterskaya@example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I could not deliver your letter.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: hello
--b--
"""


def dsn(letter, *, action="failed", status="5.1.1", said="550 5.1.1 User unknown"):
    text = DSN.format(address=letter.recipient, action=action, status=status, said=said, message_id=letter.message_id)
    return bounces.read(message_from_bytes(text.encode()))


def note(letter, **fields):
    for bounce in dsn(letter, **fields):
        bounce_actions.note(bounce, now=now())
    db.session.flush()
    db.session.expire_all()


@pytest.fixture
def sent(cast):
    return factories.letter(cast.volunteer, state=LetterState.SENT, sent_at=now())


def test_nearly_all_of_six_hundred_real_bounces_are_read_and_none_is_seen_where_there_is_none():
    if not CORPUS.exists():
        pytest.skip("the corpus of returned letters is not here")
    number = read = 0
    for path in sorted((CORPUS / "bsd").iterdir()):
        found = bounces.read(message_from_bytes(path.read_bytes()))
        if path.name.startswith(("arf-", "rfc3834-")):  # complaints and vacation notices: nothing came back
            assert found == [], path.name
            continue
        number += 1
        read += bool(found)
    for path in (CORPUS / "not").iterdir():
        assert bounces.read(message_from_bytes(path.read_bytes())) == [], path.name
    print(f"{read} of {number} bounces read ({100 * read / number:.1f} %), no false ones")
    assert number > 600
    assert read / number > 0.9


def test_a_hard_bounce_marks_the_letter_and_stops_what_waits_for_the_address_but_ways_in(cast, sent):
    waiting = factories.letter(cast.volunteer)
    way_in = factories.letter(cast.volunteer, topic=Topic.SIGN_IN)
    other = factories.letter(cast.stranger)

    note(sent)

    assert (sent.state, sent.last_answer) == (LetterState.FAILED, "5.1.1 550 5.1.1 User unknown")
    assert [one.state for one in (waiting, way_in, other)] == [
        LetterState.FAILED, LetterState.QUEUED, LetterState.QUEUED,
    ]  # fmt: skip
    assert db.session.get(AddressTrouble, cast.volunteer.email).hard


def test_nothing_more_is_sent_to_such_an_address_until_somebody_says_that_it_is_good(cast, sent):
    note(sent)
    to = {"recipient": cast.volunteer.email}

    failed = actions.put(message(**to), now=now())
    way_in = actions.put(message(topic=Topic.SIGN_IN, **to), now=now())
    assert (failed.state, failed.last_answer) == (LetterState.FAILED, "5.1.1 550 5.1.1 User unknown")
    assert way_in.state is LetterState.QUEUED

    actions.send_again(failed, now=now())
    assert failed.state is LetterState.QUEUED
    assert actions.put(message(**to), now=now()).state is LetterState.QUEUED


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "5.2.2", "said": "552 5.2.2 Mailbox full"}, LetterState.FAILED),
        ({"status": "5.7.1", "said": "554 5.7.1 Message rejected as spam"}, LetterState.FAILED),
        ({"action": "delayed", "status": "4.4.1", "said": "connection timed out"}, LetterState.SENT),
    ],
)
def test_what_is_no_fault_of_the_address_is_only_noted(cast, sent, fields, state):
    note(sent, **fields)

    assert sent.state is state
    assert not db.session.get(AddressTrouble, cast.volunteer.email).hard
    assert actions.put(message(recipient=cast.volunteer.email), now=now()).state is LetterState.QUEUED


def test_a_forged_bounce_about_somebody_we_have_not_written_to_does_nothing(cast):
    factories.letter(cast.volunteer, state=LetterState.SENT, sent_at=now() - timedelta(days=30))

    note(SimpleNamespace(recipient=cast.volunteer.email, message_id="<no-such@lms.test>"))

    assert db.session.get(AddressTrouble, cast.volunteer.email) is None


def test_a_person_s_page_tells_her_coordinator_that_letters_come_back(cast, sent, as_):
    note(sent)

    page = as_(cast.centre_coordinator).get(f"/people/{cast.volunteer.id}").get_data(as_text=True)

    assert "Письма возвращаются" in page.replace("\u00a0", " ")
    assert "User unknown" in page


def test_all_letters_can_be_held_back_and_let_go(cast, as_, server):

    client = as_(cast.coordinator)
    actions.put(message(), now=now())
    client.post("/letters/hold")
    client.post("/letters/hold")

    assert deliver() == 0
    assert "Все письма придержаны" in client.get("/letters/").get_data(as_text=True).replace("\u00a0", " ")
    assert client.get("/healthz").json["outbox"]["held"] is True

    client.post("/letters/hold/end")
    assert deliver() == 1
    assert db.session.query(Letter).one().state is LetterState.SENT


def test_only_the_network_s_coordinators_hold_letters(cast, as_):
    assert as_(cast.centre_coordinator).post("/letters/hold").status_code == 403
