"""An IMS Common Cartridge (1.0 to 1.3, and what is packed like one) as the tree of a cycle. Knows no database.

``imsmanifest.xml`` orders resources in folders: the outer ones become modules, a folder in a folder is opened up. Pages
(HTML) become Markdown as if they were pasted, web links links, files files, tests quizzes, banks topics; discussions
become pages. Whatever has no place here, or loses something on its way, is named.

Files are numbered while the tree is made, so that their addresses pass the cleaning of pasted HTML, and get their keys
at the end.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.accounts.tables import decode
from lms.materials import links, pasted_html
from lms.materials.filetypes import LONGEST_NAME, kept_name
from lms.materials.markdown import LARGEST
from lms.quizzes.formats import draft as drafts
from lms.quizzes.formats import qti12
from lms.quizzes.formats.markup import unshown
from lms.quizzes.formats.package import beside
from lms.quizzes.formats.xml import Node, parse
from lms.texts import one_line
from lms.transfer.archive import read_entry
from lms.transfer.parcel import FORMAT, VERSION, Tree, with_files
from lms.transfer.values import Unreadable

MANIFEST = "imsmanifest.xml"
_LARGEST_XML = 5_000_000
_MOST_ITEMS = 2000
_PIECE = 256 * 1024
_BASE = re.compile(r"\$IMS-CC-FILEBASE\$/?|%24IMS-CC-FILEBASE%24/?", re.IGNORECASE)
_REFERENCE = re.compile(r"""\b(src|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*?)(?:</body>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title>([^<]*)</title>", re.IGNORECASE)
_PAGES = (".html", ".htm", ".xhtml")
_UNTITLED = re.compile(r"[\s_]+")


@dataclass
class _Work:
    """A cartridge while it is read."""

    packed: zipfile.ZipFile
    names: set[str]
    resources: dict[str, Node]
    doubts: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)  # of files, by their path in the cartridge
    used: set[str] = field(default_factory=set)  # resources that stand somewhere
    topics: list[Tree] = field(default_factory=list)
    keys: Any = field(default_factory=lambda: count(1))

    def xml(self, name: str) -> Node:
        try:
            return parse(read_entry(self.packed, name, most=_LARGEST_XML))
        except drafts.Unreadable as error:
            raise Unreadable(f"{name}: {error}") from error

    def doubt(self, words: str) -> None:
        if words not in self.doubts:
            self.doubts.append(words)

    def number(self, path: str) -> str:
        return self.numbers.setdefault(path, str(len(self.numbers) + 1))


def read(packed: zipfile.ZipFile) -> tuple[Tree, list[str], dict[str, str]]:
    """The tree as it is told, what is lost, and where each file stands, by its key. Raises Unreadable."""
    names = {entry.filename for entry in packed.infolist() if not entry.is_dir()}
    work = _Work(packed, names, {})
    manifest = work.xml(MANIFEST)
    schema = manifest.said("metadata", "schema")
    if "scorm" in schema.lower() or any(
        one.get("scormtype") or one.get("scormType") for one in manifest.find("resource")
    ):
        raise Unreadable(_("This is a SCORM package and no cartridge: add it to a module, where it can be played."))
    if manifest.tag != "manifest" or manifest.first("resources") is None:
        raise Unreadable(_("This is no Common Cartridge."))
    work.resources = {one.get("identifier"): one for one in manifest.find("resource")}
    tree = _tree(work, manifest)
    places = {f"f{number}": path for path, number in work.numbers.items()}
    keys = {number: f"f{number}" for number in work.numbers.values()}
    whole: Tree = with_files(tree, keys)
    whole["files"] = [_file(work, key, path) for key, path in places.items()]
    return whole, work.doubts, places


