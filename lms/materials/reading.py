"""How long a page takes, and which deed counts as having done a material. Pure."""

from __future__ import annotations

from enum import StrEnum

from lms.materials.markdown import to_text

WORDS_A_MINUTE = 150
# Per cent of a page that have been on the screen when it counts as read to the end.
END = 98


class Deed(StrEnum):
    ENDED = "ended"  # came to the end of the page
    MARKED = "marked"  # pressed the button under it
    OPENED = "opened"  # opened the file, the link or the recording
    WATCHED = "watched"  # played most of the recording (played.py)


# By the word of the completion rule (cycles.models.Rule).
_COUNTS = {
    "read": {Deed.ENDED, Deed.MARKED},
    "marked": {Deed.MARKED},
    "opened": {Deed.OPENED},
    "watched": {Deed.WATCHED, Deed.MARKED},
}


def counts(deed: Deed, rule: str) -> bool:
    """Does the deed settle a material with that rule?"""
    return deed in _COUNTS.get(rule, set())


def minutes(html: str) -> int:
    """Whole minutes of quiet reading, one at least."""
    return max(1, round(len(to_text(html).split()) / WORDS_A_MINUTE))
