"""A document that grows from top to bottom: headings, paragraphs, lists, tables, pictures; A4, pages numbered."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from lms.pdf import house
from lms.pdf.flow import Heading, bullets, picture
from lms.pdf.house import MM
from lms.pdf.html import flowables
from lms.pdf.tables import table

_MARGIN = 18 * MM


class Document:
    """Say what follows what, then ``bytes()``.

    ``title`` names the file for programs and stands at the foot of each page; put it on the paper with ``heading(title,
    1)``. ``lang`` is "ru" or "en". ``made_at`` is written into the file; without it equal calls make equal bytes on any
    day. All texts are plain, but for ``html``.
    """

    def __init__(
        self,
        title: str,
        *,
        lang: str = "ru",
        author: str = "",
        subject: str = "",
        made_at: datetime | None = None,
        wide: bool = False,
    ) -> None:
        self.title = house.clean(title)
        self._about = house.About(self.title, lang, author, subject, made_at)
        self._size = landscape(A4) if wide else A4
        self._story: list[Flowable] = []

    @property
    def width(self) -> float:
        """What lies between the margins, in millimetres."""
        return float(self._size[0] - 2 * _MARGIN) / MM

    def heading(self, text: str, level: int = 2) -> None:
        """1 (the title of the whole) to 4; it stays with what follows; 1 to 3 are in the file's contents."""
        self._story.append(Heading(_markup(text), level, f"h{len(self._story)}"))

    def paragraph(self, text: str, kind: str = "body") -> None:
        """``kind`` is body, lede, small, dim or quote. Line breaks are kept."""
        self._story.append(Paragraph(_markup(text).replace("\n", "<br/>"), house.styles()[kind]))

    def items(self, texts: Iterable[str], *, numbered: bool = False) -> None:
        body = house.styles()["body"]
        self._story.append(bullets([[Paragraph(_markup(text), body)] for text in texts], numbered=numbered))

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str | int]],
        *,
        widths: Sequence[float] | None = None,
        align: Sequence[str] = (),
        lined: bool = True,
        row_height: float | None = None,
    ) -> None:
        """Rows under a head that is repeated on every page.

        ``widths`` are shares of the page's width (without them: by what stands in the columns). ``align`` is left,
        center or right for each column; figures go to the right by themselves. ``row_height`` in millimetres is the
        least height of a row, for lists to sign.
        """
        least = row_height * MM if row_height else None
        self._story.append(
            table(list(head), rows, self.width * MM, widths=widths, align=align, lined=lined, least_height=least)
        )
        self.space(4)

    def picture(self, content: bytes, *, width: float | None = None) -> None:
        """A PNG, JPEG, GIF or WebP, at most as large as the page; ``width`` in millimetres. Raises ValueError."""
        self._story.append(picture(content, self._frame, width=width))

    def qr(self, text: str, size: float = 30) -> None:
        """A QR code, ``size`` millimetres wide."""
        self._story.append(_Qr(text, size * MM))

    def html(
        self, sanitised: str, *, base: str = "", picture_of: Callable[[str], bytes | None] = lambda _address: None
    ) -> None:
        """What our own Markdown makes (``materials.markdown.to_html``), and nothing else: it is taken at its word.

        ``base`` goes before addresses of our own; ``picture_of`` gives the content for the ``src`` of a picture, or
        None: then its words stand in its place.
        """

        def shown(address: str) -> Flowable | None:
            content = picture_of(address)
            try:
                return picture(content, self._frame) if content else None
            except ValueError:
                return None

        self._story += flowables(
            sanitised, width=self.width * MM, base=base, picture_of=shown, name=f"part-{len(self._story)}"
        )

    def rule(self) -> None:
        """A hairline across the page."""
        self._story.append(HRFlowable(width="100%", thickness=0.75, color=house.LINE, spaceBefore=4, spaceAfter=8))

    def space(self, height: float) -> None:
        """So many millimetres of nothing."""
        self._story.append(Spacer(1, height * MM))

    def new_page(self) -> None:
        self._story.append(PageBreak())

    def room_for(self, height: float) -> None:
        """Go on to a new page unless so many millimetres are left on this one."""
        self._story.append(CondPageBreak(height * MM))

    def bytes(self) -> bytes:
        """The finished file."""
        buffer = io.BytesIO()
        about = self._about
        template = BaseDocTemplate(
            buffer, pagesize=self._size, title=about.title, author=about.author, subject=about.subject
        )
        frame = Frame(_MARGIN, _MARGIN, *self._frame, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        template.addPageTemplates(PageTemplate("page", [frame]))
        template.build(self._story or [Spacer(1, 1)], canvasmaker=self._canvas)
        return buffer.getvalue()

    @property
    def _frame(self) -> tuple[float, float]:
        return self._size[0] - 2 * _MARGIN, self._size[1] - 2 * _MARGIN

    def _canvas(self, *args: Any, **kwargs: Any) -> Canvas:
        kwargs["invariant"] = 1
        canvas = _Numbered(*args, **kwargs)
        canvas.foot = self.title
        house.describe(canvas, self._about)
        return canvas


class _Numbered(Canvas):
    """Writes «3 / 7» at the foot of each page; the 7 is a form that is filled when the last one is done."""

    foot = ""

    def showPage(self) -> None:
        right, foot = self._pagesize[0] - _MARGIN - 6 * MM, 9.7 * MM
        house.draw_mark(self, _MARGIN, 8.2 * MM, 5 * MM)
        self.setFont(house.REGULAR, 8)
        self.setFillColor(house.INK_2)
        self.drawString(_MARGIN + 7 * MM, foot, self.foot if len(self.foot) < 100 else f"{self.foot[:99]}…")
        self.drawRightString(right, foot, f"{self._pageNumber} /")
        self.saveState()
        self.translate(right + 2, foot)
        self.doForm("pages")
        self.restoreState()
        super().showPage()

    def save(self) -> None:
        self.beginForm("pages", 0, -3, 9 * MM, 9)
        self.setFont(house.REGULAR, 8)
        self.setFillColor(house.INK_2)
        self.drawString(0, 0, str(self._pageNumber - 1))
        self.endForm()
        super().save()


class _Qr(Flowable):
    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self.text, self.width, self.height = text, size, size

    def draw(self) -> None:
        house.draw_qr(self.canv, self.text, 0, 0, self.width)


def _markup(text: str) -> str:
    return escape(house.clean(text))
