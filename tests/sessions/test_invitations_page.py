"""The invitations of a session: who, what became of the letter, and the presses that help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.accounts.models import Role
from lms.clock import now
from lms.extensions import db
from lms.outbox.models import AddressTrouble, LetterState
from lms.sessions.models import AnswerWord, Invitation
from lms.sessions.queries import invitation_of
from tests import factories
from tests.outbox.test_views import text_of
from tests.sessions.conftest import letter_to, letters, reads
from tests.sessions.test_pages import words


def of(person, school) -> Invitation:
    return invitation_of(person.id, school.live_session.id)


def address_of(school, end: str = "") -> str:
    return f"/sessions/{school.live_session.id}/invitations{end}"


def with_letter(school, person, state: str, **fields) -> Invitation:
    """An invitation whose letter came so far."""
    answer = {name: fields.pop(name) for name in ("answer", "answered_at", "opened_at") if name in fields}
    letter = factories.letter(person, state=state, sent_at=now() if state == "sent" else None, **fields)
    return factories.invitation(
        person, school.live_session, letter=letter, first_message_id=letter.message_id, **answer
    )


# --- inviting ---------------------------------------------------------------------------------------------------------
def test_the_letter_is_seen_before_it_is_sent(school, as_, cast):
    text = words(as_(cast.coordinator).get(address_of(school, "/new")))

    assert "Всех, для кого встреча — 2 человека" in text
    assert "Пригласить 2 человека" in text
    assert "Чт, 3 декабря, 15:00 — PR и соцсети НКО без бюджета" in text
    assert "ВЫ ПРИДЁТЕ?" in text
    assert "Вас приглашает Светлана Бондаренко." in text
    assert letters() == []


def test_one_press_invites_everybody(school, as_, cast):
    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"everybody": "y", "number_shown": "2", "do": "invite"}
    )

    assert (response.status_code, response.location) == (303, address_of(school))
    assert [letter.recipient for letter in letters()] == ["volunteer@lms.test", "stranger@lms.test"]
    assert letter_to(cast.volunteer)["Reply-To"].addresses[0].addr_spec == "coordinator@lms.test"


def test_pressing_twice_writes_once(school, as_, cast):
    client = as_(cast.coordinator)
    data = {"everybody": "y", "number_shown": "2", "do": "invite"}

    codes = [client.post(address_of(school, "/new"), data=data).status_code for _ in range(2)]

    assert codes == [303, 422]  # the second time there is nobody left, and the page says so
    assert len(letters()) == 2


def test_the_button_does_only_what_it_says(school, as_, cast):
    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"centres": [cast.salsk.id], "number_shown": "128", "do": "invite"}
    )

    assert response.status_code == 422
    assert "Пригласить 2 человека" in words(response)
    assert letters() == []


def test_centres_and_people_are_picked_and_shown_first(school, as_, cast):
    pasted = "TRAINER@lms.test\nЧужинова Клавдия\nnobody@lms.test\nНетова Нина\nсовсем не адрес@\n"

    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"centres": [cast.salsk.id], "people": pasted, "do": "check"}
    )

    text = words(response)
    assert response.status_code == 200
    assert "Пригласить 4 человека" in text
    assert "Савченко Дмитрий" in text
    assert "3 строки без приглашения" in text
    assert "Строка 3: <b>nobody@lms.test</b> — Человека с таким адресом пока нет." in text
    assert "Строка 4: <b>Нетова Нина</b> — Человека с таким именем нет." in text
    assert "Добавить человека" in text
    assert letters() == []


def test_what_was_shown_is_then_sent(school, as_, cast):
    as_(cast.coordinator).post(
        address_of(school, "/new"),
        data={"people": "trainer@lms.test\nnobody@lms.test", "number_shown": "1", "do": "invite"},
    )

    assert [letter.recipient for letter in letters()] == ["trainer@lms.test"]


def test_namesakes_are_not_guessed(school, as_, cast):
    factories.person("Ковалёва", "Ирина")
    cast.stranger.suspended_at = now()

    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"people": "ирина ковалёва\nstranger@lms.test", "do": "check"}
    )

    text = words(response)
    assert "Таких людей несколько. Напишите адрес." in text
    assert "Доступ этого человека приостановлен." in text


def test_who_is_invited_already_is_counted_not_written_to(invited, as_, cast):
    response = as_(cast.coordinator).post(
        address_of(invited, "/new"), data={"people": "volunteer@lms.test\ntrainer@lms.test", "do": "check"}
    )

    assert "Уже приглашены: 1." in words(response)
    assert "Пригласить 1 человека" in words(response)


def test_ten_thousand_pasted_addresses_with_three_hundred_wrong_ones(school, as_, cast):
    right = [f"p{number}@example.org" for number in range(9_700)]
    people = [{"email": email, "family_name": "Ф", "given_name": "И", "created_at": now()} for email in right[:200]]
    db.session.execute(db.insert(factories.Person), people)
    wrong = [f"неправильный{number}@" for number in range(300)]

    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"people": "\n".join([*wrong, *right]), "do": "check"}
    )

    assert response.status_code == 200
    assert "9800 строк без приглашения" in words(response)
    assert "Пригласить 200 человек" in words(response)


@pytest.mark.parametrize("change", [{"state": "draft"}, {"ends_at": "now"}])
def test_what_does_not_take_place_invites_nobody(school, as_, cast, change):
    for name, value in change.items():
        setattr(school.live_session, name, now() if value == "now" else value)

    response = as_(cast.coordinator).post(
        address_of(school, "/new"), data={"everybody": "y", "number_shown": "2", "do": "invite"}
    )

    assert (response.status_code, letters()) == (303, [])


def test_nobody_is_invited_to_what_is_called_off(school, as_, cast):
    school.live_session.cancelled_at = now()

    assert as_(cast.coordinator).get(address_of(school, "/new")).status_code == 403


# --- the list ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def many(school):
    """One person in each state a letter and an answer can be in."""
    centre = factories.centre(name="Таганрог")

    def someone(name):
        return factories.person(name, "Анна", centre=centre)

    with_letter(school, someone("Ответова"), "sent", answer=AnswerWord.YES, answered_at=now())
    with_letter(school, someone("Можетова"), "sent", answer=AnswerWord.MAYBE, answered_at=now())
    with_letter(school, someone("Нетова"), "sent", answer=AnswerWord.NO, answered_at=now())
    with_letter(school, someone("Молчанова"), "sent")
    with_letter(school, someone("Открытова"), "sent", opened_at=now())
    with_letter(school, someone("Очередина"), "queued")
    with_letter(school, someone("Повторова"), "queued", attempts=3)
    with_letter(school, someone("Безадресова"), "failed", last_answer="550 5.1.1 user unknown")
    with_letter(school, someone("Полнова"), "failed", last_answer="552 5.2.2 Mailbox full")
    with_letter(school, someone("Опоздалова"), "expired")
    factories.invitation(someone("Самова"), school.live_session, answer=AnswerWord.YES, answered_at=now())
    return school


def rows_of(text: str) -> dict[str, str]:
    """{family name: what stands in the third column}"""
    found = {}
    for row in text.split('<tr role="row"><th role="rowheader"')[1:]:
        name = row.split(">", 1)[1].split(" ", 1)[0]
        found[name] = row.split('<td role="cell">')[1].split("</td>")[0]
    return found


def test_each_row_says_what_became_of_the_letter(many, as_, cast):
    rows = rows_of(words(as_(cast.coordinator).get(address_of(many, "?state=all"))))

    said = {
        "Ответова": "Придёт", "Можетова": "Возможно", "Нетова": "Не сможет", "Молчанова": "Доставлено 24 ноября",
        "Открытова": "Ссылка открыта 24 ноября", "Очередина": "В очереди", "Повторова": "пробовали 3 раза",
        "Безадресова": "Нет такого адреса", "Полнова": "Ящик переполнен", "Опоздалова": "Не удалось доставить вовремя",
        "Самова": "Придёт",
    }  # fmt: skip
    assert {name: words in rows[name] for name, words in said.items()} == dict.fromkeys(said, True)
    assert list(rows)[:3] == ["Безадресова", "Опоздалова", "Полнова"]  # what failed stands first


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("attention", {"Безадресова", "Полнова", "Опоздалова", "Молчанова", "Открытова", "Очередина", "Повторова"}),
        ("failed", {"Безадресова", "Полнова", "Опоздалова"}),
        ("silent", {"Молчанова", "Открытова", "Очередина", "Повторова"}),
        ("yes", {"Ответова", "Самова"}),
        ("maybe", {"Можетова"}),
        ("no", {"Нетова"}),
        ("", {"Безадресова", "Полнова", "Опоздалова", "Молчанова", "Открытова", "Очередина", "Повторова"}),
        ("nonsense", {"Безадресова", "Полнова", "Опоздалова", "Молчанова", "Открытова", "Очередина", "Повторова"}),
    ],
)
def test_tabs_are_addresses(many, as_, cast, state, names):
    assert set(rows_of(words(as_(cast.coordinator).get(address_of(many, f"?state={state}"))))) == names


def test_the_summary_adds_up(many, as_, cast):
    text = words(as_(cast.coordinator).get(address_of(many)))

    assert "Придут 2 человека, ещё 4 не ответили." in text
    assert "Напомнить 2" in text  # the letters of two of the silent still wait
    for tab, number in (("Все", 11), ("Требуют внимания", 7), ("Не доставлено", 3), ("Без ответа", 4), ("Придут", 2)):
        assert f"{tab} <b>{number}</b>" in text


def test_an_empty_list_says_what_to_do(school, as_, cast):
    text = words(as_(cast.coordinator).get(address_of(school)))

    assert "Пока никто не приглашён." in text
    assert "Пригласить людей" in text


def test_the_pages_are_kept_nowhere(many, as_, cast):
    id = db.session.query(Invitation.id).first().id
    for end in ("", "/new", f"/{id}/address", f"/{id}/removal"):
        assert as_(cast.coordinator).get(address_of(many, end)).headers["Cache-Control"] == "no-store"


def test_the_page_costs_the_same_for_one_and_for_a_thousand(school, as_, cast, count_queries):
    client = as_(cast.coordinator)
    with_letter(school, cast.volunteer, "sent")
    address = address_of(school)
    client.get(address)

    def statements() -> int:
        db.session.commit()
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        return reads(seen)

    few = statements()
    for _ in range(60):
        with_letter(school, factories.person(), "sent")

    assert statements() == few <= 6
    second = words(client.get(f"{address}?page=2"))
    assert len(rows_of(second)) == 11
    assert "Страница 2 из 2" in second


# --- helping one person -----------------------------------------------------------------------------------------------
def test_sending_again_is_no_update(invited, as_, cast):
    invitation = of(cast.volunteer, invited)
    invitation.letter.state = LetterState.FAILED
    before = invitation.letter.mime

    response = as_(cast.coordinator).post(address_of(invited, f"/{invitation.id}/letter"), data={"state": "failed"})

    assert (response.status_code, response.location) == (303, address_of(invited, "?state=failed"))
    assert (invitation.letter.state, invited.live_session.sequence, len(letters())) == (LetterState.QUEUED, 0, 2)
    assert b"SEQUENCE" not in before  # the calendar is inside, in base64
    assert letter_to(cast.volunteer)["To"].addresses[0].addr_spec == "volunteer@lms.test"


def test_a_letter_that_waits_is_not_sent_again(invited, as_, cast):
    as_(cast.coordinator).post(address_of(invited, f"/{of(cast.volunteer, invited).id}/letter"))

    assert (of(cast.volunteer, invited).letter.state, len(letters())) == (LetterState.QUEUED, 2)


def test_a_corrected_address_gets_the_invitation(invited, as_, cast):
    invitation = of(cast.volunteer, invited)
    invitation.letter.state = LetterState.FAILED
    client = as_(cast.coordinator)
    address = address_of(invited, f"/{invitation.id}/address")

    assert 'value="volunteer@lms.test"' in words(client.get(address))
    response = client.post(address, data={"email": " Irina@Example.org ", "state": "failed"})

    assert (response.status_code, response.location) == (303, address_of(invited, "?state=failed"))
    assert (cast.volunteer.email, invitation.letter.recipient) == ("irina@example.org", "irina@example.org")
    assert invitation.letter.state is LetterState.QUEUED


@pytest.mark.parametrize("email", ["", "irina", "irina@@example.org", "coordinator@lms.test"])
def test_an_address_that_cannot_be_hers_is_refused_and_kept(invited, as_, cast, email):
    invitation = of(cast.volunteer, invited)
    invitation.letter.state = LetterState.FAILED

    response = as_(cast.coordinator).post(address_of(invited, f"/{invitation.id}/address"), data={"email": email})

    assert response.status_code == 422
    assert f'value="{email}"' in words(response)
    assert (cast.volunteer.email, invitation.letter.state) == ("volunteer@lms.test", LetterState.FAILED)


def test_a_trainer_corrects_nobodys_address(invited, as_, cast):
    address = address_of(invited, f"/{of(cast.volunteer, invited).id}/address")

    assert as_(cast.trainer).get(address).status_code == 403
    assert as_(cast.trainer).post(address, data={"email": "x@example.org"}).status_code == 403
    assert cast.volunteer.email == "volunteer@lms.test"


def test_a_coordinator_corrects_no_administrators_address(school, as_, cast):
    invitation = with_letter(school, cast.admin, "failed")

    response = as_(cast.coordinator).post(
        address_of(school, f"/{invitation.id}/address"), data={"email": "x@example.org"}
    )

    assert (response.status_code, cast.admin.email) == (403, "admin@lms.test")


def test_taking_off_the_list_asks_first(invited, as_, cast):
    invitation = of(cast.volunteer, invited)
    invitation.letter.state = LetterState.SENT
    client = as_(cast.coordinator)
    address = address_of(invited, f"/{invitation.id}/removal")

    assert "Убрать из списка: Ковалёва Ирина?" in words(client.get(address))
    assert of(cast.volunteer, invited) is not None
    assert client.post(address).status_code == 303

    assert of(cast.volunteer, invited) is None
    assert [letter.recipient for letter in letters("cancel:")] == ["volunteer@lms.test"]


def test_another_sessions_invitation_is_not_found_here(invited, as_, cast):
    other = factories.live_session(invited.module)
    invitation = of(cast.volunteer, invited)
    client = as_(cast.coordinator)

    codes = [
        client.open(f"/sessions/{other.id}/invitations/{invitation.id}/{end}", method=method).status_code
        for end, method in (
            ("letter", "POST"),
            ("address", "GET"),
            ("address", "POST"),
            ("removal", "GET"),
            ("removal", "POST"),
        )
    ]

    assert codes == [404] * 5
    assert of(cast.volunteer, invited) is not None


@pytest.mark.parametrize("who", ["volunteer", "centre_coordinator"])
def test_learners_invite_nobody(invited, as_, cast, who):
    client = as_(getattr(cast, who))
    id = of(cast.volunteer, invited).id

    codes = [
        client.open(address_of(invited, end), method=method).status_code
        for end, method in (
            ("", "GET"), ("/new", "GET"), ("/new", "POST"), (f"/{id}/letter", "POST"), (f"/{id}/address", "POST"),
            (f"/{id}/removal", "POST"),
        )
    ]  # fmt: skip
    codes.append(client.post(f"/sessions/{invited.live_session.id}/reminders").status_code)

    assert codes == [403] * 7
    assert len(letters()) == 2


# --- reminding --------------------------------------------------------------------------------------------------------
def test_one_press_reminds_the_silent(many, as_, cast, today):
    client = as_(cast.coordinator)

    response = client.post(f"/sessions/{many.live_session.id}/reminders", data={"state": "silent"})
    again = client.post(f"/sessions/{many.live_session.id}/reminders", data={})

    assert (response.status_code, response.location) == (303, address_of(many, "?state=silent"))
    assert again.status_code == 303
    assert len(letters("remind:")) == 2
    assert "Напомнить" not in words(client.get(address_of(many))).split("<table")[0]


def test_one_person_is_reminded_alone(many, as_, cast):
    person = db.session.query(factories.Person).filter_by(family_name="Молчанова").one()

    as_(cast.coordinator).post(f"/sessions/{many.live_session.id}/reminders", data={"person_id": person.id})

    assert [letter.person_id for letter in letters("remind:")] == [person.id]


def test_after_the_start_nobody_is_reminded(many, as_, cast, today):
    today.shift(timedelta(days=10))

    as_(cast.coordinator).post(f"/sessions/{many.live_session.id}/reminders")

    assert letters("remind:") == []


def test_a_centre_coordinator_who_trains_corrects_her_own_people_only(invited, as_, cast):
    cast.centre_coordinator.roles = {Role.CENTRE_COORDINATOR, Role.TRAINER}
    client = as_(cast.centre_coordinator)

    own = client.get(address_of(invited, f"/{of(cast.volunteer, invited).id}/address"))
    other = client.get(address_of(invited, f"/{of(cast.stranger, invited).id}/address"))

    assert (own.status_code, other.status_code) == (200, 403)


# --- what came back ---------------------------------------------------------------------------------------------------
def came_back(address: str, *, hard: bool = True) -> None:
    db.session.add(AddressTrouble(address=address, hard=hard, reason="5.1.1 550 User unknown", at=now()))
    db.session.flush()


def test_a_letter_that_came_back_is_told_with_its_reason(school, as_, cast):
    invitation = with_letter(school, cast.volunteer, "sent")
    came_back(cast.volunteer.email)
    invitation.letter.state, invitation.letter.last_answer = LetterState.FAILED, "5.1.1 550 User unknown"

    text = text_of(as_(cast.coordinator).get(address_of(school)))

    assert "Нет такого адреса письмо вернулось: 5.1.1 550 User unknown" in text
    assert "Не доставлено 1" in text


def test_what_is_not_sent_to_an_address_that_gives_letters_back_is_told(school, as_, cast):
    came_back(cast.volunteer.email)
    as_(cast.coordinator).post(address_of(school, "/new"), data={"everybody": "y", "number_shown": "2", "do": "invite"})

    text = text_of(as_(cast.coordinator).get(address_of(school)))

    assert "с этого адреса письма возвращаются, поэтому это не отправлено: 5.1.1 550 User unknown" in text


@pytest.mark.parametrize(("hard", "is_told"), [(True, True), (False, False)])
def test_a_letter_that_left_is_not_called_delivered_when_its_address_turned_out_to_be_no_good(
    school, as_, cast, hard, is_told
):
    with_letter(school, cast.volunteer, "sent")
    came_back(cast.volunteer.email, hard=hard)

    text = text_of(as_(cast.coordinator).get(address_of(school)))

    assert ("Письма возвращаются 5.1.1 550 User unknown" in text) is is_told
    assert ("Доставлено" in text) is not is_told
