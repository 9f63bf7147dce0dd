"""A package's ZIP from strangers: looked through before a byte of it is unpacked, and unpacked into one folder. Pure.

What is looked at is the list at the end of the archive, and of that only its size before it is read: a list of a
million names is refused without being read. zipfile gives no more bytes of an entry than the list says, so the sizes
there are a limit that a liar cannot pass.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from lms import zips
from lms.materials.places import NoRoom
from lms.packages.manifest import LARGEST, NAME

MOST_FILES = 5_000
MOST_UNPACKED = 400 * 1024 * 1024
# A deck of pictures packs to nine tenths, a text to a tenth; what packs to a hundredth is made for harm.
STEEPEST = 100
_FREE = 20 * 1024 * 1024  # as long as it stays below this, how well it packs is nobody's business
_LARGEST_LIST = 2 * 1024 * 1024
_LONGEST_PART, _LONGEST_NAME, _DEEPEST = 150, 400, 20
_PIECE = 256 * 1024
_PROGRAMS = frozenset(
    {
        "apk", "app", "bat", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "hta", "jar", "jnlp", "jsp", "lnk", "msi",
        "msp", "php", "phtml", "pif", "ps1", "pyc", "reg", "rpm", "scr", "sh", "so", "vbs", "wsf",
    }
)  # fmt: skip
_NEVER_SERVED = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_BAD = re.compile(r'[\x00-\x1f\x7f:*?"<>|]')


class Trouble(StrEnum):
    DAMAGED = "damaged"
    LOCKED = "locked"  # with a password
    LARGE = "large"
    LEADS_OUT = "leads_out"
    PROGRAM = "program"
    NO_MANIFEST = "no_manifest"
    IN_A_FOLDER = "in_a_folder"  # the manifest is not at the top
    H5P = "h5p"
    XAPI = "xapi"  # xAPI, cmi5, AICC


class Refused(ValueError):
    """``name`` is the file in the archive that is the reason, where one is."""

    def __init__(self, trouble: Trouble, name: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble, self.name = trouble, name[:80]


_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Looked:
    """What is in an archive that may be unpacked: the names of its files as they are written, and its manifest.

    ``size`` is how many bytes it comes to when it is unpacked.
    """

    names: tuple[str, ...]
    manifest: bytes
    size: int


def look_through(content: IO[bytes]) -> Looked:
    """Raises Refused."""
    _check_list(content)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = _entries(archive)
            found = _manifest(entries)
            manifest = archive.read(found) if found.file_size <= LARGEST else b""
    except _BROKEN as error:
        raise error if isinstance(error, Refused) else Refused(Trouble.DAMAGED) from error
    return Looked(tuple(entries), manifest, sum(entry.file_size for entry in entries.values()))


def unpack(content: IO[bytes], folder: Path, room: int) -> None:
    """Write every file into the folder, which must be empty, if they fit into so many bytes.

    Raises Refused, and NoRoom where they do not fit; whoever calls removes what is there.
    """
    _check_list(content)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = _entries(archive)
            if sum(entry.file_size for entry in entries.values()) > room:
                raise NoRoom(errno.ENOSPC, os.strerror(errno.ENOSPC))
            for name, entry in entries.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed, target.open("xb") as file:
                    while piece := packed.read(_PIECE):
                        file.write(piece)
    except (FileExistsError, NotADirectoryError, IsADirectoryError, *_BROKEN[:-2], ValueError) as error:
        raise error if isinstance(error, Refused) else Refused(Trouble.DAMAGED) from error


def _check_list(content: IO[bytes]) -> None:
    listed = zips.listing(content)
    if listed is None:
        raise Refused(Trouble.DAMAGED)
    if listed.is_zip64 or listed.size > _LARGEST_LIST:
        raise Refused(Trouble.LARGE)


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files by the names they get. Raises Refused."""
    listed = archive.infolist()
    if len(listed) > MOST_FILES:
        raise Refused(Trouble.LARGE)
    entries: dict[str, zipfile.ZipInfo] = {}
    unpacked = 0
    for entry in listed:
        name = _sound_name(entry)
        if name.endswith("/") or _NEVER_SERVED.search(name):
            continue
        if entry.flag_bits & 0x1:
            raise Refused(Trouble.LOCKED)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or name in entries:
            raise Refused(Trouble.DAMAGED)
        entries[name] = entry
        unpacked += entry.file_size
        if unpacked > MOST_UNPACKED or (unpacked > _FREE and entry.file_size > STEEPEST * max(1, entry.compress_size)):
            raise Refused(Trouble.LARGE)
    if unpacked > _FREE and unpacked > STEEPEST * sum(entry.compress_size for entry in entries.values()):
        raise Refused(Trouble.LARGE)
    return entries


def _sound_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name with ``/`` between its parts. Raises Refused where it would lie elsewhere or be a program."""
    name = _spelled(entry).replace("\\", "/")
    parts = name.removesuffix("/").split("/")
    if stat.S_ISLNK(entry.external_attr >> 16) or name.startswith("/") or _BAD.search(name):
        raise Refused(Trouble.LEADS_OUT, name)
    too_long = len(name) > _LONGEST_NAME or len(parts) > _DEEPEST
    if too_long or any(part in {"", ".", ".."} or len(part.encode()) > _LONGEST_PART for part in parts):
        raise Refused(Trouble.LEADS_OUT, name)
    if parts[-1].rpartition(".")[2].lower() in _PROGRAMS and "." in parts[-1]:
        raise Refused(Trouble.PROGRAM, name)
    return name


def _spelled(entry: zipfile.ZipInfo) -> str:
    """Names that are not marked as UTF-8 are it all the same, or come from a Russian Windows."""
    if entry.flag_bits & 0x800:
        return entry.orig_filename.encode("utf-8", "replace").decode()
    raw = entry.orig_filename.encode("cp437", "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _manifest(entries: dict[str, zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Where the manifest is; or what the archive is instead of a package."""
    found = next((entry for name, entry in entries.items() if name.lower() == NAME), None)
    if found is not None:
        return found
    names = {name.lower().rpartition("/")[2] for name in entries}
    if "h5p.json" in names:
        raise Refused(Trouble.H5P)
    if names & {"tincan.xml", "cmi5.xml"} or any(name.endswith((".au", ".crs", ".cst")) for name in names):
        raise Refused(Trouble.XAPI)
    raise Refused(Trouble.IN_A_FOLDER if NAME in names else Trouble.NO_MANIFEST)
