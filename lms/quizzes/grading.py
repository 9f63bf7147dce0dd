"""How many points an answer gets. Pure: a question as it was asked and what was given go in, points come out.

The rules, which trainers read in the builder as well:

* **single, true or false**: all points for the right choice, none otherwise.
* **several**: with *n* right choices, each right one ticked is worth 1/n of the points and each wrong one takes 1/n
  away; never below nothing. So all points are got only by ticking every right choice and no wrong one.
* **short**: the typed text is one of the accepted ones. Capitals, «ё» or «е», spaces, the kind of quotation marks and
  dashes, and a full stop or other mark at the end make no difference.
* **number**: as far from the right one as the tolerance allows, or nearer. A comma or a point before the fraction,
  spaces between the thousands and a unit after the number are all read; «тыс.» and «млн» multiply, unless the
  question's own unit says them already.

Points are given in hundredths; rounding never makes them all of the points. What cannot be read is simply wrong, never
an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from lms.quizzes.kinds import QuestionKind

NOTHING = Decimal(0)
_HUNDREDTH = Decimal("0.01")
LONGEST_NUMBER = 100


@dataclass(frozen=True)
class Option:
    """A choice as it was offered."""

    id: int
    text: str
    is_right: bool
    feedback: str = ""
    # Per cent of the points; None is derived from is_right.
    share: float | None = None


@dataclass(frozen=True)
class Asked:
    """A question as it was asked and graded; ``settings`` as in ``models.Question``."""

    id: int
    kind: QuestionKind
    text: str
    text_html: str
    points: int
    edition: int = 1
    explanation: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Asked:
        options = tuple(Option(**option) for option in kept["options"])
        return cls(**{**kept, "kind": QuestionKind(kept["kind"]), "options": options})

    def asks_the_same_as(self, other: Asked) -> bool:
        """Are both the same for who answers and for who grades, whatever they explain afterwards?"""
        return self._bare == other._bare

    @property
    def _bare(self) -> Asked:
        options = tuple(replace(option, feedback="") for option in self.options)
        return replace(self, edition=0, explanation="", text_html="", options=options)

    @property
    def right_ids(self) -> set[int]:
        return {option.id for option in self.options if option.is_right}


def grade(asked: Asked, given: Any) -> Decimal:
    """The points that ``given`` (as giving.py keeps it) gets, from nothing to all of the question's."""
    share = _share(asked, given)
    points = (asked.points * share).quantize(_HUNDREDTH)
    return points if share == 1 else max(NOTHING, min(points, asked.points - _HUNDREDTH))


def percent_of(points: Decimal, out_of: Decimal) -> int:
    """Whole per cent, rounded down, so that 59.9 never looks like the 60 it would take to pass."""
    return int(points * 100 / out_of) if out_of > 0 else 0


def _share(asked: Asked, given: Any) -> Decimal:
    match asked.kind:
        case QuestionKind.SINGLE:
            return _all_or_nothing(isinstance(given, list) and len(given) == 1 and _ticks_right(asked, given))
        case QuestionKind.SEVERAL:
            return _share_of_several(asked, given) if isinstance(given, list) else NOTHING
        case QuestionKind.TRUE_FALSE:
            right = asked.settings.get("right")
            return _all_or_nothing(isinstance(right, bool) and given == ("true" if right else "false"))
        case QuestionKind.SHORT:
            accepted = [one["text"] for one in asked.settings.get("accepted") or ()]
            return _all_or_nothing(isinstance(given, str) and _is_accepted(given, accepted))
        case QuestionKind.NUMBER:
            return _all_or_nothing(isinstance(given, str) and _is_near(given, asked.settings))
    return NOTHING


def _all_or_nothing(is_right: bool) -> Decimal:
    return Decimal(1) if is_right else NOTHING


def _ticks_right(asked: Asked, given: list[Any]) -> bool:
    return not _ticked(asked, given).isdisjoint(asked.right_ids)


def _share_of_several(asked: Asked, given: list[Any]) -> Decimal:
    right = asked.right_ids
    ticked = _ticked(asked, given)
    net = len(ticked & right) - len(ticked - right)
    return max(NOTHING, Decimal(net) / len(right)) if right else NOTHING


def _ticked(asked: Asked, given: list[Any]) -> set[int]:
    """Choices that were ticked and are still offered; one that was taken out meanwhile counts as not ticked."""
    return {option.id for option in asked.options if option.id in given}


# --- short ------------------------------------------------------------------------------------------------------------
_DASHES = re.compile("[‐‑‒–—−]")
_QUOTES = re.compile("[«»„“”‟\"'‘’`]")
_END_MARKS = " .,;:!?…"


def fold(text: str) -> str:
    """The text with everything taken away that makes no difference in a short answer."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    text = _QUOTES.sub("", _DASHES.sub("-", text))
    return " ".join(text.split()).strip(_END_MARKS)


def _is_accepted(given: str, accepted: Collection[str]) -> bool:
    typed = fold(given)
    return bool(typed) and any(typed == fold(text) for text in accepted)


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
    found = _NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST_NUMBER else None
    if found is None:
        return None
    whole = re.sub(rf"[{_SPACES}]", "", found["whole"])
    value = Decimal(f"{whole}.{found['fraction'] or 0}") * (_times(found["unit"]) if not _has_times(unit) else 1)
    return -value if found["sign"] and found["sign"] != "+" else value


def _times(unit: str) -> int:
    return next((times for words, times in _TIMES if unit.casefold().startswith(words)), 1)


def _has_times(unit: str) -> bool:
    return _times(unit) > 1


def _is_near(given: str, settings: Mapping[str, Any]) -> bool:
    value = read_number(given, str(settings.get("unit", "")))
    told = (settings.get("answers") or [{}])[0]
    try:
        answer, tolerance = Decimal(str(told.get("answer"))), Decimal(str(told.get("tolerance") or 0))
        return value is not None and abs(value - answer) <= tolerance
    except InvalidOperation:
        return False