def _tree(work: _Work, manifest: Node) -> Tree:
    title = _title_of(manifest) or _("Cycle without a title")
    modules = _modules(work, manifest, title)
    if rest := _rest(work):
        modules.append(_made_module(work, _("What stood in no folder"), rest))
    _name_unused(work)
    return {
        "format": FORMAT,
        "version": VERSION,
        "cycle": {"title": title[:200], "summary": _summary_of(manifest)},
        "modules": modules,
        "sessions": [],
        "surveys": [],
        "topics": work.topics,
    }


def _rest(work: _Work) -> list[Tree]:
    """Pages, links and tests that the folders do not name."""
    found = []
    for identifier, resource in work.resources.items():
        kind = _kind(resource)
        is_page = kind == "webcontent" and _path(resource).lower().endswith(_PAGES)
        if identifier not in work.used and (is_page or kind in {"imswl", "imsdt", "assessment", "question-bank"}):
            found.append(_resource(work, resource, ""))
    return [made for made in found if made is not None]


def _name_unused(work: _Work) -> None:
    paths = {_path(work.resources[identifier]) for identifier in work.used}
    unused = sorted(work.names - paths - work.numbers.keys() - {MANIFEST})
    if unused:
        work.doubt(
            ngettext(
                "%(num)s file is left out, nothing shows it: %(names)s.",
                "%(num)s files are left out, nothing shows them: %(names)s.",
                len(unused),
                names=", ".join(unused[:10]) + ("…" if len(unused) > 10 else ""),
            )
        )


def _title_of(manifest: Node) -> str:
    general = manifest.first("metadata", "lom", "general")
    return one_line(general.said("title", "string") or general.said("title", "langstring")) if general else ""


def _summary_of(manifest: Node) -> str:
    general = manifest.first("metadata", "lom", "general")
    return general.said("description", "string")[:5000] if general else ""


def _file(work: _Work, key: str, path: str) -> Tree:
    digest, size = hashlib.sha256(), 0
    with work.packed.open(path) as content:
        while piece := content.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    name = kept_name(posixpath.basename(path)) or key
    return {"key": key, "original_name": name[:LONGEST_NAME], "size": size, "sha256": digest.hexdigest()}


# --- folders ----------------------------------------------------------------------------------------------------------
def _modules(work: _Work, manifest: Node, title: str) -> list[Tree]:
    organization = manifest.first("organizations", "organization")
    if organization is None:
        return []
    if len(organization.find("item")) > _MOST_ITEMS:
        raise Unreadable(_("The cartridge has too many items: at most 2,000."))
    items = organization.all("item")
    while len(items) == 1 and not items[0].get("identifierref") and not items[0].said("title"):
        items = items[0].all("item")
    modules = [_module(work, item.said("title"), item) for item in items if item.all("item")]
    loose = [made for item in items if not item.all("item") for made in [_item(work, item)] if made is not None]
    if loose:
        modules.insert(0, _made_module(work, title, loose))
    return modules


def _module(work: _Work, title: str, folder: Node) -> Tree:
    return _made_module(work, title, [made for made in _inside(work, folder, title) if made is not None])


def _made_module(work: _Work, title: str, activities: list[Tree]) -> Tree:
    return {
        "key": f"m{next(work.keys)}",
        "title": one_line(title)[:200] or _("Module without a title"),
        "needs": [],
        "activities": activities,
    }


def _inside(work: _Work, folder: Node, title: str) -> list[Tree | None]:
    made: list[Tree | None] = []
    for item in folder.all("item"):
        if item.get("identifierref"):
            made.append(_item(work, item))
        if item.all("item"):
            work.doubt(
                _("The folder “%(folder)s” of “%(title)s” is opened up: its parts stand in the module.",
                  folder=item.said("title"), title=title)
            )  # fmt: skip
            made += _inside(work, item, title)
        elif not item.get("identifierref"):
            work.doubt(_("A heading is left out: “%(title)s”.", title=item.said("title")))
    return made


