"""A module to carry along: one ZIP of plain pages with their files, which asks nobody for anything. No database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from lms import zips
from lms.materials.markdown import FILE_ADDRESS
from lms.materials.places import KeptFile

_LINK = re.compile(r'(href|src)="(/[^"]*)"')
_MATERIAL = re.compile(r"/materials/(\d{1,18})(#[^\"]*)?")
# These files are opened from a disk: whatever stands in them, the browser runs nothing and asks nobody.
_POLICY = "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src 'unsafe-inline'"
_LOOK = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.125rem/1.65 system-ui,sans-serif;color:#1b2130;"
    "background:#fff}h1,h2,h3{line-height:1.25}img,video{max-width:100%;height:auto}a{color:#2a4899}"
    "blockquote{margin:1.4em 0;padding:1rem 1.5rem;background:#e8edf9;border-radius:8px}pre{overflow:auto}"
    ".callout{border-left:4px solid #2a4899;border-radius:0}.callout-title{font-weight:700}"
    ".task-list-item{list-style:none}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.5rem .75rem;text-align:left;border-bottom:1px solid #ccc}"
    ".dim{color:#555b6b}nav{margin-bottom:2rem}"
)


@dataclass(frozen=True)
class PackedFile:
    """A file of the platform: where its content lies, what it is called in the archive."""

    id: int
    path: KeptFile
    name: str

    @property
    def inside(self) -> str:
        return f"files/{self.id}-{self.name}"


@dataclass(frozen=True)
class PackedPage:
    """A material: its page, or the file or the address it is; ``note`` says what it is and how large."""

    id: int
    title: str
    note: str = ""
    html: str = ""
    file: PackedFile | None = None
    url: str = ""


@dataclass(frozen=True)
class Pack:
    title: str
    summary: str
    pages: list[PackedPage]
    files: list[PackedFile]
    home: str  # the address of the platform, for links to what is not in the archive
    words: dict[str, str] = field(default_factory=dict)  # language, contents, until, back
    made: tuple[int, int, int, int, int, int] = (1980, 1, 1, 0, 0, 0)


def archive(pack: Pack) -> Iterator[bytes]:
    """The bytes of the ZIP, made while it is sent."""
    return zips.written(_texts(pack), ((file.inside, file.path) for file in pack.files), made=pack.made)


# --- the pages --------------------------------------------------------------------------------------------------------
def _texts(pack: Pack) -> Iterable[tuple[str, str]]:
    yield "index.html", _document(pack, pack.title, _index(pack))
    for page in pack.pages:
        if page.html:
            back = f'<nav><a href="index.html">{escape(pack.words.get("back", pack.title))}</a></nav>'
            yield f"{page.id}.html", _document(pack, page.title, back, f"<main>{_at_home(page.html, pack)}</main>")


def _index(pack: Pack) -> str:
    lines = [f"<p>{escape(pack.summary)}</p>"] if pack.summary else []
    lines.append("<ol>")
    for page in pack.pages:
        href = f"{page.id}.html" if page.html else page.file.inside if page.file else page.url
        title = f'<a href="{escape(href)}">{escape(page.title)}</a>' if href else escape(page.title)
        lines.append(f'<li>{title} <span class="dim">{escape(page.note)}</span></li>')
    return "\n".join([*lines, "</ol>", f'<p class="dim">{escape(pack.words.get("until", ""))}</p>'])


def _document(pack: Pack, title: str, *parts: str) -> str:
    language = pack.words.get("language", "ru")
    head = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_LOOK}</style></head><body>\n"
    )
    first, *rest = parts
    return (
        head
        + "\n".join([first if rest else "", f"<h1>{escape(title)}</h1>", *(rest or [first])])
        + "\n</body></html>\n"
    )


def _at_home(html: str, pack: Pack) -> str:
    """Addresses of our own lead inside the archive, or to the platform for what is not in it."""
    files, pages = {file.id: file.inside for file in pack.files}, {page.id for page in pack.pages if page.html}

    def led(found: re.Match[str]) -> str:
        name, address = found.groups()
        inside = FILE_ADDRESS.fullmatch(address)
        if inside and int(inside[1]) in files:
            return f'{name}="{escape(files[int(inside[1])])}"'
        page = _MATERIAL.fullmatch(address)
        if page and int(page[1]) in pages:
            return f'{name}="{page[1]}.html{page[2] or ""}"'
        # A picture that is not here is not fetched either.
        return f'{name}="{pack.home}{address}"' if name == "href" else ""

    return _LINK.sub(led, html)
