"""Tables on paper: columns as wide as their texts ask for, heads on every page, rows that may break."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, LongTable, Paragraph, Spacer

from lms.pdf import house

_PADDING = 4
_LOOKED_AT = 300  # rows that decide how wide the columns become
_WIDEST, _NARROWEST = 260, 24  # points of text a column may ask for

Cell: TypeAlias = str | int | Flowable


def table(
    head: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    width: float,
    *,
    widths: Sequence[float] | None = None,
    align: Sequence[str] = (),
    lined: bool = True,
    least_height: float | None = None,
) -> Flowable:
    """The table, ``width`` points wide; ``document.Document.table`` says what the rest means."""
    lines = [list(head)] if head else []
    lines += [list(row) for row in rows]
    if not lines:
        return Spacer(1, 0)
    count = max(map(len, lines))
    lines = [[*line, *[""] * (count - len(line))] for line in lines]
    sides = [*align, *["left"] * count][:count] if align else _sides(lines[bool(head) :], count)
    shares = list(widths) if widths else _asked_for(lines[:_LOOKED_AT])
    columns = [share / sum(shares) * width for share in shares]
    cells = [
        [
            _cell(cell, column, side, "head" if head and number == 0 else "cell", least_height)
            for cell, column, side in zip(line, columns, sides, strict=True)
        ]
        for number, line in enumerate(lines)
    ]
    made = LongTable(cells, colWidths=columns, repeatRows=1 if head else 0, splitInRow=1)
    made.setStyle(_look(sides, bool(head), lined))
    return made


def _look(sides: list[str], has_head: bool, lined: bool) -> list[tuple[Any, ...]]:
    look: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), house.REGULAR, 9, 12),
        ("TEXTCOLOR", (0, 0), (-1, -1), house.INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    look += [("ALIGN", (at, 0), (at, -1), side.upper()) for at, side in enumerate(sides)]
    if lined:
        look.append(("LINEBELOW", (0, 0), (-1, -1), 0.5, house.LINE))
    if has_head:
        look += [
            ("FONT", (0, 0), (-1, 0), house.BOLD, 8.5, 11),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.75, house.LINE_2),
        ]
    return look


def _cell(cell: Cell, width: float, side: str, kind: str, least_height: float | None) -> Any:
    """A short text as it is (quick), a long one as a paragraph that breaks."""
    if isinstance(cell, Flowable):
        return cell
    text = house.clean(_said(cell))
    style = house.styles()[kind]
    fits = stringWidth(text, style.fontName, style.fontSize) <= width - 2 * _PADDING and "\n" not in text
    if fits and least_height and kind == "cell":
        return [Paragraph(escape(text), aligned(kind, side)), Spacer(1, max(least_height - style.leading - 7, 0))]
    return text if fits else Paragraph(escape(text).replace("\n", "<br/>"), aligned(kind, side))


@cache
def aligned(kind: str, side: str) -> ParagraphStyle:
    """The style of a head or a cell, at that side of its column."""
    return ParagraphStyle(f"{kind}-{side}", parent=house.styles()[kind], alignment=house.ALIGN[side], splitLongWords=1)


def _said(cell: Cell) -> str:
    return f"{cell:,}".replace(",", "\u00a0") if isinstance(cell, int) else str(cell)


def _sides(rows: list[list[Cell]], count: int) -> list[str]:
    """Columns of figures go to the right."""
    columns = ([row[at] for row in rows[:_LOOKED_AT] if row[at] != ""] for at in range(count))
    return ["right" if column and all(isinstance(cell, int) for cell in column) else "left" for column in columns]


def _asked_for(lines: list[list[Cell]]) -> list[float]:
    """How wide each column's longest text would like to be, within bounds."""
    return [
        min(max(_NARROWEST, *(_natural(cell) for cell in column)), _WIDEST) + 2 * _PADDING
        for column in zip(*lines, strict=True)
    ]


def _natural(cell: Cell) -> float:
    if isinstance(cell, Flowable):
        return float(stringWidth(cell.getPlainText(), house.BOLD, 9)) if isinstance(cell, Paragraph) else _WIDEST / 2
    return float(stringWidth(house.clean(_said(cell)), house.BOLD, 9))
