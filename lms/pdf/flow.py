"""What a document flows with, beside plain paragraphs: headings it can be entered by, lists, pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image as Pictures
from PIL import UnidentifiedImageError
from reportlab.platypus import Flowable, Image, ListFlowable, ListItem, Paragraph

from lms.pdf import house
from lms.pdf.house import MM

_MOST_DOTS = 40_000_000


class Heading(Paragraph):
    """A heading that the file's own table of contents leads to. ``name`` is its anchor."""

    def __init__(self, markup: str, level: int, name: str) -> None:
        super().__init__(markup, house.styles()[f"h{level}"])
        self.level, self.name = level, name

    def split(self, _width: float, _height: float) -> list[Flowable]:
        return []  # it goes to the next page whole

    def draw(self) -> None:
        if self.level <= 3:
            self.canv.bookmarkHorizontal(self.name, 0, self.height)
            self.canv.addOutlineEntry(self.getPlainText(), self.name, level=0, closed=0)
        super().draw()


class Quoted(Paragraph):
    """A paragraph with a bar at its left."""

    bar = house.LINE

    def draw(self) -> None:
        self.canv.setStrokeColor(self.bar)
        self.canv.setLineWidth(2)
        self.canv.line(3, -2, 3, self.height)
        super().draw()


class Callout(Quoted):
    """One that stands out."""

    bar = house.ACCENT


def picture(content: bytes, room: tuple[float, float], *, width: float | None = None) -> Flowable:
    """The picture, shrunk to the room where it is larger; drawn at 120 dots an inch where nothing else is said."""
    try:
        with Pictures.open(io.BytesIO(content)) as opened:
            across, down = opened.size
            if across * down > _MOST_DOTS:
                raise ValueError("the picture is too large to be printed")
    except (UnidentifiedImageError, OSError, Pictures.DecompressionBombError) as error:
        raise ValueError("not a picture that can be printed") from error
    wanted = width * MM if width else across * 72 / 120
    wanted = min(wanted, room[0], room[1] * 0.9 * across / down)
    shown = Image(io.BytesIO(content), width=wanted, height=wanted * down / across, hAlign="LEFT")
    shown.spaceBefore, shown.spaceAfter = 4, 8
    return shown


def bullets(items: Iterable[list[Flowable]], *, numbered: bool = False, start: int = 1) -> Flowable:
    return ListFlowable(
        [ListItem(item, spaceAfter=1) for item in items],
        bulletType="1" if numbered else "bullet",
        bulletFormat="%s." if numbered else None,
        start=start if numbered else "•",
        bulletFontName=house.REGULAR,
        bulletFontSize=10.5,
        bulletColor=house.INK_2,
        leftIndent=16,
        spaceAfter=6,
    )
