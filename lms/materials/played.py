"""What of a recording was really played: stretches of it, and their share of the whole. Pure.

A player reports from where to where it played, not how far it got: who jumps to the end has watched the end. The same
stretch counts once, however often it is played or reported. Of what a report adds, no more is believed than can have
been played since the report before it, at the fastest speed players offer.

Times are tenths of a second, so that nothing is won by rounding; a stretch reaches up to its end and without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SECOND = 10
FASTEST = 2  # times the usual speed
WATCHED = 80  # per cent of a recording that have been played when it counts as watched
MOST = 300  # stretches that are kept; the longest are

_STRETCH = re.compile(r"([0-9]{1,7})-([0-9]{1,7})")

Stretch = tuple[int, int]


def read(text: str) -> list[Stretch]:
    """«0-312,600-751»; what is not written so is left out."""
    found = (_STRETCH.fullmatch(piece) for piece in text.split(",", 2 * MOST)[: 2 * MOST])
    return union((int(one[1]), int(one[2])) for one in found if one)


def write(stretches: Iterable[Stretch]) -> str:
    return ",".join(f"{begin}-{end}" for begin, end in stretches)


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, without overlaps and empty ones."""
    joined: list[Stretch] = []
    for begin, end in sorted(stretches):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def length(stretches: Iterable[Stretch]) -> int:
    """Of stretches that do not overlap."""
    return sum(end - begin for begin, end in stretches)


def believed(known: list[Stretch], claimed: list[Stretch], *, since: float) -> list[Stretch]:
    """``known`` and, of what ``claimed`` adds, so much as can have been played in so many seconds."""
    left = max(0, int(since * SECOND * FASTEST))
    added: list[Stretch] = []
    for begin, end in _without(claimed, known):
        taken = min(end - begin, left)
        added.append((begin, begin + taken))
        left -= taken
    every = union([*known, *added])
    return sorted(sorted(every, key=lambda one: one[0] - one[1])[:MOST])


def _without(claimed: list[Stretch], known: list[Stretch]) -> list[Stretch]:
    """What of ``claimed`` lies in none of ``known``; both in order and without overlaps."""
    rest: list[Stretch] = []
    for begin, end in claimed:
        for known_begin, known_end in known:
            if known_end <= begin or known_begin >= end:
                continue
            if known_begin > begin:
                rest.append((begin, known_begin))
            begin = max(begin, known_end)
        if begin < end:
            rest.append((begin, end))
    return rest


def percent(stretches: Iterable[Stretch], seconds: int) -> int:
    """Whole per cent of a recording of that length, rounded down; 0 where the length is unknown."""
    whole = seconds * SECOND
    inside = length((begin, min(end, whole)) for begin, end in stretches if begin < whole)
    return min(100, 100 * inside // whole) if whole > 0 else 0
