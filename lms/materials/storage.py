"""Keeping files: each under a random name, whole or not there at all. Knows no database.

Whoever keeps files of her own calls the column with their names ``storage_name``, or puts a word before that: what no
such column names is swept (sweep_queries.py).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app

from lms.materials.bucket import Bucket
from lms.materials.places import Folder, NoRoom, Place, Unreachable

__all__ = ["Kept", "NoRoom", "Place", "TooLarge", "Unreachable", "here", "keep", "remove"]

_PIECE = 256 * 1024


class TooLarge(ValueError):
    """More bytes than allowed."""


@dataclass(frozen=True)
class Kept:
    name: str
    size: int
    sha256: str


def here() -> Place:
    """Where this installation keeps its files, as its settings say."""
    config = current_app.config
    if not config["S3_BUCKET"]:
        return Folder(Path(config["DATA_FOLDER"]) / "files")
    return Bucket(
        config["S3_BUCKET"], config["S3_ENDPOINT"].rstrip("/"), config["S3_REGION"], str(config["S3_ACCESS_KEY"]),
        str(config["S3_SECRET_KEY"]), config["S3_LINK_SECONDS"],
    )  # fmt: skip


def keep(content: IO[bytes], place: Place | Path, *, largest: int, headers: dict[str, str] | None = None) -> Kept:
    """Stream the content there; it is kept for good when this returns.

    Whatever goes wrong on the way, nothing is left behind. Raises TooLarge beyond ``largest`` bytes, NoRoom and
    Unreachable. ``headers``: what a link to the file shall answer with (places.py).
    """
    name, counted = secrets.token_hex(16), _Counted(content, largest)
    _place(place).write(name, counted, headers or {})
    return Kept(name, counted.size, counted.digest.hexdigest())


def remove(place: Place | Path, name: str) -> None:
    (place / name).unlink(missing_ok=True)


class _Counted:
    """The pieces of a stream, which knows afterwards how many bytes they were, and which."""

    def __init__(self, content: IO[bytes], largest: int) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._content, self._largest = content, largest

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._content.read(_PIECE):
            self.size += len(piece)
            if self.size > self._largest:
                raise TooLarge
            self.digest.update(piece)
            yield piece


def _place(place: Place | Path) -> Place:
    return Folder(place) if isinstance(place, Path) else place
