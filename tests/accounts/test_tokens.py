"""Secrets of letters: each for one purpose, person, thing and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts import tokens
from lms.accounts.models import Purpose, Token
from lms.clock import now
from lms.extensions import db
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def secret(cast) -> str:
    return tokens.issue(cast.volunteer, Purpose.INVITATION, now=now(), lifetime=HOUR, object_id=7)[0]


def test_a_secret_finds_its_token_person_and_thing(cast, secret):
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    assert (token.person, token.object_id) == (cast.volunteer, 7)


@pytest.mark.parametrize("typed", ["", "x", "\x00", "\ud800", "é" * 5000])
def test_anything_else_finds_nothing(cast, secret, typed):
    assert tokens.find(typed, Purpose.INVITATION, now=now()) is None


def test_a_secret_is_for_one_purpose(cast, secret):
    assert tokens.find(secret, Purpose.SIGN_IN, now=now()) is None


def test_a_secret_is_for_its_time(cast, secret):
    assert tokens.find(secret, Purpose.INVITATION, now=now() + HOUR + timedelta(seconds=5)) is None
    assert tokens.once_issued(secret, Purpose.INVITATION).person == cast.volunteer


def test_a_suspended_person_has_no_good_secrets(cast, secret):
    cast.volunteer.suspend(now())
    assert tokens.find(secret, Purpose.INVITATION, now=now()) is None


def test_a_secret_is_spent_once(cast, secret):
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    assert tokens.use(token, now=now())
    assert not tokens.use(token, now=now())
    db.session.expire_all()
    assert tokens.find(secret, Purpose.INVITATION, now=now()) is None


def test_revoking_ends_one_thing_or_all(cast):
    given = {
        thing: tokens.issue(cast.volunteer, Purpose.INVITATION, now=now(), lifetime=HOUR, object_id=thing)[0]
        for thing in (1, 2, 3)
    }
    other = tokens.issue(cast.stranger, Purpose.INVITATION, now=now(), lifetime=HOUR, object_id=1)[0]

    def good() -> list[int]:
        db.session.expire_all()
        return [thing for thing, one in given.items() if tokens.find(one, Purpose.INVITATION, now=now())]

    tokens.revoke(Purpose.INVITATION, cast.volunteer.id, 2, now())
    assert good() == [1, 3]
    tokens.revoke(Purpose.INVITATION, cast.volunteer.id, None, now())
    assert good() == []
    assert tokens.find(other, Purpose.INVITATION, now=now()) is not None


def test_many_secrets_cost_a_few_statements(cast, count_queries):
    people = [factories.person().id for _ in range(300)]
    with count_queries() as queries:
        given = tokens.issue_many(people, Purpose.INVITATION, now=now(), expires_at=now() + HOUR, object_id=7)
    assert len(queries) <= 3
    assert set(given) == set(people)
    for person_id in people[:3]:
        assert tokens.find(given[person_id], Purpose.INVITATION, now=now()).person_id == person_id
    assert tokens.issue_many([], Purpose.INVITATION, now=now(), expires_at=now(), object_id=7) == {}


def test_a_code_belongs_to_one_person(cast):
    _secret, code = tokens.issue(cast.volunteer, Purpose.SIGN_IN, now=now(), lifetime=HOUR, with_code=True)
    tokens.issue(cast.stranger, Purpose.SIGN_IN, now=now(), lifetime=HOUR, with_code=True)
    assert len(code) == 6 and code.isdecimal()
    assert tokens.find_by_code(cast.stranger, code, Purpose.SIGN_IN, now=now()) is None
    assert tokens.find_by_code(cast.volunteer, code, Purpose.SIGN_IN, now=now()).person == cast.volunteer


def test_the_code_of_an_older_letter_still_works_and_a_wrong_one_counts_against_both(cast):
    codes = [tokens.issue(cast.volunteer, Purpose.SIGN_IN, now=now(), lifetime=HOUR, with_code=True)[1] for _ in "12"]
    assert tokens.find_by_code(cast.volunteer, codes[0], Purpose.SIGN_IN, now=now()) is not None
    tokens.find_by_code(cast.volunteer, "wrong", Purpose.SIGN_IN, now=now())
    assert db.session.scalars(select(Token.failures)).all() == [1, 1]
