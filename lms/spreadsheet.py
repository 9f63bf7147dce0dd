"""Lines of cells as a table for a spreadsheet: XLSX, or CSV. Imports nothing of ours.

A workbook is written row by row through a file on disk: memory does not grow with the table. CSV is as Excel in Russia
reads it: UTF-8 with BOM, semicolons, CR LF (RFC 4180 but for the semicolon); a text that a spreadsheet would take for a
formula gets an apostrophe before it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lms.later import later

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = later("xlsxwriter")

Cell = str | int
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PIECE = 64 * 1024
# Nothing a person typed becomes a formula, a link or a number.
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def plain(lines: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    """Without the typographer's no-break spaces and joiners: whoever filters a column types ordinary ones."""
    for line in lines:
        yield [cell.replace("\u00a0", " ").replace("\u2060", "") if isinstance(cell, str) else cell for cell in line]


def csv(lines: Iterable[list[Cell]]) -> Iterator[bytes]:
    """The lines as a CSV file, in pieces."""
    yield b"\xef\xbb\xbf"
    piece: list[str] = []
    for line in lines:
        piece.append(";".join([_cell(cell) for cell in line]) + "\r\n")
        if len(piece) == 100:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return str(cell)
    text = f"'{cell}" if cell.startswith(_FORMULA) else cell
    if any(sign in text for sign in ';"\n\r'):
        text = '"' + text.replace('"', '""') + '"'
    return text


Sheet = tuple[str, Iterable[list[Cell]], list[int]]


def xlsx(title: str, lines: Iterable[list[Cell]], widths: list[int]) -> Iterator[bytes]:
    """The workbook in pieces; the first line is its head. ``widths`` are those of the first columns, in characters."""
    return workbook([(title, lines, widths)])


def workbook(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Several sheets, each (title, lines, widths) as above."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, _PLAIN)
        for title, lines, widths in sheets:
            _write(book, title, lines, widths)
        book.close()
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(book: xlsxwriter.Workbook, title: str, lines: Iterable[list[Cell]], widths: list[int]) -> None:
    sheet = book.add_worksheet(_sheet_name(title))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 2)
    for number, line in enumerate(lines):
        for at, cell in enumerate(line):
            if isinstance(cell, int):
                sheet.write_number(number, at, cell)
            else:
                sheet.write_string(number, at, cell, bold if number == 0 else None)


def _sheet_name(title: str) -> str:
    """At most 31 characters, without those Excel forbids."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("' ") or "1"
