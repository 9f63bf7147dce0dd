"""Words and their stems: what is looked for, what is found, and which words of it are marked. Pure.

Both languages are folded to stems by Snowball (Porter's algorithms for Russian and English), so that «заявку» finds
«заявок». The index holds stems only, so SQLite and PostgreSQL find the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from lms.later import later

snowballstemmer = later("snowballstemmer")

# A query is cut to so many words, an entry to so many signs.
MOST_WORDS = 12
LONGEST_TEXT = 100_000
# Shorter stems are looked for whole, longer ones as beginnings: «Ковал» finds Ковалёва.
_BEGINNING = 4
_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile("[а-я]")
# «Заявок», but «заявка»: Snowball leaves this vowel, so it is taken out of every stem.
_FLEETING = re.compile("(?<=[бвгджзклмнпрстфхцчшщ])[ое](?=к$)")
_AROUND = 90


@dataclass(frozen=True)
class Piece:
    """A part of a shown text; ``found`` where it is one of the words that were looked for."""

    text: str
    found: bool = False


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(language)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """«Заявку» and «заявки» → «заявк»; «ё» is «е»."""
    word = word.casefold().replace("ё", "е")
    if not _CYRILLIC.search(word):
        return str(_stemmer("english").stemWord(word))
    return _FLEETING.sub("", _stemmer("russian").stemWord(word))


def stems(text: str) -> list[str]:
    """The stem of every word, in order."""
    return [stem(found.group()) for found in _WORD.finditer(text[:LONGEST_TEXT])]


def wanted(query: str) -> list[str]:
    """The stems a query looks for, each once."""
    return list(dict.fromkeys(stems(query[:300])))[:MOST_WORDS]


def is_beginning(wanted_stem: str) -> bool:
    return len(wanted_stem) >= _BEGINNING


def mark(text: str, looked_for: Iterable[str]) -> list[Piece]:
    """The text in pieces, every word that was looked for in one of its own."""
    looked_for = list(looked_for)
    pieces: list[Piece] = []
    at = 0
    for start, end in _hits(text, looked_for):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], found=True))
        at = end
    return [*pieces, Piece(text[at:])] if at < len(text) else pieces


def snippet(text: str, looked_for: Iterable[str]) -> list[Piece]:
    """Some twenty words around the first hit, marked; the beginning of the text where there is none."""
    looked_for = list(looked_for)
    text = " ".join(text.split())
    first = next(_hits(text, looked_for), (0, 0))
    start = _word_edge(text, max(0, first[0] - _AROUND))
    end = min(len(text), first[1] + 2 * _AROUND)
    end = text.rfind(" ", start, end) if end < len(text) and " " in text[start:end] else end
    shown = ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
    return mark(shown, looked_for)


def _hits(text: str, looked_for: list[str]) -> Iterator[tuple[int, int]]:
    for found in _WORD.finditer(text[:LONGEST_TEXT]):
        here = stem(found.group())
        if any(here.startswith(one) if is_beginning(one) else here == one for one in looked_for):
            yield found.span()


def _word_edge(text: str, at: int) -> int:
    return text.rfind(" ", 0, at) + 1 if at else 0
