"""Letters against a real SMTP server on loopback."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.clock import now
from lms.extensions import db
from lms.outbox import actions, delivery
from lms.outbox.journal import Journal
from lms.outbox.models import Letter, LetterState
from lms.outbox.queries import figures
from tests.outbox.conftest import Configure, deliver, message
from tests.smtp import Server, free_port


def queue(*recipients: str, **fields: object) -> list[Letter]:
    at = now() - timedelta(seconds=1)
    letters = [actions.put(message(recipient=recipient, **fields), now=at) for recipient in recipients]
    db.session.commit()
    return letters


def states() -> list[LetterState]:
    return list(db.session.scalars(select(Letter.state).order_by(Letter.id)))


def make_due() -> None:
    """As if the wait for the next try were over."""
    for letter in db.session.scalars(select(Letter)):
        letter.next_try_at = now() - timedelta(seconds=1)


def test_every_letter_arrives_once_and_as_it_was_stored(server: Server) -> None:
    letters = queue("a@lms.test", "b@lms.test", "c@lms.test")

    assert deliver() == 3
    assert deliver() == 0

    assert [(got.sender, got.recipient) for got in server.mailbox.letters] == [
        ("masterskaya@example.org", "a@lms.test"),
        ("masterskaya@example.org", "b@lms.test"),
        ("masterskaya@example.org", "c@lms.test"),
    ]
    assert [got.content for got in server.mailbox.letters] == [letter.mime for letter in letters]
    assert states() == [LetterState.SENT] * 3
    assert [(x.attempts, x.lease, x.last_answer) for x in letters] == [(1, None, "250 taken")] * 3
    assert all(letter.sent_at is not None for letter in letters)
    assert server.mailbox.connections == 1


def test_a_letter_is_not_sent_before_its_time(server: Server) -> None:
    (letter,) = queue("a@lms.test")
    letter.next_try_at = now() + timedelta(minutes=1)
    db.session.commit()

    assert deliver() == 0
    assert states() == [LetterState.QUEUED]


def test_a_line_that_is_a_single_dot_arrives(server: Server) -> None:
    queue("a@lms.test", text="раз\n.\n..два\n")

    deliver()

    text = server.mailbox.letters[0].message.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == "раз\n.\n..два\n"


def test_a_cyrillic_domain_is_reached(server: Server) -> None:
    queue("irina@пример.рф")

    assert deliver() == 1
    assert server.mailbox.letters[0].recipient == "irina@xn--e1afmkfd.xn--p1ai"


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_a_letter_refused_for_good_is_asked_once_and_keeps_the_servers_words(server: Server) -> None:
    server.mailbox.answer_recipient = lambda address: "550 5.1.1 no such user" if "nobody" in address else "250 OK"
    bad, _good = queue("nobody@lms.test", "a@lms.test")

    assert deliver() == 1
    server.mailbox.answer_recipient = lambda address: "250 OK"
    make_due()
    assert deliver() == 0

    assert states() == [LetterState.FAILED, LetterState.SENT]
    assert (bad.attempts, bad.last_answer) == (1, "550 5.1.1 no such user")


def test_content_refused_for_good_is_final_too(server: Server) -> None:
    server.mailbox.answer_data = lambda address: "554 5.7.1 looks like spam"
    (letter,) = queue("a@lms.test")

    deliver()

    assert states() == [LetterState.FAILED]
    assert letter.last_answer == "554 5.7.1 looks like spam"


@pytest.mark.parametrize("step", ["answer_recipient", "answer_data"])
def test_a_letter_refused_for_now_is_tried_again_later_and_its_neighbours_are_not_held_up(
    server: Server, step: str
) -> None:
    setattr(server.mailbox, step, lambda address: "451 4.7.1 greylisted" if "slow" in address else "250 OK")
    slow, _good = queue("slow@lms.test", "a@lms.test")

    assert deliver() == 1

    assert states() == [LetterState.QUEUED, LetterState.SENT]
    assert (slow.attempts, slow.lease, slow.last_answer) == (1, None, "451 4.7.1 greylisted")
    assert timedelta(seconds=50) < slow.next_try_at - now() <= timedelta(seconds=66)

    setattr(server.mailbox, step, lambda address: "250 OK")
    make_due()
    assert deliver() == 1
    assert [letter.message_id for letter in server.mailbox.to("slow@lms.test")] == [slow.message_id]


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 180), (6, 360), (7, 720), (8, 720), (30, 720)]
)
def test_the_waits_grow_to_half_a_day(attempts: int, minutes: int) -> None:
    waits = {delivery.wait(attempts) / timedelta(minutes=1) for _ in range(200)}

    assert minutes * 0.9 <= min(waits) < minutes < max(waits) <= minutes * 1.1


def test_a_server_that_welcomes_no_sender_of_ours_is_not_asked_for_every_letter(server: Server) -> None:
    server.mailbox.answer_sender = lambda address: "550 who are you"
    queue(*[f"p{n}@lms.test" for n in range(10)])

    assert deliver() == 0

    assert set(states()) == {LetterState.QUEUED}
    attempts = list(db.session.scalars(select(Letter.attempts).order_by(Letter.id)))
    assert attempts == [1] * delivery.PATIENCE + [0] * 7


# --- broken connections -----------------------------------------------------------------------------------------------
def test_a_connection_broken_after_a_letter_costs_one_extra_copy_of_it_alone(server: Server) -> None:
    server.mailbox.answer_data = lambda address: "" if "b@" in address else "250 OK"
    queue("a@lms.test", "b@lms.test", "c@lms.test")

    assert deliver() == 2
    assert states() == [LetterState.SENT, LetterState.QUEUED, LetterState.SENT]

    server.mailbox.answer_data = lambda address: "250 OK"
    make_due()
    assert deliver() == 1
    copies = server.mailbox.to("b@lms.test")
    assert len(copies) == 2
    assert copies[0].content == copies[1].content
    assert (len(server.mailbox.to("a@lms.test")), len(server.mailbox.to("c@lms.test"))) == (1, 1)


def test_a_server_tired_of_a_long_connection_is_called_again_at_once(server: Server) -> None:
    taken = []

    def hang_up_on_the_third(address: str) -> str:
        taken.append(address)
        return "" if len(taken) == 3 else "250 OK"

    server.mailbox.answer_recipient = hang_up_on_the_third
    queue(*[f"p{n}@lms.test" for n in range(5)])

    assert deliver() == 5
    assert server.mailbox.connections == 2
    assert set(db.session.scalars(select(Letter.attempts))) == {1}


def test_a_server_that_hangs_up_on_everybody_does_not_burn_through_the_letters(server: Server) -> None:
    server.mailbox.answer_data = lambda address: ""
    queue(*[f"p{n}@lms.test" for n in range(10)])

    assert deliver() == 0

    assert len(server.mailbox.letters) == delivery.PATIENCE
    assert set(states()) == {LetterState.QUEUED}


def test_no_server_no_tries_and_everything_goes_when_it_is_back(app: Flask, configure: Configure) -> None:
    port = free_port()
    configure({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port})
    queue(*[f"p{n}@lms.test" for n in range(5)])

    assert deliver() == 0
    assert set(states()) == {LetterState.QUEUED}
    assert set(db.session.scalars(select(Letter.attempts))) == {0}
    first = db.session.get_one(Letter, 1)
    assert "Connection refused" in first.last_answer
    assert first.lease is None

    with Server(port=port) as server:
        assert deliver() == 5
        assert len(server.mailbox.letters) == 5


def test_a_silent_server_is_given_up_after_the_timeout(app: Flask, server: Server, configure: Configure) -> None:
    configure({"MAIL_TIMEOUT": 0.3})
    server.mailbox.answer_recipient = lambda address: _sleep(1)
    (letter,) = queue("a@lms.test")

    assert deliver() == 0

    assert states() == [LetterState.QUEUED]
    assert (letter.attempts, "imed out" in letter.last_answer) == (1, True)


def test_a_letter_is_never_handed_over_after_its_lease(app: Flask, server: Server, configure: Configure) -> None:
    """Else a second worker, who takes it then, would send it too."""
    configure({"OUTBOX_LEASE": 0.3})
    server.mailbox.answer_recipient = lambda address: _sleep(0.5)
    queue("a@lms.test")

    deliver()

    assert server.mailbox.letters == []


# --- time -------------------------------------------------------------------------------------------------------------
def test_a_letter_that_came_too_late_is_dropped(server: Server) -> None:
    queue("late@lms.test", expires_at=now())
    queue("a@lms.test")

    assert deliver() == 1

    assert states() == [LetterState.EXPIRED, LetterState.SENT]
    assert server.mailbox.to("late@lms.test") == []


def test_a_letter_waiting_for_its_next_try_is_dropped_when_it_is_too_late(server: Server) -> None:
    (letter,) = queue("a@lms.test", expires_at=now())
    letter.next_try_at = now() + timedelta(hours=3)
    db.session.commit()

    assert deliver() == 0
    assert states() == [LetterState.EXPIRED]


def test_a_letter_left_by_a_dead_worker_goes_when_its_lease_is_over(server: Server) -> None:
    left, held = queue("left@lms.test", "held@lms.test")
    for letter, ends in ((left, now() - timedelta(seconds=1)), (held, now() + timedelta(seconds=30))):
        letter.state = LetterState.SENDING
        letter.lease = "dead"
        letter.attempts = 1
        letter.next_try_at = ends
    db.session.commit()

    assert deliver() == 1

    assert states() == [LetterState.SENT, LetterState.SENDING]
    assert left.attempts == 2


def test_what_became_of_a_dead_workers_letter_is_known_from_its_notes(app: Flask, server: Server) -> None:
    folder = Path(app.config["DATA_FOLDER"]) / "accepted"
    accepted, leaving, kept, first = queue("accepted@lms.test", "leaving@lms.test", "kept@lms.test", "first@lms.test")
    for letter, lease in ((accepted, "one"), (leaving, "two"), (kept, "three")):
        letter.state, letter.lease, letter.attempts = LetterState.SENDING, lease, 1
        letter.next_try_at = now() - timedelta(seconds=1)
        notes = Journal(folder, lease).__enter__()
        notes.accepted(first.id if letter is kept else letter.id)
    notes = Journal(folder, "two").__enter__()
    notes.leaving(leaving.id)
    kept.created_at, first.next_try_at = now() - timedelta(hours=2), now() - timedelta(hours=1)
    db.session.commit()

    assert deliver() == 3

    assert states() == [LetterState.SENT] * 4
    arrived = [letter.recipient for letter in server.mailbox.letters]
    assert arrived == ["kept@lms.test", "first@lms.test", "leaving@lms.test"]
    assert (accepted.attempts, accepted.lease, accepted.sent_at is not None) == (1, None, True)
    assert (kept.attempts, leaving.attempts) == (2, 2)


def test_a_run_that_ends_well_leaves_no_note_and_old_ones_go(app: Flask, server: Server) -> None:
    folder = Path(app.config["DATA_FOLDER"]) / "accepted"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, days in (("old", 2), ("fresh", 0)):
        (folder / name).write_bytes(b"1")
        os.utime(folder / name, (time.time() - days * 86400,) * 2)
    queue("one@lms.test")

    assert deliver() == 1

    assert [path.name for path in folder.iterdir()] == ["fresh"]


def test_a_worker_that_lost_its_lease_does_not_say_what_became_of_the_letter(server: Server) -> None:
    (letter,) = queue("a@lms.test")

    engine = db.engine

    def meanwhile(address: str) -> str:
        with engine.begin() as connection:
            connection.execute(Letter.__table__.update().values(lease="another"))
        return "250 OK"

    server.mailbox.answer_data = meanwhile

    deliver()

    assert states() == [LetterState.SENDING]
    assert letter.lease == "another"


def test_it_ends_between_letters_when_told_to(server: Server) -> None:
    queue("a@lms.test", "b@lms.test", "c@lms.test")

    assert deliver(lambda: len(server.mailbox.letters) == 2) == 2

    assert states() == [LetterState.SENT, LetterState.SENT, LetterState.QUEUED]
    assert deliver(lambda: True) == 0


def test_an_idle_minute_changes_nothing(count_queries: Any) -> None:
    with count_queries() as queries:
        deliver()

    assert [query for query in queries if not query.startswith(("BEGIN", "SELECT"))] == []


# --- no server set ----------------------------------------------------------------------------------------------------
def test_without_a_server_letters_are_kept_as_files(app: Flask) -> None:
    (letter,) = queue("a@lms.test")

    assert deliver() == 1

    kept = Path(app.config["DATA_FOLDER"]) / "letters" / f"{letter.id}.eml"
    assert kept.read_bytes() == letter.mime
    assert [path.name for path in kept.parent.glob("*.part")] == []
    assert states() == [LetterState.SENT]
    assert letter.last_answer == f"kept as a file: letters/{letter.id}.eml"


# --- figures ----------------------------------------------------------------------------------------------------------
def test_figures_say_how_late_the_oldest_letter_is(server: Server) -> None:
    at = now()
    assert figures(at)["oldest_seconds"] == 0
    old, later = queue("a@lms.test", "b@lms.test")
    old.next_try_at = at - timedelta(minutes=3)
    later.next_try_at = at + timedelta(hours=1)
    db.session.commit()

    assert figures(at) == {
        "counts": {"queued": 2} | dict.fromkeys(["sending", "sent", "failed", "expired", "held", "gathered"], 0),
        "oldest_seconds": 180,
    }


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "250 OK"
