"""What the settings of questions may look like when they come from outside. Pure.

The meaning of each is said in ``quizzes.models`` and ``surveys.models``; ``formats.draft.lacks`` then asks whether a
question can be answered at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lms.quizzes.formats.draft import MOST_ROWS, read_decimal
from lms.quizzes.kinds import QuestionKind
from lms.surveys.kinds import SurveyKind
from lms.texts import one_line

MOST_WORDS = 5000  # of an essay, as its form allows

Shape = Any  # a check, {name: shape}, or [shape of each]


class Unfit(ValueError):
    pass


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 5000:
        raise Unfit
    return one_line(value)


def flag(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Unfit


def number(value: Any) -> int | float:
    if type(value) not in {int, float} or not -1000 <= value <= 1000:
        raise Unfit
    return value


def length(value: Any) -> int:
    """Of an essay, in words."""
    if type(value) is not int or not 0 <= value <= MOST_WORDS:
        raise Unfit
    return value


def decimal(value: Any) -> str:
    told = text(value)
    if read_decimal(told.removesuffix("%") or "0") is None:
        raise Unfit
    return told


def worth(value: Any) -> Any:
    """Points, as a number or as one that is written."""
    return decimal(value) if isinstance(value, str) else number(value)


def perhaps(shape: Shape) -> Callable[[Any], Any]:
    return lambda value: None if value is None else cut(value, shape)


def usually(shape: Shape, usual: Any) -> Callable[[Any], Any]:
    return lambda value: usual if value is None else cut(value, shape)


def one_of(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise Unfit
        return str(value)

    return check


def cut(value: Any, shape: Shape) -> Any:
    """The value with nothing in it but what the shape names. Raises Unfit."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Unfit
        return {name: cut(value.get(name), inner) for name, inner in shape.items()}
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise Unfit
        return [cut(one, shape[0]) for one in value]
    return shape(value)


_SAID = usually(text, "")
_SHORT = {
    "accepted": [{"text": text, "share": number, "feedback": _SAID}],
    "case": flag, "yo": flag, "spaces": flag, "wildcards": flag,
}  # fmt: skip
_NUMBER = {
    "answers": [{"answer": decimal, "tolerance": usually(decimal, "0"), "share": number, "feedback": _SAID}],
    "unit": _SAID,
    "units": usually([{"unit": text, "factor": decimal}], []),
}
_OPTIONS = {"options": [{"text": text, "share": number}]}
_GAPS: dict[str, dict[str, Shape]] = {"short": _SHORT, "number": _NUMBER, "choice": _OPTIONS}


def _gap(value: Any) -> Any:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in _GAPS:
        raise Unfit
    return cut(value, {"kind": text, "points": usually(number, 1)} | _GAPS[kind])


QUESTIONS: dict[QuestionKind, Shape] = {
    QuestionKind.SINGLE: {"shuffle": perhaps(flag)},
    QuestionKind.SEVERAL: {"shuffle": perhaps(flag)},
    QuestionKind.TRUE_FALSE: {"right": flag, "feedback": usually({"true": _SAID, "false": _SAID}, {})},
    QuestionKind.SHORT: _SHORT,
    QuestionKind.NUMBER: _NUMBER,
    QuestionKind.MATCHING: {"pairs": [{"left": text, "right": text}], "extra": usually([text], [])},
    QuestionKind.ORDERING: {
        "items": [text],
        "scoring": usually(one_of("exact", "neighbours", "places"), "places"),
    },
    QuestionKind.GAPS: {"gaps": [_gap]},
    QuestionKind.ESSAY: {
        "rubric": perhaps([{"criterion": text, "points": worth}]),
        "words": perhaps([perhaps(length)]),
    },
    QuestionKind.INFO: {},
}
SURVEY_QUESTIONS: dict[SurveyKind, Shape] = {
    SurveyKind.SCALE: {"low": _SAID, "high": _SAID},
    SurveyKind.SINGLE: {"choices": [{"id": number, "text": text}]},
    SurveyKind.SEVERAL: {"choices": [{"id": number, "text": text}]},
    SurveyKind.TEXT: {},
}


def settings(kind: QuestionKind | SurveyKind, told: Any) -> dict[str, Any]:
    """Those of a question of that kind, without what says nothing. Raises Unfit."""
    shape = QUESTIONS[kind] if isinstance(kind, QuestionKind) else SURVEY_QUESTIONS[kind]
    return {name: value for name, value in cut(told, shape).items() if value is not None}
