"""The table as a file: what the filters of the page show."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from lms import downloads
from lms import permissions as can
from lms.access import allow
from lms.progress.export_lines import table_lines
from lms.progress.views import asked_for
from lms.spreadsheet import Cell

blueprint = Blueprint("progress_exports", __name__)


@blueprint.get("/progress.csv")
@allow(can.see_progress)
def csv() -> ResponseReturnValue:
    _title, lines = _lines()
    return downloads.csv("progress", lines)


@blueprint.get("/progress.xlsx")
@allow(can.see_progress)
def xlsx() -> ResponseReturnValue:
    title, lines = _lines()
    return downloads.xlsx("progress", lines, title=title, widths=[24, 28, 20])


def _lines() -> tuple[str, Iterable[list[Cell]]]:
    asked = asked_for()
    if asked.cycle is None:
        abort(404)
    return table_lines(asked)
