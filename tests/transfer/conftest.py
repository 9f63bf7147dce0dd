"""A cycle with one of everything in it, and people who have gone through it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage

from lms.clock import now
from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.actions import keep_file, write_page, write_transcript
from lms.materials.models import MaterialKind
from lms.progress.models import CycleCompletion, Ground
from lms.quizzes.models import Answer, ExtraTime, QuestionKind, QuizDraw, Showing
from lms.sessions.models import Anchor, Attendance, LiveSessionKind, Presence, Reminded, Reminder
from lms.surveys.models import SurveyKind, SurveyTaken
from lms.talk.models import Enquiry
from tests import factories

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def keep(app, person, name: str, content: bytes):
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    return keep_file(FileStorage(io.BytesIO(content), filename=name), person, folder, largest=10_000_000, now=now())


def all_ten_kinds(quiz) -> None:
    """A question of each kind, with everything that its settings can hold."""
    number = {"answer": "50", "tolerance": "5%", "share": 100, "feedback": "Верно"}
    gap = {"kind": "choice", "points": 2, "options": [{"text": "да", "share": 100}, {"text": "нет", "share": 0}]}
    asked = [
        (QuestionKind.SINGLE, {"shuffle": False}),
        (QuestionKind.SEVERAL, {"shuffle": True}),
        (QuestionKind.TRUE_FALSE, {"right": True, "feedback": {"true": "Да", "false": "Нет"}}),
        (QuestionKind.SHORT, factories.accepted("устав") | dict.fromkeys(("case", "yo", "spaces", "wildcards"), False)),
        (QuestionKind.NUMBER, {"answers": [number], "unit": "м", "units": [{"unit": "см", "factor": "0.01"}]}),
        (
            QuestionKind.MATCHING,
            {"pairs": [{"left": "А", "right": "1"}, {"left": "Б", "right": "2"}], "extra": ["3"]},
        ),
        (QuestionKind.ORDERING, {"items": ["раз", "два"], "scoring": "neighbours"}),
        (QuestionKind.GAPS, {"gaps": [gap]}),
        (QuestionKind.ESSAY, {"rubric": [{"criterion": "Назван адресат", "points": 2}], "words": [50, 200]}),
        (QuestionKind.INFO, {}),
    ]
    for kind, settings in asked:
        text = "Выберите: [[1]]" if kind is QuestionKind.GAPS else f"Вопрос «{kind}»"
        choices = {"right": ("да",), "wrong": ("нет",)} if kind.has_choices else {}
        factories.question(
            quiz, kind, text=text, settings=settings, points=2 if kind.asks else 0, title=f"Про {kind}",
            tags=["сметы"], explanation="Потому что.", **choices,
        )  # fmt: skip


@pytest.fixture
def season(app, cast) -> SimpleNamespace:
    """Begins on Thursday, 1 October 2026; everything that can have a day has one."""
    picture, plan = keep(app, cast.trainer, "Схема.png", PNG), keep(app, cast.trainer, "План встречи.pdf", PDF)
    cycle = factories.cycle(
        slug="school-2026", title="Школа ресурсных центров", title_en="School", summary="О деле.",
        starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 24), hours=36, needed=1,
    )  # fmt: skip
    first = factories.module(cycle, title="PR без бюджета", due_at=_at(2026, 10, 18, 20, 59), needed=2)
    second = factories.module(
        cycle, title="Сметы", state=State.SCHEDULED, publish_at=_at(2026, 11, 2, 6), needs=[first]
    )
    page = factories.material(first, title="Первый разговор", topic="PR")
    write_page(page, f"Начало.\n\n![Схема](/files/{picture.id}/Схема.png)\n\n[План](/files/{plan.id}/План.pdf)")
    factories.material(first, title="План", kind=MaterialKind.FILE, rule=Rule.OPENED, body="", body_html="", file=plan)
    factories.material(
        first, title="Закон", kind=MaterialKind.LINK, rule=Rule.MARKED, body="", body_html="",
        url="https://example.org/law", state=State.HIDDEN,
    )  # fmt: skip
    quiz = factories.quiz(
        first, title="Тест о деле", intro="Не торопитесь.", pass_mark=70, attempts_allowed=3,
        opens_at=_at(2026, 10, 5, 6), closes_at=_at(2026, 10, 18, 20, 59), time_limit_minutes=30, shuffle_choices=True,
        show_right_answers=Showing.AFTER_CLOSE, penalty=25,
    )  # fmt: skip
    all_ten_kinds(quiz)
    quiz.questions[0].text = f"Что на схеме? ![Схема](/files/{picture.id}/Схема.png)"
    factories.question(quiz, right=("да",), wrong=("нет",), text="Снятый вопрос", retired_at=now())
    topic = factories.topic("Сметы")
    banked = factories.question(None, right=("да",), wrong=("нет",), text="Из банка", topic=topic)
    db.session.add(QuizDraw(quiz=quiz, topic=topic, count=1, points=3))
    final = factories.quiz(second, title="Итог", pair_of=quiz)
    factories.question(final, right=("да",), wrong=("нет",), settings={"shuffle": True})
    session = factories.live_session(
        first, title="Встреча о деле", starts_at=_at(2026, 10, 15, 12), agenda="15:05 Начало | Ирина", capacity=30,
        rule=Rule.PRESENT_OR_CAUGHT_UP, rule_quiz=quiz, rule_until=_at(2026, 10, 25, 20, 59), trainers=[cast.trainer],
        centres=[cast.salsk], sequence=3, sheet_number=2,
    )  # fmt: skip
    session.reminders = [
        Reminder(anchor=Anchor.START, minutes=-1440, whom=Reminded.SILENT, written_at=now()),
        Reminder(anchor=Anchor.MOMENT, at=_at(2026, 10, 14, 7), whom=Reminded.YES),
    ]
    recording = factories.material(
        first, title="Запись", kind=MaterialKind.RECORDING, rule=Rule.MARKED, body="", body_html="",
        url="https://rutube.ru/video/1/", recording_of_id=session.id, minutes=84, seconds=5040,
        chapters="05:30 О чём писать", sound=plan,
    )  # fmt: skip
    write_transcript(recording, "**Здравствуйте.**")
    meeting = factories.live_session(
        title="Общая встреча", kind=LiveSessionKind.JOINT_MEETING, cycle=cycle, starts_at=_at(2026, 11, 5, 12)
    )
    factories.live_session(second, title="Отменённая", starts_at=_at(2026, 11, 12, 12), cancelled_at=now())
    factories.live_session(title="Личная", kind=LiveSessionKind.CONSULTATION, cycle=cycle)
    survey = factories.survey(
        cycle, title="Как прошла встреча", module=first, live_session=session, is_anonymous=True,
        opens_at=_at(2026, 10, 15, 21), closes_at=_at(2026, 10, 20, 20, 59),
    )  # fmt: skip
    factories.survey_question(survey, SurveyKind.SCALE, settings={"low": "совсем нет", "high": "очень"})
    factories.survey_question(survey, SurveyKind.SEVERAL, "утром", "вечером", text="Когда удобнее?")
    _lived_through(cast, cycle, first, page, quiz, session, survey)
    db.session.flush()
    return SimpleNamespace(
        cycle=cycle, first=first, second=second, page=page, quiz=quiz, final=final, session=session, meeting=meeting,
        recording=recording, topic=topic, banked=banked, survey=survey, picture=picture, plan=plan,
    )  # fmt: skip


def _at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def _lived_through(cast, cycle, module, page, quiz, session, survey) -> None:
    """What people did, none of which belongs to a copy."""
    factories.enrolment(cast.volunteer, cycle)
    factories.invitation(cast.volunteer, session)
    factories.completion(cast.volunteer, page)
    attempt = factories.attempt(cast.volunteer, quiz)
    factories.certificate(cast.volunteer, cycle)
    for thing in (module, cycle):
        factories.due_exception(thing, person=cast.volunteer, due_at=now() + timedelta(days=9))
    db.session.add_all(
        [
            Answer(attempt_id=attempt.id, question_id=quiz.questions[0].id, given=[1], saved_at=now()),
            Attendance(live_session_id=session.id, person_id=cast.volunteer.id, how=Presence.MARKED, at=now()),
            CycleCompletion(person_id=cast.volunteer.id, cycle_id=cycle.id, at=now(), how=Ground.DEED),
            Enquiry(activity_id=page.id, person=cast.volunteer, text="Можно вопрос?", asked_at=now()),
            ExtraTime(quiz_id=quiz.id, person_id=cast.volunteer.id, minutes=10),
            SurveyTaken(survey_id=survey.id, person_id=cast.volunteer.id),
        ]
    )
