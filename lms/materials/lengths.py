"""How long a video or sound is, read from the file's own head where it says so (MP4, M4A). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

_MOST_BOXES = 1000
_LONGEST = 24 * 3600


def seconds(content: IO[bytes]) -> int | None:
    """Of an MP4 (ISO/IEC 14496-12 §8.2.2, the box ``mvhd``), rounded up; the stream is left at its start."""
    end = content.seek(0, 2)
    try:
        movie = next((span for kind, *span in _boxes(content, 0, end) if kind == b"moov"), None)
        head = next((span for kind, *span in _boxes(content, *movie) if kind == b"mvhd"), None) if movie else None
        found = _told(content, head[0]) if head else None
    except struct.error:  # the file ends where a box should go on
        found = None
    content.seek(0)
    return found if found is not None and 0 < found <= _LONGEST else None


def _boxes(content: IO[bytes], begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of what each box holds."""
    for _number in range(_MOST_BOXES):
        if begin + 8 > end:
            return
        content.seek(begin)
        size, kind = struct.unpack(">I4s", content.read(8))
        head = 8
        if size == 1:
            (size,), head = struct.unpack(">Q", content.read(8)), 16
        size = size or end - begin
        if size < head:
            return
        yield kind, begin + head, min(begin + size, end)
        begin += size


def _told(content: IO[bytes], begin: int) -> int | None:
    content.seek(begin)
    layout = ">4x8xII" if content.read(1) == b"\0" else ">4x16xIQ"
    content.seek(begin)
    scale, length = struct.unpack(layout, content.read(struct.calcsize(layout)))
    return -(-length // scale) if scale else None
