"""People × modules. Pure; matrix_queries.py fills it, table.py and the exports show it.

With 2,000 people and 90 activities, 180,000 facts stand behind the table. So a set of people is kept as one whole
number: bit *i* stands for the person in row *i*. Who did a module is then the ``&`` of who did each of its activities,
and counting is ``bit_count()``; the rules are those of rules.py, asked of everybody at once (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, reduce
from operator import and_, or_
from typing import NamedTuple

from lms.progress.rules import Mark, Required, enough

People = int
AWAY = timedelta(days=14)
SORTS = ("", "least", "most", "away")
# In addresses, in place of a centre's slug: people who belong to none.
NOWHERE = "none"
_MARKS = {
    # settled, excused, being checked, overdue, begun
    **{("1", "0", wait, late, begun): Mark.DONE for wait in "01" for late in "01" for begun in "01"},
    **{("1", "1", wait, late, begun): Mark.OFF for wait in "01" for late in "01" for begun in "01"},
    **{("0", off, "1", late, begun): Mark.WAIT for off in "01" for late in "01" for begun in "01"},
    **{("0", off, "0", "1", begun): Mark.LATE for off in "01" for begun in "01"},
    **{("0", off, "0", "0", "1"): Mark.NOW for off in "01"},
    **{("0", off, "0", "0", "0"): Mark.NONE for off in "01"},
}


class Row(NamedTuple):
    """One person of the table."""

    id: int
    name: str
    position: str
    email: str
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Group:
    """One centre's people: rows ``start`` to ``stop``. People without a centre stand in NOWHERE."""

    slug: str
    name: str
    name_en: str
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def people(self) -> People:
        return (1 << self.stop) - (1 << self.start)


@dataclass
class Column:
    """One module. ``settled``, ``off`` (excused from everything), ``waiting`` (for what they handed in to be checked),
    ``late`` and ``touched`` are sets of people."""

    id: int
    number: int
    title: str
    title_en: str
    short_title: str
    short_title_en: str
    due_at: datetime | None
    required: tuple[Required, ...]
    # How many of the required activities it takes; empty: all.
    needed: int | None = None
    # Other due times for some: those of centres first, then those of persons, which go before all; of each the cycle's
    # before the module's, which goes before it.
    exceptions: tuple[tuple[People, datetime], ...] = ()
    has_exceptions: bool = False
    settled: People = 0
    off: People = 0
    waiting: People = 0
    late: People = 0
    touched: People = 0

    def overdue(self, activity: Required, everybody: People, now: datetime) -> People:
        """For whom the due time of that activity has passed."""
        people = everybody if activity.is_overdue(now) else 0
        for excepted, due_at in self.exceptions:
            people = people | excepted if due_at < now else people & ~excepted
        return people


@dataclass(frozen=True)
class Filters:
    """What the address asks for. ``module`` is the number of a module; ``state``: done, not-done, late, checking."""

    centre: str = ""
    module: int | None = None
    state: str = ""
    search: str = ""
    away: bool = False


