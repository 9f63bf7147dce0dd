"""The table as a file: exactly what the filters of the page show, everybody of them, to the last cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from lms import downloads
from lms import permissions as can
from lms.access import allow
from lms.display import titled
from lms.progress import not_done, words
from lms.progress.export import matrix_lines
from lms.progress.matrix import places
from lms.progress.matrix_queries import begun_by, required_of
from lms.progress.views import Asked, not_done_lines
from lms.spreadsheet import Cell, plain

blueprint = Blueprint("progress_exports", __name__)


@blueprint.get("/progress.csv")
@allow(can.see_progress)
def csv() -> ResponseReturnValue:
    _title, lines = _asked_for()
    return downloads.csv("progress", lines)


@blueprint.get("/progress.xlsx")
@allow(can.see_progress)
def xlsx() -> ResponseReturnValue:
    title, lines = _asked_for()
    return downloads.xlsx("progress", lines, title=title, widths=[24, 28, 20])


def _asked_for() -> tuple[str, Iterable[list[Cell]]]:
    """Title and lines, made from what is in memory: nothing is asked of the database while the file goes out."""
    asked = Asked()
    if asked.cycle is None:
        abort(404)
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
