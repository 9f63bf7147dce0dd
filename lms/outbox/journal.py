"""How far a worker had come with the letter in its hands, noted in a file before the database knows.

When it dies, a letter that the mail server had accepted is not sent again. What a process writes is there for the next
even after ``kill -9``; after a power cut it may be missing, and the letter goes once more.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType

_A_DAY = 24 * 3600


class Fate(StrEnum):
    KEPT = "kept"  # it had not left the house
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class Journal:
    """Of one run of one worker, named by its lease; gone when the run ends well. A full disk only costs the note."""

    def __init__(self, folder: Path, lease: str) -> None:
        self._path = folder / lease
        self._file: int | None = None

    def __enter__(self) -> Journal:
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        return self

    def leaving(self, letter_id: int) -> None:
        """From now on the letter may arrive."""
        self._note("leaving", letter_id)

    def accepted(self, letter_id: int) -> None:
        self._note("accepted", letter_id)

    def _note(self, what: str, letter_id: int) -> None:
        # There is one letter in a worker's hands, so the last note is all that matters.
        if self._file is not None:
            with suppress(OSError):
                os.pwrite(self._file, f"{what:<10}{letter_id:20}".encode(), 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            if kind is None:
                self._path.unlink(missing_ok=True)


def fate_of(folder: Path, lease: str | None, letter_id: int) -> Fate:
    """What became of the letter in the hands of the worker of that lease."""
    try:
        noted = (folder / (lease or "-")).read_text().split()
    except (OSError, ValueError):
        return Fate.UNKNOWN  # of a worker on another machine, say
    if noted[1:] != [str(letter_id)]:
        return Fate.KEPT
    return Fate.ACCEPTED if noted[0] == "accepted" else Fate.UNKNOWN


def forget_old(folder: Path) -> None:
    """Take away what dead workers left a day ago and longer: their letters have been seen to."""
    if folder.is_dir():
        for path in folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _A_DAY:
                    path.unlink()
