"""Where packages lie: the archive among the other files, and beside it, as long as people open it, what is in it.

``packages/<hash of the archive>`` in the data folder is unpacked when somebody asks for it and may be removed at any
time; a backup leaves it out. Knows no database.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lms.materials.places import RESERVE
from lms.packages import archive, manifest
from lms.packages.manifest import Manifest

UNFINISHED = ".part"
# Days after which what nobody opened is removed, and hours after which an unfinished one is.
KEPT_DAYS, UNFINISHED_HOURS = 14, 1
_HASH = re.compile(r"[0-9a-f]{64}")

Open = Callable[[], IO[bytes]]


def examine(content: IO[bytes]) -> Manifest:
    """What the package has. Raises archive.Refused and manifest.Unreadable."""
    looked = archive.look_through(content)
    return manifest.read(looked.manifest, looked.names)


def unpacked(folder: Path, sha256: str, open_archive: Open) -> Path:
    """The folder of what is in the archive with that hash; unpacked now, if it is not yet.

    Raises archive.Refused where the archive is damaged, OSError where it is gone or the disk is full; nothing is left
    behind then.
    """
    if not _HASH.fullmatch(sha256):
        raise ValueError("not the hash of an archive")
    target = folder / sha256
    if not target.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turn(folder):  # a class that opens a package at once unpacks it once
            if not target.is_dir():
                _unpack(folder, target, open_archive)
    return target


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One at a time, of all processes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _unpack(folder: Path, target: Path, open_archive: Open) -> None:
    unfinished = folder / f"{secrets.token_hex(8)}{UNFINISHED}"
    unfinished.mkdir(mode=0o700)
    try:
        with open_archive() as content:
            archive.unpack(content, unfinished, shutil.disk_usage(folder).free - RESERVE)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def note_use(folder: Path) -> None:
    """Somebody opens the package: it stays for another while."""
    os.utime(folder)


def forget(folder: Path, sha256: str) -> None:
    shutil.rmtree(folder / sha256, ignore_errors=True)


def sweep(folder: Path) -> int:
    """Remove what nobody opened lately, and what was left unfinished; how many."""
    removed = 0
    for one in folder.iterdir() if folder.is_dir() else ():
        hours = (time.time() - one.stat().st_mtime) / 3600
        if hours > (UNFINISHED_HOURS if one.name.endswith(UNFINISHED) else KEPT_DAYS * 24):
            shutil.rmtree(one, ignore_errors=True)
            removed += 1
    return removed
