"""The demo's invitations: who was asked, what became of the letters, and what people answered.

The worker of a fresh demo finds nothing to send, but for one letter whose next try is some hours off.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.extensions import db
from lms.outbox.models import Letter, LetterState
from lms.seeds.curriculum import Curriculum, at
from lms.seeds.people import Everybody
from lms.sessions.actions import answer, note_opened
from lms.sessions.invitation_actions import invite
from lms.sessions.models import Anchor, AnswerWord, Attendance, Feedback, Invitation, LiveSession, Reminded
from lms.sessions.reminder_actions import plan

# Written to before the seventh session, and not reached: mailbox, address as it stands now, what the server said.
NO_SUCH_ADDRESS = ("a.moroz", "a.moroz@exampel.org", "550 5.1.1 Нет такого адреса")
MAILBOX_FULL = ("fomina", "fomina@example.org", "452 4.2.2 Ящик переполнен")
REMINDERS = (
    (Anchor.START, -24 * 60, None, Reminded.YES),
    (Anchor.START, -60, None, Reminded.YES),
)
REFUSED = ("p.chernenko", "p.chernenko@example.org", "554 5.0.0 Почтовый сервер отказал")


def tell(everybody: Everybody, school: Curriculum, chance: random.Random, now: datetime) -> None:
    coordinator = everybody.staff["coordinator"]
    learners = [learner.person for learner in everybody.learners]
    held = [taught.live_session for taught in school.taught if taught.live_session.ends_at < now]
    for live_session in [*held, school.past_meeting]:
        _ask(learners, live_session, live_session.starts_at - timedelta(days=8), coordinator)
        live_session.followed_up_at = live_session.ends_at + timedelta(days=1)
        _answer_as_they_came(learners, live_session, chance)
        _say_how_it_was(live_session)
    coming = school.taught[len(held)].live_session
    plan(coming, REMINDERS, now=now)
    _lose_a_letter_to(everybody)
    asked = coming.starts_at - timedelta(days=7, hours=4)
    _ask(learners, coming, asked, coordinator)
    _answer_by_chance(learners, coming, chance, asked, now)
    yesterday = now.astimezone(coming.tz).date() - timedelta(days=1)
    answer(everybody.learner("volunteer").person, coming, AnswerWord.YES, now=at(yesterday, 9, 40))
    advised = [everybody.learner("centre").person, everybody.learner("lysenko").person]
    _ask(advised, school.consultation, at(yesterday, 11), everybody.staff["tereschenko"])
    answer(advised[0], school.consultation, AnswerWord.YES, now=at(yesterday, 14, 20))
    _tell_what_became_of_letters(coming, now)


def _say_how_it_was(live_session: LiveSession) -> None:
    """Half of those who were there say it, mostly kindly."""
    chance = random.Random(live_session.title)
    said = ["Больше примеров из маленьких сёл.", "Темп хороший, спасибо.", "Не хватило времени на вопросы."]
    db.session.add_all(
        Feedback(
            live_session_id=live_session.id,
            person_id=person_id,
            useful=chance.choice((5, 5, 4, 4, 3)),
            clear=chance.choice((5, 5, 5, 4, 3)),
            words=chance.choice([*said, "", "", "", ""]),
            given_at=live_session.followed_up_at,
        )
        for person_id in _who_came(live_session)
        if chance.random() < 0.5
    )


def _who_came(live_session: LiveSession) -> list[int]:
    came = select(Attendance.person_id).where(Attendance.live_session_id == live_session.id)
    return list(db.session.scalars(came.order_by(Attendance.person_id)))


def _ask(people: list[Person], live_session: LiveSession, asked: datetime, by: Person) -> None:
    """Invitations whose letters arrived within a few minutes."""
    invite([person.id for person in people], live_session, by=by, now=asked)
    db.session.execute(
        update(Letter)
        .where(Letter.state == LetterState.QUEUED)
        .values(
            state=LetterState.SENT, attempts=1, sent_at=asked + timedelta(minutes=2), last_answer="250 2.0.0 Ok",
            next_try_at=asked + timedelta(minutes=2),
        )
    )  # fmt: skip


def _answer_as_they_came(people: list[Person], live_session: LiveSession, chance: random.Random) -> None:
    """Most of those who came had said so, most of the others had not answered."""
    came = set(db.session.scalars(select(Attendance.person_id).where(Attendance.live_session_id == live_session.id)))
    for person in people:
        words = [AnswerWord.YES] * 7 + [AnswerWord.MAYBE, None, None]
        if person.id not in came:
            words = [AnswerWord.NO] * 4 + [AnswerWord.MAYBE] + [None] * 4
        _say(person, live_session, chance.choice(words), live_session.starts_at - timedelta(days=chance.randint(1, 7)))


def _answer_by_chance(
    people: list[Person], live_session: LiveSession, chance: random.Random, asked: datetime, now: datetime
) -> None:
    unreached = {NO_SUCH_ADDRESS[1], MAILBOX_FULL[1], REFUSED[1]}
    words = [AnswerWord.YES] * 9 + [AnswerWord.MAYBE] * 2 + [AnswerWord.NO] + [None] * 7
    for person in people:
        if person.email not in unreached:
            _say(person, live_session, chance.choice(words), _between(asked, now, chance))
    silent = db.session.scalars(
        select(Invitation).where(Invitation.live_session_id == live_session.id, Invitation.answer.is_(None))
    )
    for invitation in silent:
        if chance.random() < 0.35 and invitation.person.email not in unreached:
            note_opened(invitation, now=_between(asked, now, chance))


def _between(first: datetime, last: datetime, chance: random.Random) -> datetime:
    return (first + (last - first) * chance.random()).replace(microsecond=0)


def _say(person: Person, live_session: LiveSession, word: AnswerWord | None, when: datetime) -> None:
    if word is not None:
        answer(person, live_session, word, now=when)


def _lose_a_letter_to(everybody: Everybody) -> None:
    """Somebody's address was retyped with a slip."""
    mailbox, address, _said = NO_SUCH_ADDRESS
    everybody.learner(mailbox).person.email = address
    db.session.flush()


def _tell_what_became_of_letters(live_session: LiveSession, now: datetime) -> None:
    """Two of them came back for good, and one is tried again in some hours."""
    later = now + timedelta(hours=6)
    fates: dict[str, dict[str, Any]] = {
        NO_SUCH_ADDRESS[1]: {"state": LetterState.FAILED, "last_answer": NO_SUCH_ADDRESS[2]},
        REFUSED[1]: {"state": LetterState.FAILED, "last_answer": REFUSED[2]},
        MAILBOX_FULL[1]: {
            "last_answer": MAILBOX_FULL[2],
            "attempts": 3,
            "next_try_at": later,
            "state": LetterState.QUEUED,
        },
    }
    of_session = select(Invitation.letter_id).where(Invitation.live_session_id == live_session.id)
    for address, fate in fates.items():
        db.session.execute(
            update(Letter).where(Letter.id.in_(of_session), Letter.recipient == address).values(**fate, sent_at=None)
        )
