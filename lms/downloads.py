"""Answers that are files made on the way. They hold other people's data as a rule, so they are kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from lms import spreadsheet
from lms.freshness import no_store
from lms.spreadsheet import Cell

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv(name: str, lines: Iterable[list[Cell]]) -> Response:
    """The lines as ``name.csv``, sent while they are made."""
    return download(spreadsheet.csv(lines), f"{name}.csv", "text/csv; charset=utf-8")


def xlsx(name: str, lines: Iterable[list[Cell]], *, title: str, widths: list[int]) -> Response:
    """The lines as ``name.xlsx``; ``title`` is the sheet's, ``widths`` those of its first columns in characters."""
    return download(spreadsheet.xlsx(title, lines, widths), f"{name}.xlsx", _XLSX)


def download(body: bytes | Iterable[bytes], filename: str, content_type: str) -> Response:
    """A file to be saved under that name, which may be in any alphabet (RFC 6266)."""
    no_store()
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = attachment(filename)
    return response


def attachment(filename: str) -> str:
    """What a header says of a file to be saved under that name."""
    plain = filename.encode("ascii", "ignore").decode().replace('"', "") or "file"
    if plain == filename:
        return f'attachment; filename="{filename}"'
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
