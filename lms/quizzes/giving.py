"""What a person may give as an answer, and how it is kept. Pure.

Kept is, as JSON: for single and several the ids of the choices, in rising order; for true_false "true" or "false"; for
short and number the text as typed, on one line. None is kept where nothing is given (any more).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lms.quizzes.kinds import QuestionKind
from lms.texts import one_line

Given = list[int] | str | None

LONGEST_TEXT = 500
_LONGEST_ID = 18  # digits; more than any database counts to


class NotOffered(ValueError):
    """Not an answer that this question could be given from our pages."""


def read(kind: QuestionKind, raw: Any, offered: Collection[int] = ()) -> Given:
    """``raw`` from JSON or a form (there lists of text) as it is kept; ``offered`` are the ids of the choices.

    Raises NotOffered for choices of another question, more choices than one may pick, and texts beyond 500 characters.
    """
    values = [value for value in raw if value != ""] if isinstance(raw, list) else [raw]
    if values in ([], [None], [""]):
        return None
    if kind is QuestionKind.SEVERAL:
        return sorted({_choice(value, offered) for value in values})
    if len(values) > 1:
        raise NotOffered
    if kind is QuestionKind.SINGLE:
        return [_choice(values[0], offered)]
    if not isinstance(values[0], str):
        raise NotOffered
    if kind is QuestionKind.TRUE_FALSE:
        return _word(values[0])
    return _typed(values[0])


def _choice(value: Any, offered: Collection[int]) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_ID:
        value = int(value)
    if type(value) is not int or value not in offered:
        raise NotOffered
    return value


def _word(value: str) -> str:
    if value not in {"true", "false"}:
        raise NotOffered
    return value


def _typed(value: str) -> str | None:
    if len(value) > LONGEST_TEXT:
        raise NotOffered
    return one_line(value) or None
