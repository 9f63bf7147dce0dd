"""Making, changing, publishing and calling off a session by its forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.outbox.models import LetterState
from lms.sessions.models import AnswerWord, Audience, Invitation, LiveSession, LiveSessionKind
from lms.sessions.queries import invitation_of
from tests import factories
from tests.sessions.conftest import MOSCOW, letters
from tests.sessions.test_inviting import form_of
from tests.sessions.test_pages import words


def typed(school, **fields) -> dict:
    return {
        "kind": "seminar",
        "title": "Новая встреча",
        "day": "2026-12-10",
        "starts": "15:00",
        "ends": "16:30",
        "zone": "Europe/Moscow",
        "room_url": "https://meet.example.org/new",
        "agenda": "00 Начало | все",
        "module_id": f"m{school.module.id}",
        "audience": "cycle",
        "rule": "present",
        "do": "draft",
    } | fields


def made() -> LiveSession:
    return db.session.scalar(db.select(LiveSession).order_by(LiveSession.id.desc()).limit(1))


# --- new --------------------------------------------------------------------------------------------------------------
def test_a_new_session_starts_as_a_copy_of_the_last_one(school, as_, cast):
    text = words(as_(cast.trainer).get("/sessions/new"))

    assert 'value="2026-12-10"' in text
    assert 'value="15:00"' in text
    assert 'value="16:30"' in text
    assert 'value="https://meet.example.org/room"' in text
    assert "Савченко Дмитрий</b>" in text
    assert "Пригласить всех, 2 человека" in text
    assert "PR и соцсети НКО без бюджета" not in text


def test_a_new_session_starts_from_no_draft_that_a_copied_cycle_left(school, as_, cast):
    copied = factories.module(factories.cycle(slug="next-season"))
    factories.live_session(copied, room_url="https://meet.example.org/draft", state="draft")

    text = as_(cast.coordinator).get("/sessions/new").get_data(as_text=True)

    assert school.live_session.room_url in text
    assert "https://meet.example.org/draft" not in text


def test_a_new_session_stands_in_the_module_it_was_asked_for(school, as_, cast):
    other = factories.module(school.cycle, title="Отчётность")

    text = words(as_(cast.trainer).get(f"/sessions/new?module_id={other.id}"))

    assert f'<option selected value="m{other.id}">' in text


def test_the_first_session_of_all_is_made_from_nothing(app, as_, cast):
    assert as_(cast.trainer).get("/sessions/new").status_code == 200


def test_a_draft_is_saved_as_typed_and_nobody_hears_of_it(school, as_, cast):
    response = as_(cast.trainer).post(
        "/sessions/new",
        data=typed(school, title="  Новая \u202eвстреча\x00 ", trainers=[cast.trainer.id], invite_all="y"),
    )

    found = made()
    assert (response.status_code, response.location) == (303, f"/sessions/{found.id}")
    assert (found.title, found.kind, found.rule, found.state.value) == (
        "Новая встреча", LiveSessionKind.SEMINAR, Rule.PRESENT, "draft"
    )  # fmt: skip
    assert (found.starts_at, found.ends_at) == (
        datetime(2026, 12, 10, 12, 0, tzinfo=UTC), datetime(2026, 12, 10, 13, 30, tzinfo=UTC)
    )  # fmt: skip
    assert (found.module_id, found.cycle_id, found.position) == (school.module.id, school.cycle.id, 4)
    assert [person.id for person in found.trainers] == [cast.trainer.id]
    assert letters() == []


def test_publish_and_invite_is_one_press(school, as_, cast):
    response = as_(cast.coordinator).post(
        "/sessions/new", data=typed(school, do="publish", invite_all="y", number_shown="2")
    )

    found = made()
    assert (response.status_code, response.location) == (303, f"/sessions/{found.id}/invitations")
    assert found.is_published
    assert sorted(letter.recipient for letter in letters()) == ["stranger@lms.test", "volunteer@lms.test"]


def test_publishing_without_the_tick_invites_nobody(school, as_, cast):
    response = as_(cast.coordinator).post("/sessions/new", data=typed(school, do="publish", number_shown="2"))

    assert response.location == f"/sessions/{made().id}"
    assert made().is_published
    assert letters() == []


def test_the_number_on_the_page_must_be_true_before_anybody_is_written_to(school, as_, cast):
    factories.enrolment(factories.person(), school.cycle)
    count = db.session.query(LiveSession).count()

    response = as_(cast.coordinator).post(
        "/sessions/new", data=typed(school, do="publish", invite_all="y", number_shown="2")
    )

    assert response.status_code == 422
    assert "Теперь это 3 человека. Если всё верно, нажмите кнопку ещё раз." in words(response)
    assert (db.session.query(LiveSession).count(), letters()) == (count, [])


def test_a_session_of_certain_centres_invites_their_people(school, as_, cast):
    as_(cast.coordinator).post(
        "/sessions/new",
        data=typed(
            school,
            do="publish",
            invite_all="y",
            number_shown="2",
            audience="centres",
            centres=[cast.salsk.id],
            module_id="",
        ),
    )

    found = made()
    assert (found.audience, [centre.id for centre in found.centres], found.cycle_id) == (
        Audience.CENTRES, [cast.salsk.id], None
    )  # fmt: skip
    assert sorted(letter.recipient for letter in letters()) == ["centre@lms.test", "volunteer@lms.test"]


def test_a_session_that_is_over_is_written_down_without_letters(school, as_, cast):
    as_(cast.coordinator).post(
        "/sessions/new", data=typed(school, day="2026-11-20", do="publish", invite_all="y", number_shown="2")
    )

    assert made().is_published
    assert letters() == []


def test_a_visit_may_take_several_days(school, as_, cast):
    as_(cast.trainer).post(
        "/sessions/new",
        data=typed(
            school, kind="visit", starts="18:00", ends="12:00", last_day="2026-12-12", place="Сальск", room_url=""
        ),
    )

    assert made().ends_at == datetime(2026, 12, 12, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": " "}, "Напишите"),
        ({"title": "я" * 256}, "Не больше 255 знаков."),
        ({"ends": "14:59"}, "Конец должен быть позже начала."),
        ({"ends": "15:00"}, "Конец должен быть позже начала."),
        ({"day": "9999-12-31"}, "Проверьте год: он может быть от 2000 до 2100."),
        ({"day": "2027-02-29"}, "Такого дня нет. Например, 03.12.2026."),
        ({"day": "завтра"}, "Такого дня нет. Например, 03.12.2026."),
        ({"day": ""}, "Напишите, в какой день."),
        ({"last_day": "2026-12-09"}, "Последний день раньше первого."),
        ({"starts": "25:00"}, "Такого времени нет. Например, 15:00."),
        ({"starts": ""}, "Напишите, когда начало."),
        ({"zone": "Europe"}, "Такого часового пояса нет. Выберите из списка."),
        ({"zone": "../../etc/passwd"}, "Такого часового пояса нет. Выберите из списка."),
        ({"zone": ""}, "Такого часового пояса нет. Выберите из списка."),
        (
            {"zone": "Europe/Berlin", "day": "2027-03-28", "starts": "02:30", "ends": "05:00"},
            "В этот час часы переводят",
        ),
        ({"room_url": "javascript:alert(1)"}, "Ссылка начинается с https://."),
        ({"room_url": "data:text/html,x"}, "Ссылка начинается с https://."),
        ({"room_url": "//evil.example.org"}, "Ссылка начинается с https://."),
        ({"room_url": "ftp://example.org"}, "Ссылка начинается с https://."),
        ({"room_url": "https://user:word@example.org"}, "Ссылка начинается с https://."),
        ({"audience": "centres"}, "Выберите хотя бы один центр."),
        ({"audience": "cycle", "module_id": ""}, "Выберите цикл или модуль"),
        ({"do": "publish", "room_url": ""}, "Дайте ссылку на комнату или место."),
    ],
)
def test_bad_input_is_an_error_at_its_field_and_nothing_is_saved(school, as_, cast, fields, message):
    count = db.session.query(LiveSession).count()

    response = as_(cast.trainer).post("/sessions/new", data=typed(school, **fields))

    assert response.status_code == 422
    assert message in words(response)
    assert "00 Начало | все" in words(response)  # what was typed is kept
    assert db.session.query(LiveSession).count() == count


@pytest.mark.parametrize(
    "fields",
    [
        {"module_id": "m99999999999999999999"},
        {"module_id": "cx"},
        {"kind": "party"},
        {"rule": "read"},
        {"audience": "x"},
        {"trainers": ["x"]},
        {"trainers": ["999"]},
        {"centres": ["999"]},
    ],
)
def test_a_forged_choice_is_refused(school, as_, cast, fields):
    assert as_(cast.trainer).post("/sessions/new", data=typed(school, **fields)).status_code == 422


@pytest.mark.parametrize("who", ["volunteer", "centre_coordinator"])
def test_learners_make_no_sessions(school, as_, cast, who):
    client = as_(getattr(cast, who))
    of = school.live_session.id

    answers = [client.get("/sessions/new"), client.post("/sessions/new", data=typed(school))]
    answers += [client.get(f"/sessions/{of}/{page}") for page in ("edit", "cancellation", "attendance", "invitations")]
    answers += [client.post(f"/sessions/{of}/{page}") for page in ("edit", "cancellation", "publication", "attendance")]

    assert {answer.status_code for answer in answers} == {403}


def test_a_session_that_is_not_there_is_not_found(app, as_, cast):
    client = as_(cast.trainer)
    pages = ("", ".ics", "/edit", "/cancellation", "/attendance", "/invitations", "/invitations/new")

    assert {client.get(f"/sessions/{id}{page}").status_code for id in (999, 2**70) for page in pages} == {404}


# --- changing ---------------------------------------------------------------------------------------------------------
def test_the_form_shows_what_is_stored(school, as_, cast):
    text = words(as_(cast.trainer).get(f"/sessions/{school.live_session.id}/edit"))

    assert 'value="PR и соцсети НКО без бюджета"' in text
    assert 'value="2026-12-03"' in text
    assert "00 Знакомство | 5 минут в чате" in text


def test_changing_words_is_no_news_for_the_invited(invited, as_, cast):
    response = as_(cast.trainer).post(
        f"/sessions/{invited.live_session.id}/edit",
        data=form_of(invited.live_session, invited.live_session.version, title="Другое название"),
    )

    assert (response.status_code, response.location) == (303, f"/sessions/{invited.live_session.id}")
    assert (invited.live_session.title, invited.live_session.sequence, len(letters())) == ("Другое название", 0, 2)


@pytest.mark.parametrize(
    "fields",
    [{"day": "2026-12-04"}, {"starts": "14:00"}, {"ends": "17:00"}, {"place": "Сальск"},
     {"room_url": "https://meet.example.org/other"}, {"zone": "Europe/Samara"}],
)  # fmt: skip
def test_whatever_moves_is_told_to_the_invited(invited, as_, cast, fields):
    invitation_of(cast.volunteer.id, invited.live_session.id).answer = AnswerWord.YES

    as_(cast.trainer).post(
        f"/sessions/{invited.live_session.id}/edit",
        data=form_of(invited.live_session, invited.live_session.version, **fields),
    )

    assert invited.live_session.sequence == 1
    assert [letter.key.rpartition(":")[2] for letter in letters()] == ["0", "0", "1", "1"]
    assert invitation_of(cast.volunteer.id, invited.live_session.id).answer is AnswerWord.YES


def test_a_past_session_is_corrected_in_silence(invited, as_, cast, today):
    today.move_to(datetime(2026, 12, 5, tzinfo=MOSCOW))

    as_(cast.trainer).post(
        f"/sessions/{invited.live_session.id}/edit",
        data=form_of(invited.live_session, invited.live_session.version, starts="15:10"),
    )

    assert invited.live_session.starts_at == datetime(2026, 12, 3, 12, 10, tzinfo=UTC)
    assert len(letters()) == 2


def test_a_draft_moves_in_silence(invited, as_, cast):
    invited.live_session.state = "draft"

    as_(cast.trainer).post(
        f"/sessions/{invited.live_session.id}/edit",
        data=form_of(invited.live_session, invited.live_session.version, starts="14:00"),
    )

    assert len(letters()) == 2


def test_times_of_the_plan_move_along(school, as_, cast):
    school.live_session.agenda = "15:00 Начало\n30 Дальше"
    db.session.commit()

    as_(cast.trainer).post(
        f"/sessions/{school.live_session.id}/edit",
        data=form_of(school.live_session, school.live_session.version, starts="16:00", ends="17:30"),
    )

    assert school.live_session.agenda == "16:00 Начало\n30 Дальше"


def test_another_module_puts_it_at_the_end_there(school, as_, cast):
    other = factories.module(school.cycle)
    factories.material(other)
    db.session.commit()

    as_(cast.trainer).post(
        f"/sessions/{school.live_session.id}/edit",
        data=form_of(school.live_session, school.live_session.version, module_id=f"m{other.id}"),
    )

    assert (school.live_session.module_id, school.live_session.position) == (other.id, 2)


def test_who_saves_an_older_text_sees_both(invited, as_, cast):
    before = invited.live_session.version
    first = form_of(invited.live_session, before, title="Первое", starts="14:00")
    second = form_of(invited.live_session, before, title="Второе")
    as_(cast.trainer).post(f"/sessions/{invited.live_session.id}/edit", data=first)
    sent = len(letters())

    response = as_(cast.coordinator).post(f"/sessions/{invited.live_session.id}/edit", data=second)

    assert response.status_code == 409
    assert "Второе" in words(response)
    assert "Первое" in words(response)
    assert "14:00" in words(response)
    assert (invited.live_session.title, len(letters())) == ("Первое", sent)


def test_a_published_session_keeps_a_way_in(school, as_, cast):
    response = as_(cast.trainer).post(
        f"/sessions/{school.live_session.id}/edit",
        data=form_of(school.live_session, school.live_session.version, room_url=""),
    )

    assert response.status_code == 422
    assert "Дайте ссылку на комнату или место." in words(response)
    assert school.live_session.room_url


# --- publishing -------------------------------------------------------------------------------------------------------
def test_a_draft_is_published_and_then_people_are_invited(school, as_, cast):
    draft = factories.live_session(school.module, state="draft")

    response = as_(cast.trainer).post(f"/sessions/{draft.id}/publication")

    assert (response.status_code, response.location) == (303, f"/sessions/{draft.id}/invitations/new")
    assert draft.is_published


def test_what_has_no_room_is_not_published(school, as_, cast):
    draft = factories.live_session(school.module, state="draft", room_url="")

    response = as_(cast.trainer).post(f"/sessions/{draft.id}/publication")

    assert response.location == f"/sessions/{draft.id}/edit"
    assert not draft.is_published


# --- calling off ------------------------------------------------------------------------------------------------------
def test_calling_off_says_first_how_many_will_hear_of_it(invited, as_, cast):
    invitation_of(cast.volunteer.id, invited.live_session.id).answer = AnswerWord.YES

    text = words(as_(cast.coordinator).get(f"/sessions/{invited.live_session.id}/cancellation"))

    assert "Отменить встречу «PR и соцсети НКО без бюджета»?" in text
    assert "Письмо об этом получат 2 человека." in text
    assert "Придёт 1 человек." in text
    assert invited.live_session.cancelled_at is None


def test_calling_off_tells_everybody(invited, as_, cast):
    for letter in letters():
        letter.state = LetterState.SENT

    response = as_(cast.coordinator).post(
        f"/sessions/{invited.live_session.id}/cancellation",
        data={"version": invited.live_session.version, "reason": "Ведущий заболел."},
    )

    assert (response.status_code, response.location) == (303, f"/sessions/{invited.live_session.id}")
    assert (invited.live_session.cancelled_at, invited.live_session.cancel_reason) == (now(), "Ведущий заболел.")
    assert len(letters("cancel:")) == 2


def test_calling_off_twice_is_once(invited, as_, cast):
    client = as_(cast.coordinator)
    data = {"version": invited.live_session.version, "reason": ""}

    codes = [client.post(f"/sessions/{invited.live_session.id}/cancellation", data=data).status_code for _ in range(3)]

    assert codes == [303] * 3
    assert len(letters("cancel:")) == 2


def test_a_reason_too_long_is_kept_and_refused(invited, as_, cast):
    response = as_(cast.coordinator).post(
        f"/sessions/{invited.live_session.id}/cancellation",
        data={"version": invited.live_session.version, "reason": "я" * 256},
    )

    assert response.status_code == 422
    assert "я" * 256 in words(response)
    assert invited.live_session.cancelled_at is None


def test_calling_off_what_was_calls_nobody(invited, as_, cast, today):
    today.shift(timedelta(days=30))

    as_(cast.coordinator).post(
        f"/sessions/{invited.live_session.id}/cancellation", data={"version": invited.live_session.version}
    )

    assert invited.live_session.is_cancelled
    assert letters("cancel:") == []
    assert db.session.query(Invitation).count() == 2
