"""What a person may give as an answer, and how it is kept. Pure.

Kept is, as JSON: for single and several the ids of the choices, in rising order; for true_false "true" or "false"; for
short and number the text as typed, on one line; for an essay its text; for ordering all the items in the order they
were put; for matching the right side put to each left one, for gaps what was put into each, None where that is missing.
None is kept where nothing is given (any more).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lms.quizzes.kinds import QuestionKind
from lms.quizzes.offering import Gap, Offered
from lms.texts import one_line, paragraphs

Given = list[Any] | str | None

LONGEST_TEXT = 500
LONGEST_ESSAY = 20_000
_LONGEST_ID = 18  # digits; more than any database counts to


class NotOffered(ValueError):
    """Not an answer that this question could be given from our pages."""


def read(offered: Offered, raw: Any) -> Given:
    """``raw`` from JSON or a form (there lists of text) as it is kept.

    Raises NotOffered for choices of another question, more choices than one may pick, and texts beyond 500 characters
    (an essay: 20,000).
    """
    match offered.kind:
        case QuestionKind.MATCHING:
            return _parts(raw, [lambda text: _one_of(text, offered.rights)] * len(offered.lefts))
        case QuestionKind.GAPS:
            return _parts(raw, [_reader_of(gap) for gap in offered.gaps])
        case QuestionKind.ORDERING:
            return _order(offered.items, _texts(raw, len(offered.items))) if raw else None
        case QuestionKind.INFO:
            raise NotOffered
    values = [value for value in raw if value != ""] if isinstance(raw, list) else [raw]
    if values in ([], [None], [""]):
        return None
    ids = [id for id, _ in offered.choices]
    if offered.kind is QuestionKind.SEVERAL:
        return sorted({_choice(value, ids) for value in values})
    if len(values) > 1:
        raise NotOffered
    if offered.kind is QuestionKind.SINGLE:
        return [_choice(values[0], ids)]
    if not isinstance(values[0], str):
        raise NotOffered
    if offered.kind is QuestionKind.TRUE_FALSE:
        return _word(values[0])
    if offered.kind is QuestionKind.ESSAY:
        return _essay(values[0])
    return _typed(values[0], keeps_spaces=offered.keeps_spaces)


def _choice(value: Any, offered: Sequence[int]) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_ID:
        value = int(value)
    if type(value) is not int or value not in offered:
        raise NotOffered
    return value


def _word(value: str) -> str:
    if value not in {"true", "false"}:
        raise NotOffered
    return value


def _typed(value: str, *, keeps_spaces: bool = False) -> str | None:
    if len(value) > LONGEST_TEXT:
        raise NotOffered
    if keeps_spaces:
        return re.sub(r"[\n\t]", " ", paragraphs(value)) if value.strip() else None
    return one_line(value) or None


def _essay(value: str) -> str | None:
    if len(value) > LONGEST_ESSAY:
        raise NotOffered
    text = paragraphs(value)
    return text if text.strip() else None


# --- answers of several parts -----------------------------------------------------------------------------------------
def _texts(raw: Any, count: int) -> list[str]:
    """As many texts as there are parts; nothing at all is as many empty ones."""
    if raw is None or raw == []:
        return [""] * count
    if not isinstance(raw, list) or len(raw) != count:
        raise NotOffered
    texts = ["" if value is None else value for value in raw]
    if not all(isinstance(text, str) for text in texts):
        raise NotOffered
    return texts


def _parts(raw: Any, readers: Sequence[Any]) -> Given:
    texts = _texts(raw, len(readers))
    parts = [reader(text) if text else None for reader, text in zip(readers, texts, strict=True)]
    return parts if any(part is not None for part in parts) else None


def _one_of(text: str, offered: Sequence[str]) -> str:
    # A browser may send line ends and spaces of an option's value otherwise than they were written.
    found = next((one for one in offered if one == text), None) or next(
        (one for one in offered if one_line(one) == one_line(text)), None
    )
    if found is None:
        raise NotOffered
    return found


def _reader_of(gap: Gap) -> Any:
    return (lambda text: _one_of(text, gap.options)) if gap.kind == "choice" else _typed


def _order(items: Sequence[str], texts: Sequence[str]) -> Given:
    """All the items, each once."""
    left = list(items)
    for text in texts:
        left.remove(_one_of(text, left))
    order = [_one_of(text, items) for text in texts]
    return order or None
