"""The kinds of question. Pure."""

from enum import StrEnum


class QuestionKind(StrEnum):
    SINGLE = "single"
    SEVERAL = "several"
    TRUE_FALSE = "true_false"
    SHORT = "short"
    NUMBER = "number"
    MATCHING = "matching"
    ORDERING = "ordering"
    GAPS = "gaps"
    ESSAY = "essay"
    # A block of text between the questions: nothing is asked.
    INFO = "info"

    @property
    def has_choices(self) -> bool:
        """Is it answered by picking from choices that the trainer wrote?"""
        return self in {QuestionKind.SINGLE, QuestionKind.SEVERAL}

    @property
    def asks(self) -> bool:
        """Is there anything to answer?"""
        return self is not QuestionKind.INFO

    @property
    def needs_checking(self) -> bool:
        """Does a person give the points, and not the machine?"""
        return self is QuestionKind.ESSAY
