"""Where the bytes of files may lie: what any such place can do, and the folder of this machine. Knows no database.

A place is used like a folder: ``place / name`` is one kept file (a ``Path`` in a folder; what is like one in a bucket),
with ``is_file``, ``open``, ``read_bytes`` and ``unlink``.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

UNFINISHED = ".part"
# What is left free on the disk, so that the database beside the files can always be written.
RESERVE = 64 * 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NoRoom(OSError):
    """The disk is full, or would be."""


class Unreachable(OSError):
    """The bucket does not answer, or refuses us."""


class KeptFile(Protocol):
    @property
    def name(self) -> str: ...
    def is_file(self) -> bool: ...
    def exists(self) -> bool: ...
    def open(self, mode: Any = ..., /) -> IO[Any]: ...
    def read_bytes(self) -> bytes: ...
    def unlink(self, missing_ok: bool = ...) -> None: ...


class Place(Protocol):
    def __truediv__(self, name: str) -> KeptFile: ...

    def write(self, name: str, pieces: Iterable[bytes], headers: dict[str, str]) -> None:
        """Keep the pieces under that name, whole and for good, or leave nothing behind and raise.

        ``headers`` are what a link to the file answers with, where the place gives links. Raises NoRoom, Unreachable.
        """

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Everything that lies there, what was left unfinished too, and when it came."""

    def link(self, name: str) -> str:
        """An address good for a few minutes at which anybody may fetch the file; empty where there is none to give."""


@dataclass(frozen=True)
class Folder:
    path: Path

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def write(self, name: str, pieces: Iterable[bytes], headers: dict[str, str]) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.path).free < RESERVE:
            raise NoRoom(errno.ENOSPC, "the disk is nearly full")
        unfinished = self.path / f"{name}{UNFINISHED}"
        try:
            with unfinished.open("xb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path / name)
            self._sync()
        except OSError as error:
            if error.errno in _FULL:
                raise NoRoom(error.errno, "the disk is full") from error
            raise
        finally:
            unfinished.unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.path.iterdir() if self.path.is_dir() else ():
            if path.is_file():
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def link(self, name: str) -> str:
        return ""

    def _sync(self) -> None:
        """Make the new name itself survive a power cut."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
