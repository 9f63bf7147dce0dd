"""How often one may try: to sign in, to ask for a letter. Counted for an account and for a place (an IP address).

A whole centre shares one place, so the limit of a place is wide; an account's is narrow. Both are kept as hashes, and
an account that does not exist is counted like one that does. Rows, not memory: the limit holds over all processes.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from lms.accounts.models import SignInTry
from lms.extensions import db


@dataclass(frozen=True)
class Limit:
    name: str
    most: int


WINDOW = timedelta(minutes=15)
PASSWORDS_OF_ACCOUNT = Limit("password", 5)
CODES_OF_ACCOUNT = Limit("code", 5)
LETTERS_TO_ACCOUNT = Limit("letter", 5)
TRIES_FROM_PLACE = Limit("place", 300)


def take(*wanted: tuple[Limit, str], now: datetime) -> list[SignInTry] | None:
    """Note a try against each of those limits; None, and nothing noted, when one of them is used up.

    Commit before doing what takes long: the try counts even if the rest fails.
    """
    db.session.execute(delete(SignInTry).where(SignInTry.at <= now - WINDOW))
    keys = [(limit, _key(limit, who)) for limit, who in wanted]
    for limit, key in sorted(keys, key=lambda pair: pair[1]):
        _one_at_a_time(key)
        if (db.session.scalar(select(func.count()).where(SignInTry.key == key)) or 0) >= limit.most:
            return None
    taken = [SignInTry(key=key, at=now) for _limit, key in keys]
    db.session.add_all(taken)
    db.session.flush()
    return taken


def forget(*wanted: tuple[Limit, str], taken: list[int]) -> None:
    """The try was right: neither it nor the failures before it count against that account, nor it against its place."""
    keys = [_key(limit, who) for limit, who in wanted]
    db.session.execute(delete(SignInTry).where(SignInTry.key.in_(keys) | SignInTry.id.in_(taken)))


def place(address: str | None) -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 one (a house has a whole /64)."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "nowhere"
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def _key(limit: Limit, who: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{limit.name}:{who}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _one_at_a_time(key: str) -> None:
    """Let those who try the same thing at once count one after the other (SQLite's writers do anyway)."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
