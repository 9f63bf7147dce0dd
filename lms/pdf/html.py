"""The HTML that our own Markdown makes, as paragraphs, lists, tables and pictures on paper.

It has been through the sanitiser, so its tags are few and well formed; a tag that is not known here gives its words.
Every piece of text is escaped again before it is put into the writer's own small markup, and of attributes only the
address of a link goes there, quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.sax.saxutils import escape, quoteattr

from reportlab.platypus import Flowable, HRFlowable, Paragraph, Preformatted, Spacer

from lms.pdf import house
from lms.pdf.flow import Callout, Heading, Quoted, bullets
from lms.pdf.tables import Cell, aligned, table

_INLINE = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "del": "strike", "s": "strike", "ins": "u", "u": "u", "sup": "super",
    "sub": "sub",
}  # fmt: skip
_TINTED = dict.fromkeys(("code", "kbd", "mark"), ' backColor="#eeeee8"') | {"small": ' size="8.5"'}
_INSET = {"blockquote": "quote", "dd": "inset"}
_BARRED = {"quote": Quoted, "callout": Callout}
_HEADINGS = {"h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
_PLAIN = {"span", "label", "abbr", "q"}  # their words alone
_NUMBER = re.compile(r"[0-9]{1,6}")
_TAG = re.compile(r"<[^>]*>")
_ABSOLUTE = ("http://", "https://", "mailto:", "tel:")


def flowables(
    html: str,
    *,
    width: float,
    base: str = "",
    picture_of: Callable[[str], Flowable | None] = lambda _address: None,
    name: str = "part",
) -> list[Flowable]:
    """``width`` is that of the page in points, ``name`` begins the anchors of headings; the rest: ``Document.html``."""
    reader = _Reader(width, base, picture_of, name)
    reader.feed(html)
    reader.close()
    return reader.done()


class _Reader(HTMLParser):
    """Goes through the tags once. ``_out`` is the stack of what is being filled: the page, an item in it."""

    def __init__(self, width: float, base: str, picture_of: Callable[[str], Flowable | None], name: str) -> None:
        super().__init__(convert_charrefs=True)
        self._width, self._base, self._picture_of, self._name = width, base, picture_of, name
        self._out: list[list[Flowable]] = [[]]
        self._text: list[str] = []  # the paragraph being read, as markup
        self._open: list[str] = []  # its open inline tags
        self._lists: list[tuple[bool, int, list[list[Flowable]]]] = []
        self._rows: list[list[Cell]] | None = None  # of the table being read
        self._side: str | None = None  # of the cell being read
        self._inset: list[str] = []  # the quotes and definitions around it
        self._headings = 0
        self._pre = False

    def done(self) -> list[Flowable]:
        self._end_paragraph()
        return self._out[0]

    # --- what the parser calls ----------------------------------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._pre:
            return
        if tag in _INLINE:
            self._begin(_INLINE[tag])
        elif tag in _TINTED:
            self._begin("font", _TINTED[tag])
        elif tag == "a":
            self._begin_link(values.get("href", ""))
        elif tag == "br":
            self._text.append("<br/>")
        elif tag == "input":
            self._text.append("[×] " if "checked" in values else "[ ] ")
        elif tag == "img":
            self._show(values)
        elif tag not in _PLAIN:
            self._begin_block(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if self._pre and tag != "pre":
            return
        if tag in _INLINE:
            self._end(_INLINE[tag])
        elif tag in _TINTED or tag == "a":
            self._end("a" if tag == "a" else "font")
        elif tag in _HEADINGS:
            self._end_heading(_HEADINGS[tag])
        elif tag not in _PLAIN:
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        if self._pre:
            self._text.append(data)
        elif self._text or data.strip():
            self._text.append(escape(house.clean(data.replace("\n", " "))))

    # --- blocks -------------------------------------------------------------------------------------------------------
    def _begin_block(self, tag: str, values: dict[str, str]) -> None:
        self._end_paragraph()
        if tag in {"ul", "ol"}:
            start = values.get("start", "")
            self._lists.append((tag == "ol", int(start) if _NUMBER.fullmatch(start) else 1, []))
        elif tag == "li" and self._side is not None:
            self._text.append("• ")
        elif tag == "li" and self._lists:
            self._out.append([])
        elif tag == "table" and self._rows is None:
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._side = values.get("align", "left")
        elif tag in _INSET:
            self._inset.append("callout" if "callout" in values.get("class", "").split() else _INSET[tag])
        elif tag == "hr":
            self._put(HRFlowable(width="100%", thickness=0.75, color=house.LINE, spaceBefore=4, spaceAfter=8))
        elif tag == "pre":
            self._pre = True
        elif tag in {"dt", "summary"} or values.get("class") == "callout-title":
            self._begin("b")

    def _end_block(self, tag: str) -> None:
        if tag == "pre":
            self._end_pre()
        if tag in {"td", "th"}:
            self._end_cell(tag)
        self._end_paragraph()
        if tag in {"ul", "ol"} and self._lists:
            numbered, start, items = self._lists.pop()
            if items:
                self._put(bullets(items, numbered=numbered, start=start))
        elif tag == "li" and self._side is None and self._lists and len(self._out) > 1:
            item = self._out.pop()
            self._lists[-1][2].append(item or [Paragraph("", house.styles()["body"])])
        elif tag == "table" and self._rows is not None:
            rows, self._rows = [row for row in self._rows if row], None
            if rows:
                self._put(table(rows[0], rows[1:], self._width))
                self._put(Spacer(1, 10))
        elif tag in _INSET and self._inset:
            self._inset.pop()

    def _end_paragraph(self) -> None:
        if self._side is not None:  # in a cell there is one paragraph, with breaks
            if self._text and self._text[-1] not in {"<br/>", "• "}:
                self._text.append("<br/>")
            return
        text = self._take()
        if text:
            kind = self._inset[-1] if self._inset else "body"
            self._put(_BARRED.get(kind, Paragraph)(text, house.styles()[kind]))

    def _end_heading(self, level: int) -> None:
        text = self._take()
        if text:
            self._headings += 1
            self._put(Heading(text, level, f"{self._name}-{self._headings}"))

    def _end_pre(self) -> None:
        self._pre = False
        text = house.clean("".join(self._text)).strip("\n").replace("\t", "    ")
        self._text.clear()
        self._put(Preformatted(text, house.styles()["code"], maxLineLength=95, newLineChars=""))

    def _end_cell(self, tag: str) -> None:
        text = self._take().removesuffix("<br/>")
        if self._rows:
            self._rows[-1].append(Paragraph(text, aligned("head" if tag == "th" else "cell", self._side or "left")))
        self._side = None

    def _show(self, values: dict[str, str]) -> None:
        shown = self._picture_of(values.get("src", "")) if self._side is None else None
        if shown is None:
            self._text.append(escape(house.clean(values.get("alt", ""))))
        else:
            self._end_paragraph()
            self._put(shown)

    def _put(self, flowable: Flowable) -> None:
        self._out[-1].append(flowable)

    # --- inside a paragraph -------------------------------------------------------------------------------------------
    def _begin(self, tag: str, attributes: str = "") -> None:
        self._text.append(f"<{tag}{attributes}>")
        self._open.append(tag)

    def _begin_link(self, address: str) -> None:
        """Of an address that means nothing on paper, the words stay."""
        if address.startswith("/") and self._base:
            address = self._base + address
        if address.startswith(_ABSOLUTE) and "a" not in self._open:
            self._begin("a", f' href={quoteattr(address)} color="#2a4899"')

    def _end(self, tag: str) -> None:
        """Close it, and what was opened inside and not closed."""
        while tag in self._open:
            last = self._open.pop()
            self._text.append(f"</{last}>")
            if last == tag:
                return

    def _take(self) -> str:
        """The paragraph so far, with every tag closed; empty if it has no words."""
        while self._open:
            self._text.append(f"</{self._open.pop()}>")
        text = "".join(self._text).strip()
        self._text.clear()
        return text if _TAG.sub("", text).strip() else ""
