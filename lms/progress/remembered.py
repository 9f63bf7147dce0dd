"""What was counted for one reader and serves the next: a few results per process, the oldest go first. Pure.

A key says everything that its result depends on, the revision of the database above all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_ROOM = 8
Result = TypeVar("Result")


class Remembered(Generic[Result]):
    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, count: Callable[[], Result]) -> Result:
        """What is kept under that key; where there is nothing, it is counted now."""
        found = self._kept.get(key)
        if found is None:
            found = count()
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > _ROOM:
                    self._kept.popitem(last=False)
        return found
