"""Behind the link of a letter: what it opens, what it does not, and that looking changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from lms.accounts.models import Purpose, Token
from lms.clock import now
from lms.cycles.models import Rule
from lms.extensions import db
from lms.outbox.models import Letter
from lms.progress.models import Completion, How
from lms.sessions.models import AnswerWord, Attendance, Invitation, Presence
from lms.sessions.queries import invitation_of
from tests import factories
from tests.sessions.conftest import MOSCOW, letter_to, letters, reads, secret_in

START = datetime(2026, 12, 3, 15, 0, tzinfo=MOSCOW)
END = datetime(2026, 12, 3, 16, 30, tzinfo=MOSCOW)
SECOND = timedelta(seconds=1)
ROOM = "https://meet.example.org/room"


def answer_of(person, school) -> AnswerWord | None:
    return invitation_of(person.id, school.live_session.id).answer


def present() -> list[tuple]:
    return [tuple(row) for row in db.session.execute(db.select(Attendance.person_id, Attendance.how))]


def completed() -> list[tuple]:
    return [
        tuple(row)
        for row in db.session.execute(db.select(Completion.person_id, Completion.activity_id, Completion.how))
    ]


# --- looking ----------------------------------------------------------------------------------------------------------
def test_the_page_says_who_and_what_and_when(invited, client):
    page = client.get(f"/i/{invited.secret}")

    text = page.get_data(as_text=True).replace("\u00a0", " ").replace("\u2060", "")
    assert page.status_code == 200
    assert "Вы вошли как Ирина Ковалёва." in text
    assert "PR и соцсети НКО без бюджета" in text
    assert "чт, 3 декабря, 15:00–16:30 по Москве" in text
    assert "Кнопка входа появится здесь 3 декабря в 14:45." in text
    assert "Десять тем для поста" in text
    assert "Тест о соцсетях" in text
    assert invited.live_session.room_url not in text


def test_the_page_is_kept_nowhere_and_its_address_told_to_nobody(invited, client):
    for address in [*pages(invited), "/i/nonsense"]:
        headers = client.get(address).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer"), address


def pages(school) -> list[str]:
    base = f"/i/{school.secret}"
    return [
        base, f"{base}/yes", f"{base}/maybe", f"{base}/no", f"{base}/join", f"{base}/not-me",
        f"{base}/materials/{school.material.id}", f"{base}/quizzes/{school.quiz.id}",
    ]  # fmt: skip


def dump() -> dict[str, list]:
    db.session.commit()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for table in db.metadata.sorted_tables
        }


@pytest.mark.parametrize("moment", [START - timedelta(days=1), START + timedelta(minutes=5), END + timedelta(days=1)])
def test_a_scanner_that_opens_every_link_changes_nothing(invited, client, today, moment):
    today.move_to(moment)
    before = dump()

    answers = [(client.get(address).status_code, client.head(address).status_code) for address in pages(invited)]

    assert set(answers) == {(200, 200)}
    assert dump() == before


def test_it_speaks_english_to_who_asks_for_it(invited, client):
    page = client.get(f"/i/{invited.secret}/yes", headers={"Accept-Language": "en"})

    assert "Confirm: I will come" in page.get_data(as_text=True)


def test_there_is_no_such_answer_and_no_such_material(invited, client):
    other = factories.material(factories.module(factories.cycle()))
    draft = factories.material(invited.module, state="draft")

    addresses = ("perhaps", f"materials/{other.id}", f"materials/{draft.id}", "materials/99999999999999999999")
    assert [client.get(f"/i/{invited.secret}/{end}").status_code for end in addresses] == [404] * 4


# --- answering --------------------------------------------------------------------------------------------------------
def test_the_last_answer_counts(invited, cast, client):
    for word in ("yes", "no", "maybe"):
        response = client.post(f"/i/{invited.secret}/answer", data={"answer": word})
        assert (response.status_code, response.location) == (303, f"/i/{invited.secret}")

    assert answer_of(cast.volunteer, invited) is AnswerWord.MAYBE
    assert answer_of(cast.stranger, invited) is None
    assert invitation_of(cast.volunteer.id, invited.live_session.id).opened_at == now()


def test_answers_are_taken_until_the_start(invited, cast, client, today):
    today.move_to(START - SECOND)
    client.post(f"/i/{invited.secret}/answer", data={"answer": "yes"})
    today.move_to(START)
    client.post(f"/i/{invited.secret}/answer", data={"answer": "no"})

    assert answer_of(cast.volunteer, invited) is AnswerWord.YES
    assert "Ответы больше не принимаются" in client.get(f"/i/{invited.secret}/no").get_data(as_text=True).replace(
        "\u00a0", " "
    )


def test_an_answer_that_is_none_is_not_found(invited, cast, client):
    assert client.post(f"/i/{invited.secret}/answer", data={"answer": "certainly"}).status_code == 404
    assert answer_of(cast.volunteer, invited) is None


# --- entering ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "enters"),
    [
        (START - timedelta(minutes=15) - SECOND, False),
        (START - timedelta(minutes=15), True),
        (END - SECOND, True),
        (END, False),
    ],
)
def test_the_enter_button_has_its_window(invited, cast, client, today, moment, enters):
    today.move_to(moment)

    page = client.get(f"/i/{invited.secret}/join").get_data(as_text=True)
    response = client.post(f"/i/{invited.secret}/enter")

    assert ("btn-now" in page) is enters
    assert response.status_code == 303
    if enters:
        assert response.location == ROOM
        assert present() == [(cast.volunteer.id, Presence.ENTERED)]
        assert completed() == [(cast.volunteer.id, invited.live_session.id, How.PRESENT)]
    else:
        assert response.location == f"/i/{invited.secret}/join"
        assert (present(), completed()) == ([], [])


def test_entering_twice_is_one_presence(invited, cast, client, today):
    today.move_to(START)
    client.post(f"/i/{invited.secret}/enter")
    today.move_to(START + timedelta(minutes=20))

    response = client.post(f"/i/{invited.secret}/enter")

    assert response.location == ROOM
    assert [(row.person_id, row.at) for row in db.session.query(Attendance)] == [(cast.volunteer.id, START)]
    assert len(completed()) == 1


def test_the_browser_may_be_sent_on_to_the_room_only_from_the_page_with_the_button(invited, client, today):
    today.move_to(START)

    for end in ("", "/join"):
        policy = client.get(f"/i/{invited.secret}{end}").headers["Content-Security-Policy"]
        assert "form-action 'self' https://meet.example.org" in policy
    assert "meet.example.org" not in client.get(f"/i/{invited.secret}/not-me").headers["Content-Security-Policy"]


def test_a_cancelled_session_lets_nobody_in(invited, client, today):
    invited.live_session.cancelled_at, invited.live_session.cancel_reason = now(), "Ведущий заболел"
    today.move_to(START)

    page = client.get(f"/i/{invited.secret}").get_data(as_text=True).replace("\u00a0", " ")
    response = client.post(f"/i/{invited.secret}/enter")

    assert "Встреча отменена." in page
    assert "Ведущий заболел" in page
    assert response.location == f"/i/{invited.secret}/join"
    assert present() == []


# --- reading on -------------------------------------------------------------------------------------------------------
def test_the_material_and_the_quiz_open_without_signing_in(invited, client):
    material = client.post(f"/i/{invited.secret}/open", data={"target": invited.material.id})
    quiz = client.post(f"/i/{invited.secret}/open", data={"target": invited.quiz.id})
    page = client.post(f"/i/{invited.secret}/open")

    assert [response.location for response in (material, quiz, page)] == [
        f"/materials/{invited.material.id}", f"/quizzes/{invited.quiz.id}", f"/sessions/{invited.live_session.id}"
    ]  # fmt: skip
    assert client.get(f"/sessions/{invited.live_session.id}").status_code == 200


def test_pressing_something_is_what_counts_as_opened(invited, cast, client):
    invitation = invitation_of(cast.volunteer.id, invited.live_session.id)
    client.get(f"/i/{invited.secret}")
    assert invitation.opened_at is None

    client.post(f"/i/{invited.secret}/open")

    assert invitation.opened_at == now()


def test_a_guest_reaches_nothing_else(invited, cast, client):
    elsewhere = factories.module(invited.cycle)
    hidden = factories.live_session(invited.module, title="Консультация другого", audience="invited")
    other = factories.live_session(elsewhere)
    client.post(f"/i/{invited.secret}/open")

    ladder = {
        "/sessions/": 302,
        "/sessions/new": 302,
        f"/sessions/{invited.live_session.id}/edit": 302,
        f"/sessions/{invited.live_session.id}/invitations": 302,
        f"/sessions/{invited.live_session.id}/attendance": 302,
        f"/sessions/{other.id}": 404,
        f"/sessions/{other.id}.ics": 404,
        f"/sessions/{hidden.id}": 404,
    }
    assert {address: client.get(address).status_code for address in ladder} == ladder
    assert client.post(f"/sessions/{other.id}/answer", data={"answer": "yes"}).status_code == 404


def test_a_target_elsewhere_does_not_open(invited, client):
    other = factories.material(factories.module(invited.cycle))

    assert client.post(f"/i/{invited.secret}/open", data={"target": other.id}).status_code == 404


def test_who_is_signed_in_stays_who_she_is(invited, cast, as_):
    browser = as_(cast.coordinator)

    page = browser.get(f"/i/{invited.secret}").get_data(as_text=True).replace("\u00a0", " ")
    browser.post(f"/i/{invited.secret}/open", data={"target": invited.material.id})

    assert "На этом устройстве открыт вход: Светлана Бондаренко." in page
    assert browser.get(f"/sessions/{invited.live_session.id}/invitations").status_code == 200
    with browser.session_transaction() as cookie:
        assert "letter" not in cookie


def test_the_answer_is_of_the_letters_person_whoever_is_signed_in(invited, cast, as_):
    as_(cast.coordinator).post(f"/i/{invited.secret}/answer", data={"answer": "yes"})

    assert answer_of(cast.volunteer, invited) is AnswerWord.YES
    assert invitation_of(cast.coordinator.id, invited.live_session.id) is None


# --- links that ended, and links that are not hers --------------------------------------------------------------------
def test_a_link_that_ended_and_one_that_never_was_look_the_same(invited, client, today):
    today.move_to(END + timedelta(days=14))

    ended = client.get(f"/i/{invited.secret}")
    never = client.get("/i/nonsense")

    assert (ended.status_code, never.status_code) == (410, 410)
    assert "Ссылка больше не действует. Пришлём новую?" in ended.get_data(as_text=True).replace("\u00a0", " ")
    assert client.post(f"/i/{invited.secret}/fresh").get_data().replace(invited.secret.encode(), b"") == client.post(
        "/i/nonsense/fresh"
    ).get_data().replace(b"nonsense", b"")


def test_every_button_of_an_ended_link_does_nothing(invited, client, today, cast):
    today.move_to(END + timedelta(days=14))

    codes = [
        client.post(f"/i/{invited.secret}/{end}", data={"answer": "yes"}).status_code
        for end in ("answer", "enter", "open", "not-me")
    ]

    assert codes == [410] * 4
    assert answer_of(cast.volunteer, invited) is None


def test_a_fresh_link_goes_to_the_person_once_a_day(invited, cast, client, today):
    today.move_to(END + timedelta(days=15))

    for _ in range(3):
        assert client.post(f"/i/{invited.secret}/fresh").status_code == 200

    assert [letter.recipient for letter in letters("link:")] == ["volunteer@lms.test"]
    fresh = secret_in(letter_to(cast.volunteer, "link:"))
    assert client.get(f"/i/{fresh}").status_code == 200


@pytest.mark.parametrize("why", ["revoked", "suspended", "cancelled", "draft"])
def test_no_fresh_link_where_there_is_nothing_to_open(invited, cast, client, why):
    token = db.session.query(Token).filter_by(person_id=cast.volunteer.id).one()
    if why == "revoked":
        token.revoked_at = now()
    elif why == "suspended":
        cast.volunteer.suspended_at = now()
    elif why == "cancelled":
        invited.live_session.cancelled_at = now()
    else:
        invited.live_session.state = "draft"

    assert client.post(f"/i/{invited.secret}/fresh").status_code == 200
    assert letters("link:") == []


def test_a_token_for_something_else_opens_no_letter(invited, cast, client):
    db.session.query(Token).filter_by(person_id=cast.volunteer.id).update({"purpose": Purpose.SIGN_IN})

    assert client.get(f"/i/{invited.secret}").status_code == 410


def test_a_suspended_person_gets_no_further(invited, cast, client):
    cast.volunteer.suspended_at = now()

    assert client.get(f"/i/{invited.secret}").status_code == 410
    assert client.post(f"/i/{invited.secret}/answer", data={"answer": "yes"}).status_code == 410


def test_not_me_ends_the_link_and_tells_the_inviter(invited, cast, client):
    response = client.post(f"/i/{invited.secret}/not-me")

    assert response.status_code == 200
    assert client.get(f"/i/{invited.secret}").status_code == 410
    assert client.get(f"/i/{invited.other_secret}").status_code == 200
    assert [(letter.key.split(":")[0], letter.recipient) for letter in letters("not-me:")] == [
        ("not-me", "coordinator@lms.test")
    ]
    client.post(f"/i/{invited.secret}/fresh")
    assert letters("link:") == []


def test_a_browser_let_in_by_a_link_is_out_when_the_link_ends(invited, cast, client):
    client.post(f"/i/{invited.secret}/open")
    assert client.get(f"/sessions/{invited.live_session.id}").status_code == 200

    client.post(f"/i/{invited.secret}/not-me")

    assert client.get(f"/sessions/{invited.live_session.id}").status_code == 302


def test_forms_work_over_https_where_no_referrer_is_told(invited, cast, client, app, monkeypatch):
    """The page sends no Referer, so the CSRF token alone must do."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    page = client.get(f"/i/{invited.secret}/yes", base_url="https://lms.test").get_data(as_text=True)
    token = page.split('name="csrf-token" content="')[1].split('"')[0]

    without = client.post(f"/i/{invited.secret}/answer", data={"answer": "yes"}, base_url="https://lms.test")
    with_it = client.post(
        f"/i/{invited.secret}/answer", data={"answer": "yes", "csrf_token": token}, base_url="https://lms.test"
    )

    assert (without.status_code, with_it.status_code) == (400, 303)
    assert answer_of(cast.volunteer, invited) is AnswerWord.YES


def test_the_pages_cost_few_statements(invited, client, count_queries):
    for _ in range(30):
        factories.material(invited.module)
    db.session.commit()
    with count_queries() as queries:
        client.get(f"/i/{invited.secret}")
    assert reads(queries) <= 6, queries


def test_an_optional_session_is_entered_as_well(invited, cast, client, today):
    invited.live_session.rule = Rule.OPTIONAL
    today.move_to(START)

    assert client.post(f"/i/{invited.secret}/enter").location == ROOM
    assert present() == [(cast.volunteer.id, Presence.ENTERED)]


def test_nothing_of_the_secret_is_in_the_database(invited):
    assert invited.secret not in repr(db.session.execute(db.select(Token.__table__)).all())
    assert db.session.query(Invitation).count() == 2
    assert db.session.query(Letter).count() == 2
