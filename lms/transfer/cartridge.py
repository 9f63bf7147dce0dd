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
import zipfile

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.materials.filetypes import LONGEST_NAME, kept_name
from lms.quizzes.formats.xml import Node
from lms.texts import one_line
from lms.transfer.cartridge_resources import PAGES, kind_of, path_of, read_resource
from lms.transfer.cartridge_work import Work
from lms.transfer.parcel import FORMAT, VERSION, Tree, with_files
from lms.transfer.values import Unreadable

MANIFEST = "imsmanifest.xml"
_MOST_ITEMS = 2000
_PIECE = 256 * 1024


def read(packed: zipfile.ZipFile) -> tuple[Tree, list[str], dict[str, str]]:
    """The tree as it is told, what is lost, and where each file stands, by its key. Raises Unreadable."""
    names = {entry.filename for entry in packed.infolist() if not entry.is_dir()}
    work = Work(packed, names, {})
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


def _tree(work: Work, manifest: Node) -> Tree:
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


def _rest(work: Work) -> list[Tree]:
    """Pages, links and tests that the folders do not name."""
    found = []
    for identifier, resource in work.resources.items():
        kind = kind_of(resource)
        is_page = kind == "webcontent" and path_of(resource).lower().endswith(PAGES)
        if identifier not in work.used and (is_page or kind in {"imswl", "imsdt", "assessment", "question-bank"}):
            found.append(read_resource(work, resource, ""))
    return [made for made in found if made is not None]


def _name_unused(work: Work) -> None:
    paths = {path_of(work.resources[identifier]) for identifier in work.used}
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


def _file(work: Work, key: str, path: str) -> Tree:
    digest, size = hashlib.sha256(), 0
    with work.packed.open(path) as content:
        while piece := content.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    name = kept_name(posixpath.basename(path)) or key
    return {"key": key, "original_name": name[:LONGEST_NAME], "size": size, "sha256": digest.hexdigest()}


def _modules(work: Work, manifest: Node, title: str) -> list[Tree]:
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


def _module(work: Work, title: str, folder: Node) -> Tree:
    return _made_module(work, title, [made for made in _inside(work, folder, title) if made is not None])


def _made_module(work: Work, title: str, activities: list[Tree]) -> Tree:
    return {
        "key": f"m{next(work.keys)}",
        "title": one_line(title)[:200] or _("Module without a title"),
        "needs": [],
        "activities": activities,
    }


def _inside(work: Work, folder: Node, title: str) -> list[Tree | None]:
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


def _item(work: Work, item: Node) -> Tree | None:
    title = one_line(item.said("title"))
    resource = work.resources.get(item.get("identifierref"))
    if resource is None:
        work.doubt(_("“%(title)s” is left out: the cartridge does not say what it is.", title=title))
        return None
    return read_resource(work, resource, title)