def _item(work: _Work, item: Node) -> Tree | None:
    title = one_line(item.said("title"))
    resource = work.resources.get(item.get("identifierref"))
    if resource is None:
        work.doubt(_("“%(title)s” is left out: the cartridge does not say what it is.", title=title))
        return None
    return _resource(work, resource, title)


# --- resources --------------------------------------------------------------------------------------------------------
def _kind(resource: Node) -> str:
    said = resource.get("type").lower()
    if said.startswith("imsqti"):
        return said.rpartition("/")[2]
    if said.startswith(("imswl", "imsdt", "imsbasiclti")):
        return said.partition("_")[0]
    return "webcontent" if said == "webcontent" or said.endswith("learning-application-resource") else said


def _resource(work: _Work, resource: Node, title: str) -> Tree | None:
    work.used.add(resource.get("identifier"))
    path = _path(resource)
    if path not in work.names:
        work.doubt(_("“%(title)s” is left out: its file is not in the cartridge.", title=title or path))
        return None
    read_kind = _READERS.get(_kind(resource))
    if read_kind is None:
        work.doubt(
            _("“%(title)s” is left out: there is nothing like it here (%(type)s).",
              title=title or path, type=resource.get("type")[:80])
        )  # fmt: skip
        return None
    return read_kind(work, path, title)


def _path(resource: Node) -> str:
    said = resource.get("href") or next((one.get("href") for one in resource.all("file")), "")
    path = posixpath.normpath(unquote(urlsplit(said).path)) if said else ""
    return "" if path.startswith(("..", "/")) else path


def _activity(work: _Work, type: str, title: str, path: str, rule: str, **parts: Any) -> Tree:
    usual = _UNTITLED.sub(" ", posixpath.basename(path).rpartition(".")[0])
    return {
        "key": f"a{next(work.keys)}",
        "type": type,
        "title": (one_line(title) or usual or path)[:200],
        "state": "draft",
        "rule": rule,
        **parts,
    }


def _webcontent(work: _Work, path: str, title: str) -> Tree | None:
    if path.lower().endswith(_PAGES):
        return _page(work, path, title, decode(read_entry(work.packed, path, most=_LARGEST_XML)))
    address = f"/files/{work.number(path)}/"
    return _activity(work, "material", title, path, "opened", kind="file", file=address)


def _page(work: _Work, path: str, title: str, html: str) -> Tree | None:
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
    return _activity(work, "material", title, path, "read", kind="page", body=text)


def _with_our_files(work: _Work, path: str, title: str, html: str) -> str:
    """Pictures and files of the cartridge by our addresses; links to its other pages become their words."""

    def named(found: re.Match[str]) -> str:
        said = unescape(found[2] if found[2] is not None else found[3]).strip()
        inside = _inside_address(work, path, said)
        if inside is None:
            return found[0]
        if inside in work.names and not inside.lower().endswith(_PAGES):
            return f'{found[1]}="/files/{work.number(inside)}/{quote(posixpath.basename(inside))}"'
        if inside in work.names or said.startswith("$") or found[1].lower() == "href":
            work.doubt(_("In “%(title)s” links to other pages became plain words.", title=title or path))
        else:
            work.doubt(_("A picture is not in the file: %(name)s.", name=said[-80:]))
        return ""

    return _REFERENCE.sub(named, html)


def _inside_address(work: _Work, path: str, said: str) -> str | None:
    """Where in the cartridge an address leads, or None where it leads to the web or to a place in the page."""
    if not said or said.startswith(("#", "mailto:", "tel:")):
        return None
    bare, from_base = _BASE.subn("", said)
    if not from_base and (urlsplit(said).scheme or said.startswith("//")):
        return None
    bare = unquote(bare.partition("?")[0].partition("#")[0])
    places = [beside(path, bare), posixpath.normpath(bare.lstrip("./")), f"web_resources/{bare}"]
    return next((place for place in places if place in work.names), places[0])


