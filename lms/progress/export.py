"""The table for those who keep their own: what the screen's filters let through, in its order and its words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lms.progress.matrix import Column, Matrix, People, places
from lms.progress.table import Words
from lms.spreadsheet import Cell


def matrix_lines(
    matrix: Matrix,
    shown: People,
    columns: list[Column],
    begun: Mapping[int, People],
    words: Words,
    sort: str = "",
) -> Iterator[list[Cell]]:
    """One line a person: centre, name, position, the words of the marks, how many modules are done."""
    for group in matrix.groups:
        title = words.titles[group.slug]
        marks = list(matrix.marks(group, columns, begun))
        totals = matrix.totals(group)
        for place in matrix.in_order(places(shown, group), sort):
            row, at = matrix.rows[place], place - group.start
            yield [title, row.name, row.position, *(words.marks[mark] for mark in marks[at]), totals[at]]
