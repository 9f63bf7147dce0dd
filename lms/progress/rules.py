"""When a module counts as done, and what is said of it until then. Pure.

A module asks for its *required* activities: published, with a rule other than "optional"; of sessions, those that are
for the whole cycle and not called off.
A completion of any kind does one; an excuse takes it off the list. From the required activities follows the mark:

* ``done``: each of them is done (or excused, but not all of them excused);
* ``off``: all of them are excused, nothing is asked of this person;
* ``wait``: what is left has been handed in and waits for a person to read it;
* ``late``: the due time of something left has passed (its own, or else the module's); it can still be done;
* ``now``: something of it was done or begun: a page opened, a quiz answered, a session attended;
* ``none``: not begun, or nothing is asked yet.
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


def module_mark(
    required: Iterable[Required],
    *,
    done: Collection[int],
    excused: Collection[int] = (),
    begun: Collection[int] = (),
    waiting: Collection[int] = (),
    now: datetime,
) -> Mark:
    """The mark of one module for one person. ``done`` has every completed activity, those ``excused`` among them."""
    required = list(required)
    left = [one for one in required if one.activity_id not in done]
    if not required:
        return Mark.NONE
    if not left:
        return Mark.OFF if all(one.activity_id in excused for one in required) else Mark.DONE
    if all(one.activity_id in waiting for one in left):
        return Mark.WAIT
    if any(one.is_overdue(now) for one in left if one.activity_id not in waiting):
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


def current(marks: Iterable[Mark]) -> int | None:
    """Which module one is at: the first that was begun and is not settled, else the first not settled (from 0)."""
    numbered = list(enumerate(marks))
    begun = [place for place, mark in numbered if mark in {Mark.NOW, Mark.LATE}]
    left = [place for place, mark in numbered if not mark.is_settled and mark is not Mark.WAIT]
    return next(iter(begun or left), None)
