"""From «Модуль 2 не прошли двое» to the letters, in two presses."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import select

from lms.clock import now
from lms.extensions import db
from lms.outbox.models import Letter
from tests import factories
from tests.progress.test_path import text_of
from tests.progress.test_table import cycle  # noqa: F401


def letters():
    return list(db.session.scalars(select(Letter).order_by(Letter.key)))


def test_the_letter_is_shown_before_it_goes(cycle, cast, as_):  # noqa: F811
    module = cycle.modules[1]

    page = text_of(as_(cast.coordinator).get(f"/modules/{module.id}/reminder?p={cycle.artyom.id}&p={cast.stranger.id}"))

    assert "Мороз Артём" in page
    assert "Чужинова Клавдия" in page
    assert "Модуль 2 «Проекты» у вас ещё не закончен. Срок был" in page
    assert f"https://lms.test/modules/{module.id}/" in page
    assert "Напомнить двоим" in page
    assert letters() == []


def test_one_press_sends_it_to_those_chosen(cycle, cast, as_):  # noqa: F811
    module = cycle.modules[1]
    client = as_(cast.coordinator)

    response = client.post(f"/modules/{module.id}/reminder", data={"p": [cycle.artyom.id, cast.stranger.id]})

    assert response.status_code == 303
    assert response.location == "/progress?cycle=rc-2026&module=2&state=not-done"
    assert {letter.recipient for letter in letters()} == {"moroz@lms.test", "stranger@lms.test"}
    assert {letter.subject.replace("\u00a0", " ") for letter in letters()} == {"Остался модуль 2 «Проекты»"}
    page = text_of(client.get(response.location))
    assert "2 письма отправляются" in page


def test_nobody_is_reminded_twice_in_a_week(cycle, cast, as_):  # noqa: F811
    address = f"/modules/{cycle.modules[1].id}/reminder"
    monday = now().replace(hour=9) + timedelta(days=(7 - now().weekday()) % 7)

    with time_machine.travel(monday):
        client = as_(cast.coordinator)
        client.post(address, data={"p": cycle.artyom.id})
        client.post(address, data={"p": cycle.artyom.id})
    assert len(letters()) == 1
    with time_machine.travel(monday + timedelta(days=7)):
        as_(cast.coordinator).post(address, data={"p": cycle.artyom.id})
    assert len(letters()) == 2


def test_the_list_says_when_somebody_was_reminded(cycle, cast, as_):  # noqa: F811
    with time_machine.travel(now() - timedelta(days=1)):
        as_(cast.coordinator).post(f"/modules/{cycle.modules[1].id}/reminder", data={"p": cycle.artyom.id})
    letters()[0].created_at = now().replace(month=3, day=2)

    assert "2 марта" in text_of(as_(cast.coordinator).get("/progress?module=2&state=not-done"))


def test_those_who_have_done_it_get_no_letter(cycle, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)

    response = client.post(f"/modules/{cycle.modules[1].id}/reminder", data={"p": cast.volunteer.id})

    assert letters() == []
    assert "Ничего не отправлено" in text_of(client.get(response.location))


def test_a_centres_coordinator_writes_to_her_own_people_only(cycle, cast, as_):  # noqa: F811
    as_(cast.centre_coordinator).post(
        f"/modules/{cycle.modules[1].id}/reminder", data={"p": [cycle.artyom.id, cast.stranger.id]}
    )

    assert [letter.recipient for letter in letters()] == ["moroz@lms.test"]


@pytest.mark.parametrize("role", ["volunteer", "trainer"])
def test_others_write_no_reminders(cycle, cast, as_, role):  # noqa: F811
    address = f"/modules/{cycle.modules[1].id}/reminder"

    assert as_(getattr(cast, role)).post(address, data={"p": cycle.artyom.id}).status_code == 403
    assert letters() == []


def test_a_module_without_her_people_does_not_exist(cycle, cast, as_):  # noqa: F811
    other = factories.cycle(slug="other")
    module = factories.module(other)
    factories.enrolment(cast.stranger, other)

    assert as_(cast.centre_coordinator).get(f"/modules/{module.id}/reminder").status_code == 404
    assert as_(cast.coordinator).get(f"/modules/{module.id}/reminder").status_code == 200


def test_nobody_chosen_is_said(cycle, cast, as_):  # noqa: F811
    page = text_of(as_(cast.coordinator).get(f"/modules/{cycle.modules[1].id}/reminder"))

    assert "Никто не выбран" in page


def test_the_senders_own_words_are_in_the_letter(cycle, cast, as_):  # noqa: F811
    as_(cast.coordinator).post(
        f"/modules/{cycle.modules[1].id}/reminder",
        data={"p": cycle.artyom.id, "words": "Артём, звоните мне <b>до пяти</b>."},
    )

    (letter,) = letters()
    message = message_from_bytes(letter.mime, policy=policy.default)
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "Артём, звоните мне <b>до пяти</b>." in text
    assert "звоните мне &lt;b&gt;до пяти&lt;/b&gt;." in html
    assert message["Reply-To"].addresses[0].addr_spec == "coordinator@lms.test"
