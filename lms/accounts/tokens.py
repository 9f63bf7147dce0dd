"""Secrets that stand in letters: random, kept only as a hash, each for one purpose, one person, one thing, one time.

The six digits that may be typed instead of following a link are too few to be hashed plainly: they are hashed with the
installation's key, and five wrong tries end them (the link itself goes on).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, Purpose, Token
from lms.extensions import db

# Wrong digits after which a token's code is worth nothing.
CODE_TRIES = 5
_AT_ONCE = 1000


def issue(
    person: Person,
    purpose: Purpose,
    *,
    now: datetime,
    lifetime: timedelta,
    object_id: int | None = None,
    with_code: bool = False,
    label: str = "",
) -> tuple[str, str | None]:
    """A new secret for a letter, and six digits beside it where asked. Neither can be read back from the database."""
    secret = _secret()
    code = f"{secrets.randbelow(10**6):06}" if with_code else None
    db.session.add(
        Token(
            purpose=purpose,
            person_id=person.id,
            object_id=object_id,
            hash=_hash(secret),
            code_hash=_code_hash(person.id, code) if code else None,
            label=label,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    db.session.flush()
    return secret, code


def issue_many(
    person_ids: Iterable[int], purpose: Purpose, *, now: datetime, expires_at: datetime, object_id: int | None = None
) -> dict[int, str]:
    """A new secret for each of those people, in a few statements."""
    found = {person_id: _secret() for person_id in person_ids}
    rows = [
        {
            "purpose": purpose,
            "person_id": person_id,
            "object_id": object_id,
            "hash": _hash(secret),
            "failures": 0,
            "created_at": now,
            "expires_at": expires_at,
        }
        for person_id, secret in found.items()
    ]
    for start in range(0, len(rows), _AT_ONCE):
        db.session.execute(insert(Token), rows[start : start + _AT_ONCE])
    return found


_WITH_PERSON = (
    select(Token)
    .where(Token.hash == bindparam("hash"), Token.purpose == bindparam("purpose"))
    .options(joinedload(Token.person).joinedload(Person.role_rows))
)


def find(secret: str, purpose: Purpose, *, now: datetime) -> Token | None:
    """The token of that secret, if it is for that purpose, unused, in time, not revoked, and its person may come in."""
    token = once_issued(secret, purpose)
    return token if token is not None and token.is_good(now) and token.person.is_active else None


def once_issued(secret: str, purpose: Purpose) -> Token | None:
    """The token of that secret, also when it is no longer good: whom to send a fresh link."""
    return db.session.scalar(_WITH_PERSON, {"hash": _hash(secret), "purpose": purpose})


def find_by_code(person: Person, code: str, purpose: Purpose, *, now: datetime) -> Token | None:
    """The person's token with those six digits. A wrong try counts against each token that might have been meant."""
    tokens = [
        token
        for token in db.session.scalars(
            select(Token)
            .where(
                Token.person_id == person.id,
                Token.purpose == purpose,
                Token.code_hash.is_not(None),
                Token.expires_at > now,
                Token.failures < CODE_TRIES,
            )
            .with_for_update()
        )
        if token.is_good(now)
    ]
    typed = _code_hash(person.id, code)
    for token in tokens:
        if hmac.compare_digest(typed, str(token.code_hash)):
            return token
    if tokens:
        db.session.execute(
            update(Token).where(Token.id.in_([token.id for token in tokens])).values(failures=Token.failures + 1)
        )
    return None


def use(token: Token, *, now: datetime) -> bool:
    """Spend a token that is good once. False: somebody was quicker."""
    result: Any = db.session.execute(
        update(Token)
        .where(Token.id == token.id, Token.used_at.is_(None), Token.revoked_at.is_(None))
        .values(used_at=now)
    )
    return bool(result.rowcount)


def revoke(purpose: Purpose, person_id: int, object_id: int | None, now: datetime) -> None:
    """End what that person holds for that purpose: for one thing, or with None for all of them."""
    ended = update(Token).where(Token.purpose == purpose, Token.person_id == person_id, Token.revoked_at.is_(None))
    if object_id is not None:
        ended = ended.where(Token.object_id == object_id)
    db.session.execute(ended.values(revoked_at=now))


def _secret() -> str:
    return secrets.token_urlsafe(24)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _code_hash(person_id: int, code: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"code:{person_id}:{code}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
