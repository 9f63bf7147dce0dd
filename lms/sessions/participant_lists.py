"""A provider's list of participants, understood: who, at which address, from when to when. Pure.

Zoom's usage report, BigBlueButton's learning dashboard, Telemost's and Teams' tables differ in heads, order of columns,
the way a day is written and what stands above the table; people who left and came back have several lines. Here a line
is read by its head, and the lines of one person (of one address, or of one name without an address) become one
participant. Whose account that is decides nobody here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from lms.accounts.tables import Line

# The head stands at most so many lines from the top: Zoom puts a table about the meeting before it.
_HEAD_WITHIN = 15
# A time so far from the session belongs to another day.
_NEAR = timedelta(hours=12)


class Kind(Enum):
    NAME = auto()
    FIRST = auto()
    LAST = auto()
    ADDRESS = auto()
    JOINED = auto()
    LEFT = auto()
    MINUTES = auto()


_NAMES = {Kind.NAME, Kind.FIRST, Kind.LAST}
_HEADS = {
    Kind.NAME: (
        "name, full name, user name, username, display name, participant, participant name, name original name, "
        "attendee, user, имя, имя настоящее имя, имя пользователя, имя участника, участник, фио, "
        "полное имя, пользователь"
    ),
    Kind.FIRST: "first name, given name",
    Kind.LAST: "last name, family name, surname, фамилия",
    Kind.ADDRESS: (
        "email, e mail, user email, email address, mail, participant id upn, upn, почта, эл почта, электронная почта, "
        "адрес электронной почты, электронный адрес, логин, login, email участника, адрес эл почты пользователя, "
        "эл почта пользователя, электронная почта пользователя, электронный адрес пользователя"
    ),
    Kind.JOINED: (
        "join time, joined, joined at, join, first join, first join time, registered on, start time, entered, "
        "connected, время входа, вход, вошел, время подключения, подключение, подключился, время присоединения, "
        "присоединение, первое подключение, начало, время начала, первый вход"
    ),
    Kind.LEFT: (
        "leave time, left, left at, leave, last leave, last leave time, end time, exited, disconnected, "
        "время выхода, выход, вышел, время отключения, отключение, отключился, последнее отключение, конец, "
        "время окончания, последний выход"
    ),
    Kind.MINUTES: (
        "duration minutes, total duration minutes, duration, time in session minutes, in meeting duration, "
        "online time, time in meeting, attendance duration, продолжительность минуты, общая продолжительность минуты, "
        "продолжительность, длительность, длительность минуты, время на встрече, время в сети, минут, минуты, "
        "время участия, продолжительность мин, длительность мин"
    ),
}
_KIND_OF_HEAD = {head: kind for kind, heads in _HEADS.items() for head in heads.split(", ")}

_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([AaPp]\.?[Mm]\.?)?"
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})[T,\s]+{_CLOCK}\s*(Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})?"
)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}})[T,\s]+{_CLOCK}")
_ONLY_CLOCK = re.compile(_CLOCK)
_SPAN = re.compile(
    r"(?:(\d+)\s*(?:h|ч)\w*\.?)?\s*(?:(\d+)\s*(?:m|м)\w*\.?)?\s*(?:(\d+)\s*(?:s|с)\w*\.?)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>,;\"@]+@[^\s<>,;\"@]+\.[^\s<>,;\"@]+")


@dataclass(frozen=True)
class Participant:
    """One participant as the list names her; instants are in UTC, ``minutes`` those of all her lines together."""

    name: str
    address: str = ""
    joined_at: datetime | None = None
    left_at: datetime | None = None
    minutes: int | None = None
    lines: int = 1

    def kept(self) -> list[str | int | None]:
        """As JSON holds it."""
        return [one.isoformat() if isinstance(one, datetime) else one for one in astuple(self)]

    @classmethod
    def of(cls, kept: list[str | int | None]) -> Participant:
        name, address, joined, left, minutes, lines = kept
        joined_at, left_at = (datetime.fromisoformat(str(one)) if one else None for one in (joined, left))
        return cls(
            str(name), str(address), joined_at, left_at, None if minutes is None else int(minutes), int(lines or 1)
        )


@dataclass(frozen=True)
class _Stay:
    """One line of the list."""

    name: str
    address: str
    joined_at: datetime | None
    left_at: datetime | None
    minutes: float | None


def participants(lines: list[Line], starts_at: datetime, zone: str) -> list[Participant]:
    """Those in the list, in its order. Clocks are read in that zone; a day that can be read two ways is that of the
    session. Empty where there is neither a head nor an address."""
    columns, first = _find_head(lines)
    stays: dict[str, list[_Stay]] = {}
    for line in lines[first:]:
        stay = _stay(line, columns, starts_at, zone)
        if stay is not None:
            stays.setdefault(stay.address or f"name:{stay.name.lower().replace('ё', 'е')}", []).append(stay)
    return [_joined(several) for several in stays.values()]


def _find_head(lines: list[Line]) -> tuple[dict[Kind, int], int]:
    """Which column is which, and the place of the first line under the head.

    The head names the column of names; of several lines that might be it, it is the one that says most. Without any,
    whatever looks like an address is one, and the first other cell is the name.
    """
    heads = [(_columns_of(line), place) for place, line in enumerate(lines[:_HEAD_WITHIN])]
    columns, place = max(
        heads, key=lambda head: (bool(head[0].keys() & _NAMES), len(head[0]), head[1]), default=({}, 0)
    )
    if columns.keys() & (_NAMES | {Kind.ADDRESS}):
        return columns, place + 1
    cells = lines[0].cells if lines else []
    address = next((at for at, cell in enumerate(cells) if _ADDRESS.search(cell)), None)
    name = next((at for at in range(len(cells)) if at != address), None)
    guessed = {Kind.ADDRESS: address, Kind.NAME: name}
    return {kind: at for kind, at in guessed.items() if at is not None} if address is not None else {}, 0


def _columns_of(line: Line) -> dict[Kind, int]:
    found: dict[Kind, int] = {}
    for at, cell in enumerate(line.cells):
        kind = _KIND_OF_HEAD.get(_head_word(cell))
        if kind is not None:
            found.setdefault(kind, at)
    return found


def _head_word(cell: str) -> str:
    return " ".join(re.sub(r"[^\w\s]|_", " ", cell.lower().replace("ё", "е")).split())


def _stay(line: Line, columns: dict[Kind, int], starts_at: datetime, zone: str) -> _Stay | None:
    def cell(kind: Kind) -> str:
        at = columns.get(kind)
        return line.cells[at].strip() if at is not None and at < len(line.cells) else ""

    name = cell(Kind.NAME)
    if Kind.FIRST in columns or Kind.LAST in columns:
        name = f"{name if Kind.FIRST not in columns else cell(Kind.FIRST)} {cell(Kind.LAST)}".strip()
    found = _ADDRESS.search(cell(Kind.ADDRESS)) or _ADDRESS.search(name)
    address = found[0].lower() if found else ""
    if not name and not address:
        return None
    joined, left = (read_moment(cell(kind), starts_at, zone) for kind in (Kind.JOINED, Kind.LEFT))
    if joined and left and left < joined:
        left = None
    return _Stay(name or address, address, joined, left, read_minutes(cell(Kind.MINUTES)))


def read_moment(text: str, near: datetime, zone: str) -> datetime | None:
    """What the clock showed there, as an instant; of «03/12» and «12/03» the one nearer to the session."""
    tz = ZoneInfo(zone)
    if found := _YEAR_FIRST.search(text):
        year, month, day, *clock, shift = found.groups()
        return _instant(int(year), int(month), int(day), clock, tz, shift)
    if found := _YEAR_LAST.search(text):
        one, two, year, *clock = found.groups()
        whole_year = int(year) + (2000 if len(year) == 2 else 0)
        readings = [
            moment
            for day, month in ((int(one), int(two)), (int(two), int(one)))
            if (moment := _instant(whole_year, month, day, clock, tz)) is not None
        ]
        return min(readings, key=lambda moment: abs(moment - near), default=None)
    if found := _ONLY_CLOCK.fullmatch(text.strip()):
        local = near.astimezone(tz)
        moments = [
            moment
            for shift in (-1, 0, 1)
            if (day := local + timedelta(days=shift))
            and (moment := _instant(day.year, day.month, day.day, list(found.groups()), tz)) is not None
        ]
        return min(moments, key=lambda moment: abs(moment - near), default=None)
    return None


def _instant(
    year: int, month: int, day: int, clock: list[str | None], tz: ZoneInfo, shift: str | None = None
) -> datetime | None:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    try:
        local = datetime(year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=tz)
        if shift and shift[0] in "+-":
            local = datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M:%S}{shift}")
        elif shift:
            local = local.replace(tzinfo=UTC)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_minutes(text: str) -> float | None:
    """Minutes of «92», «01:32:10», «1h 32m 10s», «1 ч 32 мин»."""
    text = text.strip().replace(",", ".")
    if re.fullmatch(r"\d{1,6}(\.\d+)?", text):
        return float(text)
    if found := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\.\d+)?", text):
        return int(found[1] or 0) * 60 + int(found[2]) + int(found[3]) / 60
    if (found := _SPAN.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (min(int(one or 0), 10**6) for one in found.groups())
        return hours * 60 + minutes + seconds / 60
    return None


def _joined(stays: list[_Stay]) -> Participant:
    """One participant of her lines. Two devices at once are there once: what overlaps is not counted twice."""
    first = stays[0]
    joined = min((stay.joined_at for stay in stays if stay.joined_at), default=None)
    left = max((stay.left_at for stay in stays if stay.left_at), default=None)
    spans = [(stay.joined_at, stay.left_at) for stay in stays if stay.joined_at and stay.left_at]
    if len(spans) == len(stays):
        minutes: float | None = _covered(spans)
    else:
        told = [stay.minutes for stay in stays if stay.minutes is not None]
        minutes = sum(told) if told else None
    whole = None if minutes is None else min(round(minutes), 60 * 24 * 7)
    return Participant(first.name, first.address, joined, left, whole, len(stays))


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    total, end = timedelta(), datetime.min.replace(tzinfo=UTC)
    for start, stop in sorted(spans):
        if stop > end:
            total += stop - max(start, end)
            end = stop
    return total.total_seconds() / 60


def is_of_another_day(found: Iterable[Participant], starts_at: datetime, ends_at: datetime) -> bool:
    """Do the list's times lie far from the session, so that it is another meeting's, or another zone's?"""
    times = [one.joined_at for one in found if one.joined_at]
    return bool(times) and not any(starts_at - _NEAR <= at <= ends_at + _NEAR for at in times)
