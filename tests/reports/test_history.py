"""Everything a person did, in the order of time: for those who look after her, and for herself."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook

from lms.clock import now
from lms.extensions import db
from lms.outbox.models import LetterState
from lms.outbox.topics import Topic
from lms.progress import actions
from lms.progress.models import How, Verdict
from lms.quizzes.terms import Showing
from lms.sessions.models import AnswerWord, Attendance, Presence
from tests import factories
from tests.progress.test_path import text_of


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """Ирина did one of everything that leaves a trace; Клавдия of the other centre did the same."""
    cycle = factories.cycle(slug="school", title="Школа центров")
    module = factories.module(cycle, title="Заявка")
    material, quiz = factories.material(module, title="Пять источников"), factories.quiz(module, title="О заявке")
    meeting = factories.live_session(module, title="Разбор заявок", starts_in=timedelta(days=-2))
    for person, reason in ((cast.volunteer, "По телефону"), (cast.stranger, "Канарейка")):
        at = now() - timedelta(days=1)
        factories.enrolment(person, cycle, enrolled_at=now() - timedelta(days=60))
        factories.completion(person, material, How.READ, at=at)
        actions.decide(person, quiz, Verdict.DONE, by=cast.coordinator, reason=reason, now=now())
        factories.attempt(
            person, quiz, submitted_at=at, score=7, max_score=10, percent=70, passed=True, started_at=at
        )  # fmt: skip
        factories.invitation(person, meeting, answer=AnswerWord.YES, answered_at=at)
        db.session.add(
            Attendance(live_session_id=meeting.id, person_id=person.id, how=Presence.MARKED, at=at, minutes=40)
        )
        factories.letter(
            person, topic=Topic.REMINDERS, state=LetterState.SENT, sent_at=at, subject=f"Напоминание {reason}"
        )
        factories.due_exception(module, person=person, reason=f"Паводок, {reason}", by_id=cast.coordinator.id)
        factories.certificate(person, cycle, serial=factories.certificate(person, factories.cycle()).serial + 1000)
    db.session.commit()
    return SimpleNamespace(cycle=cycle, module=module, quiz=quiz)


def test_a_coordinator_reads_everything_with_dates(school, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get(f"/progress/people/{cast.volunteer.id}/history"))

    for said in (
        "прочитано до конца", "засчитано", "По телефону", "Светлана Бондаренко", "попытка 1 начата",
        "попытка 1 зачтена: 7 из 10 (70 %)", "приглашение", "ответ на приглашение: «Приду»", "присутствие", "40 минут",
        "напоминание отправлено", "Напоминание По телефону", "другой срок", "Паводок, По телефону", "сертификат 2026-",
        "зачисление",
    ):  # fmt: skip
        assert said.lower() in page.lower(), said
    assert "Канарейка" not in page


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("coordinator", 200),
        ("trainer", 200),
        ("centre_coordinator", 200),
        ("other_coordinator", 404),
        ("volunteer", 403),
    ],
)
def test_her_history_is_for_those_who_may_watch_her(school, cast, as_, role, status):
    client = as_(getattr(cast, role))

    for ending in ("", ".xlsx"):
        response = client.get(f"/progress/people/{cast.volunteer.id}/history{ending}")
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "no-store" or status != 200


def test_she_reads_her_own_without_the_reasons_written_for_others(school, cast, as_):
    page = text_of(as_(cast.volunteer).get("/path/history"))

    assert "попытка 1 зачтена: 7 из 10" in page
    assert "Светлана Бондаренко" in page
    assert "Паводок" not in page
    assert "Канарейка" not in page


def test_a_result_that_is_not_told_yet_is_not_told_here(school, cast, as_):
    school.quiz.show_results, school.quiz.closes_at = Showing.AFTER_CLOSE, now() + timedelta(days=3)

    assert "7 из 10" not in text_of(as_(cast.volunteer).get("/path/history"))
    assert "7 из 10" in text_of(as_(cast.coordinator).get(f"/progress/people/{cast.volunteer.id}/history"))


def test_one_kind_at_a_time_and_pages_of_a_hundred(school, cast, as_):
    for number in range(120):
        factories.letter(cast.volunteer, topic=Topic.REMINDERS, subject=f"Письмо {number}")
    client = as_(cast.coordinator)
    address = f"/progress/people/{cast.volunteer.id}/history?kind=letter"

    first, second = text_of(client.get(address)), text_of(client.get(address + "&page=2"))

    assert (first.count("<time"), second.count("<time")) == (100, 21)
    assert "Пять источников" not in first
    assert client.get(address.replace("letter", "nonsense") + "&page=x").status_code == 200


def test_the_file_has_the_same_lines(school, cast, as_):
    client = as_(cast.coordinator)
    lines = text_of(client.get(f"/progress/people/{cast.volunteer.id}/history")).count("<time")

    book = CalamineWorkbook.from_filelike(
        BytesIO(client.get(f"/progress/people/{cast.volunteer.id}/history.xlsx").data)
    )

    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["Когда", "Что", "О чём", "Кто решил", "Причина"]
    assert len(rows) == lines + 1


def test_a_long_history_asks_the_same_few_statements(school, cast, as_, count_queries):
    client = as_(cast.coordinator)
    address = f"/progress/people/{cast.volunteer.id}/history"
    client.get(address)
    with count_queries() as before:
        client.get(address)
    for _number in range(10):
        factories.completion(cast.volunteer, factories.material(school.module))
        factories.letter(cast.volunteer, topic=Topic.REMINDERS)
    db.session.commit()
    with count_queries() as after:
        client.get(address)

    assert len(before) == len(after) <= 14
