"""A .docx as Markdown, with its pictures taken out. Knows no database."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import IO, Any

from lms.later import later
from lms.materials import pasted_html

mammoth = later("mammoth")

# What a document may become when unpacked: Word's XML is wordy, and a bomb is wordier.
LARGEST_UNPACKED = 60 * 1024 * 1024
LARGEST_TEXT = 20 * 1024 * 1024
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class Unreadable(ValueError):
    """No Word document, or one that unpacks to more than anybody writes."""


def to_markdown(content: IO[bytes], keep_picture: Callable[[bytes, str], str]) -> str:
    """The text of the document. ``keep_picture`` takes content and a name; it gives the address, or "" to leave it out.

    Raises Unreadable, and pasted_html.TooLong.
    """
    _refuse_bombs(content)

    def convert(image: Any) -> dict[str, str]:
        ending = _ENDINGS.get(image.content_type)
        with image.open() as opened:
            address = keep_picture(opened.read(), f"picture.{ending}") if ending else ""
        return {"src": address}

    try:
        html = mammoth.convert_to_html(content, convert_image=mammoth.images.img_element(convert)).value
    except Exception as error:  # mammoth lets through whatever its parsers raise
        raise Unreadable from error
    return pasted_html.to_markdown(html)


def _refuse_bombs(content: IO[bytes]) -> None:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED or len(parts) > 5000:
                raise Unreadable
            if any(part.file_size > LARGEST_TEXT for part in parts if part.filename.endswith((".xml", ".rels"))):
                raise Unreadable
            if any(b"<!DOCTYPE" in _head(archive, part) for part in parts if part.filename.endswith((".xml", ".rels"))):
                raise Unreadable
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise Unreadable from error
    content.seek(0)


def _head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as opened:
        return opened.read(io.DEFAULT_BUFFER_SIZE).replace(b"\0", b"").upper()
