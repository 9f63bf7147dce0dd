"""The words a quiz is set up with. Pure."""

from enum import StrEnum


class Layout(StrEnum):
    ALL = "all"
    ONE_BY_ONE = "one_by_one"


class Showing(StrEnum):
    """When something is shown to who has handed in."""

    AT_ONCE = "at_once"
    # The quiz has been passed, or no attempts are left: it can no longer spoil a try.
    SETTLED = "settled"
    AFTER_CLOSE = "after_close"
    NEVER = "never"


RESULTS_SHOWN = (Showing.AT_ONCE, Showing.AFTER_CLOSE, Showing.NEVER)
RIGHT_ANSWERS_SHOWN = (Showing.SETTLED, Showing.AT_ONCE, Showing.AFTER_CLOSE, Showing.NEVER)


class Counts(StrEnum):
    """Which of a person's attempts is the result."""

    BEST = "best"
    LAST = "last"
    AVERAGE = "average"
    FIRST = "first"
