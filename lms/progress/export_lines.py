"""The lines of the table's files: exactly what the filters let through, everybody of them, to the last cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from lms.display import titled
from lms.progress import not_done, words
from lms.progress.asking import Asked
from lms.progress.export import matrix_lines
from lms.progress.matrix import places
from lms.progress.matrix_queries import begun_by
from lms.progress.not_done_queries import required_of, standings
from lms.spreadsheet import Cell, plain


def table_lines(asked: Asked) -> tuple[str, Iterable[list[Cell]]]:
    """Title and lines, made from what is in memory: nothing is asked of the database while the file goes out."""
    assert asked.cycle is not None
    if asked.is_drill and asked.column is not None:
        required = required_of(asked.column)
        found = not_done_lines(asked, required, asked.places)
        head, lines = not_done.export_head(required), [not_done.export_line(one) for one in found]
        return titled(asked.column), plain(chain([head], lines))
    matrix, columns = asked.matrix, asked.columns
    begun = begun_by(matrix, places(asked.shown))
    lines_of_people: Iterator[list[Cell]] = matrix_lines(
        matrix, asked.shown, columns, begun, words.of_table(matrix), asked.sort
    )
    return titled(asked.cycle), plain(chain([words.table_head(matrix, columns)], lines_of_people))


def not_done_lines(asked: Asked, required: list[Any], rows: list[int]) -> list[not_done.Line]:
    assert asked.column is not None
    matrix = asked.matrix
    by_person = standings(asked.column, [matrix.rows[place].id for place in rows])
    titles = words.of_table(matrix).titles
    centres = {place: titles[group.slug] for group in matrix.groups for place in range(group.start, group.stop)}
    return [
        not_done.line(matrix.rows[at], centres[at], by_person[matrix.rows[at].id], asked.column, required, asked.now)
        for at in rows
    ]
