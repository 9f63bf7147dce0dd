"""Passwords: what a good one is, and how it is kept (argon2id, RFC 9106; 19 MiB, two passes, as OWASP asks).

Hashing takes memory on purpose, so at most four go on at once in a process. Never hash inside a transaction: end it
first, or everybody waits for one person's password.
"""

from __future__ import annotations

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

SHORTEST = 10
LONGEST = 200
_AT_ONCE = BoundedSemaphore(4)
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What is checked where there is no account or no password, so that the answer takes as long: a hash of the same cost.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$F+8ZzQUXUzlnZwUOQeiBiA$lfRf3I6POD0W9FiSatdJ3i/UmvvMQ/3SJqa+Z1tgv8E"

_ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "abcdefghijklmnop",
)
_WORDS = (
    "password",
    "parol",
    "пароль",
    "мастерская",
    "masterskaya",
    "admin",
    "letmein",
    "welcome",
    "iloveyou",
    "россия",
)


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _hasher.hash(_normal(password))


def is_right(password: str, kept: str | None) -> bool:
    """Is that the password of this hash? Without a hash it is not, and saying so takes as long."""
    with _AT_ONCE:
        try:
            return _hasher.verify(kept or _NOBODY, _normal(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def check_strength(password: str, email: str) -> None:
    """A ValueError says, in the reader's language, why this is no password for the person with that address."""
    if len(password) < SHORTEST:
        raise ValueError(_l("At least %(min)s characters, please. A few words are easiest to remember.", min=SHORTEST))
    if len(password) > LONGEST:
        raise ValueError(_l("At most %(max)s characters, please.", max=LONGEST))
    plain = _normal(password).lower()
    if plain in {email, email.partition("@")[0]} or plain.startswith(f"{email.partition('@')[0]}@"):
        raise ValueError(_l("This is your address: it is the first thing that would be tried."))
    if len(set(plain)) < 5 or len(_without_the_obvious(plain)) < 4:
        raise ValueError(_l("This is too easy to guess. Take three or four words that do not belong together."))


def _without_the_obvious(password: str) -> str:
    """What is left of a password without well-known words, rows of keys and the years and figures around them."""
    for word in _WORDS:
        password = password.replace(word, "")
    for row in _ROWS:
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                piece = row[start : start + length]
                password = password.replace(piece, "").replace(piece[::-1], "")
    return "".join(letter for letter in password if letter.isalpha())


def _normal(password: str) -> str:
    """One way of writing each letter (NFKC), whatever the keyboard sent."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
