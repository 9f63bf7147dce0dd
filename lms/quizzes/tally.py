"""What was answered to a question, in words, and how often. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.quizzes.grading import Asked, fold, grade
from lms.quizzes.kinds import QuestionKind

MOST = 8  # typed answers that are told; the rest is too rare to learn from
Given = Iterable[tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class Told:
    text: str
    count: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's words for what is no text of the trainer's."""

    true: str
    false: str
    nothing: str


def tally(asked: Asked, given: Given, words: Words) -> list[Told]:
    """The right answers and the wrong ones, the most frequent first; of typed ones no more than eight."""
    rows = list(given)
    match asked.kind:
        case QuestionKind.SINGLE | QuestionKind.SEVERAL:
            return _of_choices(asked, rows)
        case QuestionKind.TRUE_FALSE:
            counts = dict(rows)
            right = "true" if asked.settings.get("right") else "false"
            told = [(words.true, "true"), (words.false, "false")]
            return [Told(text, counts.get(value, 0), value == right) for text, value in told]
        case QuestionKind.MATCHING:
            pairs = asked.settings.get("pairs") or ()
            return _of_parts(rows, [pair["left"] for pair in pairs], [pair["right"] for pair in pairs])
        case QuestionKind.GAPS:
            return _of_gaps(asked, rows)
    return _of_texts(asked, rows, words)


def _of_choices(asked: Asked, rows: list[tuple[Any, int]]) -> list[Told]:
    picked: Counter[int] = Counter()
    for given, count in rows:
        picked.update({id: count for id in given if isinstance(id, int)})
    return [Told(option.text, picked[option.id], option.is_right) for option in asked.options]


def _of_parts(rows: list[tuple[Any, int]], lefts: Sequence[str], rights: Sequence[str]) -> list[Told]:
    """Pairs put together wrongly, the most frequent first."""
    found: Counter[str] = Counter()
    for given, count in rows:
        for left, right, put in zip(lefts, rights, given, strict=False):
            if put is not None and put != right:
                found[f"{left} — {put}"] += count
    return [Told(text, count, False) for text, count in found.most_common(MOST)]


def _of_gaps(asked: Asked, rows: list[tuple[Any, int]]) -> list[Told]:
    found: Counter[tuple[int, str]] = Counter()
    for given, count in rows:
        for number, put in enumerate(given, 1):
            if put is not None:
                found[(number, fold(str(put)) or str(put))] += count
    right = _right_in_gaps(asked)
    return [
        Told(f"[{number}] {text}", count, (number, text) in right)
        for (number, text), count in found.most_common(2 * MOST)
    ]


def _right_in_gaps(asked: Asked) -> set[tuple[int, str]]:
    names = {"short": ("accepted", "text"), "number": ("answers", "answer"), "choice": ("options", "text")}
    found = set()
    for number, gap in enumerate(asked.settings.get("gaps") or (), 1):
        rows, name = names[gap["kind"]]
        found |= {(number, fold(str(row[name]))) for row in gap.get(rows) or () if row.get("share", 0) == 100}
    return found


def _of_texts(asked: Asked, rows: list[tuple[Any, int]], words: Words) -> list[Told]:
    """Typed texts, those that differ in nothing that matters together, and orders as «a → b → c»."""
    found: Counter[str] = Counter()
    right: set[str] = set()
    for given, count in rows:
        text = said(asked, given, words)
        key = text if asked.kind is QuestionKind.ORDERING else fold(text) or text
        found[key] += count
        if grade(asked, given) >= Decimal(asked.points):
            right.add(key)
    return [Told(text, count, text in right) for text, count in found.most_common(MOST)]


def said(asked: Asked, given: Any, words: Words) -> str:
    """What one person gave, as a text for a table."""
    if given is None:
        return ""
    say: Callable[[], str] | None = {
        QuestionKind.SINGLE: lambda: _picked(asked, given),
        QuestionKind.SEVERAL: lambda: _picked(asked, given),
        QuestionKind.TRUE_FALSE: lambda: words.true if given == "true" else words.false,
        QuestionKind.MATCHING: lambda: _matched(asked, given, words),
        QuestionKind.ORDERING: lambda: " → ".join(one or words.nothing for one in given),
        QuestionKind.GAPS: lambda: "; ".join(one or words.nothing for one in given),
    }.get(asked.kind)
    return say() if say is not None else str(given)


def _picked(asked: Asked, given: Any) -> str:
    return "; ".join(option.text for option in asked.options if option.id in given)


def _matched(asked: Asked, given: Any, words: Words) -> str:
    lefts = [pair["left"] for pair in asked.settings.get("pairs") or ()]
    return "; ".join(f"{left} — {put or words.nothing}" for left, put in zip(lefts, given, strict=False))
