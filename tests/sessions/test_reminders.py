"""Planned letters: each goes once, to the right people, follows the session, and is dropped rather than sent late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.materials.models import MaterialKind
from lms.outbox.models import LetterState
from lms.sessions import actions, invitation_actions, reminder_actions
from lms.sessions.models import Anchor, AnswerWord, Reminded, Reminder
from lms.sessions.reminder_worker import write_planned_letters
from tests import factories
from tests.sessions.conftest import MOSCOW, letter_to, letters, text_of

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)
END = datetime(2026, 12, 3, 16, 30, tzinfo=MOSCOW)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def plan(live_session, *rows) -> None:
    reminder_actions.plan(live_session, rows, now=now())
    db.session.commit()


def a_day_before(whom: Reminded) -> tuple:
    return (Anchor.START, -24 * 60, None, whom)


def reminded(prefix: str = "remind:") -> list[str]:
    return sorted(letter.recipient.split("@")[0] for letter in letters(prefix))


@pytest.mark.parametrize(
    ("whom", "people"),
    [
        (Reminded.YES, ["volunteer"]),
        (Reminded.SILENT, ["stranger"]),
        (Reminded.QUIZ, ["stranger", "volunteer"]),
        (Reminded.EVERYBODY, ["stranger", "volunteer"]),
    ],
)
def test_a_reminder_goes_to_those_it_is_for(invited, cast, today, whom, people):
    invitation_actions.invite([cast.trainer.id], invited.live_session, by=cast.coordinator, now=now())
    actions.answer(cast.volunteer, invited.live_session, AnswerWord.YES, now=now())
    actions.answer(cast.trainer, invited.live_session, AnswerWord.NO, now=now())
    plan(invited.live_session, a_day_before(whom))

    today.move_to(START - DAY - timedelta(minutes=1))
    assert write_planned_letters() == 0
    today.move_to(START - DAY)
    assert write_planned_letters() == len(people)

    assert reminded() == people


def test_who_has_passed_the_quiz_is_not_reminded_of_it(invited, cast, today):
    factories.attempt(cast.volunteer, invited.quiz, passed=True, submitted_at=now())
    factories.attempt(cast.stranger, invited.quiz, passed=False, submitted_at=now())
    plan(invited.live_session, (Anchor.END, 60, None, Reminded.QUIZ))

    today.move_to(END + HOUR)
    write_planned_letters()

    assert reminded() == ["stranger"]
    assert f"/quizzes/{invited.quiz.id}" in text_of(letter_to(cast.stranger))


def test_a_reminder_never_comes_twice(invited, today):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    today.move_to(START - DAY)

    assert [write_planned_letters(), write_planned_letters()] == [2, 0]


def test_two_workers_at_once_write_it_once(invited, app, today):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    today.move_to(START - DAY)
    db.session.commit()

    def work(_number: int) -> int:
        with app.app_context():
            return write_planned_letters()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 2
    db.session.expire_all()
    assert reminded() == ["stranger", "volunteer"]


def test_a_reminder_follows_the_session_that_moves(invited, cast, today):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    invited.live_session.starts_at += DAY
    invited.live_session.ends_at += DAY
    invitation_actions.tell_of_change(invited.live_session, {"time"}, by=cast.coordinator, now=now())
    db.session.commit()

    today.move_to(START - DAY)
    assert write_planned_letters() == 0
    today.move_to(START)
    assert write_planned_letters() == 2
    assert {letter.expires_at for letter in letters("remind:")} == {START + DAY}


def test_after_a_far_move_the_reminder_comes_for_the_new_day_too(invited, today):
    rows = [a_day_before(Reminded.SILENT)]
    plan(invited.live_session, *rows)
    today.move_to(START - DAY)
    write_planned_letters()
    invited.live_session.starts_at += 7 * DAY
    invited.live_session.ends_at += 7 * DAY
    plan(invited.live_session, *rows)

    today.move_to(START + 6 * DAY)

    assert write_planned_letters() == 2
    assert len(letters("remind:")) == 4


@pytest.mark.parametrize("change", [{"cancelled_at": START}, {"state": State.DRAFT}])
def test_a_session_that_does_not_take_place_reminds_nobody(invited, today, change):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    for name, value in change.items():
        setattr(invited.live_session, name, value)
    db.session.commit()
    today.move_to(START - DAY)

    assert write_planned_letters() == 0


def test_cancelling_takes_back_reminders_that_still_wait(invited, cast, today):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    today.move_to(START - DAY)
    write_planned_letters()

    invitation_actions.cancel(invited.live_session, "", by=cast.coordinator, now=now())

    assert letters("remind:") == []


@pytest.mark.parametrize(("late_by", "number"), [(11 * HOUR, 2), (12 * HOUR, 0), (23 * HOUR, 0), (48 * HOUR, 0)])
def test_a_reminder_that_is_late_is_dropped(invited, today, late_by, number):
    plan(invited.live_session, a_day_before(Reminded.SILENT))
    today.move_to(START - DAY + late_by)

    assert write_planned_letters() == number
    assert db.session.query(Reminder).one().written_at == now()


def test_a_reminder_at_a_time_of_its_own(invited, today):
    at = datetime(2026, 12, 1, 10, 0, tzinfo=MOSCOW)
    plan(invited.live_session, (Anchor.MOMENT, 0, at, Reminded.EVERYBODY))

    today.move_to(at)
    write_planned_letters()

    assert reminded() == ["stranger", "volunteer"]


# --- the letter after the session -------------------------------------------------------------------------------------
def test_after_the_session_everybody_gets_one_letter_with_what_remains_of_it(invited, cast, today):
    factories.material(
        invited.module, title="Запись встречи", kind=MaterialKind.RECORDING, recording_of_id=invited.live_session.id
    )
    db.session.commit()
    today.move_to(END - HOUR)
    assert write_planned_letters() == 0
    today.move_to(END)
    assert [write_planned_letters(), write_planned_letters()] == [2, 0]

    text = text_of(letter_to(cast.volunteer, "after:"))
    assert "Запись: Запись встречи" in text
    assert "Тест: Тест о соцсетях" in text
    assert "/feedback" in text


def test_without_a_recording_it_waits_a_day(invited, today):
    db.session.commit()
    today.move_to(END + DAY - HOUR)
    assert write_planned_letters() == 0
    today.move_to(END + DAY)
    assert write_planned_letters() == 2


@pytest.mark.parametrize("change", [{"sends_followup": False}, {"cancelled_at": START}])
def test_no_letter_where_none_is_wanted(invited, today, change):
    for name, value in change.items():
        setattr(invited.live_session, name, value)
    db.session.commit()
    today.move_to(END + DAY)

    assert write_planned_letters() == 0


# --- chasing ----------------------------------------------------------------------------------------------------------
def test_those_who_promised_and_did_not_come_are_written_to_once_a_week(invited, cast, as_, today):
    for person in (cast.volunteer, cast.stranger):
        actions.answer(person, invited.live_session, AnswerWord.YES, now=now())
    today.move_to(START)
    actions.enter(cast.stranger, invited.live_session, now=now())
    db.session.commit()
    today.move_to(END)
    client = as_(cast.coordinator)
    address = f"/sessions/{invited.live_session.id}/reminders/missed"

    assert "Написать 1, кто" in client.get(f"/sessions/{invited.live_session.id}/invitations").get_data(as_text=True)
    client.post(address)
    client.post(address)

    assert reminded("missed:") == ["volunteer"]


def test_who_was_reminded_of_another_session_this_week_is_spared_and_that_is_said(invited, cast, as_):
    other = factories.live_session(invited.module)
    factories.invitation(cast.stranger, other, reminded_at=now() - timedelta(days=6))
    for letter in letters():
        letter.state, letter.sent_at = LetterState.SENT, now()
    client = as_(cast.coordinator)

    client.post(f"/sessions/{invited.live_session.id}/reminders")
    page = client.get(f"/sessions/{invited.live_session.id}/invitations").get_data(as_text=True)

    assert reminded() == ["volunteer"]
    assert "1 человеку на этой неделе уже напоминали" in page.replace("\u00a0", " ")


# --- the form ---------------------------------------------------------------------------------------------------------
def typed(live_session, module, **rows) -> dict:
    return {
        "kind": "seminar", "title": live_session.title, "day": "2026-12-03", "starts": "15:00", "ends": "16:30",
        "zone": "Europe/Moscow", "room_url": live_session.room_url, "audience": "cycle",
        "module_id": f"m{module.id}", "rule": "present_or_watched", "version": live_session.version,
    } | {name.replace("__", "-"): value for name, value in rows.items()}  # fmt: skip


def test_reminders_are_planned_on_the_form_and_shown_again(invited, cast, as_):
    client = as_(cast.coordinator)
    form = typed(
        invited.live_session, invited.module,
        reminders__0__amount="2", reminders__0__unit="days", reminders__0__side="before_start",
        reminders__0__whom="silent", reminders__1__amount="", reminders__1__unit="days",
        reminders__1__side="before_start", reminders__1__whom="yes",
        reminders__2__side="at", reminders__2__day="01.12.2026", reminders__2__clock="10:00",
        reminders__2__unit="days", reminders__2__whom="everybody",
    )  # fmt: skip

    client.post(f"/sessions/{invited.live_session.id}/edit", data=form)

    assert [(one.anchor, one.minutes, one.at, one.whom) for one in invited.live_session.reminders] == [
        (Anchor.START, -2 * 24 * 60, None, Reminded.SILENT),
        (Anchor.MOMENT, 0, datetime(2026, 12, 1, 10, 0, tzinfo=MOSCOW), Reminded.EVERYBODY),
    ]
    page = client.get(f"/sessions/{invited.live_session.id}/edit").get_data(as_text=True)
    assert "Напоминания: <b>2</b>" in page
    assert 'name="reminders-3-amount"' in page


def test_a_new_session_starts_with_the_reminders_of_the_last(invited, cast, as_):
    plan(invited.live_session, (Anchor.END, 90, None, Reminded.QUIZ))

    page = as_(cast.coordinator).get("/sessions/new").get_data(as_text=True)

    assert "Напоминания: <b>1</b>" in page
    assert 'value="90"' in page


def test_one_more_row_needs_no_script_and_keeps_what_was_typed(invited, cast, as_):
    rows = {}
    for number in range(2):
        rows |= {
            f"reminders-{number}-amount": "3", f"reminders-{number}-unit": "hours",
            f"reminders-{number}-side": "before_start", f"reminders-{number}-whom": "yes",
        }  # fmt: skip
    form = typed(invited.live_session, invited.module, title="Новое имя", do="more") | rows

    page = as_(cast.coordinator).post(f"/sessions/{invited.live_session.id}/edit", data=form)

    assert page.status_code == 200
    assert "Новое имя" in page.get_data(as_text=True)
    assert 'name="reminders-3-amount"' in page.get_data(as_text=True)
    assert invited.live_session.title == "PR и соцсети НКО без бюджета"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"reminders-0-amount": "-5"}, "Напишите число от 0 до 1000."),
        ({"reminders-0-side": "at", "reminders-0-day": "2026-12-01"}, "Укажите и день, и время."),
        ({"reminders-0-side": "at", "reminders-0-day": "32.13.2026", "reminders-0-clock": "10:00"}, "Такого дня нет"),
    ],
)
def test_a_reminder_at_no_time_is_refused(invited, cast, as_, rows, words):
    form = typed(invited.live_session, invited.module)
    form |= {"reminders-0-unit": "days", "reminders-0-side": "before_start", "reminders-0-whom": "yes"} | rows

    page = as_(cast.coordinator).post(f"/sessions/{invited.live_session.id}/edit", data=form)

    assert page.status_code == 422
    assert words in page.get_data(as_text=True).replace("\u00a0", " ")
    assert invited.live_session.reminders == []
