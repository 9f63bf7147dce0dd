"""How many points an answer gets. Pure: a question as it was asked and what was given go in, points come out.

The rules, which trainers read in the builder as well:

* **single, true or false**: all points for the right choice, none otherwise; a choice may have its own share.
* **several**: with *n* right choices, each right one ticked is worth 1/n of the points and each wrong one takes 1/n
  away, unless a choice says its own share; never below nothing. So all points are got only by ticking every right
  choice and no wrong one.
* **short**: the typed text is one of the accepted ones, each worth its share. Capitals, «ё» or «е» and the number of
  spaces make no difference unless the author says so; the kind of quotation marks and dashes, and a full stop or other
  mark at the end, never do. A ``*`` stands for anything where the author allows it.
* **number**: as far from a right one as its tolerance allows, or nearer; «5%» is five per cent of the right number. A
  comma or a point before the fraction, spaces between the thousands and a unit after the number are all read; «тыс.»
  and «млн» multiply, unless the question's own unit says them already. Where other units are listed, the number is
  counted over; a unit that is not listed is wrong.
* **matching**: each pair that is put together is worth an equal part.
* **ordering**: ``exact`` is all or nothing; ``places`` gives an equal part for each item in its own place,
  ``neighbours`` for each item that is followed by the right one.
* **gaps**: each gap is worth its own part, by the rules of its kind.
* **essay**: a person gives the points, criterion by criterion; until then there are none.

A penalty is what a wrong answer takes, in per cent of the question's points: single, several, true or false may then
come out below nothing, down to it. An answer not given takes nothing, and no attempt ends below nothing.

Points are given in hundredths; rounding never makes them all of the points. What cannot be read is simply wrong, never
an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lms.quizzes.kinds import QuestionKind
from lms.quizzes.typed import find_number, find_short, fold, read_number, share_of

__all__ = [
    "NOTHING", "Asked", "Option", "floor", "fold", "grade", "percent_of", "read_number", "score_of", "share_of_gap",
]  # fmt: skip

NOTHING = Decimal(0)
_HUNDREDTH = Decimal("0.01")
# Shares written as 33.33333 add up to all of the points.
_NEARLY_ALL = Decimal("0.999")
_MAY_COST = {QuestionKind.SINGLE, QuestionKind.SEVERAL, QuestionKind.TRUE_FALSE}


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
        return replace(
            self, edition=0, explanation="", text_html="", options=options, settings=_without_feedback(self.settings)
        )

    @property
    def right_ids(self) -> set[int]:
        return {option.id for option in self.options if option.is_right}


def _without_feedback(settings: Any) -> Any:
    if isinstance(settings, Mapping):
        return {name: _without_feedback(value) for name, value in settings.items() if name != "feedback"}
    return [_without_feedback(value) for value in settings] if isinstance(settings, list) else settings


def grade(asked: Asked, given: Any, *, penalty: int = 0) -> Decimal:
    """The points that ``given`` (as giving.py keeps it) gets, from the question's floor to all of its points."""
    share = _share(asked, given, Decimal(penalty) / 100) if given is not None else NOTHING
    points = (asked.points * share).quantize(_HUNDREDTH)
    return points if share == 1 else max(floor(asked, penalty), min(points, asked.points - _HUNDREDTH))


def floor(asked: Asked, penalty: int = 0) -> Decimal:
    """The fewest points there are for the worst answer: nothing, unless a penalty or a choice of its own takes more."""
    lowest = NOTHING
    if asked.kind in _MAY_COST:
        lowest = -Decimal(penalty) / 100
    if asked.kind is QuestionKind.SINGLE:
        lowest = min([lowest, *(_own_share(option) or NOTHING for option in asked.options)])
    return (asked.points * lowest).quantize(_HUNDREDTH)


def score_of(points: Sequence[Decimal]) -> Decimal:
    """What an attempt comes to: the points of its questions together, and never below nothing."""
    return max(NOTHING, sum(points, NOTHING))


def percent_of(points: Decimal, out_of: Decimal) -> int:
    """Whole per cent, rounded down, so that 59.9 never looks like the 60 it would take to pass."""
    return int(points * 100 / out_of) if out_of > 0 else 0


