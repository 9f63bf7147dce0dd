"""ZIP files: written while they are sent, and how long a stranger's list of names is before it is read. Pure."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lms.materials.places import KeptFile

_PIECE = 256 * 1024
_LONGEST_END = 66_000  # the end record with the longest comment, and the locator of ZIP64 before it
_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE = 22


# --- out --------------------------------------------------------------------------------------------------------------
class _Pipe:
    """What zipfile writes to, emptied after each piece; it cannot be sought in, and zipfile knows."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces


def written(
    texts: Iterable[tuple[str, str | bytes]],
    files: Iterable[tuple[str, KeptFile]],
    *,
    made: tuple[int, int, int, int, int, int] = (1980, 1, 1, 0, 0, 0),
) -> Iterator[bytes]:
    """The bytes of a ZIP: the same texts and files give the same. A file that is gone from its place is left out.

    At no time is more of it in memory than a piece of a file.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as packed:  # type: ignore[call-overload]
        for name, text in texts:
            packed.writestr(_entry(name, made), text, zipfile.ZIP_DEFLATED)
            yield pipe.taken()
        for name, file in files:
            for _piece in _copied(packed, _entry(name, made), file) if file.is_file() else ():
                yield pipe.taken()
    yield pipe.taken()


def _entry(name: str, made: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, made)
    entry.external_attr = 0o644 << 16
    return entry


def _copied(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, file: KeptFile) -> Iterator[None]:
    """As it is: pictures, sound, office files and packages are compressed already."""
    with file.open("rb") as content, packed.open(entry, "w", force_zip64=True) as target:
        while piece := content.read(_PIECE):
            target.write(piece)
            yield
    yield


# --- in ---------------------------------------------------------------------------------------------------------------
class Listing(NamedTuple):
    """What the end of a ZIP says of its list of names: how many, and of how many bytes the list is."""

    names: int
    size: int
    is_zip64: bool  # then the truth stands elsewhere; nothing that comes as an upload needs that


def listing(content: IO[bytes]) -> Listing | None:
    """As zipfile will find it, which keeps the whole list in memory, however long it is. None where it is no ZIP.

    The stream is left at its start.
    """
    size = content.seek(0, 2)
    content.seek(max(0, size - _LONGEST_END))
    tail = content.read()
    content.seek(0)
    is_without_comment = tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0")
    at = len(tail) - _END_SIZE if is_without_comment else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return None
    names, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    return Listing(names, length, _LOCATOR in tail[max(0, at - 64) : at])
