"""How well a question works, from who answered it right. Pure.

* **share right**: of those who answered, how many got all of its points (the item's facility).
* **discrimination**: the point-biserial correlation between getting the question right and the points got for the
  *rest* of the quiz (corrected item-total correlation):

      r = (M1 − M0) / s · √(p · q)

  where M1 and M0 are the mean rest scores of those who had it right and of those who had not, s the standard deviation
  of all rest scores (over n), p the share right and q = 1 − p. It runs from −1 to 1. Source: F. M. Lord, M. R. Novick,
  *Statistical Theories of Mental Test Scores* (1968), §15.5; the correction, S. Henrysson, Psychometrika 28 (1963).
  Ebel's rule of thumb (*Essentials of Educational Measurement*, 1972): from 0.4 on very good, below 0.2 poor, below
  nothing those who know more answer worse. A correlation from few people is rough (its standard error is about
  1 / √(n − 1)), so a doubt is told only where it holds beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

# Below this share of right answers a question deserves another look.
LOW_SHARE = 50
# Fewer people than this tell nothing about how a question parts them.
FEWEST = 10
_POOR = 0.2


class Doubt(StrEnum):
    """Why a question may confuse, the weightier first."""

    # Those who do better in the rest of the quiz answer this one worse.
    REVERSED = "reversed"
    # One wrong answer is given more often than the right one.
    MISLEADING = "misleading"
    # Fewer than half get it right.
    HARD = "hard"
    # It does not tell who knows from who does not, and is not simply easy.
    BLUNT = "blunt"


@dataclass(frozen=True, slots=True)
class Item:
    """``discrimination`` is None where too few answered, or where all were right, or wrong, or equally good."""

    people: int
    right: int
    discrimination: float | None = None
    # How many gave the wrong answer that was given most often.
    favourite_wrong: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.right / self.people) if self.people else 0

    @property
    def doubts(self) -> list[Doubt]:
        if not self.people:
            return []
        # Among few people chance alone makes a correlation: a doubt has to stand out by its standard error.
        margin = 1 / sqrt(max(1, self.people - 1))
        weak = self.discrimination is not None and self.discrimination + margin < _POOR
        found = {
            Doubt.REVERSED: self.discrimination is not None and self.discrimination + margin < 0,
            Doubt.MISLEADING: self.people >= FEWEST and self.favourite_wrong > self.right,
            Doubt.HARD: self.percent < LOW_SHARE,
            Doubt.BLUNT: weak and 20 <= self.percent <= 90,
        }
        return [doubt for doubt, is_so in found.items() if is_so]

    @property
    def confuses(self) -> bool:
        return bool(self.doubts)


@dataclass(frozen=True, slots=True)
class Sums:
    """Over ``people``: how many had the question right, and of their points for the rest of the quiz the sum, the sum
    of squares, and the sum of those who had it right. A database adds them up."""

    people: int
    right: int
    rest: float
    squares: float
    rest_of_right: float


def point_biserial(sums: Sums) -> float | None:
    """The discrimination; None with too few people, and where all or none were right or all did equally well."""
    n, hits = sums.people, sums.right
    if n < FEWEST or not 0 < hits < n:
        return None
    mean = sums.rest / n
    spread = sqrt(max(0.0, sums.squares / n - mean * mean))
    if spread < 1e-6:
        return None
    mean_right = sums.rest_of_right / hits
    mean_wrong = (sums.rest - sums.rest_of_right) / (n - hits)
    p = hits / n
    return (mean_right - mean_wrong) / spread * sqrt(p * (1 - p))
