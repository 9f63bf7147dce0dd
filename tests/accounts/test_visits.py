"""When somebody was last here: the one thing that a GET may write."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy.exc import OperationalError

from lms import access
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db


def seen(person) -> object:
    return db.session.get(Person, person.id).last_seen_at


def test_a_page_notes_a_visit_at_most_once_an_hour(as_, cast):
    with time_machine.travel(now(), tick=False) as clock:
        cast.volunteer.last_seen_at = None
        client = as_(cast.volunteer)
        first = now()
        client.get("/profile")
        assert seen(cast.volunteer) == first
        clock.shift(timedelta(minutes=59))
        client.get("/profile")
        assert seen(cast.volunteer) == first
        clock.shift(timedelta(minutes=1))
        client.get("/profile")
        assert seen(cast.volunteer) == now()
        assert db.session.get(Person, cast.volunteer.id).version == cast.volunteer.version


def test_a_refused_page_is_no_visit(as_, cast):
    cast.volunteer.last_seen_at = None
    as_(cast.volunteer).get("/people/")
    assert seen(cast.volunteer) is None


def test_a_visit_that_cannot_be_noted_does_not_fail_the_page(as_, cast, monkeypatch):
    def fail(_person):
        raise OperationalError("", {}, Exception("locked"))

    monkeypatch.setattr(access, "note_visit", fail)
    assert as_(cast.volunteer).get("/profile").status_code == 200


def test_a_form_behind_a_secret_address_is_accepted_without_a_referrer(app, cast, mailbox, monkeypatch):
    """Such pages tell no referrer, over HTTPS as well; the form's own token is what counts."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = app.test_client()
    over_https = {"base_url": "https://lms.test"}

    def token(page) -> str:
        return page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    form = client.get("/sign-in", **over_https)
    sent = client.post("/sign-in", data={"email": "volunteer@lms.test", "csrf_token": token(form)}, **over_https)
    assert sent.status_code == 303
    [letter] = mailbox("volunteer@lms.test")
    page = client.get(letter.path, **over_https)
    assert client.post(letter.path, **over_https).status_code == 400
    assert client.post(letter.path, data={"csrf_token": token(page)}, **over_https).status_code == 303
