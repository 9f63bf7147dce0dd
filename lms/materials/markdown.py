"""Markdown as trainers write it, made into HTML that is safe on our pages. Pure: text in, HTML out.

CommonMark with tables, strikethrough, footnotes, task lists and callouts. What comes out has been through a sanitiser
that keeps a short list of tags and attributes, so it may be stored and shown as it is. Headings start at the second
level (the page's title is the first), skip none, and carry ids for the table of contents. Pictures come from our own
files only; a picture kept elsewhere becomes a link to it, because no page of ours asks another host for anything.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from lms.materials import callouts
from lms.slugs import slug
from lms.typography import typo

LARGEST = 100 * 1024  # bytes of Markdown on one page
LARGEST_TRANSCRIPT = 250 * 1024  # two hours and a half of talk
MOST_BRACKETS = 10_000  # each "[" may begin a link, and is looked at many times over
FILE_ADDRESS = re.compile(r"/files/(\d{1,18})/[^/\\]+")

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "label", "li", "mark", "ol", "p", "pre", "q", "s", "section",
    "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "id"},
    "abbr": {"title"},
    "div": {"aria-label"},
    "img": {"src", "alt", "title"},
    "input": {"checked", "disabled"},
    "li": {"id"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
_ATTRIBUTE_WORDS = {
    "blockquote": {"role": {"note"}},
    "div": {"role": {"region"}, "tabindex": {"0"}},
    "td": {"align": {"left", "right", "center"}},
    "th": {"scope": {"col", "row"}, "align": {"left", "right", "center"}},
}
_CLASSES = {
    "a": {"footnote-backref"},
    "blockquote": callouts.CLASSES,
    "div": {"table-responsive"},
    "input": {"form-check-input"},
    "li": {"footnote-item", "task-list-item"},
    "p": {callouts.TITLE_CLASS},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
    "table": {"tbl"},
}
_HEADING = re.compile(r'<h([23]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_BOX = re.compile(r"\[([ xX])\]\s+")
_NO_SOURCE = re.compile(r'<img(?:\s(?!src=)[a-z-]+="[^"]*")*>')  # a picture that was not ours, as HTML
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FOOTNOTE_ID = re.compile(r"fn(?:ref)?\d+(?::\d+)?")


class TooLong(ValueError):
    """More than a page may hold."""


@dataclass(frozen=True)
class Heading:
    """An entry of a page's table of contents; ``level`` is 2 or 3."""

    level: int
    id: str
    text: str


def must_fit(markdown: str, *, largest: int = LARGEST) -> None:
    """Raises TooLong where it is more than ``to_html`` takes."""
    if len(markdown.encode("utf-8", "surrogatepass")) > largest or markdown.count("[") > MOST_BRACKETS:
        raise TooLong


def to_html(markdown: str, *, largest: int = LARGEST) -> str:
    """Sanitised HTML of a page. Raises TooLong beyond so many bytes, before anything is parsed."""
    must_fit(markdown, largest=largest)
    environment: MutableMapping[str, Any] = {"ids": {}}
    html = _parser.render(markdown, environment)
    ids: dict[str, int] = environment["ids"]

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            return value if value in ids or _FOOTNOTE_ID.fullmatch(value) else None
        if attribute == "src":
            return value if FILE_ADDRESS.fullmatch(value) else None
        if attribute == "href" and (_CONTROL.search(value) or value.strip().replace("\\", "/").startswith("//")):
            return None
        return value

    return _NO_SOURCE.sub(
        "",
        nh3.clean(
            html,
            tags=_TAGS,
            clean_content_tags={"script", "style", "template", "noscript", "iframe", "title", "svg", "math"},
            attributes=_ATTRIBUTES,
            attribute_filter=keep,
            tag_attribute_values=_ATTRIBUTE_WORDS,
            set_tag_attribute_values={"input": {"type": "checkbox"}},
            allowed_classes=_CLASSES,
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="noopener",
        ),
    )


def contents(html: str) -> list[Heading]:
    """The table of contents of what ``to_html`` gave: headings of the second and third level."""
    return [Heading(int(level), id, to_text(inner)) for level, id, inner in _HEADING.findall(html)]


