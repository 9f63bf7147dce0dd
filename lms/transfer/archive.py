"""An archive of a cycle as bytes: a ZIP with ``manifest.json`` (``parcel``) and the files it names. Knows no database.

Going out, it is made while it is sent. Coming in, it is a stranger's: it is read where it lies and never unpacked to a
disk, and what it would grow to, how many entries it has and where their names lead is reckoned before any is read.
"""

from __future__ import annotations

import json
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from flask_babel import gettext as _

from lms import zips
from lms.transfer.parcel import FORMAT, VERSION, Tree
from lms.transfer.values import Unreadable

MANIFEST = "manifest.json"
MOST_ENTRIES = 6000
MOST_UNPACKED = 300_000_000
LARGEST_MANIFEST = 10_000_000
_LARGEST_DIRECTORY = 3_000_000
_WORST_RATIO, _WORTH_ASKING = 150, 1_000_000
_LOCKED = 1
_DEEPEST = 40
_MOST_NODES = 300_000
_JSON = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, struct.error)


# --- out --------------------------------------------------------------------------------------------------------------
def inside(file: Tree) -> str:
    """Where a file of the tree stands in the archive."""
    return f"files/{file['key']}/{file['original_name']}"


def inside_of_package(package: Tree) -> str:
    """Where the ZIP of a package of the tree stands in the archive."""
    return f"packages/{package['key']}/{package['zip']['original_name']}"


def manifest(tree: Tree) -> bytes:
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode()


# --- in ---------------------------------------------------------------------------------------------------------------
@contextmanager
def opened(content: IO[bytes], *, most: int = MOST_UNPACKED) -> Iterator[zipfile.ZipFile]:
    """The ZIP, once it is known that reading it is harmless. Raises Unreadable, also for what goes wrong inside.

    ``most`` is how many bytes it may grow to.
    """
    try:
        _reckon_directory(content)
        with _archive(content) as archive:
            _reckon(archive, most)
            yield archive
    except _DAMAGED as error:
        raise Unreadable(_("The archive is damaged or locked.")) from error


def _archive(content: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(content)
    except (OSError, ValueError) as error:  # offsets that lead nowhere, names that are no text
        raise Unreadable(_("The archive is damaged or locked.")) from error


def _reckon_directory(content: IO[bytes]) -> None:
    listed = zips.listing(content)
    if listed is None:
        raise Unreadable(_("This is no archive: it must be a ZIP."))
    if listed.is_zip64 or listed.names > MOST_ENTRIES or listed.size > _LARGEST_DIRECTORY:
        raise Unreadable(_("There are too many files in the archive: at most 6,000."))


def _reckon(archive: zipfile.ZipFile, most: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(_("There are too many files in the archive: at most 6,000."))
    if sum(entry.file_size for entry in entries) > most or any(map(_swells, entries)):
        raise Unreadable(_("The archive would grow too large when it is unpacked."))
    names = [_sound_name(entry) for entry in entries]
    if len(set(names)) < len(names) or any(entry.flag_bits & _LOCKED for entry in entries):
        raise Unreadable(_("The archive is damaged or locked."))


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _WORTH_ASKING and entry.file_size > _WORST_RATIO * max(entry.compress_size, 1)


def _sound_name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if not name or name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0] or is_link:
        raise Unreadable(_("The archive has a file whose name leads out of it: %(name)s.", name=name[:80]))
    return posixpath.normpath(name)


def read_entry(archive: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    """Raises Unreadable where it is not there or larger than that."""
    try:
        with archive.open(name) as file:
            content = file.read(most + 1)
    except KeyError:
        raise Unreadable(_("The archive lacks a file that its list names: %(name)s.", name=name[:80])) from None
    if len(content) > most:
        raise Unreadable(_("The archive would grow too large when it is unpacked."))
    return content


def read_manifest(archive: zipfile.ZipFile) -> Tree:
    """The tree as it is told; ``checking`` looks through it. Raises Unreadable, also for a format of another time."""
    text = read_entry(archive, MANIFEST, most=LARGEST_MANIFEST)
    _reckon_json(text)
    try:
        told = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The list of contents in the archive cannot be read.")) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Unreadable(_("This is no archive of a cycle."))
    if told.get("version") != VERSION:
        raise Unreadable(
            _(
                "The archive is of version %(found)s, and only version %(known)s can be read here. "
                "Bring this platform up to date, or take the cycle out once more.",
                found=str(told.get("version"))[:20],
                known=VERSION,
            )
        )
    return told


def _refuse(word: str) -> None:
    raise ValueError(word)


def _reckon_json(text: bytes) -> None:
    depth = 0
    for nodes, found in enumerate(_JSON.finditer(text)):
        sign = found[0]
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
        if depth > _DEEPEST or nodes > _MOST_NODES:
            raise Unreadable(_("The list of contents in the archive is too long, or too much stands in each other."))
