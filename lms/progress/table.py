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


def opened(matrix: Matrix, shown: People, slugs: Iterable[str] | None, page: int) -> dict[str, Opened]:
    """The rows to show of each open centre. ``slugs`` None: every centre with all its people."""
    found = {}
    for group in matrix.groups:
        if slugs is not None and group.slug not in slugs:
            continue
        rows = list(places(shown, group))
        if slugs is None:
            found[group.slug] = Opened(rows, 1, 1, 0)
            continue
        pages = max(1, -(-len(rows) // PAGE))
        at = min(max(page, 1), pages)
        here = rows[(at - 1) * PAGE : at * PAGE]
        found[group.slug] = Opened(here, at, pages, len(rows) - at * PAGE if at < pages else 0)
    return found


def body(
    matrix: Matrix,
    shown: People,
    columns: list[Column],
    open_groups: Mapping[str, Opened],
    begun: Mapping[int, People],
    words: Words,
    addresses: Addresses,
) -> Markup:
    """Every ``<tbody>`` of the table: all centres together, then each centre with its open rows."""
    parts = [_total(matrix, shown, columns, words)] if len(matrix.groups) > 1 else []
    for group in matrix.groups:
        count = (shown & group.people).bit_count()
        if not count:
            continue
        parts.append(_group(matrix, shown, group, count, columns, words, addresses, group.slug in open_groups))
        if group.slug in open_groups:
            parts += _people(matrix, group, open_groups[group.slug], columns, begun, words, addresses)
        parts.append("</tbody>")
    return Markup("\n".join(parts))


def _total(matrix: Matrix, shown: People, columns: list[Column], words: Words) -> str:
    size = shown.bit_count()
    cells = []
    for column in columns:
        count = (column.settled & shown).bit_count()
        cells.append(
            f'<td>{round(100 * count / size)}<span class="wide">\u00a0%</span></td>' if count else _nobody(words)
        )
    return (
        f'<tbody><tr class="group"><th scope="row">{escape(words.all_centres)}</th>{"".join(cells)}'
        f'<td class="num">{size}</td></tr></tbody>'
    )


def _nobody(words: Words) -> str:
    return f'<td><span class="dim" aria-hidden="true">—</span><span class="visually-hidden">{escape(words.nobody_yet)}</span></td>'


def _group(
    matrix: Matrix, shown: People, group: Group, size: int, columns: list[Column], words: Words, addresses: Addresses, is_open: bool
) -> str:  # fmt: skip
    people = shown & group.people
    not_done = escape(addresses.not_done(group))
    of_size = escape(words.of_centre(size))
    nobody = _nobody(words)
    cells = []
    for column in columns:
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
    title = escape(words.titles[group.slug])
    if not is_open:
        title = Markup('<a href="{}">{}</a>').format(addresses.opened(group, 1), title)
    return (
        f'<tbody id="{escape(group.slug)}"><tr class="group"><th scope="rowgroup">{title}</th>{"".join(cells)}'
        f'<td class="num">{size}<span class="visually-hidden"> {escape(words.people(size))}</span></td></tr>'
    )


def _people(
    matrix: Matrix,
    group: Group,
    page: Opened,
    columns: list[Column],
    begun: Mapping[int, People],
    words: Words,
    addresses: Addresses,
) -> list[str]:
    cells = {
        mark: f'<td data-s="{mark.value}"><span class="visually-hidden">{escape(word)}</span></td>'
        for mark, word in words.marks.items()
    }
    of_all = f'<span class="dim"> {escape(words.of_all)}</span></td></tr>'
    marks = list(matrix.marks(group, columns, begun))
    totals = matrix.totals(group)
    lines = []
    for place in page.rows:
        row = matrix.rows[place]
        at = place - group.start
        position = f'<span class="wide dim small fw-normal"> · {escape(row.position)}</span>' if row.position else ""
        lines.append(
            f'<tr><th scope="row"><a href="{addresses.person}{row.id}">{escape(row.name)}</a>{position}</th>'
            + "".join([cells[mark] for mark in marks[at]])
            + f'<td class="num">{totals[at]}{of_all}'
        )
    links = []
    if page.page > 1:
        links.append(f'<a href="{escape(addresses.opened(group, page.page - 1))}">{escape(words.previous)}</a>')
    if page.more:
        links.append(f'<a href="{escape(addresses.opened(group, page.page + 1))}">{escape(words.more(page.more))}</a>')
    if links:
        lines.append(f'<tr class="no-print"><td colspan="{len(columns) + 1}">{" · ".join(links)}</td><td></td></tr>')
    return lines
