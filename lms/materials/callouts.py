"""Callouts: a quotation that begins with «[!ВАЖНО]» (or «[!IMPORTANT]», as elsewhere) stands out under that word. Pure.

What follows in the same line is said behind the word. The word is shown as it was typed: its language is the author's.
"""

from __future__ import annotations

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_KINDS = {
    "note": ("NOTE", "ЗАМЕТКА", "К СВЕДЕНИЮ"),
    "tip": ("TIP", "СОВЕТ", "ПРИМЕР"),
    "important": ("IMPORTANT", "ВАЖНО"),
    "warning": ("WARNING", "ВНИМАНИЕ"),
    "caution": ("CAUTION", "ОСТОРОЖНО"),
}
WORDS = {word: kind for kind, words in _KINDS.items() for word in words}
CLASSES = {"callout", *(f"callout-{kind}" for kind in _KINDS)}
TITLE_CLASS = "callout-title"

_MARK = re.compile(r"\[!([^\]\n]{1,20})\][ \t]*([^\n]*)(?:\n|$)")


def find(state: StateCore) -> None:
    """A rule for the parser, between its blocks and what stands in their lines."""
    found: list[Token] = []
    tokens = iter(enumerate(state.tokens))
    for index, token in tokens:
        title = _title(state.tokens, index) if token.type == "paragraph_open" else None
        if title is not None:
            found += _paragraph(title, token)
        if title is not None and not state.tokens[index + 1].content:  # nothing but the mark stood in the paragraph
            next(tokens), next(tokens)
        else:
            found.append(token)
    state.tokens = found


def _title(tokens: list[Token], index: int) -> str | None:
    """The title of the callout whose first paragraph begins here; it is marked, and its first line taken away."""
    quotation, inline = tokens[index - 1], tokens[index + 1]
    mark = _MARK.match(inline.content) if index and quotation.type == "blockquote_open" else None
    kind = WORDS.get(mark[1].strip().upper()) if mark else None
    if mark is None or kind is None:
        return None
    quotation.attrSet("class", f"callout callout-{kind}")
    quotation.attrSet("role", "note")
    inline.content = inline.content[mark.end() :]
    word = mark[1].strip().capitalize()
    return f"{word}: {mark[2].strip()}" if mark[2].strip() else word


def _paragraph(text: str, like: Token) -> list[Token]:
    opening = Token("paragraph_open", "p", 1, attrs={"class": TITLE_CLASS}, level=like.level, block=True)
    inline = Token("inline", "", 0, content=text, level=like.level + 1, children=[], block=True)
    return [opening, inline, Token("paragraph_close", "p", -1, level=like.level, block=True)]