def _web_link(work: _Work, path: str, title: str) -> Tree | None:
    root = work.xml(path)
    link = root.first("url")
    address = link.get("href").strip() if link else ""
    try:
        address = links.checked(address)
    except ValueError:
        work.doubt(_("The address of “%(title)s” is left out: %(address)s", title=title or path, address=address[:200]))
        address = ""
    return _activity(work, "material", title or root.said("title"), path, "opened", kind="link", url=address)


def _discussion(work: _Work, path: str, title: str) -> Tree | None:
    root = work.xml(path)
    text = root.first("text")
    html = text.text if text else ""
    title = title or root.said("title")
    if root.find("attachment"):
        work.doubt(_("Files that are attached to “%(title)s” are left out.", title=title))
    work.doubt(_("The discussion “%(title)s” became a page: people ask the trainer beneath it.", title=title))
    return _page(work, path, title, html)


# --- questions --------------------------------------------------------------------------------------------------------
def _test(work: _Work, path: str, title: str) -> Tree | None:
    found = _questions(work, path, title)
    if found is None:
        return None
    assessment, asked = found
    return _activity(
        work, "quiz", title or assessment.title, path, "passed",
        intro=assessment.intro, attempts_allowed=assessment.attempts, time_limit_minutes=assessment.minutes,
        questions=asked,
    )  # fmt: skip


def _bank(work: _Work, path: str, title: str) -> Tree | None:
    """Its questions on the shelves that they name; nothing for the module."""
    found = _questions(work, path, title)
    for question in found[1] if found else ():
        name = question.pop("topic") or title or _("Bank of the cartridge")
        shelf = next((topic for topic in work.topics if topic["title"] == name), None)
        if shelf is None:
            shelf = {"key": f"t{len(work.topics) + 1}", "title": name, "questions": []}
            work.topics.append(shelf)
        shelf["questions"].append(question)
    return None


def _questions(work: _Work, path: str, title: str) -> tuple[qti12.Assessment, list[Tree]] | None:
    addresses: dict[str, str] = {}

    def name_of(said: str) -> str:
        inside = _inside_address(work, path, said)
        if inside not in work.names or inside is None:
            work.doubt(_("A picture is not in the file: %(name)s.", name=said[-80:]))
            return ""
        number = work.number(inside)
        addresses[number] = f"/files/{number}/{quote(posixpath.basename(inside))}"
        return number

    try:
        assessment = qti12.read(read_entry(work.packed, path, most=_LARGEST_XML), name_of)
    except drafts.Unreadable as error:
        work.doubt(_("“%(title)s” is left out: %(why)s", title=title or path, why=str(error)))
        return None
    name = title or assessment.title
    for problem in assessment.reading.problems:
        work.doubt(
            _("A question of “%(quiz)s” is left out: “%(about)s”. %(why)s",
              quiz=name, about=problem.about, why=problem.message)
        )  # fmt: skip
    for made in assessment.reading.drafts:
        for warning in made.warnings:
            work.doubt(f"{name}: {warning}")
    return assessment, [told(made, addresses) for made in assessment.reading.drafts]


def told(made: drafts.QuestionDraft, addresses: dict[str, str]) -> Tree:
    """A question as the tree has it; ``topic`` is where it lies in a bank."""
    return {
        "kind": made.kind.value,
        "title": made.title,
        "tags": made.tags,
        "text": drafts.with_pictures(made.text, addresses),
        "points": made.points,
        "explanation": made.explanation,
        "settings": made.settings,
        "choices": [
            {
                "text": drafts.with_pictures(one.text, addresses),
                "is_right": one.is_right,
                "share": one.share,
                "feedback": one.feedback,
            }
            for one in made.choices
        ],
        "topic": made.topic,
    }


_READERS = {
    "webcontent": _webcontent,
    "imswl": _web_link,
    "imsdt": _discussion,
    "assessment": _test,
    "question-bank": _bank,
}
