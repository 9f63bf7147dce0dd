"""What stands in the folders of a Common Cartridge: pages, links, files, discussions, tests. No database."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from urllib.parse import quote, unquote, urlsplit

from flask_babel import gettext as _

from lms.accounts.tables import decode
from lms.materials import links, pasted_html
from lms.materials.markdown import LARGEST
from lms.quizzes.formats.markup import unshown
from lms.quizzes.formats.xml import Node
from lms.texts import one_line
from lms.transfer.archive import read_entry
from lms.transfer.cartridge_questions import read_bank, read_test
from lms.transfer.cartridge_work import LARGEST_XML, Work, activity, inside_address
from lms.transfer.parcel import Tree

_REFERENCE = re.compile(r"""\b(src|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title>([^<]*)</title>", re.IGNORECASE)
PAGES = (".html", ".htm", ".xhtml")


def read_resource(work: Work, resource: Node, title: str) -> Tree | None:
    work.used.add(resource.get("identifier"))
    path = path_of(resource)
    if path not in work.names:
        work.doubt(_("“%(title)s” is left out: its file is not in the cartridge.", title=title or path))
        return None
    read_kind = _READERS.get(kind_of(resource))
    if read_kind is None:
        work.doubt(
            _("“%(title)s” is left out: there is nothing like it here (%(type)s).",
              title=title or path, type=resource.get("type")[:80])
        )  # fmt: skip
        return None
    return read_kind(work, path, title)


def kind_of(resource: Node) -> str:
    said = resource.get("type").lower()
    if said.startswith("imsqti"):
        return said.rpartition("/")[2]
    if said.startswith(("imswl", "imsdt", "imsbasiclti")):
        return said.partition("_")[0]
    return "webcontent" if said == "webcontent" or said.endswith("learning-application-resource") else said


def path_of(resource: Node) -> str:
    said = resource.get("href") or next((one.get("href") for one in resource.all("file")), "")
    path = posixpath.normpath(unquote(urlsplit(said).path)) if said else ""
    return "" if path.startswith(("..", "/")) else path


def _webcontent(work: Work, path: str, title: str) -> Tree | None:
    if path.lower().endswith(PAGES):
        return _page(work, path, title, decode(read_entry(work.packed, path, most=LARGEST_XML)))
    address = f"/files/{work.number(path)}/"
    return activity(work, "material", title, path, "opened", kind="file", file=address)


def _page(work: Work, path: str, title: str, html: str) -> Tree | None:
    head, body = _TITLE.search(html[:20_000]), _BODY.search(html)
    title = title or (one_line(unescape(head[1])) if head else "")
    html = body[1] if body else html
    missing = unshown(html) + (["script"] if _SCRIPT.search(html) else [])
    if missing:
        work.doubt(
            _("In “%(title)s” is left out what cannot be shown here: %(tags)s.",
              title=title or path, tags=", ".join(f"<{tag}>" for tag in missing))
        )  # fmt: skip
    try:
        text = pasted_html.to_markdown(_with_our_files(work, path, title, html))
    except pasted_html.TooLong:
        text = ""
    if not text.strip() or len(text.encode()) > LARGEST:
        work.doubt(_("The text of “%(title)s” is left out: it is empty or too long for a page.", title=title or path))
        text = ""
    return activity(work, "material", title, path, "read", kind="page", body=text)


def _with_our_files(work: Work, path: str, title: str, html: str) -> str:
    """Pictures and files of the cartridge by our addresses; links to its other pages become their words."""

    def named(found: re.Match[str]) -> str:
        said = unescape(found[2] if found[2] is not None else found[3]).strip()
        inside = inside_address(work, path, said)
        if inside is None:
            return found[0]
        if inside in work.names and not inside.lower().endswith(PAGES):
            return f'{found[1]}="/files/{work.number(inside)}/{quote(posixpath.basename(inside))}"'
        if inside in work.names or said.startswith("$") or found[1].lower() == "href":
            work.doubt(_("In “%(title)s” links to other pages became plain words.", title=title or path))
        else:
            work.doubt(_("A picture is not in the file: %(name)s.", name=said[-80:]))
        return ""

    return _REFERENCE.sub(named, html)


def _web_link(work: Work, path: str, title: str) -> Tree | None:
    root = work.xml(path)
    link = root.first("url")
    address = link.get("href").strip() if link else ""
    try:
        address = links.checked(address)
    except ValueError:
        work.doubt(_("The address of “%(title)s” is left out: %(address)s", title=title or path, address=address[:200]))
        address = ""
    return activity(work, "material", title or root.said("title"), path, "opened", kind="link", url=address)


def _discussion(work: Work, path: str, title: str) -> Tree | None:
    root = work.xml(path)
    text = root.first("text")
    html = text.text if text else ""
    title = title or root.said("title")
    if root.find("attachment"):
        work.doubt(_("Files that are attached to “%(title)s” are left out.", title=title))
    work.doubt(_("The discussion “%(title)s” became a page: people ask the trainer beneath it.", title=title))
    return _page(work, path, title, html)


_READERS = {
    "webcontent": _webcontent,
    "imswl": _web_link,
    "imsdt": _discussion,
    "assessment": read_test,
    "question-bank": read_bank,
}