def _share(asked: Asked, given: Any, penalty: Decimal) -> Decimal:
    match asked.kind:
        case QuestionKind.SINGLE:
            return _share_of_single(asked, given, penalty)
        case QuestionKind.SEVERAL:
            return _share_of_several(asked, given, penalty)
        case QuestionKind.TRUE_FALSE:
            right = asked.settings.get("right")
            is_right = isinstance(right, bool) and given == ("true" if right else "false")
            return Decimal(1) if is_right else -penalty
        case QuestionKind.SHORT:
            return share_of(find_short(given, asked.settings))
        case QuestionKind.NUMBER:
            return share_of(find_number(given, asked.settings))
        case QuestionKind.MATCHING:
            return _share_of_pairs(given, asked.settings)
        case QuestionKind.ORDERING:
            return _share_of_order(given, asked.settings)
        case QuestionKind.GAPS:
            return _share_of_gaps(given, asked.settings)
    return NOTHING


# --- choices ----------------------------------------------------------------------------------------------------------
def _own_share(option: Option) -> Decimal | None:
    return None if option.share is None else share_of({"share": option.share})


def _share_of_single(asked: Asked, given: Any, penalty: Decimal) -> Decimal:
    ticked = _ticked(asked, given)
    if len(ticked) != 1 or len(given) != 1:
        return NOTHING
    own = _own_share(ticked[0])
    return own if own is not None else Decimal(1) if ticked[0].is_right else -penalty


def _share_of_several(asked: Asked, given: Any, penalty: Decimal) -> Decimal:
    right = len(asked.right_ids)
    part = Decimal(1) / right if right else NOTHING
    found = NOTHING
    for option in _ticked(asked, given):
        own = _own_share(option)
        found += own if own is not None else part if option.is_right else -part
    is_all = any(option.share is not None for option in asked.options) or _ticked_ids(asked, given) == asked.right_ids
    return max(-penalty, Decimal(1) if found >= _NEARLY_ALL and is_all else found)


def _ticked_ids(asked: Asked, given: Any) -> set[int]:
    return {option.id for option in _ticked(asked, given)}


def _ticked(asked: Asked, given: Any) -> list[Option]:
    """Choices that were ticked and are still offered; one that was taken out meanwhile counts as not ticked."""
    return [option for option in asked.options if option.id in given] if isinstance(given, list) else []


# --- pairs, orders, gaps ----------------------------------------------------------------------------------------------
def _share_of_pairs(given: Any, settings: Mapping[str, Any]) -> Decimal:
    pairs = settings.get("pairs") or ()
    if not isinstance(given, list) or not pairs:
        return NOTHING
    right = sum(put == pair["right"] for put, pair in zip(given, pairs, strict=False))
    return Decimal(right) / len(pairs)


def _share_of_order(given: Any, settings: Mapping[str, Any]) -> Decimal:
    items = list(settings.get("items") or ())
    if not isinstance(given, list) or not items or not all(isinstance(one, str | None) for one in given):
        return NOTHING
    if given == items:
        return Decimal(1)
    if settings.get("scoring") == "places":
        return Decimal(sum(put == item for put, item in zip(given, items, strict=False))) / len(items)
    if settings.get("scoring") == "neighbours" and len(items) > 2:
        right = (Counter(pairwise(items)) & Counter(pairwise(given))).total()
        return Decimal(min(right, len(items) - 2)) / (len(items) - 1)
    return NOTHING


def _share_of_gaps(given: Any, settings: Mapping[str, Any]) -> Decimal:
    gaps = settings.get("gaps") or ()
    weights = [max(0, int(gap.get("points", 1))) for gap in gaps]
    if not isinstance(given, list) or not sum(weights):
        return NOTHING
    found = sum(
        (max(NOTHING, share_of_gap(gap, put)) * weight for gap, put, weight in zip(gaps, given, weights, strict=False)),
        NOTHING,
    )
    return found / sum(weights)


def share_of_gap(gap: Mapping[str, Any], put: Any) -> Decimal:
    if gap.get("kind") == "number":
        return share_of(find_number(put, gap))
    if gap.get("kind") == "choice":
        return share_of(next((row for row in gap.get("options") or () if row["text"] == put), None))
    return share_of(find_short(put, gap))
