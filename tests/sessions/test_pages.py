"""The list and the page of a session: what stands there before, while and after, and who sees which."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
import pytest

from lms.clock import now
from lms.extensions import db
from lms.materials.models import MaterialKind
from lms.progress.models import Completion, How
from lms.sessions import queries
from lms.sessions.models import AnswerWord, Attendance, Audience, Invitation, LiveSession, Presence
from tests import factories
from tests.sessions.conftest import MOSCOW, reads

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)
END = datetime(2026, 12, 3, 16, 30, tzinfo=MOSCOW)


def words(response) -> str:
    return response.get_data(as_text=True).replace("\u00a0", " ").replace("\u2060", "")


# --- who sees what ----------------------------------------------------------------------------------------------------
def seen_by(person) -> set[str]:
    return {live_session.title for live_session in db.session.scalars(queries.visible_to(person))}


@pytest.fixture
def several(school, cast):
    """One session of each kind of audience and state, named after it."""
    closed = factories.cycle(state="draft")
    other = factories.cycle()
    factories.live_session(school.module, title="черновик", state="draft")
    factories.live_session(None, title="без модуля", cycle=school.cycle)
    factories.live_session(factories.module(school.cycle, state="draft"), title="в закрытом модуле")
    factories.live_session(factories.module(closed), title="в закрытом цикле")
    factories.live_session(factories.module(other), title="в чужом цикле")
    for_bataysk = factories.live_session(school.module, title="для Батайска", audience=Audience.CENTRES)
    for_bataysk.centres = [cast.bataysk]
    factories.live_session(school.module, title="по приглашению", audience=Audience.INVITED)
    led = factories.live_session(None, title="ведёт Елена", audience=Audience.INVITED)
    led.trainers = [cast.centre_coordinator]
    factories.live_session(school.module, title="отменена", cancelled_at=now())
    factories.invitation(cast.volunteer, factories.live_session(None, title="Ирину позвали", audience=Audience.INVITED))
    db.session.commit()
    return school


def test_everybody_sees_what_is_for_them(several, cast):
    everybody = seen_by(cast.coordinator)
    mine = {"PR и соцсети НКО без бюджета", "без модуля", "отменена"}

    assert everybody >= {"черновик", "в закрытом модуле", "в закрытом цикле", "в чужом цикле", "по приглашению"}
    assert seen_by(cast.trainer) == seen_by(cast.admin) == everybody
    assert seen_by(cast.volunteer) == mine | {"Ирину позвали"}
    assert seen_by(cast.stranger) == mine | {"для Батайска"}
    assert seen_by(cast.centre_coordinator) == mine | {"в чужом цикле", "ведёт Елена"}
    assert seen_by(cast.other_coordinator) == mine | {"в чужом цикле", "для Батайска"}


def test_what_one_may_not_see_is_not_found(several, as_, cast):
    hidden = db.session.query(LiveSession).filter_by(title="для Батайска").one()
    client = as_(cast.volunteer)

    for method, address in (("get", ""), ("get", ".ics"), ("post", "/answer"), ("post", "/enter")):
        answer = getattr(client, method)(f"/sessions/{hidden.id}{address}", data={"answer": "yes"})
        assert answer.status_code == 404, address
    assert db.session.query(Invitation).filter_by(live_session_id=hidden.id).count() == 0


def test_the_list_names_only_what_one_sees(several, as_, cast):
    text = words(as_(cast.volunteer).get("/sessions/"))

    assert "Ирину позвали" in text
    assert "для Батайска" not in text
    assert "черновик" not in text
    assert "Отменена" in text


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_has_what_comes_and_what_was(school, as_, cast):
    factories.live_session(school.module, title="Прошедшая", starts_in=timedelta(days=-3))
    was = factories.live_session(school.module, title="На этой была", starts_in=timedelta(days=-5))
    db.session.add(Attendance(live_session_id=was.id, person_id=cast.volunteer.id, how=Presence.ENTERED, at=now()))

    text = words(as_(cast.volunteer).get("/sessions/"))

    assert text.index("PR и соцсети") < text.index("Прошли") < text.index("Прошедшая") < text.index("На этой была")
    assert text.count("Вы были на встрече") == 1


def test_a_person_without_sessions_reads_a_kind_sentence(app, as_, cast):
    assert "Пока ничего не назначено." in words(as_(cast.volunteer).get("/sessions/"))


def test_the_list_costs_the_same_for_one_and_for_thirty(school, as_, cast, count_queries):
    def statements(person) -> int:
        client = as_(person)
        with count_queries() as seen:
            assert client.get("/sessions/").status_code == 200
        return len(seen)

    few = [statements(person) for person in (cast.volunteer, cast.coordinator)]
    for days in range(1, 31):
        factories.invitation(cast.volunteer, factories.live_session(school.module, starts_in=timedelta(days=days)))
        factories.live_session(school.module, starts_in=timedelta(days=-days))

    assert [statements(person) for person in (cast.volunteer, cast.coordinator)] == few
    assert max(few) <= 6


def test_the_past_is_paged(school, as_, cast):
    for days in range(1, 35):
        factories.live_session(school.module, title=f"Встреча-{days}.", starts_in=timedelta(days=-days))
    client = as_(cast.volunteer)

    first, second = words(client.get("/sessions/")), words(client.get("/sessions/?page=2"))

    assert ("Встреча-30." in first, "Встреча-31." in first) == (True, False)
    assert ("Встреча-30." in second, "Встреча-34." in second) == (False, True)
    assert client.get("/sessions/?page=99999999999").status_code in {200, 404}


# --- before -----------------------------------------------------------------------------------------------------------
def test_before_the_session_one_answers_and_reads_the_plan(school, as_, cast):
    factories.invitation(cast.stranger, school.live_session, answer=AnswerWord.YES)
    client = as_(cast.volunteer)

    text = words(client.get(f"/sessions/{school.live_session.id}"))

    assert "чт, 3 декабря, 15:00–16:30 по Москве" in text
    assert "Придёт 1 человек" in text
    assert "Кнопка входа появится здесь в 14:45." in text
    assert "О чём писать" in text
    assert "Десять тем для поста" in text
    assert "Дмитрий Савченко" in text
    assert school.live_session.room_url not in text
    assert "btn-now" not in text
    assert "Изменить" not in text


def test_one_press_answers_and_the_last_one_counts(school, as_, cast):
    client = as_(cast.volunteer)
    for word in ("yes", "yes", "no"):
        response = client.post(f"/sessions/{school.live_session.id}/answer", data={"answer": word})
        assert (response.status_code, response.location) == (303, f"/sessions/{school.live_session.id}")

    found = db.session.query(Invitation).one()
    assert (found.person_id, found.answer, found.answered_at) == (cast.volunteer.id, AnswerWord.NO, now())


def test_an_answer_after_the_start_is_not_taken(school, as_, cast, today):
    today.move_to(START)

    client = as_(cast.volunteer)
    response = client.post(f"/sessions/{school.live_session.id}/answer", data={"answer": "yes"})

    assert "ответы больше не принимаются" in words(client.get(response.location))
    assert db.session.query(Invitation).count() == 0


def test_an_answer_of_another_kind_is_not_found(school, as_, cast):
    assert (
        as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/answer", data={"answer": "x"}).status_code == 404
    )


# --- while ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (START - timedelta(minutes=15), "начало через 15 минут"),
        (START - timedelta(minutes=1), "начало через 1 минуту"),
        (START, "только началась, до 16:30"),
        (START + timedelta(minutes=12), "началась 12 минут назад, до 16:30"),
        (END - timedelta(seconds=1), "началась 89 минут назад, до 16:30"),
    ],
)
def test_while_it_is_on_there_is_one_button(school, as_, cast, today, moment, says):
    today.move_to(moment)

    page = as_(cast.volunteer).get(f"/sessions/{school.live_session.id}")

    assert says in words(page)
    assert "Войти на встречу" in words(page)
    assert "form-action 'self' https://meet.example.org" in page.headers["Content-Security-Policy"]


def test_the_item_under_way_is_marked(school, as_, cast, today):
    today.move_to(START + timedelta(minutes=7))

    text = words(as_(cast.volunteer).get(f"/sessions/{school.live_session.id}"))

    current = text.split('aria-current="step"')[1].split("</li>")[0]
    assert "О чём писать" in current
    assert "сейчас" in current


def test_entering_writes_it_down_and_opens_the_room(school, as_, cast, today):
    today.move_to(START - timedelta(minutes=15))
    client = as_(cast.volunteer)

    answers = [client.post(f"/sessions/{school.live_session.id}/enter") for _ in range(3)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "https://meet.example.org/room")}
    assert [(row.person_id, row.how, row.at) for row in db.session.query(Attendance)] == [
        (cast.volunteer.id, Presence.ENTERED, now())
    ]
    assert [(row.person_id, row.activity_id, row.how) for row in db.session.query(Completion)] == [
        (cast.volunteer.id, school.live_session.id, How.PRESENT)
    ]


@pytest.mark.parametrize("moment", [START - timedelta(minutes=15, seconds=1), END])
def test_outside_its_window_nobody_enters(school, as_, cast, today, moment):
    today.move_to(moment)

    response = as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/enter")

    assert (response.status_code, response.location) == (303, f"/sessions/{school.live_session.id}")
    assert db.session.query(Attendance).count() == db.session.query(Completion).count() == 0


def test_a_draft_is_entered_by_nobody(school, as_, cast, today):
    school.live_session.state = "draft"
    today.move_to(START)

    as_(cast.trainer).post(f"/sessions/{school.live_session.id}/enter")

    assert db.session.query(Attendance).count() == 0


def test_a_session_on_site_has_a_place_and_no_button(school, as_, cast, today):
    school.live_session.room_url, school.live_session.place = "", "Сальск, ул. Ленина, 1"
    today.move_to(START)

    text = words(as_(cast.volunteer).get(f"/sessions/{school.live_session.id}"))

    assert "Сальск, ул. Ленина, 1" in text
    assert "Войти на встречу" not in text


# --- after ------------------------------------------------------------------------------------------------------------
def test_after_it_there_is_the_recording_and_the_quiz(school, as_, cast, today):
    factories.material(
        school.module,
        title="Запись встречи",
        kind=MaterialKind.RECORDING,
        minutes=84,
        recording_of_id=school.live_session.id,
    )
    today.move_to(START)
    client = as_(cast.volunteer)
    client.post(f"/sessions/{school.live_session.id}/enter")
    today.move_to(END)

    text = words(client.get(f"/sessions/{school.live_session.id}"))

    assert "чт, 3 декабря" in text
    assert "был 1 человек из 1 центра" in text
    assert "Вы были на встрече" in text
    assert "Смотреть запись" in text
    assert "1 ч 24 мин" in text
    assert "Начать тест" in text
    assert "btn-now" not in text


def test_a_cancelled_session_says_so_and_why(school, as_, cast):
    school.live_session.cancelled_at, school.live_session.cancel_reason = now(), "Ведущий заболел."

    text = words(as_(cast.volunteer).get(f"/sessions/{school.live_session.id}"))

    assert "Встреча отменена." in text
    assert "Ведущий заболел." in text
    assert "Вы придёте?" not in text


@pytest.mark.parametrize("moment", [START - timedelta(days=1), START, END])
def test_the_page_costs_the_same_for_one_and_for_thirty(school, as_, cast, today, count_queries, moment):
    today.move_to(moment)
    client = as_(cast.volunteer)
    client.get("/sessions/")  # notes the visit
    address = f"/sessions/{school.live_session.id}"

    def statements() -> int:
        db.session.commit()
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        return reads(seen)

    few = statements()
    for _ in range(30):
        factories.material(school.module)
        factories.invitation(factories.person(centre=factories.centre()), school.live_session, answer=AnswerWord.YES)
    school.live_session.trainers = [factories.person() for _ in range(5)]

    assert statements() == few <= 7


# --- the calendar's file ----------------------------------------------------------------------------------------------
def test_the_event_can_be_put_into_a_calendar(school, as_, cast):
    response = as_(cast.volunteer).get(f"/sessions/{school.live_session.id}.ics")

    calendar = icalendar.Calendar.from_ical(response.get_data())
    (event,) = calendar.walk("VEVENT")
    assert response.mimetype == "text/calendar"
    assert calendar["METHOD"] == "PUBLISH"
    assert (event.start, event.end) == (school.live_session.starts_at, school.live_session.ends_at)
    assert event["URL"] == f"https://lms.test/sessions/{school.live_session.id}"
    assert school.live_session.room_url.encode() not in response.get_data()


# --- the public schedule ----------------------------------------------------------------------------------------------
def test_the_schedule_shows_visitors_what_comes_but_not_the_way_in(several, client):
    factories.live_session(several.module, title="Прошедшая", starts_in=timedelta(days=-3))

    page, feed = client.get("/schedule"), client.get("/schedule.ics")

    titles = {str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(feed.get_data()).walk("VEVENT")}
    assert titles == {"PR и соцсети НКО без бюджета", "без модуля", "отменена", "в чужом цикле"}
    for title in ("черновик", "для Батайска", "по приглашению", "Ирину позвали", "в закрытом", "Прошедшая"):
        assert title not in words(page)
        assert title not in feed.get_data(as_text=True)
    assert "PR и соцсети НКО без бюджета" in words(page)
    assert "meet.example.org" not in words(page) + feed.get_data(as_text=True)


def test_a_cycle_has_a_calendar_of_its_own_that_is_sent_once(several, client):
    slug = several.cycle.slug
    first = client.get(f"/schedule.ics?cycle={slug}")
    titles = {str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(first.get_data()).walk("VEVENT")}

    assert titles == {"PR и соцсети НКО без бюджета", "без модуля", "отменена"}
    again = client.get(f"/schedule.ics?cycle={slug}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert client.get("/schedule.ics?cycle=nowhere").status_code == 404
    assert f"/schedule.ics?cycle={slug}" in client.get("/schedule").get_data(as_text=True)


def test_an_empty_schedule_says_what_will_be_there(app, client):
    assert "Пока ничего не назначено." in words(client.get("/schedule"))


def test_the_schedule_speaks_english(school, client):
    text = client.get("/schedule", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert "PR and social media without a budget" in text


# --- the front page's next session ------------------------------------------------------------------------------------
def test_the_next_session_is_the_nearest_that_is_on(school, cast):
    factories.live_session(school.module, title="отменена", starts_in=timedelta(hours=1), cancelled_at=now())
    factories.live_session(school.module, title="черновик", starts_in=timedelta(hours=1), state="draft")
    factories.live_session(school.module, title="прошла", starts_in=timedelta(hours=-5))
    factories.invitation(cast.volunteer, school.live_session, answer=AnswerWord.MAYBE)

    row = queries.next_for(cast.volunteer, now())

    assert (row.id, row.answer) == (school.live_session.id, AnswerWord.MAYBE)
    assert queries.next_for(cast.trainer, now()).id == school.live_session.id
    assert queries.next_for(factories.person(), now()) is None
