"""Files on the disk: each under a random name in one folder, whole or not there at all. Knows no database."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PIECE = 256 * 1024
_UNFINISHED = ".part"


class TooLarge(ValueError):
    """More bytes than allowed."""


@dataclass(frozen=True)
class Kept:
    name: str
    size: int
    sha256: str


def keep(content: IO[bytes], folder: Path, *, largest: int) -> Kept:
    """Stream the content into the folder; it is on the disk for good (fsync) when this returns.

    Whatever goes wrong on the way, nothing is left behind. Raises TooLarge beyond ``largest`` bytes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    unfinished = folder / f"{name}{_UNFINISHED}"
    digest, size = hashlib.sha256(), 0
    try:
        with unfinished.open("xb") as file:
            while piece := content.read(_PIECE):
                size += len(piece)
                if size > largest:
                    raise TooLarge
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / name)
        _sync(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    return Kept(name, size, digest.hexdigest())


def remove(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
