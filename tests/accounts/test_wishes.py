"""«Какие письма присылать»: in the profile, behind a letter's link, and with one click of the mail program."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.accounts import tokens
from lms.accounts.models import Purpose
from lms.accounts.wish_models import LetterWishes
from lms.clock import now
from lms.extensions import db

FORM = {"reminders": "y", "together": "digest", "quiet": "y", "quiet_from": "22", "quiet_until": "7", "version": "0"}


@pytest.fixture
def secret(cast):
    found, _ = tokens.issue(cast.volunteer, Purpose.LETTER_WISHES, now=now(), lifetime=timedelta(days=365))
    return found


def words(response):
    return response.get_data(as_text=True).replace("\u00a0", " ")


def kept(person):
    row = db.session.get(LetterWishes, person.id)
    return row and (row.reminders, row.news, row.digest, row.quiet_from, row.quiet_until)


def test_one_chooses_which_letters_come_and_when(cast, as_):
    client = as_(cast.volunteer)

    response = client.post("/profile/letters", data=FORM)

    assert response.status_code == 303
    assert kept(cast.volunteer) == (True, False, True, 22, 7)
    page = client.get("/profile/letters").get_data(as_text=True)
    assert "Сохранено." in page
    assert '<option selected value="22">' in page


def test_letters_at_night_may_be_allowed(cast, as_):
    as_(cast.volunteer).post("/profile/letters", data=FORM | {"quiet": ""})

    assert kept(cast.volunteer) == (True, False, True, None, None)


@pytest.mark.parametrize("wrong", [{"together": ""}, {"quiet_from": "25"}, {"together": "never"}])
def test_a_form_that_is_not_in_order_changes_nothing_and_keeps_what_was_chosen(cast, as_, wrong):
    response = as_(cast.volunteer).post("/profile/letters", data=FORM | {"quiet_until": "6"} | wrong)

    assert response.status_code == 422
    assert '<option selected value="6">' in words(response)
    assert kept(cast.volunteer) is None


def test_a_form_of_yesterday_meets_what_was_chosen_meanwhile(cast, as_):
    client = as_(cast.volunteer)
    client.post("/profile/letters", data=FORM)

    response = client.post("/profile/letters", data=FORM | {"quiet_from": "23"})

    assert response.status_code == 409
    assert "Сейчас записано: Не беспокоить с" in words(response)
    assert kept(cast.volunteer) == (True, False, True, 22, 7)


def test_the_link_of_a_letter_opens_the_same_choice_without_signing_in(cast, client, secret):
    address = f"/letter-wishes/{secret}"
    page = client.get(address)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"

    assert client.post(address, data=FORM).status_code == 303

    assert kept(cast.volunteer) == (True, False, True, 22, 7)
    assert kept(cast.stranger) is None
    assert client.get("/profile").status_code == 302  # it opens nothing else


def test_a_mail_program_unsubscribes_with_one_post_and_needs_nothing_but_the_address(cast, app, secret, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    address = f"/unsubscribe/reminders/{secret}"

    for _twice in range(2):
        response = app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200

    assert kept(cast.volunteer) == (False, True, False, None, None)
    assert "Напоминания больше не придут" in words(response)


def test_looking_at_the_address_changes_nothing(cast, client, secret):
    page = client.get(f"/unsubscribe/reminders/{secret}")

    assert page.status_code == 200
    assert "Больше не присылать напоминания?" in words(page)
    assert kept(cast.volunteer) is None


def test_a_digest_ends_both_topics(cast, client, secret):
    client.post(f"/unsubscribe/all/{secret}")

    assert kept(cast.volunteer)[:2] == (False, False)


@pytest.mark.parametrize("address", ["/unsubscribe/reminders/{}", "/letter-wishes/{}"])
def test_a_secret_that_is_none_or_of_another_purpose_opens_nothing(cast, client, address):
    other, _ = tokens.issue(cast.volunteer, Purpose.SIGN_IN, now=now(), lifetime=timedelta(days=1))

    for wrong in ("no-such-secret", other):
        assert client.get(address.format(wrong)).status_code == 410
        assert client.post(address.format(wrong), data=FORM).status_code == 410

    assert kept(cast.volunteer) is None


@pytest.mark.parametrize("topic", ["invitations", "sign_in", "x"])
def test_what_one_asked_for_cannot_be_unsubscribed_from(client, secret, topic):
    assert client.post(f"/unsubscribe/{topic}/{secret}").status_code == 404


def test_an_address_that_is_somebody_elses_now_decides_nothing(cast, as_, client, secret):
    fields = {"family_name": "Ковалёва", "email": "new@lms.test", "version": cast.volunteer.version}
    as_(cast.coordinator).post(
        f"/people/{cast.volunteer.id}/edit",
        data=fields | {"centre_id": cast.salsk.id, "roles": ["volunteer"]},
    )
    assert cast.volunteer.email == "new@lms.test"

    assert client.post(f"/unsubscribe/reminders/{secret}").status_code == 410
