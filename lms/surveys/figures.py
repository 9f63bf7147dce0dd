"""What replies add up to. Pure.

An anonymous survey tells nothing before three people have replied, and of a centre nothing while fewer than three of
its people have, nor what could be found by taking the centres that are told from the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.surveys.kinds import SCALE, SurveyKind

FEWEST = 3

Reply = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """``choices`` are (id, text); ``low`` and ``high`` the end words of a scale."""

    id: int
    kind: SurveyKind
    title: str
    choices: Sequence[tuple[int, str]] = ()
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int
    # Whole per cent of those who answered the question.
    percent: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What was replied to one question by ``people``; ``mean`` is a scale's, ``texts`` in the order of the alphabet."""

    asked: Asked
    people: int
    bars: Sequence[Bar] = ()
    mean: float | None = None
    texts: Sequence[str] = ()

    @property
    def most(self) -> Bar | None:
        """What was replied most often; none where several were, or nobody replied."""
        best = sorted(self.bars, key=lambda bar: -bar.count)[:2]
        if not best or not best[0].count or (len(best) > 1 and best[0].count == best[1].count):
            return None
        return best[0]


def figure(asked: Asked, replies: Iterable[Reply]) -> Figure:
    given = [reply[str(asked.id)] for reply in replies if reply.get(str(asked.id)) is not None]
    if asked.kind is SurveyKind.TEXT:
        return Figure(asked, len(given), texts=sorted(given, key=str.casefold))
    if asked.kind is SurveyKind.SCALE:
        counts = Counter(given)
        bars = [_bar(_scale_label(asked, value), counts[value], len(given)) for value in SCALE]
        return Figure(asked, len(given), bars, mean=sum(given) / len(given) if given else None)
    counts = Counter(id for picked in given for id in picked)
    return Figure(asked, len(given), [_bar(text, counts[id], len(given)) for id, text in asked.choices])


def _bar(label: str, count: int, people: int) -> Bar:
    return Bar(label, count, round(100 * count / people) if people else 0)


def _scale_label(asked: Asked, value: int) -> str:
    words = {SCALE[0]: asked.low, SCALE[-1]: asked.high}.get(value)
    return f"{value} — {words}" if words else str(value)


def told_centres(counts: Mapping[int | None, int], *, is_anonymous: bool) -> set[int | None]:
    """Of which centres the results may be told, from how many replied in each."""
    if not is_anonymous:
        return set(counts)
    told = {centre for centre, count in counts.items() if count >= FEWEST}
    hidden = sum(count for centre, count in counts.items() if centre not in told)
    while told and 0 < hidden < FEWEST:
        smallest = min(told, key=lambda centre: (counts[centre], centre or 0))
        told.remove(smallest)
        hidden += counts[smallest]
    return told


def may_be_told(people: int, *, is_anonymous: bool) -> bool:
    return people >= FEWEST if is_anonymous else people > 0


def cell(asked: Asked, reply: Reply) -> str | int:
    """What was replied to the question, for a table: a number, the texts of the choices, or the text."""
    given = reply.get(str(asked.id))
    if given is None:
        return ""
    if asked.kind.has_choices:
        return "; ".join(text for id, text in asked.choices if id in given)
    return given if isinstance(given, int) else str(given)
