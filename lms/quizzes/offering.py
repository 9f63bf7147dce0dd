"""What a learner is offered to answer a question with: all there is to choose from, and nothing of what is right. Pure.

What stands in its right order in the settings (the pairs, the items) always comes shuffled; choices only where the quiz
and the question say so. The order hangs on a number that only the server knows, so it is the same at every look, and
nobody can turn it back into the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from lms.quizzes.kinds import QuestionKind

T = TypeVar("T")
GAP = re.compile(r"\[\[([1-9][0-9]?)\]\]")


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap in a text; ``options`` where it is chosen and not typed."""

    kind: str
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(what is sent, what is read)."""
        return [(text, text) for text in self.options]


@dataclass(frozen=True, slots=True)
class Offered:
    """``choices`` are (id, text); ``lefts`` and ``rights`` the two sides of a matching; ``items`` are to be ordered;
    ``words`` is how long an essay should be, least and most."""

    kind: QuestionKind
    choices: tuple[tuple[int, str], ...] = ()
    lefts: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unit: str = ""
    words: tuple[int | None, int | None] = (None, None)
    keeps_spaces: bool = False

    def is_complete(self, given: Any) -> bool:
        """Is every part of it answered?"""
        if self.kind in {QuestionKind.MATCHING, QuestionKind.GAPS}:
            return isinstance(given, list) and len(given) >= len(self.fields(None)) and None not in given
        return given is not None

    def fields(self, given: Any) -> list[str]:
        """What stands in the fields of the page, in their order, for what is kept as given."""
        match self.kind:
            case QuestionKind.SINGLE | QuestionKind.SEVERAL:
                return [str(id) for id in given or ()]
            case QuestionKind.MATCHING:
                return _padded(given, len(self.lefts))
            case QuestionKind.GAPS:
                return _padded(given, len(self.gaps))
            case QuestionKind.ORDERING:
                return list(given or self.items)
        return [given or ""]


def _padded(given: Any, length: int) -> list[str]:
    kept = [one or "" for one in given or ()][:length]
    return kept + [""] * (length - len(kept))


def offer(
    kind: QuestionKind,
    settings: Mapping[str, Any],
    choices: Iterable[tuple[int, str]] = (),
    *,
    seed: int = 0,
    question_id: int = 0,
    shuffles: bool = False,
) -> Offered:
    """``seed`` is the attempt's; ``shuffles`` is whether the quiz shuffles choices."""
    salt = f"{seed}:{question_id}"
    match kind:
        case QuestionKind.SINGLE | QuestionKind.SEVERAL:
            rows = tuple(choices)
            if shuffles and settings.get("shuffle", True):
                rows = tuple(_shuffled(rows, salt))
            return Offered(kind, choices=rows)
        case QuestionKind.MATCHING:
            pairs = settings.get("pairs") or ()
            rights = dict.fromkeys([*(pair["right"] for pair in pairs), *(settings.get("extra") or ())])
            return Offered(kind, lefts=tuple(pair["left"] for pair in pairs), rights=tuple(_shuffled(rights, salt)))
        case QuestionKind.ORDERING:
            return Offered(kind, items=_out_of_order(settings.get("items") or (), salt))
        case QuestionKind.GAPS:
            gaps = enumerate(settings.get("gaps") or ())
            return Offered(kind, gaps=tuple(_gap(gap, f"{salt}:{number}") for number, gap in gaps))
        case QuestionKind.ESSAY:
            least, most = [*(settings.get("words") or ()), None, None][:2]
            return Offered(kind, words=(least, most))
    return Offered(kind, unit=settings.get("unit") or "", keeps_spaces=bool(settings.get("spaces")))


def _gap(gap: Mapping[str, Any], salt: str) -> Gap:
    options = [option["text"] for option in gap.get("options") or ()] if gap.get("kind") == "choice" else []
    return Gap(gap.get("kind") or "short", tuple(_shuffled(options, salt)), gap.get("unit") or "")


def _out_of_order(items: Sequence[str], salt: str) -> tuple[str, ...]:
    """Shuffled, and never as it is right: so whoever moved nothing has said nothing."""
    first, *rest = _shuffled(items, salt) or [""]
    return (*rest, first) if [first, *rest] == list(items) else (first, *rest)


def _shuffled(things: Iterable[T], salt: str) -> list[T]:
    """In an order that hangs on each thing and the salt alone: one that is added or taken away moves no other."""
    return sorted(things, key=lambda thing: sha256(f"{salt}:{thing}".encode("utf-8", "replace")).digest())
