"""What Word, a mail program or a web page puts on the clipboard, made into clean Markdown. Pure.

Only what a page of ours can show is kept: headings, emphasis, links, lists, quotations, code, tables, our own pictures.
Nothing is trusted: the Markdown goes through the same sanitiser as anything typed when the page is saved.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

from lms.materials.markdown import FILE_ADDRESS

LARGEST = 1024 * 1024  # Word sends ten times the text in styles
_DROPPED = {"script", "style", "title", "template", "noscript", "iframe", "svg", "math", "object", "xml"}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "figure",
    "figcaption",
    "address",
    "dl",
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~", "strike": "~~"}
_TAGS = {
    *_BLOCKS, *_HEADINGS, *_MARKS, "ul", "ol", "li", "blockquote", "pre", "code", "br", "hr", "img", "a",
    "table", "thead", "tbody", "tr", "td", "th",
}  # fmt: skip
_ATTRIBUTES = {"*": {"style"}, "a": {"href"}, "img": {"src", "alt"}}
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_AT_START = re.compile(r"^(\s*)([#>+-]+)(?=\s|$)")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s)")
_BULLET = re.compile(r"^(?:[·•▪◦§oü–-])\s+")
_NUMBER = re.compile(r"^(\d+|[a-zа-я])[.)]\s+", re.IGNORECASE)
_WORD_LIST = re.compile(r"mso-list:\s*l\d+\s+level(\d)", re.IGNORECASE)
_UNSAFE = re.compile(r"[\s<>()\x00-\x1f]")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_OFTEN_OPEN = {"p", "li", "td", "th", "tr", "br", "hr", "img", "meta", "link", "col", "input", "dt", "dd", "o"}
MOST_TAGS = 50_000
DEEPEST = 500
_DEEPEST_SHOWN = 20


class TooLong(ValueError):
    """More HTML than anybody pastes."""


def to_markdown(html: str) -> str:
    """Clean Markdown, paragraphs parted by one empty line. Raises TooLong beyond 1 MB."""
    if len(html) > LARGEST or html.count("<") > MOST_TAGS or _depth(html) > DEEPEST:
        raise TooLong
    reader = _Reader()
    reader.feed(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, clean_content_tags=_DROPPED, link_rel=None))
    reader.close()
    return reader.text()


def _depth(html: str) -> int:
    """How deep elements stand in each other at most; the sanitiser takes the square of it in time."""
    depth = deepest = 0
    for closes, tag in _ANY_TAG.findall(html):
        if tag.lower() not in _OFTEN_OPEN:
            depth = max(0, depth - 1) if closes else depth + 1
            deepest = max(deepest, depth)
    return deepest


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []  # finished ones
        self.line: list[str] = []  # the one being read
        self.lists: list[list[int]] = []  # of each open list the number of its next item; 0: bullets
        self.quotes = 0
        self.prefix = ""
        self.marks: list[tuple[str, str, int]] = []  # tag, what ends it, where it began
        self.rows: list[list[str]] | None = None
        self.pre = False

    # --- what comes ---------------------------------------------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _HEADINGS:
            self._begin("#" * max(2, _HEADINGS[tag]) + " ")
        elif tag in _BLOCKS:
            self._begin_paragraph(given.get("style", ""))
        elif tag in {"ul", "ol"}:
            self._end()
            self.lists.append([1 if tag == "ol" else 0])
        elif tag == "li":
            self._begin(self._bullet())
        elif tag == "blockquote":
            self._end()
            self.quotes += 1
        elif tag == "pre":
            self._end()
            self.pre = True
        elif tag == "br":
            self.line.append("\n" if self.pre or self.rows is None else " ")
        elif tag == "hr":
            self._end()
            self.blocks.append("---")
        elif tag == "img":
            self._picture(given)
        else:
            self._table_or_mark(tag, given)

    def _table_or_mark(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self._end()
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.line = []
        elif tag == "a":
            self.marks.append((tag, self._target(given.get("href", "")), len(self.line)))
        elif tag in _MARKS and "font-weight:normal" not in given.get("style", "").replace(" ", ""):
            self.marks.append((tag, _MARKS[tag], len(self.line)))
        elif tag == "code" and not self.pre:
            self.marks.append((tag, "`", len(self.line)))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "code"} or tag in _MARKS:
            self._close(tag)
        elif tag in _HEADINGS or tag in _BLOCKS or tag == "li":
            self._end()
        elif tag in {"ul", "ol"}:
            self._end()
            self.lists = self.lists[:-1]
        elif tag == "blockquote":
            self._end()
            self.quotes = max(0, self.quotes - 1)
        elif tag == "pre":
            self._end_code()
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append(" ".join("".join(self.line).split()).replace("|", "\\|"))
            self.line, self.marks = [], []
        elif tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self.pre or any(tag == "code" for tag, _end, _at in self.marks):
            self.line.append(data)
        else:
            self.line.append(_SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data)))

    # --- lines and marks ----------------------------------------------------------------------------------------------
    def _begin(self, prefix: str) -> None:
        if self.rows is None:
            self._end()
            self.prefix = prefix

    def _begin_paragraph(self, style: str) -> None:
        if self.rows is not None or "".join(self.line).strip() == "":
            # A paragraph right inside an item is the item's own text.
            self.prefix = self.prefix if self.lists or self.rows is not None else ""
        else:
            self._end()
        if level := _WORD_LIST.search(style):
            self.prefix = f"\0{level[1]}"  # a list that Word draws with paragraphs; its mark is part of the text

    def _bullet(self) -> str:
        if not self.lists:
            return "- "
        number = self.lists[-1][0]
        self.lists[-1][0] += 1 if number else 0
        indent = "   " * min(len(self.lists) - 1, _DEEPEST_SHOWN)
        return f"{indent}{number}. " if number else f"{indent}- "

    def _close(self, tag: str) -> None:
        places = [at for at, mark in enumerate(self.marks) if mark[0] == tag]
        if not places:
            return
        _tag, end, began = self.marks[places[-1]]
        del self.marks[places[-1] :]
        inside = "".join(self.line[began:])
        bare = inside.strip()
        before, after = (
            (inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]) if bare else ("", "")
        )
        if bare and tag == "a":
            bare = f"[{bare}]({end})" if end else bare
        elif bare and end == "`":
            bare = f"`{bare.replace('`', '')}`"
        elif bare and "\n" not in bare:
            bare = f"{end}{bare}{end}"
        self.line[began:] = [before + bare + after] if bare else [inside]

    def _target(self, href: str) -> str:
        fits = re.match(r"(?:https?://|mailto:|tel:|/[^/\\]|#)", href.strip(), re.IGNORECASE)
        return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", href.strip()) if fits else ""

    def _picture(self, given: dict[str, str]) -> None:
        if FILE_ADDRESS.fullmatch(given.get("src", "")):
            words = _SPECIAL.sub(r"\\\1", " ".join(given.get("alt", "").split()))
            self.line.append(f"![{words}]({given['src']})")

    def _end(self) -> None:
        if self.rows is not None:
            self.line.append(" ")
            return
        text, prefix = "".join(self.line), self.prefix
        self.line, self.marks, self.prefix = [], [], ""
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        if not text:
            return
        if prefix.startswith("\0"):
            prefix, text = _word_item(int(prefix[1]), text)
        elif not prefix:
            text = _NUMBERED.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", text))
        self._put(prefix + text.replace("\n", " " if prefix.startswith("#") else "\\\n" + " " * len(prefix)))

    def _put(self, block: str) -> None:
        quote = "> " * min(self.quotes, _DEEPEST_SHOWN)
        self.blocks.append("\n".join(quote + line for line in block.split("\n")) if quote else block)

    def _end_code(self) -> None:
        text, self.line, self.pre = "".join(self.line).strip("\n"), [], False
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
        if text:
            self.blocks.append(f"{fence}\n{text}\n{fence}")

    def _end_table(self) -> None:
        rows, self.rows, self.line = [row for row in self.rows or [] if row], None, []
        width = max((len(row) for row in rows), default=0)
        if not rows:
            return
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        self._put("\n".join([lines[0], f"|{'---|' * width}", *lines[1:]]))

    def text(self) -> str:
        if self.rows is not None:
            self._end_table()
        self._end()
        pieces = self.blocks[:1]
        for before, block in zip(self.blocks, self.blocks[1:], strict=False):
            pieces += ["\n" if _is_item(before) and _is_item(block) else "\n\n", block]
        return "".join(pieces)


def _word_item(level: int, text: str) -> tuple[str, str]:
    """The mark in Word's own text («·», «1.») becomes one of Markdown."""
    indent = "   " * (level - 1)
    if number := _NUMBER.match(text):
        return f"{indent}{number[1] if number[1].isdigit() else 1}. ", text[number.end() :]
    return f"{indent}- ", _BULLET.sub("", text.replace("\\", "", 1) if text.startswith("\\") else text)


def _is_item(block: str) -> bool:
    return re.match(r"\s*(?:- |\d+\. )", block) is not None
