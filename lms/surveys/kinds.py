"""The kinds of question in a survey, and what may be given to each. Pure.

Kept is, as JSON: for a scale a whole number from 1 to 5; for single and several the ids of the choices, in rising
order; for text the text. What is not given is not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from lms.texts import paragraphs

Given = int | list[int] | str | None

SCALE = (1, 2, 3, 4, 5)
LONGEST_TEXT = 4000


class SurveyKind(StrEnum):
    SCALE = "scale"
    SINGLE = "single"
    SEVERAL = "several"
    TEXT = "text"

    @property
    def has_choices(self) -> bool:
        return self in {SurveyKind.SINGLE, SurveyKind.SEVERAL}


def read(kind: SurveyKind, values: Sequence[str], offered: Collection[int] = ()) -> Given:
    """The values of a posted field as they are kept; what was never offered is as if it were not given."""
    if kind is SurveyKind.TEXT:
        return paragraphs(" ".join(values))[:LONGEST_TEXT].strip() or None
    numbers = {int(value) for value in values if value.isdecimal() and len(value) < 10}
    if kind is SurveyKind.SCALE:
        found = sorted(numbers & set(SCALE))
        return found[0] if found else None
    picked = sorted(numbers & set(offered))
    return (picked if kind is SurveyKind.SEVERAL else picked[:1]) or None


def choices_of(settings: Mapping[str, Any]) -> list[tuple[int, str]]:
    """(id, text) of each choice, in order."""
    return [(choice["id"], choice["text"]) for choice in settings.get("choices", ())]