def to_text(html: str) -> str:
    """The words alone of what ``to_html`` gave."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def files_in(html: str) -> set[int]:
    """Ids of our own files that a page shows or links to."""
    return {int(id) for id in FILE_ADDRESS.findall(html)}


# --- what we add to the parser ----------------------------------------------------------------------------------------
def _polish(state: StateCore) -> None:
    """Give headings their level and id, and texts their no-break spaces."""
    headings = [(i, token) for i, token in enumerate(state.tokens) if token.type == "heading_open"]
    ids: dict[str, int] = state.env.setdefault("ids", {})
    levels = _levels([int(token.tag[1]) for _, token in headings])
    for (index, token), level in zip(headings, levels, strict=True):
        token.tag = state.tokens[index + 2].tag = f"h{level}"
        token.attrSet("id", _new_id(_plain(state.tokens[index + 1]), ids))
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = typo(child.content)


def _levels(written: list[int]) -> list[int]:
    """The shallowest heading becomes the second level, and none is more than one deeper than the one before."""
    top, given = min(written, default=2), list[int]()
    for level in written:
        given.append(min(level - top + 2, (given[-1] if given else 1) + 1, 6))
    return given


def _new_id(text: str, taken: dict[str, int]) -> str:
    """An id nobody has on this page; ``taken`` counts how often each was asked for."""
    # With a prefix, so that no heading takes the name of a part of the page around it.
    base = id = f"s-{slug(text) or len(taken) + 1}"
    while id in taken:
        taken[base] += 1
        id = f"{base}-{taken[base]}"
    taken[id] = 1
    return id


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in {"text", "code_inline"})


def _name_tables(state: StateCore) -> None:
    """Say the column heads as the name of a table's scrolling region, and let first cells head their rows."""
    heads: list[str] = []
    table = first = in_head = None
    for index, token in enumerate(state.tokens):
        if token.type == "table_open":
            table, heads, in_head = token, [], True
        elif token.type == "thead_close":
            in_head = False
            if table:
                table.meta["name"] = ", ".join(filter(None, heads))
        elif token.type == "tr_open":
            first = True
        elif token.type in {"th_open", "td_open"}:
            text = _plain(state.tokens[index + 1])
            if in_head:
                heads.append(text)
            _align(token)
            close = state.tokens[index + 2]
            if text and (in_head or first):
                token.tag = close.tag = "th"
                token.attrSet("scope", "col" if in_head else "row")
            else:
                token.tag = close.tag = "td"
            first = False


def _align(cell: Token) -> None:
    """The parser writes alignment as a style; our pages allow none."""
    style = str(cell.attrs.pop("style", ""))
    if style:
        cell.attrSet("align", style.removeprefix("text-align:"))


def _tick_boxes(state: StateCore) -> None:
    """``- [ ] text`` and ``- [x] text`` become items with a box. (The plugin for it takes 17 s on 100 KB of them.)"""
    for item, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type != "list_item_open" or paragraph.type != "paragraph_open" or not inline.children:
            continue
        mark = _BOX.match(inline.children[0].content) if inline.children[0].type == "text" else None
        if mark is None:
            continue
        item.attrSet("class", "task-list-item")
        inline.children[0].content = inline.children[0].content[mark.end() :]
        checked = " checked" if mark[1] in "xX" else ""
        box, end = Token("html_inline", "", 0), Token("html_inline", "", 0)
        box.content = f'<label><input class="form-check-input" disabled{checked}> '
        end.content = "</label>"
        inline.children = [box, *inline.children, end]


def _open_table(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    name = nh3.clean_text(tokens[index].meta.get("name") or "—")
    return f'<div class="table-responsive" role="region" tabindex="0" aria-label="{name}">\n<table class="tbl">\n'


def _close_table(_self: Any, _tokens: Sequence[Token], _index: int, _options: Any, _env: Any) -> str:
    return "</table>\n</div>\n"


def _image(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """Our own picture, or a link to one that is kept elsewhere."""
    token = tokens[index]
    source, title = nh3.clean_text(str(token.attrs.get("src", ""))), nh3.clean_text(str(token.attrs.get("title", "")))
    words = nh3.clean_text(_plain(token) or token.content)
    if FILE_ADDRESS.fullmatch(str(token.attrs.get("src", ""))):
        return f'<img src="{source}" alt="{words}"' + (f' title="{title}">' if title else ">")
    return f'<a href="{source}">{words or source}</a>'


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin)
    parser.core.ruler.after("block", "callouts", callouts.find)
    parser.core.ruler.push("tick_boxes", _tick_boxes)
    parser.core.ruler.push("polish", _polish)
    parser.core.ruler.push("name_tables", _name_tables)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("image", _image)
    return parser


_parser = _make_parser()
