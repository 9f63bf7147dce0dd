"""The kinds of question. Pure."""

from enum import StrEnum


class QuestionKind(StrEnum):
    SINGLE = "single"
    SEVERAL = "several"
    TRUE_FALSE = "true_false"
    SHORT = "short"
    NUMBER = "number"

    @property
    def has_choices(self) -> bool:
        """Is it answered by picking from choices that the trainer wrote?"""
        return self in {QuestionKind.SINGLE, QuestionKind.SEVERAL}
