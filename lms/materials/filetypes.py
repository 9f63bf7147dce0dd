"""Which files are taken, how they are recognised, and what they may be called. Pure.

A file must be what its name says: the ending stands in the list below, and its first bytes (and, for office files, the
parts inside) agree. What a browser might run (HTML, SVG, scripts, programs) is in no list.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import IO

import puremagic

from lms import zips
from lms.texts import one_line

_HEAD = 8192
# Of the list of names in an office file, in bytes: some ten thousand pictures.
_LARGEST_LIST = 1024 * 1024
LONGEST_NAME = 150


@dataclass(frozen=True)
class FileType:
    """``looks_like``: endings puremagic may give for such content; ``inside``: a part an archive of this type has."""

    content_type: str
    looks_like: frozenset[str] = frozenset()
    inside: str = ""
    opens_in_browser: bool = False

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")

    @property
    def is_audio(self) -> bool:
        return self.content_type.startswith("audio/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_ZIP = frozenset({".docx", ".zip"})
_OLE = frozenset({".doc", ".xls", ".ppt", ".msi"})
_JPEG = FileType("image/jpeg", frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}), opens_in_browser=True)

TYPES = {
    "pdf": FileType("application/pdf", frozenset({".pdf"}), opens_in_browser=True),
    "docx": FileType(f"{_OFFICE}wordprocessingml.document", _ZIP, inside="word/document.xml"),
    "xlsx": FileType(f"{_OFFICE}spreadsheetml.sheet", _ZIP, inside="xl/workbook.xml"),
    "pptx": FileType(f"{_OFFICE}presentationml.presentation", _ZIP, inside="ppt/presentation.xml"),
    "odt": FileType(f"{_OPEN}text", _ZIP, inside="content.xml"),
    "ods": FileType(f"{_OPEN}spreadsheet", _ZIP, inside="content.xml"),
    "odp": FileType(f"{_OPEN}presentation", _ZIP, inside="content.xml"),
    "doc": FileType("application/msword", _OLE),
    "xls": FileType("application/vnd.ms-excel", _OLE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLE),
    "rtf": FileType("application/rtf", frozenset({".rtf"})),
    "txt": FileType("text/plain; charset=utf-8"),
    "csv": FileType("text/csv; charset=utf-8"),
    "png": FileType("image/png", frozenset({".png"}), opens_in_browser=True),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": FileType("image/gif", frozenset({".gif"}), opens_in_browser=True),
    "webp": FileType("image/webp", frozenset({".webp"}), opens_in_browser=True),
    "mp3": FileType("audio/mpeg", frozenset({".mp3", ".mpga"}), opens_in_browser=True),
    "m4a": FileType("audio/mp4", frozenset({".m4a", ".f4a", ".mp4"}), opens_in_browser=True),
    "ogg": FileType("audio/ogg", frozenset({".ogg", ".oga"}), opens_in_browser=True),
    "mp4": FileType("video/mp4", frozenset({".mp4", ".m4v"}), opens_in_browser=True),
    "webm": FileType("video/webm", frozenset({".webm"}), opens_in_browser=True),
}

# What is no file to be shown or downloaded, but taken apart: packages, cycles.
ARCHIVES = ("imscc", "zip")


class NotTaken(ValueError):
    """The file's ending is in no list."""


class NotWhatItSays(ValueError):
    """The file's content is not what its ending says."""


def ending(name: str) -> str:
    """«pdf» of «Отчёт.PDF»; empty where there is none."""
    stem, dot, last = name.strip().rpartition(".")
    return last.lower() if dot and stem.strip(". ") else ""


def kept_name(name: str) -> str:
    """What a file was called, as text to show: without folders and unfit characters, at most 150 characters."""
    name = one_line(name.replace("\\", "/").rpartition("/")[2])
    stem, _, last = name.rpartition(".")
    stem, last = stem.strip(". "), last[:20]
    return f"{stem[: LONGEST_NAME - len(last) - 1].rstrip('. ')}.{last}" if stem else last


def recognise(name: str, content: IO[bytes]) -> FileType:
    """The type of a file, once its name and content agree; the stream is left at its start.

    Raises NotTaken or NotWhatItSays.
    """
    file_type = TYPES.get(ending(kept_name(name)))
    if file_type is None:
        raise NotTaken
    content.seek(0)
    head = content.read(_HEAD)
    agrees = _agrees(file_type, head) and (not file_type.inside or _has_inside(file_type.inside, content))
    content.seek(0)
    if not agrees:
        raise NotWhatItSays
    return file_type


def _agrees(file_type: FileType, head: bytes) -> bool:
    if not file_type.looks_like:  # plain text has no signature: it is enough that it is text
        return b"\0" not in head
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.extension in file_type.looks_like for match in matches)


def _has_inside(part: str, content: IO[bytes]) -> bool:
    listed = zips.listing(content)
    if listed is None or listed.is_zip64 or listed.size > _LARGEST_LIST:
        return False
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return part in names and not any(name.endswith("vbaProject.bin") for name in names)
