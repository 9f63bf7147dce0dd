"""The letter that a mail server has just accepted, noted in a file before the database knows.

A worker that dies in between has then sent it all the same, and nobody gets a second copy. What one process writes is
there for the next even after ``kill -9``; after a power cut it may be missing, and the letter goes once more.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_A_DAY = 24 * 3600


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

    def accepted(self, letter_id: int) -> None:
        """There is one letter in a worker's hands, so the last one is all that matters."""
        if self._file is not None:
            with suppress(OSError):
                os.pwrite(self._file, f"{letter_id:020}".encode(), 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            if kind is None:
                self._path.unlink(missing_ok=True)


def last_accepted(folder: Path, lease: str) -> int | None:
    """The letter that the worker of that lease noted last."""
    try:
        return int((folder / lease).read_bytes() or b"0") or None
    except (OSError, ValueError):
        return None


def forget_old(folder: Path) -> None:
    """Take away what dead workers left a day ago and longer: their letters have been seen to."""
    if folder.is_dir():
        for path in folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _A_DAY:
                    path.unlink()
