"""One page drawn by hand, in millimetres from its upper left corner: a certificate, a badge, a door sign."""

from __future__ import annotations

import io
from datetime import datetime

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from lms.pdf import house
from lms.pdf.house import MM

_COLOURS = {
    "ink": house.INK, "ink-2": house.INK_2, "line": house.LINE, "line-2": house.LINE_2, "accent": house.ACCENT,
    "accent-soft": house.ACCENT_SOFT, "now": house.NOW, "done": house.DONE, "sunken": house.SUNKEN, "bad": house.BAD,
    "surface": HexColor("#ffffff"),
}  # fmt: skip


class Sheet:
    """A landscape (or upright) A4 page. Colours are the names of theme.css; sizes of letters are points."""

    def __init__(
        self,
        title: str,
        *,
        lang: str = "ru",
        author: str = "",
        subject: str = "",
        made_at: datetime | None = None,
        upright: bool = False,
    ) -> None:
        self._buffer = io.BytesIO()
        points = A4 if upright else landscape(A4)
        self.width, self.height = points[0] / MM, points[1] / MM
        self._canvas = Canvas(self._buffer, pagesize=points, invariant=1)
        house.describe(self._canvas, house.About(house.clean(title), lang, author, subject, made_at))

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = 12,
        bold: bool = False,
        colour: str = "ink",
        align: str = "left",
    ) -> None:
        """One line whose foot is at y; ``x`` is its left end, middle or right end, as ``align`` says."""
        canvas = self._canvas
        canvas.setFillColor(_COLOURS[colour])
        canvas.setFont(house.BOLD if bold else house.REGULAR, size)
        draw = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}[align]
        draw(x * MM, self._down(y), house.clean(text))

    def block(
        self,
        text: str,
        x: float,
        y: float,
        *,
        width: float,
        size: float,
        lines: int = 2,
        smallest: float = 9,
        bold: bool = False,
        colour: str = "ink",
        align: str = "left",
        leading: float = 1.25,
    ) -> float:
        """Text in at most so many lines, smaller when it must be (cut, if even the smallest does not fit).

        ``y`` is the foot of the first line; the foot of the last one is returned.
        """
        font, text = house.BOLD if bold else house.REGULAR, house.clean(text)
        size = self._fitting(text, font, size, smallest, width, lines)
        said = simpleSplit(text, font, size, width * MM)
        narrower = width
        while len(said) > 1 and len(balanced := simpleSplit(text, font, size, narrower * MM)) == len(said):
            said, narrower = balanced, narrower - 6
        if len(said) > lines:
            said = [*said[: lines - 1], said[lines - 1] + "…"]
        for number, line in enumerate(said):
            at = y + number * size * leading / MM
            self.text(line, x, at, size=size, bold=bold, colour=colour, align=align)
        return y + max(len(said) - 1, 0) * size * leading / MM

    @staticmethod
    def _fitting(text: str, font: str, size: float, smallest: float, width: float, lines: int) -> float:
        longest = max(text.split(), key=len, default="")
        while size > smallest:
            fits = stringWidth(longest, font, size) <= width * MM
            if fits and len(simpleSplit(text, font, size, width * MM)) <= lines:
                break
            size -= 1
        return max(size, smallest)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "line", width: float = 0.75) -> None:
        self._canvas.setStrokeColor(_COLOURS[colour])
        self._canvas.setLineWidth(width)
        self._canvas.line(x1 * MM, self._down(y1), x2 * MM, self._down(y2))

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = "", edge: str = "", radius: float = 0
    ) -> None:
        """A rectangle from its upper left corner down, filled or edged."""
        canvas = self._canvas
        if fill:
            canvas.setFillColor(_COLOURS[fill])
        if edge:
            canvas.setStrokeColor(_COLOURS[edge])
            canvas.setLineWidth(0.75)
        canvas.roundRect(
            x * MM, self._down(y + height), width * MM, height * MM, radius * MM, stroke=bool(edge), fill=bool(fill)
        )

    def dot(self, x: float, y: float, radius: float, *, colour: str = "ink") -> None:
        self._canvas.setFillColor(_COLOURS[colour])
        self._canvas.circle(x * MM, self._down(y), radius * MM, stroke=0, fill=1)

    def mark(self, x: float, y: float, size: float) -> None:
        house.draw_mark(self._canvas, x * MM, self._down(y + size), size * MM)

    def qr(self, text: str, x: float, y: float, size: float) -> None:
        """A QR code from its upper left corner; leave four of its dots around it free."""
        house.draw_qr(self._canvas, text, x * MM, self._down(y + size), size * MM)

    def link(self, address: str, x: float, y: float, width: float, height: float) -> None:
        """A place that opens the address when it is pressed."""
        self._canvas.linkURL(address, (x * MM, self._down(y + height), (x + width) * MM, self._down(y)), relative=0)

    def bytes(self) -> bytes:
        """The finished file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()

    def _down(self, y: float) -> float:
        return (self.height - y) * MM
