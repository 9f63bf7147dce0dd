"""A pasted text, a CSV file or an XLSX workbook as numbered lines of cells. Pure.

Texts: UTF-8, UTF-16, and the old Russian encodings; cells parted by ``;``, tabs or commas; a quote that is never closed
spoils its own line only. Workbooks: the first sheet that has anything in it; what a file would unpack to is reckoned
before it is unpacked (python-calamine keeps a sheet as a full rectangle, so one cell at XFD1048576 would be fatal).
"""

from __future__ import annotations

import csv
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from flask_babel import lazy_gettext as _l
from python_calamine import CalamineError, CalamineWorkbook

from lms import zips
from lms.texts import one_line

MOST_LINES = 10_000
MOST_SIGNS = 1_000_000
MOST_COLUMNS = 50
_MOST_UNPACKED, _LARGEST_LIST = 50_000_000, 1_000_000
_MOST_TEXT = 20_000_000
_NO_TEXT = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r") | {"\ufffd"}
# In UTF-16, one half of every Latin or Cyrillic letter is one of these.
_UPPER_HALVES = frozenset((0x00, 0x04))
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,4})([0-9]{1,8})\"[^>]*(?<!/)>")
_LOST_CELL = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"([0-9]{1,8})\"[^>]*(?<!/)>\s*<(?:\w+:)?c\b(?![^>]*\br=)")
_ADDRESSEE = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_SHARED = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt=\"s\"[^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})</")


@dataclass(frozen=True)
class Line:
    """A line of a table with its number there, from 1, and its cells as plain text."""

    number: int
    cells: list[str]


def read_text(text: str) -> list[Line]:
    """The lines that have anything in them. A ValueError says, in the reader's language, what is too much."""
    if len(text) > MOST_SIGNS:
        raise ValueError(_l("The list is too long: at most a million characters at once."))
    text = text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    first = 0
    if re.fullmatch(r'"?sep=.?"?', lines[0]):  # a note to Excel
        first = 1
    if _are_addresses(lines):
        return _fit(_addressees(lines))
    separator = _separator(lines[first:])
    found = _quoted(lines, first, separator) or _unquoted(lines, first, separator)
    return _fit(found)


def read_file(content: bytes) -> list[Line]:
    """The lines of a CSV file or of a workbook; as ``read_text``."""
    if content.startswith(_OLE):
        raise ValueError(_l("This is an old Excel file or a locked one. Save it as XLSX or CSV."))
    if content.startswith(_ZIP):
        return _fit(workbook(content))
    if len(content) > 4 * MOST_SIGNS:
        raise ValueError(_l("The list is too long: at most a million characters at once."))
    text = decode(content)
    if sum(sign in _NO_TEXT for sign in text[:5000]) > len(text[:5000]) / 20:
        raise ValueError(_l("This is not a table. Choose a CSV or XLSX file."))
    return read_text(text)


