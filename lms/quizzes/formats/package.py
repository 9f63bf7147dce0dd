"""A zip archive from strangers as names and contents, without ever unpacking it to a disk. Pure."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO

from flask_babel import gettext as _

from lms import zips
from lms.quizzes.formats.draft import Unreadable

MOST_ENTRIES = 6_000
MOST_UNPACKED = 50_000_000
LARGEST_ENTRY = 10_000_000
_LARGEST_LIST = 3_000_000


def unpack(content: bytes) -> dict[str, bytes]:
    """Raises Unreadable for a damaged archive, one that would grow too large, or names that lead out of it."""
    files: dict[str, bytes] = {}
    left = MOST_UNPACKED
    listed = zips.listing(BytesIO(content))
    if listed is None:
        raise Unreadable(_("The archive is damaged or locked."))
    if listed.is_zip64 or listed.size > _LARGEST_LIST:
        raise Unreadable(_("The archive would grow too large."))
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise Unreadable(_("The archive would grow too large."))
            for entry in entries:
                name = _sound_name(entry.filename)
                with archive.open(entry) as file:
                    files[name] = file.read(min(LARGEST_ENTRY, left) + 1)
                left -= len(files[name])
                if len(files[name]) > LARGEST_ENTRY or left < 0:
                    raise Unreadable(_("The archive would grow too large."))
    except (
        zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, struct.error,
    ) as error:  # fmt: skip
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(_("The archive is damaged or locked.")) from error
    return files


def _sound_name(name: str) -> str:
    name = name.replace("\\", "/")
    parts = name.split("/")
    if not name or name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        raise Unreadable(_("The archive has a file whose name leads out of it: %(name)s.", name=name[:80]))
    return posixpath.normpath(name)


def beside(name: str, address: str) -> str:
    """The name in the archive of what ``address`` in the file ``name`` means; empty where it leads out."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
    return "" if path.startswith(("..", "/")) else path


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The same files give the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
