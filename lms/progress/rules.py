"""When a module counts as done, and what is said of it until then. Pure.

A module asks for its *required* activities: published, with a rule other than "optional"; of sessions, those that are
for the whole cycle and not called off. It needs all of them, or as many as its author says (``needed``).
A completion of any kind does one; an excuse takes it off the list. From the required activities follows the mark:

* ``done``: as many as needed are done (or excused, but not all of those excused);
* ``off``: those are all excused, nothing is asked of this person;
* ``wait``: what is left has been handed in and waits for a person to read it;
* ``late``: due times have passed, so that it can no longer be done in time; it can still be done;
* ``now``: something of it was done or begun: a page opened, a quiz answered, a session attended;
* ``none``: not begun, or nothing is asked yet.

A cycle needs all of its modules, or as many as its author says. One that needs all is not completed while modules or
activities of it are drafts: they will be asked for. A module that asks for nothing holds nobody up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mark(StrEnum):
    DONE = "done"
    NOW = "now"
    WAIT = "wait"
    LATE = "late"
    NONE = "none"
    OFF = "off"

    @property
    def is_settled(self) -> bool:
        """Nothing is left to do."""
        return self in {Mark.DONE, Mark.OFF}


@dataclass(frozen=True, slots=True)
class Required:
    """A required activity, and when it is due: its own time, or else its module's, or never."""

    activity_id: int
    due_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


def enough(needed: int | None, of: int) -> int:
    """How many of so many must be done: all, unless fewer are needed."""
    return of if needed is None else min(max(needed, 1), of)


def module_mark(
    required: Iterable[Required],
    *,
    done: Collection[int],
    excused: Collection[int] = (),
    begun: Collection[int] = (),
    waiting: Collection[int] = (),
    needed: int | None = None,
    now: datetime,
) -> Mark:
    """The mark of one module for one person. ``done`` has every completed activity, those ``excused`` among them."""
    required = list(required)
    left = [one for one in required if one.activity_id not in done]
    missing = enough(needed, len(required)) - (len(required) - len(left))
    if not required:
        return Mark.NONE
    if missing <= 0:
        settled = [one for one in required if one.activity_id in done]
        return Mark.OFF if all(one.activity_id in excused for one in settled) else Mark.DONE
    handed_in = [one for one in left if one.activity_id in waiting]
    if len(handed_in) >= missing:
        return Mark.WAIT
    if len(handed_in) + sum(not one.is_overdue(now) for one in left if one not in handed_in) < missing:
        return Mark.LATE
    if any(one.activity_id in begun or one.activity_id in done for one in required):
        return Mark.NOW
    return Mark.NONE


def activity_mark(
    activity: Required, *, done: bool, excused: bool = False, begun: bool = False, waiting: bool = False, now: datetime
) -> Mark:
    """The mark of one activity for one person: that of a module which asks for nothing else."""
    if done:
        return Mark.OFF if excused else Mark.DONE
    if waiting:
        return Mark.WAIT
    if activity.is_overdue(now):
        return Mark.LATE
    return Mark.NOW if begun else Mark.NONE


def cycle_mark(marks: Collection[Mark]) -> Mark:
    """The mark of a whole cycle from those of its modules, in the same words."""
    if not marks or all(mark is Mark.NONE for mark in marks):
        return Mark.NONE
    if all(mark.is_settled for mark in marks):
        return Mark.OFF if all(mark is Mark.OFF for mark in marks) else Mark.DONE
    if Mark.LATE in marks:
        return Mark.LATE
    if all(mark.is_settled or mark is Mark.WAIT for mark in marks):
        return Mark.WAIT
    return Mark.NOW


def cycle_is_completed(marks: Collection[Mark], *, needed: int | None = None, is_whole: bool) -> bool:
    """Is that enough? ``marks`` are those of the modules that ask for something; ``is_whole``: no draft is left."""
    if needed is None and not is_whole:
        return False
    settled = [mark for mark in marks if mark.is_settled]
    return Mark.DONE in settled and len(settled) >= enough(needed, len(marks))


def current(marks: Iterable[Mark]) -> int | None:
    """Which module one is at: the first that was begun and is not settled, else the first not settled (from 0)."""
    numbered = list(enumerate(marks))
    begun = [place for place, mark in numbered if mark in {Mark.NOW, Mark.LATE}]
    left = [place for place, mark in numbered if not mark.is_settled and mark is not Mark.WAIT]
    return next(iter(begun or left), None)
