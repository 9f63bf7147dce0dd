"""A quiz shown question by question: which questions stand on one leaf, and what comes before and after. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lms.quizzes.queries import OnPage


@dataclass(frozen=True, slots=True)
class Leaf:
    """``before`` and ``after`` are the numbers of the neighbouring questions, None at the ends."""

    number: int
    questions: Sequence[OnPage]
    before: int | None
    after: int | None


def leaf_of(questions: Sequence[OnPage], number: int) -> Leaf:
    """The question with that number, after the texts before it; those at the very end follow the last one."""
    last = sum(question.kind.asks for question in questions)
    found: list[OnPage] = []
    at = 1
    for question in questions:
        if at == number or (at > last and number == last):
            found.append(question)
        at += question.kind.asks
    return Leaf(number, found, number - 1 if number > 1 else None, number + 1 if number < last else None)
