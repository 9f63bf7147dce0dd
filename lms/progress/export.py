"""The table for those who keep their own: lines of cells, and these as CSV. Pure.

The lines are what the screen's filters let through, in its order and its words. A file for Excel in Russia: UTF-8 with
BOM, semicolons, CR LF (RFC 4180 but for the semicolon). A text that a spreadsheet would take for a formula gets an
apostrophe before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lms.progress.matrix import Column, Matrix, People, places
from lms.progress.table import Words

Cell = str | int
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def matrix_lines(
    matrix: Matrix, shown: People, columns: list[Column], begun: Mapping[int, People], words: Words
) -> Iterator[list[Cell]]:
    """One line a person: centre, name, position, the words of the marks, how many modules are done."""
    for group in matrix.groups:
        title = words.titles[group.slug]
        marks = list(matrix.marks(group, columns, begun))
        totals = matrix.totals(group)
        for place in places(shown, group):
            row, at = matrix.rows[place], place - group.start
            yield [title, row.name, row.position, *(words.marks[mark] for mark in marks[at]), totals[at]]


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