def decode(content: bytes) -> str:
    """The text, in the encoding that its first bytes or its letters speak for."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        halves = content[first:400:2]
        if halves and sum(half in _UPPER_HALVES for half in halves) > 0.9 * len(halves):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        texts = [content.decode(encoding, "replace") for encoding in ("cp1251", "koi8-r", "cp866", "mac-cyrillic")]
        return max(texts, key=_looks_russian)


def _looks_russian(text: str) -> int:
    """More where the commonest small letters of Russian are common; other encodings turn them into rare ones."""
    sample = text[:20_000]
    return sum(sample.count(letter) for letter in "оеаинтсрвл") - 5 * sum(
        sample.count(sign) for sign in "ґђѓ╨╤░▒\ufffd"
    )


# --- texts ------------------------------------------------------------------------------------------------------------
def _separator(lines: list[str]) -> str:
    """The sign that parts cells: a tab or a semicolon where half of the lines have one, else a comma."""
    sample = [line for line in lines if line.strip()][:200]
    for sign in ("\t", ";"):
        if sum(sign in line for line in sample) * 2 >= max(1, len(sample)):
            return sign
    return ","


def _are_addresses(lines: list[str]) -> bool:
    """Is it what a mail program copies: «Имя <адрес>, Имя <адрес>» on one line?"""
    filled = [line for line in lines if line.strip()][:200]
    return sum(len(_ADDRESSEE.findall(line)) > 1 for line in filled) * 2 > len(filled)


def _addressees(lines: list[str]) -> list[Line]:
    return [
        Line(number, [piece])
        for number, line in enumerate(lines, 1)
        for entry in re.split(r"(?<=>)\s*[,;]?\s*", line)
        for piece in (re.split(r"[,;]\s*", entry) if "<" not in entry else [entry])
    ]


def _quoted(lines: list[str], first: int, separator: str) -> list[Line] | None:
    """Read with quotes, as spreadsheets write; None when a quote runs away with the lines after it."""
    reader = csv.reader((line + "\n" for line in lines[first:]), delimiter=separator, skipinitialspace=True)
    found = []
    number = first + 1
    try:
        for cells in reader:
            if any("\n" in cell.strip() and ("@" in cell or cell.count("\n") > 5) for cell in cells):
                return None
            found.append(Line(number, cells))
            number = first + reader.line_num + 1
    except csv.Error:  # a cell of more than 128 KB
        return None
    return found


def _unquoted(lines: list[str], first: int, separator: str) -> list[Line]:
    return [Line(number, line.split(separator)) for number, line in enumerate(lines[first:], first + 1)]


# --- workbooks --------------------------------------------------------------------------------------------------------
def workbook(content: bytes) -> list[Line]:
    """The cells of the first sheet with anything in it, as they are; a ValueError as in ``read_file``."""
    try:
        _reckon(content)
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        for index in range(len(workbook.sheet_names)):
            sheet = workbook.get_sheet_by_index(index)
            if sheet.height:
                first = (sheet.start or (0, 0))[0]
                rows = sheet.to_python(skip_empty_area=True, nrows=MOST_LINES + 1)
                return [Line(number, [_said(cell) for cell in row]) for number, row in enumerate(rows, first + 1)]
    except (
        CalamineError, zipfile.BadZipFile, zlib.error, struct.error, OSError, RuntimeError, NotImplementedError,
        EOFError,
    ) as error:  # fmt: skip
        raise ValueError(_l("The file cannot be read. Save it once more as XLSX or CSV.")) from error
    return []


def _reckon(content: bytes) -> None:
    """A ValueError when the workbook would unpack to more than a list of people may be."""
    too_large = ValueError(_l("This workbook is too large. Leave only the sheet with people in it."))
    listed = zips.listing(BytesIO(content))
    if listed is not None and (listed.is_zip64 or listed.size > _LARGEST_LIST):
        raise too_large
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED or len(archive.infolist()) > 1000:
            raise too_large
        parts = {name: archive.read(name) for name in archive.namelist() if name.lower().endswith(".xml")}
    lengths = [len(piece) for name, xml in parts.items() if "sharedstrings" in name.lower() for piece in _strings(xml)]
    for name, xml in parts.items():
        if "worksheets/" not in name.lower():
            continue
        columns = {cell[1] for cell in _CELL.finditer(xml)}
        lines = max((int(cell[2]) for cell in _CELL.finditer(xml)), default=0)
        lost = max((int(cell[1]) for cell in _LOST_CELL.finditer(xml)), default=0)
        text = sum(lengths[int(cell[1])] for cell in _SHARED.finditer(xml) if int(cell[1]) < len(lengths))
        if max(lines, lost) > 2 * MOST_LINES or any(_column(letters) > 200 for letters in columns) or text > _MOST_TEXT:
            raise too_large


def _strings(xml: bytes) -> list[bytes]:
    return re.split(rb"</(?:\w+:)?si>", xml)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _said(cell: object) -> str:
    """A number without its «.0»; everything else as it is."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _fit(lines: Iterable[Line]) -> list[Line]:
    """Tidied lines with something in them; a ValueError when there are too many, or too much in them."""
    kept = []
    signs = 0
    for line in lines:
        cells = [one_line(cell) for cell in line.cells[:MOST_COLUMNS]]
        if not any(cells):
            continue
        signs += sum(map(len, cells))
        kept.append(Line(line.number, cells))
        if len(kept) > MOST_LINES + 1:
            raise ValueError(_l("The list is too long: at most ten thousand lines at once."))
        if signs > MOST_SIGNS:
            raise ValueError(_l("The list is too long: at most a million characters at once."))
    return kept
