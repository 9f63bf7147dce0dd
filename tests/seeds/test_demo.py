"""The demo is believable: it agrees with itself, with the brief, and with what its own tables say."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import exists, func, select

from lms.accounts.models import Person, Role
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.models import Activity, Enrolment, Rule, State
from lms.extensions import db
from lms.materials.models import Material, MaterialKind
from lms.outbox.models import Letter, LetterState
from lms.progress.models import Completion, How
from lms.progress.path_queries import path_of
from lms.progress.rules import Mark
from lms.quizzes.models import Answer, Attempt, Quiz
from lms.seeds import curriculum, demo
from lms.seeds.people import HERE, read_centres
from lms.sessions.models import Attendance, Invitation, LiveSession

pytestmark = pytest.mark.slow  # making the whole demo takes a while
MARKS = {"d": Mark.DONE, "n": Mark.NOW, "q": Mark.NOW, "l": Mark.LATE, "o": Mark.OFF, "-": Mark.NONE}


def count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_six_centres_and_some_sixty_people_are_there(school):
    assert count(Centre) == 6
    assert [centre.name for centre in db.session.scalars(select(Centre).where(Centre.is_mentor))] == [
        "Каменск-Шахтинский"
    ]
    assert 55 <= count(Person) <= 70
    assert count(Person, Person.email.not_like("%@example.org")) == 1  # the one with a slip in the address


def test_everybody_stands_where_the_list_of_people_says(school, platform):
    said = {}
    for centre in read_centres():
        for line in centre["people"].strip().splitlines():
            name, _position, _mailbox, marks = (part.strip() for part in line.split("|"))
            said[name.lstrip("* ")] = [MARKS[mark] for mark in marks]
    shown = {
        person.full_name: [stage.mark for stage in path_of(person, school, now=platform.now)]
        for person in db.session.scalars(select(Person).join(Enrolment, Enrolment.person_id == Person.id)).unique()
    }
    assert shown == said


def test_the_next_seminar_is_in_two_days_or_after_the_weekend(school, platform):
    seminars = sorted(
        live.starts_at for live in db.session.scalars(select(LiveSession).where(LiveSession.module_id > 0))
    )
    coming = [at for at in seminars if at > platform.now]
    assert len(seminars) - len(coming) == curriculum.HELD
    assert 2 <= (coming[0].date() - platform.now.date()).days <= 4


@pytest.mark.parametrize("day", [date(2026, 11, 23) + timedelta(days=n) for n in range(7)])
def test_whatever_the_day_it_falls_on_a_working_one(day):
    found = curriculum.next_session_day(day)
    assert found.weekday() < 5
    assert 2 <= (found - day).days <= 4


def test_a_passed_quiz_has_its_attempt_and_an_attempt_all_its_answers(school):
    passed = {
        (row.person_id, row.quiz_id) for row in db.session.execute(select(Attempt).where(Attempt.passed)).scalars()
    }
    done = set(
        db.session.execute(select(Completion.person_id, Completion.activity_id).where(Completion.how == How.PASSED))
    )
    assert passed == {tuple(row) for row in done}
    answers = select(func.count()).where(Answer.attempt_id == Attempt.id, Answer.points.is_not(None)).scalar_subquery()
    # Essays wait for somebody to check them: their points come later.
    submitted = select(Attempt.quiz_id, answers).where(Attempt.submitted_at.is_not(None), Attempt.score.is_not(None))
    questions = {quiz.id: len(quiz.live_questions) for quiz in db.session.scalars(select(Quiz))}
    assert all(number == questions[quiz_id] for quiz_id, number in db.session.execute(submitted))


def test_who_counts_as_present_was_there(school):
    came = exists().where(
        Attendance.person_id == Completion.person_id, Attendance.live_session_id == Completion.activity_id
    )
    assert count(Completion, Completion.how == How.PRESENT) > 200
    assert count(Completion, Completion.how == How.PRESENT, ~came) == 0


def test_nothing_has_happened_in_the_future(school):
    for column in (
        Completion.at, Attendance.at, Attempt.started_at, Attempt.submitted_at, Invitation.answered_at,
        Invitation.opened_at, Letter.created_at, Letter.sent_at, Person.last_seen_at,
    ):  # fmt: skip
        assert db.session.scalar(select(func.max(column))) <= now(), column


def test_letters_have_gone_but_for_two_refused_and_one_to_be_tried_again(school, platform):
    states = dict(db.session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
    assert states.pop(LetterState.SENT) > 400
    assert states == {LetterState.FAILED: 2, LetterState.QUEUED: 1}
    assert "Нет такого адреса" in db.session.scalar(
        select(Letter.last_answer).where(Letter.recipient == "a.moroz@exampel.org")
    )
    assert count(Letter, Letter.state == LetterState.QUEUED, Letter.next_try_at <= platform.now) == 0


def test_there_is_something_left_to_do_for_everybody(school, platform):
    """A quiz to go on with, a draft to finish, a session nobody has been invited to yet."""
    ira = db.session.scalars(select(Person).where(Person.email == "volunteer@example.org")).unique().one()
    assert count(Attempt, Attempt.person_id == ira.id, Attempt.submitted_at.is_(None)) == 1
    assert count(Activity, Activity.state == State.DRAFT) == 1
    invited = exists().where(Invitation.live_session_id == LiveSession.id)
    assert db.session.scalar(
        select(func.count()).select_from(LiveSession).where(LiveSession.starts_at > platform.now, ~invited)
    )
    kinds = set(db.session.scalars(select(LiveSession.kind)))
    assert {kind.value for kind in kinds} == {"seminar", "joint_meeting", "visit", "consultation"}


def test_texts_are_long_enough_to_teach_and_questions_explain_themselves(school):
    pages = db.session.scalars(select(Material).where(Material.kind == MaterialKind.PAGE)).all()
    assert len(pages) == 8
    assert min(len(page.body.split()) for page in pages) >= 600
    for quiz in db.session.scalars(select(Quiz).where(Quiz.rule != Rule.OPTIONAL)):
        assert len(quiz.live_questions) >= 6
        assert all(question.explanation for question in quiz.live_questions)
        assert quiz.rule is Rule.PASSED


def test_everything_has_an_english_name(school):
    for thing in [school, *school.modules, *db.session.scalars(select(Activity))]:
        assert (thing.title_en and thing.title_en.isascii()) or "“" in thing.title_en or "—" in thing.title_en, (
            thing.title
        )
    assert all(centre.name_en for centre in db.session.scalars(select(Centre)))


@pytest.mark.parametrize(("role", "email"), demo.SIGN_INS.items())
def test_each_role_signs_in_with_the_password_that_was_said(school, platform, role, email):
    client = platform.app.test_client()
    answer = client.post("/sign-in/password", data={"email": email, "password": demo.PASSWORD})
    assert answer.status_code == 303, answer.text
    assert client.get("/profile").status_code == 200
    person = db.session.scalars(select(Person).where(Person.email == email)).unique().one()
    assert person.roles == {Role(role)}


def test_nobody_else_has_a_password(school):
    assert count(Person, Person.password_hash.is_not(None)) == len(demo.SIGN_INS)


def test_the_seeds_name_no_real_host():
    written = "".join(path.read_text() for path in [*HERE.glob("*.toml"), *HERE.glob("*.py")])
    assert {host for host in re.findall(r"https?://([\w.-]+)", written) if not host.endswith("example.org")} == set()


@pytest.mark.parametrize("weekday", range(7))
def test_on_any_day_of_the_week_the_work_of_two_sessions_ago_is_late_and_of_the_last_is_not(weekday):
    today = date(2026, 11, 23) + timedelta(days=weekday)
    coming = curriculum.next_session_day(today)

    assert curriculum.due_day(coming - 2 * curriculum.WEEK) < today <= curriculum.due_day(coming - curriculum.WEEK)
