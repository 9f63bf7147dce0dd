"""The Monday letter: who fell behind, which session nobody answers, whose certificate is ready; or no letter."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.models import CycleCompletion, Ground
from lms.reports import worker
from tests import factories


@pytest.fixture
def school(cast) -> SimpleNamespace:
    cycle = factories.cycle(slug="school", title="Школа центров")
    module = factories.module(cycle, due_at=now() - timedelta(days=3))
    material = factories.material(module)
    for person in (cast.volunteer, cast.stranger):
        factories.enrolment(person, cycle)
    return SimpleNamespace(cycle=cycle, module=module, material=material)


def letters() -> dict[str, str]:
    """The plain text of what was written, by recipient."""
    found = {}
    for letter in db.session.scalars(db.select(Letter)):
        message = email.message_from_bytes(letter.mime, policy=email.policy.default)
        found[letter.recipient] = message.get_body(("plain",)).get_content().replace("\u00a0", " ")
    return found


def test_each_coordinator_is_told_of_her_own_people(cast, school):
    worker.write_attention()

    told = letters()
    assert "Отстают 2 человека" in told[cast.coordinator.email]
    assert "Отстаёт 1 человек" in told[cast.centre_coordinator.email]
    assert "https://lms.test/progress?cycle=school&state=late" in told[cast.centre_coordinator.email]
    assert set(told) == {cast.coordinator.email, cast.centre_coordinator.email, cast.other_coordinator.email}


def test_nothing_to_say_means_no_letter(cast, school):
    school.module.due_at = now() + timedelta(days=3)
    db.session.commit()

    worker.write_attention()

    assert letters() == {}


def test_who_has_another_due_time_for_the_whole_cycle_has_not_fallen_behind(cast, school):
    factories.due_exception(school.cycle, centre=cast.salsk, due_at=now() + timedelta(days=30))
    db.session.commit()

    worker.write_attention()

    told = letters()
    assert "Отстаёт 1 человек" in told[cast.coordinator.email]
    assert set(told) == {cast.coordinator.email, cast.other_coordinator.email}


def test_a_session_that_half_have_not_answered_is_named(cast, school):
    school.module.due_at = None
    live_session = factories.live_session(school.module, title="Разбор заявок", starts_in=timedelta(days=3))
    factories.invitation(cast.volunteer, live_session)
    factories.invitation(cast.stranger, live_session, answer="yes", answered_at=now())
    later = factories.live_session(school.module, title="Через месяц", starts_in=timedelta(days=30))
    factories.invitation(cast.volunteer, later)
    db.session.commit()

    worker.write_attention()

    told = letters()
    assert "«Разбор заявок»" in told[cast.coordinator.email]
    assert "не ответили 1 из 2" in told[cast.coordinator.email]
    assert f"https://lms.test/sessions/{live_session.id}/invitations" in told[cast.coordinator.email]
    assert "не ответили 1 из 1" in told[cast.centre_coordinator.email]
    assert cast.other_coordinator.email not in told  # hers have answered
    assert "Через месяц" not in told[cast.coordinator.email]


def test_whose_certificate_is_ready_is_told(cast, school):
    school.module.due_at = None
    db.session.add(CycleCompletion(person=cast.volunteer, cycle=school.cycle, at=now(), how=Ground.DEED))
    db.session.commit()

    worker.write_attention()

    told = letters()
    assert "Можно выдать сертификат: 1 человек" in told[cast.centre_coordinator.email]
    assert "https://lms.test/cycles/school/certificates" in told[cast.centre_coordinator.email]
    assert cast.other_coordinator.email not in told


def test_the_letter_comes_once_a_week(cast, school):
    worker.write_attention()
    worker.write_attention()

    assert db.session.query(Letter).count() == 3


def test_who_may_not_come_in_is_told_nothing(cast, school):
    cast.centre_coordinator.suspend(now())
    db.session.commit()

    worker.write_attention()

    assert cast.centre_coordinator.email not in letters()
