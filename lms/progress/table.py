"""The body of the matrix as HTML. Pure: strings are joined here, since a template is ten times slower cell by cell.

Everything a person typed goes through ``escape``; addresses and words come ready from the view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.progress.matrix import Column, Group, Matrix, People, places
from lms.progress.rules import Mark

PAGE = 50
OPEN_BELOW = 60


@dataclass(frozen=True)
class Words:
    """What the table says, in the language of the page."""

    marks: Mapping[Mark, str]
    all_centres: str
    nobody_yet: str
    of_all: str  # «из 8»
    people: Callable[[int], str]
    of_centre: Callable[[int], str]  # «из 18»: after the number who have done it
    more: Callable[[int], str]
    previous: str
    titles: Mapping[str, str]  # of centres, by slug


@dataclass(frozen=True)
class Addresses:
    person: str  # …/people/, to which an id is added
    not_done: Callable[[Group], str]  # …&module=, to which a number is added
    opened: Callable[[Group, int], str]  # group, page


@dataclass(frozen=True)
class Opened:
    """Which rows of a centre are shown: a page of them, from 1."""

    rows: list[int]
    page: int
    pages: int
    more: int


def opened(matrix: Matrix, shown: People, slugs: Iterable[str] | None, page: int, sort: str = "") -> dict[str, Opened]:
    """The rows to show of each open centre. ``slugs`` None: every centre with all its people."""
    found = {}
    for group in matrix.groups:
        if slugs is not None and group.slug not in slugs:
            continue
        rows = matrix.in_order(places(shown, group), sort)
        if slugs is None:
            found[group.slug] = Opened(rows, 1, 1, 0)
            continue
        pages = max(1, -(-len(rows) // PAGE))
        at = min(max(page, 1), pages)
        here = rows[(at - 1) * PAGE : at * PAGE]
        found[group.slug] = Opened(here, at, pages, len(rows) - at * PAGE if at < pages else 0)
    return found


@dataclass(frozen=True)
class Table:
    """``begun``: who began which module; ``open_groups``: the rows shown of each open centre."""

    matrix: Matrix
    shown: People
    columns: list[Column]
    open_groups: Mapping[str, Opened]
    begun: Mapping[int, People]
    words: Words
    addresses: Addresses

    def body(self) -> Markup:
        """Every ``<tbody>``: all centres together, then each centre with its open rows."""
        parts = [self._everybody()] if len(self.matrix.groups) > 1 else []
        for group in self.matrix.groups:
            if not self.shown & group.people:
                continue
            parts.append(self._centre(group))
            if group.slug in self.open_groups:
                parts += self._people(group, self.open_groups[group.slug])
            parts.append("</tbody>")
        return Markup("\n".join(parts))

    def _everybody(self) -> str:
        size = self.shown.bit_count()
        counts = [(column.settled & self.shown).bit_count() for column in self.columns]
        nobody = self._nobody()
        cells = [
            f'<td>{round(100 * count / size)}<span class="wide">\u00a0%</span></td>' if count else nobody
            for count in counts
        ]
        return (
            f'<tbody><tr class="group"><th scope="row">{escape(self.words.all_centres)}</th>{"".join(cells)}'
            f'<td class="num">{size}</td></tr></tbody>'
        )

    def _nobody(self) -> str:
        said = escape(self.words.nobody_yet)
        return f'<td><span class="dim" aria-hidden="true">—</span><span class="visually-hidden">{said}</span></td>'

    def _centre(self, group: Group) -> str:
        """How many have done each module; the number leads to those who have not."""
        people = self.shown & group.people
        size = people.bit_count()
        not_done = escape(self.addresses.not_done(group))
        of_size = escape(self.words.of_centre(size))
        nobody = self._nobody()
        cells = []
        for column in self.columns:
            count = (column.settled & people).bit_count()
            if count == size:
                cells.append(f'<td class="num"><span class="st plain" data-s="done">{count}</span></td>')
            elif count or column.late & people:
                cells.append(
                    f'<td class="num"><a href="{not_done}{column.number}">{count}'
                    f'<span class="visually-hidden"> {of_size}</span></a></td>'
                )
            else:
                cells.append(nobody)
        title = escape(self.words.titles[group.slug])
        if group.slug not in self.open_groups:
            title = Markup('<a href="{}">{}</a>').format(self.addresses.opened(group, 1), title)
        said = escape(self.words.people(size))
        return (
            f'<tbody id="{escape(group.slug)}"><tr class="group"><th scope="rowgroup">{title}</th>{"".join(cells)}'
            f'<td class="num">{size}<span class="visually-hidden"> {said}</span></td></tr>'
        )

    def _people(self, group: Group, page: Opened) -> list[str]:
        cells = {
            mark: f'<td data-s="{mark.value}"><span class="visually-hidden">{escape(word)}</span></td>'
            for mark, word in self.words.marks.items()
        }
        of_all = f'<span class="dim"> {escape(self.words.of_all)}</span></td></tr>'
        marks = list(self.matrix.marks(group, self.columns, self.begun))
        totals = self.matrix.totals(group)
        lines = []
        for place in page.rows:
            row = self.matrix.rows[place]
            at = place - group.start
            position = (
                f'<span class="wide dim small fw-normal"> · {escape(row.position)}</span>' if row.position else ""
            )
            lines.append(
                f'<tr><th scope="row"><a href="{self.addresses.person}{row.id}">{escape(row.name)}</a>{position}</th>'
                + "".join([cells[mark] for mark in marks[at]])
                + f'<td class="num">{totals[at]}{of_all}'
            )
        return lines + self._pager(group, page)

    def _pager(self, group: Group, page: Opened) -> list[str]:
        links = []
        if page.page > 1:
            links.append((self.addresses.opened(group, page.page - 1), self.words.previous))
        if page.more:
            links.append((self.addresses.opened(group, page.page + 1), self.words.more(page.more)))
        if not links:
            return []
        said = " · ".join(f'<a href="{escape(href)}">{escape(text)}</a>' for href, text in links)
        return [f'<tr class="no-print"><td colspan="{len(self.columns) + 1}">{said}</td><td></td></tr>']
