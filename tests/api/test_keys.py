"""The page of access keys: make, see once, end."""

from __future__ import annotations

import re
from datetime import timedelta

from lms.accounts import tokens
from lms.accounts.models import Purpose, Token
from lms.clock import now
from lms.extensions import db


def made(client, label="Наша таблица"):
    page = client.post("/access-keys/", data={"label": label}).get_data(as_text=True)
    return re.search(r'id="secret" value="([^"]+)"', page)[1]


def test_a_new_key_is_shown_once_and_reads(as_, client, cast):
    coordinator = as_(cast.centre_coordinator)

    secret = made(coordinator)

    later = coordinator.get("/access-keys/")
    assert "Наша таблица" in later.get_data(as_text=True)
    assert secret not in later.get_data(as_text=True)
    assert later.headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/people", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_an_ended_key_reads_no_more(as_, client, cast):
    coordinator = as_(cast.coordinator)
    secret = made(coordinator)
    (key,) = db.session.scalars(db.select(Token))

    answer = coordinator.post(f"/access-keys/{key.id}/end")

    assert answer.status_code == 303
    assert client.get("/api/v1/people", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert "Наша таблица" not in coordinator.get("/access-keys/").get_data(as_text=True)


def test_a_key_without_a_word_of_what_it_is_for_is_not_made(as_, cast):
    answer = as_(cast.coordinator).post("/access-keys/", data={"label": " "})

    assert answer.status_code == 422
    assert "Напишите здесь что-нибудь" in answer.get_data(as_text=True)
    assert db.session.query(Token).all() == []


def test_nobody_ends_another_persons_key(as_, cast):
    tokens.issue(cast.coordinator, Purpose.API, now=now(), lifetime=timedelta(days=1), label="чужой")
    (key,) = db.session.scalars(db.select(Token))

    assert as_(cast.admin).post(f"/access-keys/{key.id}/end").status_code == 404
    db.session.refresh(key)
    assert key.revoked_at is None


def test_a_volunteer_makes_no_keys(as_, cast):
    assert as_(cast.volunteer).get("/access-keys/").status_code == 403
    assert as_(cast.volunteer).post("/access-keys/", data={"label": "x"}).status_code == 403
