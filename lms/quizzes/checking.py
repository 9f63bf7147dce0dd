"""What checking an essay comes to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Criterion:
    """``most`` are the points it can get; together the criteria are the question's points."""

    text: str
    most: Decimal


def criteria_of(settings: Mapping[str, Any], out_of: Decimal, *, whole: str) -> list[Criterion]:
    """The rubric's criteria, or where there is none one by the name ``whole`` that is worth everything."""
    rubric = settings.get("rubric") or ()
    if not rubric:
        return [Criterion(whole, out_of)]
    return [Criterion(row["criterion"], Decimal(str(row["points"]))) for row in rubric]


def points_of(criteria: Sequence[Criterion], given: Sequence[Decimal], out_of: Decimal) -> Decimal:
    """The question's points: the share of the criteria's points that were given, in hundredths."""
    most = sum((one.most for one in criteria), Decimal(0))
    if most <= 0:
        return Decimal(0)
    return (out_of * sum(given, Decimal(0)) / most).quantize(_HUNDREDTH)
