"""Values of columns as JSON holds them, and back: whatever came from outside is checked against its column. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Float, Integer, String, Table, Text

from lms.database import UTCDateTime
from lms.texts import one_line, paragraphs
from lms.transfer.columns import TABLES

LONGEST = 400 * 1024  # the text of a recording; pages have a limit of their own
_YEARS = range(2000, 2101)
# The bounds of whole numbers, where they are narrower than the usual ones.
_USUAL = (0, 100_000)
_BOUNDS = {
    ("quiz", "pass_mark"): (0, 100),
    ("quiz", "penalty"): (0, 100),
    ("quiz", "attempts_allowed"): (1, 100),
    ("quiz", "time_limit_minutes"): (1, 10_000),
    ("quiz", "grace_seconds"): (0, 3600),
    ("quiz_draw", "count"): (1, 200),
    ("quiz_draw", "points"): (1, 100),
    ("question", "points"): (0, 100),
    ("live_session", "capacity"): (1, 100_000),
    ("session_reminder", "minutes"): (-100_000, 100_000),
    ("stored_file", "size"): (0, 1 << 40),
}


class Unreadable(ValueError):
    """What came from outside cannot be read; the message is for its reader."""


class Wrong(Unreadable):
    """Something in an archive is not what it should be."""

    def __init__(self, place: str) -> None:
        super().__init__(_("The archive cannot be read: “%(place)s” in it is not what it should be.", place=place))


# --- out --------------------------------------------------------------------------------------------------------------
def tell(row: Any, table: Table, names: tuple[str, ...]) -> dict[str, Any]:
    """The columns of those names, as JSON holds them."""
    return {name: plain(table.c[name], getattr(row, name)) for name in names}


def plain(column: Column[Any], value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return _tidy(column, value)
    return value


def _tidy(column: Column[Any], text: str) -> str:
    return paragraphs(text) if isinstance(column.type, Text) else one_line(text)


# --- in ---------------------------------------------------------------------------------------------------------------
def read(told: Mapping[str, Any], table: Table, place: str) -> dict[str, Any]:
    """What an archive tells of a row, as its columns hold it. Raises Wrong.

    What is not told gets the column's usual value, so that archives of before a column still come in.
    """
    return {
        name: _value(table.c[name], told[name], f"{place}.{name}") for name in TABLES[table.name].told if name in told
    }


def _value(column: Column[Any], told: Any, place: str) -> Any:
    if told is None and column.nullable:
        return None
    kind = column.type
    if isinstance(kind, Enum):
        return _word(kind, told, place)
    if isinstance(kind, String):
        return _text(column, told, place)
    if isinstance(kind, Boolean) and isinstance(told, bool):
        return told
    if isinstance(kind, Integer) and type(told) is int:
        return _whole_number(column, told, place)
    if isinstance(kind, Float) and type(told) in {int, float} and -1000 <= told <= 1000:
        return told
    if isinstance(kind, UTCDateTime | Date) and isinstance(told, str) and len(told) < 40:
        return _time(kind, told, place)
    if isinstance(kind, JSON) and isinstance(told, dict | list):
        return told
    raise Wrong(place)


def _word(kind: Enum, told: Any, place: str) -> Any:
    if not isinstance(told, str) or told not in kind.enums:
        raise Wrong(place)
    return kind.enum_class(told) if kind.enum_class else told


def _text(column: Column[Any], told: Any, place: str) -> str:
    if not isinstance(told, str):
        raise Wrong(place)
    text = _tidy(column, told)
    longest = LONGEST if isinstance(column.type, Text) else 255
    if len(text) > longest:
        raise Wrong(place)
    return text


def _whole_number(column: Column[Any], told: int, place: str) -> int:
    least, most = _BOUNDS.get((str(column.table), column.name), _USUAL)
    if not least <= told <= most:
        raise Wrong(place)
    return told


def _time(kind: Any, told: str, place: str) -> date | datetime:
    try:
        value = date.fromisoformat(told) if isinstance(kind, Date) else datetime.fromisoformat(told)
    except ValueError:
        raise Wrong(place) from None
    if value.year not in _YEARS or (isinstance(value, datetime) and value.tzinfo is None):
        raise Wrong(place)
    return value
