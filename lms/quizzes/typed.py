"""What people type, compared with what the author accepts: short texts and numbers. Pure; whatever is typed, no error.

The author's rows are looked at in their order, and the first that fits is the one that counts, so that a row for a
common mistake may stand before one that takes anything. Wildcards are matched piece by piece, never as a regular
expression: no answer takes long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, Any]
LONGEST_NUMBER = 100


def share_of(row: Row | None) -> Decimal:
    """The part of the points a row gives, 1 for all of them; nothing where none fitted."""
    if row is None:
        return Decimal(0)
    try:
        share = Decimal(str(row.get("share", 100))) / 100
    except InvalidOperation:
        return Decimal(0)
    return max(Decimal(-1), min(Decimal(1), share)) if share.is_finite() else Decimal(0)


# --- short ------------------------------------------------------------------------------------------------------------
_DASHES = re.compile("[‐‑‒–—−]")
_QUOTES = re.compile("[«»„“”‟\"'‘’`]")
_END_MARKS = ".,;:!?…"
_ANYTHING = "\ue000"  # a character nobody types, where the author wrote *
_STAR = "\ue001"


def fold(text: str, *, case: bool = False, yo: bool = False, spaces: bool = False) -> str:
    """The text with everything taken away that makes no difference; each word says what does make one."""
    text = unicodedata.normalize("NFKC", text)
    text = text if case else text.casefold()
    text = text if yo else text.replace("ё", "е").replace("Ё", "Е")
    text = _QUOTES.sub("", _DASHES.sub("-", text))
    return text.rstrip(_END_MARKS) if spaces else " ".join(text.split()).strip(_END_MARKS + " ")


def find_short(given: Any, settings: Row) -> Row | None:
    """The accepted answer (``models`` says its shape) that was typed."""
    rules = {name: bool(settings.get(name)) for name in ("case", "yo", "spaces")}
    typed = fold(given, **rules) if isinstance(given, str) else ""
    rows = settings.get("accepted") or ()
    if not typed:
        return None
    wildcards = bool(settings.get("wildcards"))
    return next((row for row in rows if _fits(typed, str(row.get("text") or ""), rules, wildcards)), None)


def _fits(typed: str, text: str, rules: dict[str, bool], wildcards: bool) -> bool:
    if not wildcards or "*" not in text:
        return typed == fold(text, **rules)
    pattern = fold(text.replace("\\*", _STAR).replace("*", _ANYTHING), **rules).replace(_STAR, "*")
    if _ANYTHING not in pattern:
        return typed == pattern
    first, *middle, last = pattern.split(_ANYTHING)
    if len(typed) < len(first) + len(last) or not (typed.startswith(first) and typed.endswith(last)):
        return False
    at, end = len(first), len(typed) - len(last)
    for piece in middle:
        at = typed.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


# --- number -----------------------------------------------------------------------------------------------------------
# No-break, thin, narrow and figure spaces stand between thousands in Russian print.
_SPACES = " \t\u00a0\u2007\u2009\u202f"
_NUMBER = re.compile(
    rf"""(?P<sign>[-+−–]?)[{_SPACES}]*
    (?P<whole>[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]+)
    (?:[.,](?P<fraction>[0-9]+))?
    [{_SPACES}]*
    (?P<unit>(?:[^0-9²³.,+\-−–{_SPACES}][^0-9]*)?(?:(?<=[^\W\d])[23])?)""",
    re.VERBOSE,
)
_TIMES = (
    (("тыс", "thousand"), 1_000),
    (("млн", "миллион", "million"), 1_000_000),
    (("млрд", "миллиард"), 1_000_000_000),
)


def read_number(text: str, unit: str = "") -> Decimal | None:
    """«180 000 ₽», «12,5», «1,2 млн руб.» or "-3.5" as a number; None for what is none.

    ``unit`` is the one the question is asked in: where it says thousands itself, a typed «тыс.» multiplies nothing.
    """
    found = _read(text)
    return found[0] * (_times(found[1]) if not _has_times(unit) else 1) if found else None


def _read(text: str) -> tuple[Decimal, str] | None:
    """(the number, the unit after it)."""
    found = _NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST_NUMBER else None
    if found is None:
        return None
    whole = re.sub(rf"[{_SPACES}]", "", found["whole"])
    value = Decimal(f"{whole}.{found['fraction'] or 0}")
    return -value if found["sign"] and found["sign"] != "+" else value, found["unit"]


def _times(unit: str) -> int:
    return next((times for words, times in _TIMES if unit.casefold().startswith(words)), 1)


def _has_times(unit: str) -> bool:
    return _times(unit) > 1


def find_number(given: Any, settings: Row) -> Row | None:
    """The answer (``models`` says its shape) that the typed number is near enough to."""
    value = _in_own_unit(given, settings) if isinstance(given, str) else None
    rows = settings.get("answers") or ()
    return next((row for row in rows if value is not None and _is_near(value, row)), None)


def _in_own_unit(given: str, settings: Row) -> Decimal | None:
    """The typed number in the question's unit. Where other units are listed, one that is not is wrong."""
    own, listed = str(settings.get("unit") or ""), settings.get("units") or ()
    found = _read(given)
    if found is None:
        return None
    value, unit = found
    if not listed or _same_unit(unit, own) or not unit:
        return read_number(given, own)
    factor = next((row.get("factor") for row in listed if _same_unit(unit, str(row.get("unit")))), None)
    return value * number if (number := _decimal(factor)) is not None else None


def _same_unit(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def _is_near(value: Decimal, row: Row) -> bool:
    told = str(row.get("answer")).strip()
    if told == "*":
        return True
    answer, tolerance = _decimal(told), _decimal(str(row.get("tolerance") or 0).rstrip("% "))
    if answer is None or tolerance is None:
        return False
    if "%" in str(row.get("tolerance")):
        tolerance = abs(answer) * tolerance / 100
    return abs(value - answer) <= tolerance


def _decimal(text: Any) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    # Beyond this no typed number could come near, and sums with it would cost time.
    return number if number.is_finite() and abs(number.adjusted()) <= LONGEST_NUMBER else None
