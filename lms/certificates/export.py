"""The register as lines of a spreadsheet: all that a foundation asks of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from lms.certificates.drawing import full_number
from lms.dates import find_zone
from lms.display import titled
from lms.spreadsheet import Cell


def lines(rows: Iterable[Any], prefix: str) -> list[list[Cell]]:
    """The head, then a line for each row of ``queries.register_rows``, in the language spoken now."""
    head: list[Cell] = [
        _("Register number"), _("Name"), _("Centre"), _("Hours"), _("Completed"), _("Given"), _("State"), _("Reason"),
    ]  # fmt: skip
    return [head] + [
        [
            full_number(row, prefix),
            row.name,
            titled(row, "centre") if row.centre else "",
            row.hours or "",
            _day(row.completed_at),
            _day(row.issued_at),
            _state(row),
            row.reason,
        ]
        for row in rows
    ]


def _day(at: Any) -> str:
    return f"{at.astimezone(find_zone('Europe/Moscow')):%d.%m.%Y}"


def _state(row: Any) -> str:
    if row.revoked_at:
        return _("revoked %(day)s", day=_day(row.revoked_at))
    if row.replaced_at:
        return _("replaced %(day)s", day=_day(row.replaced_at))
    return _("valid")
