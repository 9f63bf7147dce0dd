"""The crowd is as large as it was asked to be, and has what the benchmark looks for."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person, Role
from lms.accounts.queries import by_email
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.models import Activity, Cycle, Enrolment, Module, Rule
from lms.extensions import db
from lms.progress.models import Completion
from lms.quizzes.models import Answer, Attempt, Question
from lms.seeds import crowd, demo
from lms.sessions.models import Invitation, LiveSession

pytestmark = pytest.mark.slow


def count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_a_crowd_fills_forty_centres_and_thirty_modules_of_three_activities(app):
    crowd.fill(200, now())
    assert count(Centre) == 40
    assert count(Enrolment) == 201  # and the demo's volunteer
    assert count(Module) == 30
    assert count(Activity, Activity.rule != Rule.OPTIONAL) == 90
    asked = 201 * 3 * crowd.HELD
    assert 0.66 < count(Completion) / asked < 0.74
    asked_in = select(func.count()).where(Question.quiz_id == Attempt.quiz_id).scalar_subquery()
    assert count(Answer) == db.session.scalar(select(func.sum(asked_in)).select_from(Attempt)) > 0


def test_somebody_of_it_is_invited_to_a_session_that_is_still_to_come(app):
    crowd.fill(100, now())
    coming = select(LiveSession.id).where(LiveSession.starts_at > now())
    assert count(Invitation, Invitation.live_session_id.in_(coming)) > 100
    assert db.session.scalars(select(Cycle)).one().starts_on < now().date()


def test_the_sign_ins_of_the_demo_work_in_a_crowd_too(app):
    crowd.fill(100, now())
    for role, email in demo.SIGN_INS.items():
        person = by_email(email)
        assert person.roles == {Role(role)}
        assert person.password_hash
    assert count(Person) == 105
