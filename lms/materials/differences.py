"""What changed between two texts, word by word, as a reader would mark it. Pure.

Lines are matched first and words only inside lines that changed, so that a page of 100 KB takes a moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Beyond so many pairs of words a changed passage is shown as taken away and put in, whole.
_MOST_PAIRS = 1_000_000


@dataclass(frozen=True)
class Piece:
    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True)
class Passage:
    """Some lines that stayed, or the lines of one place that changed: as they were and as they are."""

    changed: bool
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def together(self) -> tuple[Piece, ...]:
        """Both in one text: what is gone stands before what came."""
        if not self.changed:
            return self.after
        return tuple(_weave(self.before, self.after))

    @property
    def lines(self) -> int:
        return max("".join(p.text for p in side).count("\n") + 1 for side in (self.before, self.after))


def passages(before: str, after: str) -> list[Passage]:
    """The texts from beginning to end. Joined, the ``before`` sides give the one, the ``after`` sides the other."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        was, is_now = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if kind == "equal":
            found.append(Passage(False, (Piece("same", was),), (Piece("same", is_now),)))
        else:
            found.append(Passage(True, *_by_words(was, is_now)))
    return found


def _by_words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) * len(new) > _MOST_PAIRS or not old or not new:
        return _pieces("gone", before), _pieces("new", after)
    gone: list[Piece] = []
    come: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, is_now = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        gone += _pieces("same" if kind == "equal" else "gone", was)
        come += _pieces("same" if kind == "equal" else "new", is_now)
    return tuple(gone), tuple(come)


def _pieces(kind: Literal["same", "gone", "new"], text: str) -> tuple[Piece, ...]:
    return (Piece(kind, text),) if text else ()


def _weave(before: tuple[Piece, ...], after: tuple[Piece, ...]) -> Iterator[Piece]:
    rest = list(after)
    for piece in before:
        if piece.kind == "same":
            while rest and rest[0].kind != "same":
                yield rest.pop(0)
            if rest:
                rest.pop(0)
        yield piece
    yield from rest
