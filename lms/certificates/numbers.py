"""Numbers of certificates, and the code that makes their addresses unguessable. Pure.

The number runs through the year without gaps, as a register wants it. The code has twelve letters of an alphabet
without those that are taken for one another (59 bits); the public address is both: ``2026-000123-k7qm9xw2prta``.
"""

from __future__ import annotations

import re
import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12
_ADDRESS = re.compile(rf"([0-9]{{4}})-([0-9]{{6,9}})-([{_ALPHABET}]{{{_LENGTH}}})")


def new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def number(year: int, serial: int, edition: int = 1) -> str:
    return f"{year}-{serial:06d}" + (f"/{edition}" if edition > 1 else "")


def address(year: int, serial: int, code: str) -> str:
    return f"{year}-{serial:06d}-{code}"


def parse(address: str) -> tuple[int, int, str] | None:
    """Year, serial and code of an address as people type it; None if it is none."""
    found = _ADDRESS.fullmatch(address.strip().lower())
    return (int(found[1]), int(found[2]), found[3]) if found else None


def spoken(code: str) -> str:
    """«K7QM-9XW2-PRTA», as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4)).upper()
