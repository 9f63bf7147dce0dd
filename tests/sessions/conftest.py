"""A school with one session that is coming, and everything needed to read the letters about it."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from lms.sessions import invitation_actions
from tests import factories

MOSCOW = ZoneInfo("Europe/Moscow")
# Tuesday. The session of the school is on Thursday of the week after.
TODAY = datetime(2026, 11, 24, 12, 0, tzinfo=MOSCOW)


@pytest.fixture
def today() -> Any:
    """The clock stands at noon of 24 November 2026 in Moscow until the test moves it: ``today.move_to(…)``."""
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def school(today, cast) -> SimpleNamespace:
    """A cycle with a module, its material and quiz, a session on 3 December at 15:00, and two people enrolled."""
    cycle = factories.cycle(slug="school", title="Школа ресурсных центров", title_en="School of resource centres")
    module = factories.module(cycle, title="PR и соцсети")
    material = factories.material(module, title="Десять тем для поста", title_en="Ten topics for a post")
    quiz = factories.quiz(module, title="Тест о соцсетях")
    live_session = factories.live_session(
        module,
        title="PR и соцсети НКО без бюджета",
        title_en="PR and social media without a budget",
        summary="Разберём страницы трёх центров и соберём контент-план на месяц.",
        summary_en="We look at the pages of three centres and make a plan for a month.",
        agenda="00 Знакомство | 5 минут в чате\n05 О чём писать | Дмитрий Савченко",
        starts_at=datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW),
        ends_at=datetime(2026, 12, 3, 16, 30, tzinfo=MOSCOW),
        uid="0b5b8f0e-6a55-4bd4-a3f6-2f1b4a7e7f01",
    )
    live_session.trainers = [cast.trainer]
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    db.session.commit()
    return SimpleNamespace(cycle=cycle, module=module, material=material, quiz=quiz, live_session=live_session)


@pytest.fixture
def invited(school, cast) -> SimpleNamespace:
    """The school, with its two people invited by the coordinator; ``secret`` is of the volunteer's link."""
    invitation_actions.invite(
        [cast.volunteer.id, cast.stranger.id], school.live_session, by=cast.coordinator, now=now()
    )
    db.session.commit()
    school.secret = secret_in(letter_to(cast.volunteer))
    school.other_secret = secret_in(letter_to(cast.stranger))
    return school


def reads(statements: list[str]) -> int:
    """How many of them read our tables; asking PostgreSQL for its revision reads none."""
    return sum(one.startswith("SELECT") and "pg_current_snapshot" not in one for one in statements)


def letters(prefix: str = "") -> list[Letter]:
    found = db.session.scalars(db.select(Letter).order_by(Letter.id)).all()
    return [letter for letter in found if letter.key.startswith(prefix)]


def letter_to(person: Any, prefix: str = "") -> EmailMessage:
    """The last letter to that person, read as a mail program reads it."""
    found = [letter for letter in letters(prefix) if letter.person_id == person.id]
    return email.message_from_bytes(found[-1].mime, policy=email.policy.default)  # type: ignore[return-value]


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()


def calendar_of(message: EmailMessage) -> bytes:
    """The calendar in the alternative; its attachment must be the same."""
    parts = [part for part in message.walk() if part.get_content_type() in {"text/calendar", "application/ics"}]
    contents = {part.get_payload(decode=True) for part in parts}
    assert len(parts) == 2
    assert len(contents) == 1
    return contents.pop()


def secret_in(message: EmailMessage) -> str:
    return re.search(r"/i/([\w-]+)", text_of(message))[1]
