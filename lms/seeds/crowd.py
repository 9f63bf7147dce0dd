"""A crowd for measuring: many people, 40 centres, 30 modules of three activities, seven of ten done.

Who does what is chance, and no letter is written: for a platform that looks lived in, load the demo.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert

from lms.accounts.models import Person, PersonRole, Role
from lms.accounts.passwords import hash_password
from lms.centres.models import Centre
from lms.cycles.models import Cycle, Enrolment, State
from lms.extensions import db
from lms.progress.models import Completion, How
from lms.quizzes.giving import read
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.quizzes.offering import offer
from lms.seeds import curriculum, demo, history
from lms.sessions.models import AnswerWord, Attendance, Invitation, Presence

CENTRES = 40
MODULES = 30
HELD = 24
SHARE_DONE = 0.7
_AT_ONCE = 5000

FAMILY = (
    "Абрамов", "Белов", "Власов", "Гуров", "Дёмин", "Егоров", "Жуков", "Зимин", "Ильин", "Крылов",
    "Лапин", "Мохов", "Носов", "Орлов", "Панов", "Рогов", "Сизов", "Титов", "Уваров", "Фомин",
)  # fmt: skip
GIVEN = (
    "Александр", "Борис", "Виктор", "Глеб", "Денис", "Егор", "Захар", "Илья", "Кирилл", "Лев",
    "Максим", "Никита", "Олег", "Павел", "Роман", "Сергей", "Тимур", "Фёдор", "Юрий", "Яков",
)  # fmt: skip


def fill(size: int, now: datetime) -> None:
    """``size`` learners, and the five sign-ins of the demo."""
    chance = random.Random(size)
    since = now - timedelta(days=365)
    centres = [_centre(number) for number in range(1, CENTRES + 1)]
    db.session.add_all(centres)
    staff = _sign_ins(centres[0], since)
    first_day = curriculum.next_session_day(now.astimezone(ZoneInfo(curriculum.ZONE)).date()) - HELD * curriculum.WEEK
    cycle = Cycle(slug="crowd", title="Большой цикл", title_en="Large cycle", starts_on=first_day)
    cycle.state = State.PUBLISHED
    db.session.add(cycle)
    texts = curriculum.texts()
    taught = [
        curriculum.module(
            texts[number % len(texts)], cycle, number + 1, first_day + number * curriculum.WEEK, staff["trainer"]
        )
        for number in range(MODULES)
    ]
    db.session.flush()
    people = _people(size, [centre.id for centre in centres], since)
    learners = [staff["volunteer"].id, *people]
    _insert(Enrolment, ({"person_id": id, "cycle_id": cycle.id, "enrolled_at": since} for id in learners))
    for one in taught[:HELD]:
        _what_they_did(one, learners, chance)
    for one in taught[HELD - 2 : HELD + 2]:
        _invitations(one, learners, staff["coordinator"].id, chance)


def _centre(number: int) -> Centre:
    name = f"Город {number}"
    return Centre(slug=f"gorod-{number}", name=name, name_genitive=name, name_prepositional=f"в центре «{name}»")


def _sign_ins(centre: Centre, since: datetime) -> dict[str, Person]:
    password = hash_password(demo.PASSWORD)
    staff = {}
    for role, email in demo.SIGN_INS.items():
        person = Person(email=email, family_name=f"Я-{role}", given_name="Мера", centre=centre, created_at=since)
        person.password_hash = password
        person.roles = {Role(role)}
        staff[role] = person
    db.session.add_all(staff.values())
    db.session.flush()
    return staff


def _people(size: int, centre_ids: list[int], since: datetime) -> list[int]:
    """Each with her own name as long as there are enough, every centre as large as the others."""
    rows = [
        {
            "email": f"person{number}@example.org",
            "family_name": FAMILY[number % len(FAMILY)] + ("" if number < 400 else f"-{number // 400}"),
            "given_name": GIVEN[number // len(FAMILY) % len(GIVEN)],
            "position": "волонтёр",
            "centre_id": centre_ids[number % len(centre_ids)],
            "created_at": since,
        }
        for number in range(size)
    ]
    ids = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    _insert(PersonRole, ({"person_id": id, "role": Role.VOLUNTEER} for id in ids))
    return ids


def _what_they_did(taught: curriculum.Taught, learners: list[int], chance: random.Random) -> None:
    """Attendance, attempts and completions of one module that is over, each with its trace."""
    starts_at, later = taught.live_session.starts_at, taught.live_session.ends_at + timedelta(days=2)
    present = [id for id in learners if chance.random() < SHARE_DONE]
    passed = [id for id in learners if chance.random() < SHARE_DONE]
    read = [id for id in learners if chance.random() < SHARE_DONE]
    entered = {"live_session_id": taught.live_session.id, "how": Presence.ENTERED, "at": starts_at}
    _insert(Attendance, ({"person_id": id, **entered} for id in present))
    _attempts(taught.quiz, passed, later)
    for activity, people, how, at in (
        (taught.live_session, present, How.PRESENT, starts_at),
        (taught.quiz, passed, How.PASSED, later),
        (taught.page, read, How.READ, later),
    ):
        _insert(Completion, ({"person_id": id, "activity_id": activity.id, "how": how, "at": at} for id in people))


def _attempts(quiz: Quiz, learners: list[int], at: datetime) -> None:
    """Everybody knew everything but the first answer."""
    wrong, *known = quiz.questions
    points = {wrong.id: 0} | {question.id: question.points for question in known}
    score, out_of = sum(points.values()), sum(points.values()) + wrong.points
    rows = [
        {
            "quiz_id": quiz.id, "person_id": id, "number": 1, "started_at": at, "saved_at": at, "submitted_at": at,
            "score": score, "max_score": out_of, "percent": score * 100 // out_of, "passed": True,
        }
        for id in learners
    ]  # fmt: skip
    attempts = list(db.session.scalars(insert(Attempt).returning(Attempt.id), rows))
    answers = [
        {
            "question_id": question.id, "given": _given(question, right=question is not wrong), "counter": 1,
            "saved_at": at, "points": points[question.id], "out_of": question.points, "edition": 1,
        }
        for question in quiz.questions
    ]  # fmt: skip
    _insert(Answer, ({"attempt_id": id, **answer} for id in attempts for answer in answers))


def _given(question: Question, *, right: bool) -> Any:
    """An answer as it is kept (quizzes/giving.py)."""
    raw = history.answer_as_form(question, right=right)
    return read(offer(question.kind, question.settings, [(choice.id, "") for choice in question.choices]), raw)


def _invitations(taught: curriculum.Taught, learners: list[int], by_id: int, chance: random.Random) -> None:
    at = taught.live_session.starts_at - timedelta(days=8)
    answers = [AnswerWord.YES] * 5 + [AnswerWord.MAYBE, AnswerWord.NO, None, None, None]
    _insert(
        Invitation,
        (
            {
                "live_session_id": taught.live_session.id, "person_id": id, "invited_at": at, "invited_by_id": by_id,
                "answer": answer, "answered_at": at if answer else None,
            }
            for id in learners
            for answer in [chance.choice(answers)]
        ),
    )  # fmt: skip


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    table: Table = model.__table__
    waiting = list(rows)
    for start in range(0, len(waiting), _AT_ONCE):
        db.session.execute(insert(table), waiting[start : start + _AT_ONCE])
