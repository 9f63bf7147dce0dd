"""How our paper looks: fonts, colours (the light ones of theme.css), styles, the mark and the QR code as lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Any

import fontpkg
import segno
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # binary streams: a quarter smaller
MM = 72 / 25.4
REGULAR, BOLD, ITALIC, BOLD_ITALIC = "PTSans", "PTSans-Bold", "PTSans-Italic", "PTSans-BoldItalic"
INK, INK_2, LINE, LINE_2 = (HexColor(c) for c in ("#1b2130", "#545b6b", "#dfdfd8", "#858a94"))
ACCENT, ACCENT_SOFT, NOW, DONE, SUNKEN = (HexColor(c) for c in ("#2a4899", "#e8edfa", "#f5c443", "#1d6b47", "#eeeee8"))
BAD = HexColor("#a5281e")
ALIGN = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}
# What glues words on the screen has no width, and no glyph; of a few signs without one something is drawn that has.
_SIGNS: dict[int, str | None] = str.maketrans(
    dict.fromkeys("\u2060\u200b\ufeff\u00ad\ufe0e\ufe0f↩") | {"→": "›", "←": "‹", "✓": "+", "☐": "[ ]", "☑": "[×]"}
)


def register_fonts() -> None:
    """Read the four faces once in a process; every document takes its subset from what was read."""
    for name, weight, style in (
        (REGULAR, 400, "normal"),
        (BOLD, 700, "normal"),
        (ITALIC, 400, "italic"),
        (BOLD_ITALIC, 700, "italic"),
    ):
        registerFont(TTFont(name, str(fontpkg.path("PT Sans", weight, style))))
    registerFontFamily(REGULAR, REGULAR, BOLD, ITALIC, BOLD_ITALIC)


register_fonts()


def clean(text: str) -> str:
    """The text without signs that the font cannot draw and a reader would not miss; no control characters."""
    return "".join(sign for sign in text.translate(_SIGNS) if sign >= " " or sign in "\n\t")


@cache
def styles() -> dict[str, ParagraphStyle]:
    """The kinds of paragraph by name."""
    body = ParagraphStyle("body", fontName=REGULAR, fontSize=10.5, leading=15, textColor=INK, spaceAfter=6)

    def kind(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **changes)

    def heading(level: int, size: float, before: float) -> ParagraphStyle:
        return kind(
            f"h{level}",
            fontName=BOLD,
            fontSize=size,
            leading=size * 1.22,
            spaceBefore=before,
            spaceAfter=5,
            keepWithNext=1,
        )

    made = [
        body,
        heading(1, 21, 0),
        heading(2, 14, 12),
        heading(3, 11.5, 9),
        heading(4, 10.5, 7),
        kind("lede", fontSize=12, leading=17, spaceAfter=9),
        kind("small", fontSize=8.5, leading=12, textColor=INK_2),
        kind("dim", textColor=INK_2),
        kind("quote", textColor=INK_2, leftIndent=10),
        kind("callout", leftIndent=10),
        kind("inset", leftIndent=16),
        kind("code", fontSize=9, leading=13, backColor=SUNKEN, borderPadding=4, spaceBefore=4, spaceAfter=8),
        kind("cell", fontSize=9, leading=12, spaceAfter=0),
        kind("head", fontName=BOLD, fontSize=8.5, leading=11, spaceAfter=0),
    ]
    return {style.name: style for style in made}


@dataclass(frozen=True)
class About:
    """What programs and screen readers are told about a file. Without a time it says none that could differ."""

    title: str
    lang: str = "ru"
    author: str = ""
    subject: str = ""
    made_at: datetime | None = None


def describe(canvas: Canvas, about: About) -> None:
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.subject)
    canvas.setCreator("Мастерская")
    canvas.setCatalogEntry("Lang", about.lang)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    if about.made_at is not None:
        stamp, at = canvas._doc._timeStamp, about.made_at.astimezone(UTC)
        stamp.t, stamp.lt, stamp.YMDhms = at.timestamp(), at.timetuple(), tuple(at.timetuple())[:6]


def draw_mark(canvas: Canvas, x: float, y: float, size: float) -> None:
    """The folding rule bent into an «М» (static/mark.svg, 32 units wide); x and y are its lower left corner."""
    canvas.saveState()
    canvas.translate(x, y + size)
    canvas.scale(size / 32, -size / 32)
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(4.6)
    canvas.setLineJoin(1)
    canvas.setLineCap(1)
    path = canvas.beginPath()
    path.moveTo(4.5, 26)
    for point in ((9, 7), (16, 20), (23, 7), (27.5, 26)):
        path.lineTo(*point)
    canvas.drawPath(path)
    canvas.setFillColor(NOW)
    for point in ((9, 7), (16, 20), (23, 7)):
        canvas.circle(*point, 1.7, stroke=0, fill=1)
    canvas.restoreState()


def draw_qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    """A QR code of the text as filled rows; x and y are its lower left corner, its quiet edge lies outside ``size``."""
    rows = segno.make_qr(text, error="m", mask=4).matrix  # weighing all eight masks takes 13 ms
    canvas.saveState()
    canvas.setFillColor(INK)
    canvas.translate(x, y)
    canvas.scale(size / len(rows), size / len(rows))
    for up, row in enumerate(reversed(rows)):
        at = 0
        for is_dark, dots in groupby(row):
            wide = len(list(dots))
            if is_dark:
                # In whole dots, as PDF spells it (ISO 32000 §8.5.2): the writer weighs every figure for its decimals.
                canvas._code.append(f"{at} {up} {wide} 1.01 re")
            at += wide
    canvas._code.append("f")
    canvas.restoreState()