@dataclass
class Matrix:
    rows: list[Row]
    groups: list[Group]
    columns: list[Column]
    now: datetime
    _haystack: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._haystack = [f"{row.name}\n{row.email}".lower().replace("ё", "е") for row in self.rows]
        self.everybody: People = (1 << len(self.rows)) - 1

    def judge(
        self, done: Mapping[int, People], excused: Mapping[int, People], waiting: Mapping[int, People] | None = None
    ) -> None:
        """Fill the columns from who did, who is excused from, and whose work waits to be checked for each activity, as
        rules.module_mark says."""
        waiting = waiting or {}
        for column in self.columns:
            if not column.required:
                continue
            did = [done.get(one.activity_id, 0) for one in column.required]
            asked = [one & ~excused.get(ref.activity_id, 0) for one, ref in zip(did, column.required, strict=True)]
            handed_in = [one | waiting.get(ref.activity_id, 0) for one, ref in zip(did, column.required, strict=True)]
            in_time = [
                one | (self.everybody & ~column.overdue(ref, self.everybody, self.now))
                for one, ref in zip(handed_in, column.required, strict=True)
            ]
            needed = enough(column.needed, len(did))
            column.settled = at_least(needed, did, self.everybody)
            column.off = column.settled & ~reduce(or_, asked)
            column.touched = reduce(or_, did)
            column.waiting = at_least(needed, handed_in, self.everybody) & ~column.settled
            column.late = self.everybody & ~column.settled & ~at_least(needed, in_time, self.everybody)

    def completed(self, needed: int | None, *, is_whole: bool) -> People:
        """Who has done enough of the cycle, as rules.cycle_is_completed says."""
        columns = [column for column in self.columns if column.required]
        if not columns or (needed is None and not is_whole):
            return 0
        done = reduce(or_, (column.settled & ~column.off for column in columns))
        settled = [column.settled for column in columns]
        return done & at_least(enough(needed, len(columns)), settled, self.everybody)

    # --- asking ------------------------------------------------------------------------------------------------------
    def column(self, number: int | None) -> Column | None:
        return next((column for column in self.columns if column.number == number), None)

    def group(self, slug: str) -> Group | None:
        return next((group for group in self.groups if group.slug == slug), None)

    def find(self, filters: Filters) -> People:
        """The people the filters let through."""
        found = self.everybody
        if filters.centre:
            group = self.group(filters.centre)
            found &= group.people if group else 0
        if filters.search:
            found &= self._named(filters.search)
        if filters.away:
            found &= self.away
        return found & self._in_state(filters)

    def _in_state(self, filters: Filters) -> People:
        columns = self.columns
        if filters.module is not None:
            columns = [column for column in columns if column.number == filters.module]
        if filters.state == "done":
            return reduce(and_, (column.settled for column in columns), self.everybody)
        if filters.state == "not-done":
            return reduce(or_, (self.everybody & ~column.settled for column in columns), 0)
        if filters.state == "late":
            return reduce(or_, (column.late for column in columns), 0)
        if filters.state == "checking":
            return reduce(or_, (column.waiting for column in columns), 0)
        return self.everybody

    def _named(self, search: str) -> People:
        words = search.lower().replace("ё", "е").split()
        return people_at(
            (place for place, text in enumerate(self._haystack) if all(word in text for word in words)), len(self.rows)
        )

    def people_of(self, ids: Collection[int]) -> People:
        """The set of those of the table who have these ids."""
        found = self._place_by_id if ids else {}
        return people_at((found[one] for one in ids if one in found), len(self.rows))

    @cached_property
    def _place_by_id(self) -> dict[int, int]:
        return {row.id: place for place, row in enumerate(self.rows)}

    @cached_property
    def late(self) -> People:
        return reduce(or_, (column.late for column in self.columns), 0)

    @cached_property
    def waiting(self) -> People:
        """Whose module is done as soon as somebody has checked what they handed in."""
        return reduce(or_, (column.waiting for column in self.columns), 0)

    @cached_property
    def away(self) -> People:
        """Who was not here for fourteen days, or never."""
        since = self.now - AWAY
        return people_at(
            (place for place, row in enumerate(self.rows) if row.last_seen_at is None or row.last_seen_at < since),
            len(self.rows),
        )

    def begun_columns(self, people: People) -> list[Column]:
        """Modules that somebody has done or whose time has passed: only of these an average makes sense."""
        return [
            column
            for column in self.columns
            if column.settled & people or (column.due_at is not None and column.due_at < self.now)
        ]

    def average(self, people: People) -> float | None:
        """Per cent of the begun modules that those people have done; None before anything was begun."""
        columns = self.begun_columns(people)
        asked = people.bit_count() * len(columns)
        if not asked:
            return None
        return 100 * sum((column.settled & people).bit_count() for column in columns) / asked

    def in_order(self, rows: Iterable[int], sort: str) -> list[int]:
        """Those rows as the address asks: by name, by how much is done, or who was away longest first."""
        if sort in {"least", "most"}:
            totals = self._all_totals()
            return sorted(rows, key=lambda place: totals[place] if sort == "least" else -totals[place])
        if sort == "away":
            return sorted(rows, key=lambda place: self.rows[place].last_seen_at or datetime.min.replace(tzinfo=UTC))
        return list(rows)

    def _all_totals(self) -> list[int]:
        return [total for group in self.groups for total in self.totals(group)]

    # --- reading it row by row ----------------------------------------------------------------------------------------
    def marks(self, group: Group, columns: Iterable[Column], begun: Mapping[int, People]) -> Iterator[tuple[Mark, ...]]:
        """The marks of a group's people, a tuple for each; ``begun``: who began which module."""
        by_column = [
            [
                _MARKS[bits]
                for bits in zip(
                    _bits(column.settled, group),
                    _bits(column.off, group),
                    _bits(column.waiting, group),
                    _bits(column.late, group),
                    _bits(column.touched | begun.get(column.id, 0), group),
                    strict=True,
                )
            ]
            for column in columns
        ]
        return zip(*by_column, strict=True) if by_column else iter([()] * len(group))

    def totals(self, group: Group) -> list[int]:
        """How many modules each of a group's people has settled."""
        if not self.columns:
            return [0] * len(group)
        return [
            bits.count("1") for bits in zip(*(_bits(column.settled, group) for column in self.columns), strict=True)
        ]


def _bits(people: People, group: Group) -> str:
    """«0110…»: one character for each of the group's rows, in their order."""
    width = len(group)
    return format(people >> group.start & ((1 << width) - 1), f"0{width}b")[::-1] if width else ""


def at_least(number: int, sets: Collection[People], everybody: People) -> People:
    """Who is in that many of the sets: all of them is one ``&`` after another, fewer are counted upwards."""
    if number >= len(sets):
        return reduce(and_, sets, everybody)
    reached = [everybody] + [0] * number  # reached[n]: who is in n of the sets looked at so far
    for people in sets:
        for count in range(number, 0, -1):
            reached[count] |= reached[count - 1] & people
    return reached[number]


def people_at(places: Iterable[int], size: int) -> People:
    """The set of the people in those rows."""
    bits = bytearray(b"0") * (size + 1)
    for place in places:
        bits[place] = 49
    return int(bits[::-1], 2)


def people_named(ids: str | None, place: Mapping[str, int], size: int) -> People:
    """The set of the people with those ids ("3,17,4", as the database joins them); others' ids are passed over."""
    if not ids:
        return 0
    bits = bytearray(b"0") * (size + 1)
    for one in ids.split(","):
        at = place.get(one)
        if at is not None:
            bits[at] = 49
    return int(bits[::-1], 2)


def places(people: People, within: Group | None = None) -> Collection[int]:
    """The rows of those people, in order."""
    return (
        [place for place, bit in enumerate(format(people, "b")[::-1]) if bit == "1"]
        if within is None
        else [within.start + place for place, bit in enumerate(_bits(people, within)) if bit == "1"]
    )
