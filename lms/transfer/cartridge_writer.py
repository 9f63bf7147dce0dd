"""The tree of a cycle as an IMS Common Cartridge 1.1 or 1.3. Knows no database; ``cartridge`` reads it.

A module is a folder; a page is HTML with its files beside it, a link a web link, a file a file, a quiz a test in QTI
1.2, the bank one bank. ``losses`` says what a cartridge has no place for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.materials.markdown import to_html
from lms.quizzes.formats import qti12_writer
from lms.quizzes.formats.draft import ChoiceDraft, QuestionDraft, picture
from lms.quizzes.formats.qti12 import Assessment
from lms.quizzes.formats.xml import element, words
from lms.quizzes.kinds import QuestionKind
from lms.transfer.archive import inside
from lms.transfer.parcel import Tree, activities, named_files, with_files

VERSIONS = ("1.1", "1.3")
_BOX = re.compile(r"<input[^>]*?( checked)?[^>]*>\s?")
_FILE = re.compile(r'"/files/(\d+)/[^"]*"')
_OURS = re.compile(r"!\[([^\]]*)\]\(/files/(f\d+)/[^)\s]*\)")


@dataclass
class _Writing:
    tree: Tree
    version: str
    texts: list[tuple[str, bytes]] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    files: dict[str, Tree] = field(default_factory=dict)
    count: int = 0  # of the items so far

    @property
    def short(self) -> str:
        """«p1» in the names of formats: ``imswl_xmlv1p1``."""
        return self.version.replace("1.", "")


def write(tree: Tree, version: str) -> tuple[list[tuple[str, bytes]], list[Tree]]:
    """The texts of the cartridge by their names, and the files of the tree that stand in it beside them."""
    writing = _Writing(tree, version, files={file["key"]: file for file in tree["files"]})
    folders = "".join(_folder(writing, module) for module in tree["modules"])
    _bank(writing)
    shown = [file for file in tree["files"] if file["key"] in set(_shown(tree))]
    writing.resources += [_resource(f"r_{file['key']}", "webcontent", inside(file)) for file in shown]
    return [("imsmanifest.xml", _manifest(writing, folders)), *writing.texts], shown


def _shown(tree: Tree) -> Iterator[str]:
    """Keys of the files that something in the cartridge names."""
    for activity in activities(tree):
        yield from named_files(activity)
    yield from named_files(tree["topics"])


def _manifest(writing: _Writing, folders: str) -> bytes:
    cycle = writing.tree["cycle"]
    base = f"http://www.imsglobal.org/xsd/imsccv1p{writing.short}"
    general = element("title", element("string", words(cycle["title"])))
    if cycle.get("summary"):
        general += element("description", element("string", words(cycle["summary"])))
    lom = element(
        "lom", element("general", general), xmlns=f"http://ltsc.ieee.org/xsd/imsccv1p{writing.short}/LOM/manifest"
    )
    schema = element("schema", "IMS Common Cartridge") + element("schemaversion", f"{writing.version}.0")
    organization = element(
        "organization", element("item", folders, identifier="root"), identifier="org", structure="rooted-hierarchy"
    )
    manifest = element(
        "manifest",
        "\n".join(
            [
                element("metadata", schema + lom),
                element("organizations", organization),
                element("resources", "\n".join(writing.resources)),
            ]
        ),
        identifier="cycle",
        xmlns=f"{base}/imscp_v1p1",
    )
    return _xml(manifest)


def _xml(root: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


def _folder(writing: _Writing, module: Tree) -> str:
    inner = "".join(_item(writing, activity) for activity in module["activities"])
    return element("item", element("title", words(module["title"])) + inner, identifier=f"i_{module['key']}")


def _item(writing: _Writing, activity: Tree) -> str:
    number = writing.count + 1
    resource = _resource_of(writing, activity, f"a{number}")
    if not resource:
        return ""
    writing.count = number
    title = element("title", words(activity["title"]))
    return element("item", title, identifier=f"i_a{number}", identifierref=resource)


def _resource_of(writing: _Writing, activity: Tree, name: str) -> str:
    """What the item points to; nothing where a cartridge has no place for it."""
    key = f"r_{name}"
    match activity["type"], activity.get("kind"):
        case "material", "page":
            path = f"pages/{name}.html"
            writing.texts.append((path, _page(writing, activity)))
            needed = [f"r_{one}" for one in dict.fromkeys(named_files(activity["body"])) if one in writing.files]
            writing.resources.append(_resource(key, "webcontent", path, needed))
        case "material", _ if activity.get("file"):
            return next((f"r_{one}" for one in named_files(activity["file"]) if one in writing.files), "")
        case "material", _ if activity.get("url"):
            path = f"links/{name}.xml"
            writing.texts.append((path, _web_link(writing, activity)))
            writing.resources.append(_resource(key, f"imswl_xmlv1p{writing.short}", path))
        case "quiz", _:
            path = f"tests/{name}.xml"
            about = Assessment(
                activity["title"], activity.get("intro") or "", activity.get("attempts_allowed"),
                activity.get("time_limit_minutes"),
            )  # fmt: skip
            _write_questions(writing, about, [_draft(one) for one in activity["questions"]], key, path)
        case _:
            return ""
    return key


def _resource(key: str, type: str, name: str, needed: list[str] | None = None) -> str:
    href = quote(name)
    listed = element("file", href=href) + "".join(element("dependency", identifierref=one) for one in needed or ())
    is_read = type.startswith(("imsqti", "imswl"))
    return element("resource", listed, identifier=key, type=type, href=None if is_read else href)


def _web_link(writing: _Writing, material: Tree) -> bytes:
    inner = element("title", words(material["title"])) + element("url", href=material["url"], target="_blank")
    return _xml(
        element(
            "webLink", inner, xmlns=f"http://www.imsglobal.org/xsd/imsccv1p{writing.short}/imswl_v1p{writing.short}"
        )
    )


def _page(writing: _Writing, material: Tree) -> bytes:
    """HTML that stands alone; its files by their places in the cartridge, its boxes as signs."""
    numbered = with_files(material["body"], {key: key[1:] for key in writing.files})
    html = _BOX.sub(lambda box: "☑ " if box[1] else "☐ ", to_html(numbered))

    def beside(found: re.Match[str]) -> str:
        file = writing.files.get(f"f{found[1]}")
        return f'"../{quote(inside(file))}"' if file else '""'

    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{escape(material["title"])}</title></head><body>\n'
        f"{_FILE.sub(beside, html)}\n</body></html>\n"
    ).encode()


# --- questions --------------------------------------------------------------------------------------------------------
def _draft(question: Tree, topic: str = "") -> QuestionDraft:
    """A question of the tree as formats have it: its pictures are called by their keys."""

    def named(text: str) -> str:
        return _OURS.sub(lambda found: picture(found[2], found[1]), text)

    draft = QuestionDraft(
        QuestionKind(question["kind"]), named(question["text"]), title=question["title"], topic=topic,
        settings=question["settings"], points=question["points"], explanation=question["explanation"],
        tags=question["tags"],
    )  # fmt: skip
    draft.choices = [
        ChoiceDraft(named(one["text"]), one["is_right"], one["share"], one["feedback"]) for one in question["choices"]
    ]
    return draft


def _write_questions(writing: _Writing, about: Assessment, drafts: list[QuestionDraft], key: str, name: str) -> None:
    def address(picture_name: str) -> str:
        file = writing.files.get(picture_name)
        return f"$IMS-CC-FILEBASE$../{quote(inside(file))}" if file else ""

    carried = [draft for draft in drafts if qti12_writer.carries(draft)]
    kind = "question-bank" if about.is_bank else "assessment"
    writing.texts.append((name, qti12_writer.write(about, carried, key, address)))
    writing.resources.append(_resource(key, f"imsqti_xmlv1p2/imscc_xmlv1p{writing.short}/{kind}", name))


def _bank(writing: _Writing) -> None:
    """A cartridge has one bank at most: every topic is a category of it."""
    drafts = [_draft(one, topic["title"]) for topic in writing.tree["topics"] for one in topic["questions"]]
    if drafts:
        _write_questions(writing, Assessment(is_bank=True), drafts, "r_bank", "tests/bank.xml")


# --- what is lost -----------------------------------------------------------------------------------------------------
def losses(tree: Tree) -> list[str]:
    """What a cartridge cannot carry of this cycle, in sentences."""
    quizzes = [(one["title"], one["questions"]) for one in activities(tree) if one["type"] == "quiz"]
    banked = [(topic["title"], topic["questions"]) for topic in tree["topics"]]
    return [
        _("Days and deadlines, what appears by itself, what must be done before, rules, English titles, short titles."),
        *_lost_activities(tree),
        *(line for title, asked in [*quizzes, *banked] for line in _lost_questions(title, asked)),
    ]


def _lost_activities(tree: Tree) -> Iterator[str]:
    sessions = sum(one["type"] == "live_session" for one in activities(tree))
    if sessions:
        yield ngettext("%(num)s session.", "%(num)s sessions.", sessions)
    if tree["surveys"]:
        yield ngettext("%(num)s survey.", "%(num)s surveys.", len(tree["surveys"]))
    for one in activities(tree):
        if one["type"] == "quiz":
            yield _("Of “%(title)s”: from how many points it is passed, when it is open, what is shown after it.",
                    title=one["title"])  # fmt: skip
        if one["type"] == "quiz" and one["draws"]:
            yield _("Of “%(title)s”: that questions are drawn from the bank.", title=one["title"])
        if one["type"] == "package":
            yield _("The package “%(title)s”.", title=one["title"])
        if one["type"] == "material" and one["kind"] == "recording":
            yield _("Of the recording “%(title)s” everything but its link or file.", title=one["title"])


def _lost_questions(title: str, asked: list[Tree]) -> Iterator[str]:
    for number, draft in enumerate(map(_draft, asked), 1):
        about = {"number": number, "title": title}
        if not qti12_writer.carries(draft):
            yield _("Question %(number)s of “%(title)s”: there is no such kind in a cartridge.", **about)
        elif lost := qti12_writer.losses(draft):
            yield _("Question %(number)s of “%(title)s” without: %(what)s.", what=", ".join(lost), **about)
