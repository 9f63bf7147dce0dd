"""Lines of cells as an XLSX workbook, row by row through a file on disk: memory does not grow with the table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

import xlsxwriter

from lms.progress.export import Cell

_PIECE = 64 * 1024
# Nothing a person typed becomes a formula, a link or a number.
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def xlsx(title: str, lines: Iterable[list[Cell]], widths: list[int]) -> Iterator[bytes]:
    """The workbook in pieces; the first line is its head. ``widths`` are those of the first columns, in characters."""
    with tempfile.TemporaryFile() as file:
        _write(file, title, lines, widths)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(file: IO[bytes], title: str, lines: Iterable[list[Cell]], widths: list[int]) -> None:
    workbook = xlsxwriter.Workbook(file, _PLAIN)
    sheet = workbook.add_worksheet(_sheet_name(title))
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 2)
    for number, line in enumerate(lines):
        for at, cell in enumerate(line):
            if isinstance(cell, int):
                sheet.write_number(number, at, cell)
            else:
                sheet.write_string(number, at, cell, bold if number == 0 else None)
    workbook.close()


def _sheet_name(title: str) -> str:
    """At most 31 characters, without those Excel forbids."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("' ") or "1"
