"""Texts of other systems as our Markdown, and ours as theirs. Pure.

Only what a page of ours can show is kept. Nothing is trusted: the Markdown goes through the sanitiser of
``materials.markdown`` when a question is stored, as anything typed does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import quote, unquote

import nh3
from markdown_it import MarkdownIt

from lms.quizzes.formats.draft import picture, pictures_in, with_pictures

_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_AT_START = re.compile(r"^(\s*)([#+-]+)(?=\s|$)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_RULES = re.compile(r"^(\s*)([-=]{2,})(?=\s*$)", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ANY_TAG = re.compile(r"<[^<>]*>")
_DROPPED = {"script", "style", "title", "template", "noscript", "iframe", "object", "math", "svg", "head"}
_UNSHOWN = re.compile(r"<(math|svg|object|audio|video|iframe|embed|canvas|applet|form)\b", re.IGNORECASE)
_BLOCKS = {
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "tr", "ul", "ol", "dl",
    "dt", "dd", "figure", "center", "caption", "prompt",
}  # fmt: skip
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_SAFE = re.compile(r"(?:https?://|mailto:)[^\s<>()\[\]\\]+", re.IGNORECASE)
_BREAKS_AT_ENDS = re.compile(r"^(?:\s*\\\n)+|(?:(?<!\\)\\\n\s*)*(?<!\\)\\$")
_ITEM = re.compile(r"\s*(?:- |\d+\. )")

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p",
    "pre", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}}
_EMPTY = {"br", "hr", "img"}

_parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


# --- into Markdown ----------------------------------------------------------------------------------------------------
def escaped(text: str) -> str:
    """Plain text as Markdown that shows it as it is."""
    text = _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", text))
    text = _NUMBERED.sub(r"\1\\\2", _RULES.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", text)))
    return re.sub(r"^[ \t]+", "", text, flags=re.MULTILINE)


def has_tags(text: str) -> bool:
    return bool(_TAG.search(text))


def from_html(html: str, name_of: Callable[[str], str] | None = None) -> str:
    """HTML as Markdown. ``name_of`` gives for the address of a picture its name among ours, empty where it is none."""
    reader = _Reader(name_of or (lambda _address: ""))
    reader.feed(html)
    reader.close()
    return reader.text()


def unshown(html: str) -> list[str]:
    """Names of the elements in it that no page of ours can show."""
    return sorted({name.lower() for name in _UNSHOWN.findall(html)})


def to_plain(html: str) -> str:
    """The words of HTML alone, its paragraphs on lines of their own."""
    if not has_tags(html) and "&" not in html:
        return html.strip()
    html = re.sub(r"(?i)</(?:p|div|li|tr|h\d)>|<br\s*/?>", "\n", re.sub(r"\s*\n\s*", " ", html))
    lines = (" ".join(line.split()) for line in unescape(_ANY_TAG.sub("", html)).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Paragraphs with emphasis, links, lists, code and pictures; tables as lines with bars."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.name_of = name_of
        self.blocks: list[str] = []
        self.line: list[str] = []
        self.prefix = ""
        self.lists: list[int] = []  # of each open list the number of its next item; 0: bullets
        self.links: list[str] = []
        self.dropped = 0
        self.pre = False
        self.code = -1  # where in the line a piece of code began

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _DROPPED:
            self.dropped += 1
        elif tag in _BLOCKS or tag == "li":
            self._block(tag)
        elif tag == "pre":
            self._end()
            self.pre = True
        elif tag == "code" and not self.pre:
            self.code = len(self.line) if self.code < 0 else self.code
        elif tag == "br":
            self.line.append("\n" if self.pre else "\\\n")
        elif tag == "hr":
            self._end()
            self.blocks.append("---")
        elif tag == "img":
            self._picture(given)
        elif tag in {"td", "th"} and self.line:
            self.line.append(" \\| ")
        elif tag == "a":
            address = given.get("href", "").strip()
            self.links.append(address if _SAFE.fullmatch(address) else "")
            self.line.append("[" if self.links[-1] else "")
        else:
            self._mark(tag, ends=False)

    def _mark(self, tag: str, *, ends: bool) -> None:
        if tag in _MARKS:
            self.line.append(f"\0{_MARKS[tag]}{'/' if ends else ''}\0")
        elif tag in {"sub", "sup"}:
            self.line.append(f"<{'/' if ends else ''}{tag}>")

    def _block(self, tag: str) -> None:
        self._end()
        if tag in {"ul", "ol"}:
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            number = self.lists[-1] if self.lists else 0
            self.prefix = "  " * min(len(self.lists[1:]), 5) + (f"{number}. " if number else "- ")
            if number:
                self.lists[-1] += 1

    def _picture(self, given: dict[str, str]) -> None:
        name = self.name_of(given.get("src", ""))
        words = " ".join(given.get("alt", "").split())[:400]
        self.line.append(picture(name, _SPECIAL.sub("", words)) if name else escaped(words))

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.dropped = max(0, self.dropped - 1)
        elif tag in {"ul", "ol"}:
            self._end()
            self.lists = self.lists[:-1]
        elif tag in _BLOCKS or tag == "li":
            self._end()
        elif tag == "pre":
            self._end_code()
        elif tag == "code" and not self.pre and self.code >= 0:
            code = " ".join("".join(self.line[self.code :]).split())
            fence = "`" * (max([0, *map(len, re.findall("`+", code))]) + 1)
            space = " " if code[:1] == "`" or code[-1:] == "`" else ""
            self.line[self.code :] = [f"{fence}{space}{code}{space}{fence}"] if code else []
            self.code = -1
        elif tag == "a" and self.links:
            address = self.links.pop()
            self.line.append(f"]({address})" if address else "")
        else:
            self._mark(tag, ends=True)

    def handle_data(self, data: str) -> None:
        if self.dropped:
            return
        self.line.append(data if self.pre or self.code >= 0 else escaped_inline(re.sub(r"\s+", " ", data)))

    def _end(self) -> None:
        text = _BREAKS_AT_ENDS.sub("", _with_marks("".join(self.line)).strip())
        self.line, self.code = [], -1
        if text:
            self.blocks.append(self.prefix + "\n".join(escape_start(line.strip()) for line in text.split("\n")))
            self.prefix = ""

    def _end_code(self) -> None:
        code = "".join(self.line).strip("\n")
        self.line, self.pre = [], False
        if code.strip():
            fence = "`" * (max([2, *map(len, re.findall("`+", code))]) + 1)
            self.blocks.append(f"{fence}\n{code}\n{fence}")

    def text(self) -> str:
        if self.pre:
            self._end_code()
        self._end()
        out = ""
        for before, block in zip(["", *self.blocks], self.blocks, strict=False):
            both_items = _ITEM.match(before) and _ITEM.match(block)
            out += ("\n" if both_items else "\n\n" if before else "") + block
        return out


def escaped_inline(text: str) -> str:
    return _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", text))


def escape_start(line: str) -> str:
    return _NUMBERED.sub(r"\1\\\2", _RULES.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", line)))


def _with_marks(text: str) -> str:
    """Signs of emphasis next to their words: Markdown reads none that touch a space."""
    if "\0" not in text:
        return text
    parts = text.split("\0")
    out: list[str] = []
    open_marks: list[tuple[str, int]] = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            out.append(part)
        elif part.endswith("/"):
            _close(out, open_marks, part[:-1])
        elif part not in {mark for mark, _at in open_marks}:
            open_marks.append((part, len(out)))
            out.append("")
    return "".join(out)


def _close(out: list[str], open_marks: list[tuple[str, int]], mark: str) -> None:
    if not open_marks or open_marks[-1][0] != mark:
        return
    _mark, at = open_marks.pop()
    inner = "".join(out[at:])
    words = inner.strip()
    if not words or "\n\n" in words or words.endswith("\\"):
        return
    head, tail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    out[at:] = [head + mark + words + mark + tail]


# --- out of Markdown --------------------------------------------------------------------------------------------------
def to_xhtml(markdown: str, address: Callable[[str], str] | None = None) -> str:
    """Well-formed XHTML; ``address`` gives where a picture of that name stands."""
    if address is not None:
        markdown = with_addresses(markdown, address)
    html = nh3.clean(
        _parser.render(markdown), tags=_TAGS, attributes=_ATTRIBUTES, clean_content_tags=_DROPPED, link_rel=None
    )
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return "".join(writer.out).strip()


class _Writer(HTMLParser):
    """Writes again what the sanitiser gave, with every element closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
        self.out.append(f"<{tag}{given}{'/' if tag in _EMPTY else ''}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False))


def with_addresses(markdown: str, address: Callable[[str], str]) -> str:
    return with_pictures(markdown, {name: address(name) for name in pictures_in(markdown)})


def paragraphs(text: str) -> str:
    """Plain text as HTML."""
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part)


def joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def file_name(address: str) -> str:
    """The last part of an address, as text."""
    return unquote(address.split("?")[0].split("#")[0]).replace("\\", "/").rpartition("/")[2]


def quoted(name: str) -> str:
    return quote(name, safe="")
