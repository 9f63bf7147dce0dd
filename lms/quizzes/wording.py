"""Short texts of a question as HTML: choices, pairs, items, with the Markdown that fits on a line; and texts cut at
their gaps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lms.materials.markdown import to_html, to_text
from lms.quizzes.headline import headline
from lms.quizzes.offering import GAP
from lms.typography import typo

_TAG_OR_GAP = re.compile(rf"<[^>]*>|{GAP.pattern}")


@lru_cache(maxsize=4096)
def inline_html(text: str) -> str:
    """Safe HTML of one choice. What only looks like a list or a heading («1. Собрать всех») stays as it was typed;
    blocks are made only where the author wrote several lines."""
    html = to_html(text)
    words, rest = headline(html)
    if words and not rest:
        return words
    return html if "\n" in text.strip() else escape(typo(text), quote=False)


def plain(text: str) -> str:
    """The words alone, for the options of a select."""
    return to_text(inline_html(text)) or text


def shows_picture(text: str) -> bool:
    return "<img" in inline_html(text)


def pieces(html: str, gaps: int) -> Iterator[tuple[str, int | None]]:
    """The HTML cut at its gaps: (HTML before, number of the gap from 1), and at the end (HTML after, None). A mark that
    belongs to no gap is only text; a gap whose mark is missing stands at the end."""
    begin, seen = 0, set[int]()
    for found in _TAG_OR_GAP.finditer(html):
        number = int(found[1] or 0)
        if 1 <= number <= gaps and number not in seen:
            seen.add(number)
            yield html[begin : found.start()], number
            begin = found.end()
    rest = html[begin:]
    for number in range(1, gaps + 1):
        if number not in seen:
            yield rest, number
            rest = ""
    yield rest, None
