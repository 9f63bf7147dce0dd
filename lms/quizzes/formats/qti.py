"""QTI 2.0 to 2.2: a package (zip with imsmanifest.xml), or one item as XML. Pure. This file reads; qti_writer writes.

(1EdTech QTI 2.2 Assessment, Section and Item Information Model; the package as IMS Content Packaging 1.1.) Shares are
read from the mapping of a response, numbers and how far one may be from them from ``equal`` in the response processing.
Adaptive items, items with computed values and items with several interactions of other kinds are named and left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    MOST_POINTS,
    QuestionDraft,
    Reading,
    Unreadable,
    drop_unshown,
    read_decimal,
)
from lms.quizzes.formats.markup import to_plain
from lms.quizzes.formats.package import beside, unpack
from lms.quizzes.formats.qti_gaps import inline
from lms.quizzes.formats.qti_item import Bad, Item, markdown, replace_in
from lms.quizzes.formats.qti_kinds import KINDS
from lms.quizzes.formats.xml import Node, parse
from lms.quizzes.kinds import QuestionKind

_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_EXPLANATION = "EXPLANATION"


def read(content: bytes) -> Reading:
    """A package or a single item. Raises Unreadable."""
    reading = Reading()
    if not content.startswith(b"PK\x03\x04"):
        root = parse(content)
        if root.tag != "assessmentItem":
            raise Unreadable(_("This is no QTI: the outermost element must be “assessmentItem”."), root.line)
        _take(reading, root, "", {})
        return reading
    files = unpack(content)
    for name in _item_names(files):
        try:
            root = parse(files[name])
        except Unreadable as error:
            reading.refuse(error.line, str(error), name)
            continue
        if root.tag == "assessmentItem":
            _take(reading, root, name, files)
        elif root.tag in {"assessmentTest", "assessmentSection", "qti-assessment-item"}:
            reading.refuse(root.line, _("“%(tag)s” is not read, only items are.", tag=root.tag), name)
    if not reading.drafts and not reading.problems:
        raise Unreadable(_("There is no question in this archive."))
    return reading


def _item_names(files: Mapping[str, bytes]) -> list[str]:
    """The items in the order of the manifest; without one, every XML file by its name."""
    manifest = next((name for name in files if name.rpartition("/")[2].lower() == "imsmanifest.xml"), None)
    if manifest is None:
        return sorted(name for name in files if name.lower().endswith(".xml"))
    named = [
        beside(manifest, unquote(one.get("href")))
        for one in parse(files[manifest]).find("resource")
        if "item" in one.get("type").lower()
    ]
    missing = [name for name in named if name not in files]
    if missing:
        raise Unreadable(_("The archive lacks a file that its list names: %(name)s.", name=missing[0][:80]))
    return list(dict.fromkeys(named))


def _take(reading: Reading, root: Node, name: str, files: Mapping[str, bytes]) -> None:
    draft = QuestionDraft(QuestionKind.INFO, "", title=root.get("title"), line=root.line)
    item = Item(root, name, files, draft, {one.get("identifier"): one for one in root.all("responseDeclaration")})
    try:
        _read_item(item)
    except Bad as error:
        reading.refuse(root.line, str(error), draft.title or name)
        return
    drop_unshown(draft)
    reading.add(draft)


def _read_item(item: Item) -> None:
    body = item.node.first("itemBody")
    if body is None:
        raise Bad(_("The question has no text."))
    if item.node.get("adaptive") == "true" or item.node.all("templateDeclaration", "templateProcessing"):
        raise Bad(_("Adaptive items, and items with computed values, do not exist here."))
    if any(node.tag.startswith("qti-") for node in body.walk()):
        raise Bad(_("This is QTI 3, and only 2.0 to 2.2 is read."))
    found = [node for node in body.walk() if node.tag.endswith("Interaction")]
    _comments(item)
    _rubrics(item, body)
    item.draft.points = _points(item)
    if not found:
        item.draft.text = markdown(item, body)
    elif all(node.tag in _INLINE for node in found):
        inline(item, body, found)
    elif len(found) > 1:
        raise Bad(_("Several interactions in one item do not exist here: %(tags)s.", tags=_tags(found)))
    elif found[0].tag not in KINDS:
        raise Bad(_("The type “%(type)s” does not exist here.", type=found[0].tag))
    else:
        KINDS[found[0].tag](item, found[0])
        replace_in(body, found[0], [*found[0].all("prompt")])
        item.draft.text = markdown(item, body)


def _tags(found: list[Node]) -> str:
    return ", ".join(dict.fromkeys(node.tag for node in found))[:200]


def _points(item: Item) -> int:
    for one in item.node.all("outcomeDeclaration"):
        said = one.said("defaultValue", "value") if one.get("identifier") == "MAXSCORE" else one.get("normalMaximum")
        value = read_decimal(said) if said and one.get("identifier") in {"MAXSCORE", "SCORE"} else None
        if value is not None and value > 0:
            points = min(max(int(value.to_integral_value()), 1), MOST_POINTS)
            if points != value:
                item.draft.warnings.append(
                    _("The points are rounded: %(before)s became %(after)s.", before=said[:20], after=points)
                )
            return points
    return 1


def _comments(item: Item) -> None:
    for one in item.node.all("modalFeedback"):
        said = to_plain(one.inner)
        if one.get("identifier") == _EXPLANATION and one.get("showHide") == "hide":
            item.draft.explanation = said
        elif said and one.get("identifier") not in {node.get("identifier") for node in item.node.find("simpleChoice")}:
            item.draft.warnings.append(
                _("A general comment is left out: “%(words)s”.", words=" ".join(said.split())[:200])
            )


def _rubrics(item: Item, body: Node) -> None:
    for node in [one for one in body.walk() if one.tag in {"rubricBlock", "feedbackBlock", "templateBlock"}]:
        said = " ".join(to_plain(node.inner).split())
        replace_in(body, node, [])
        if said:
            item.draft.warnings.append(_("A general comment is left out: “%(words)s”.", words=said[:200]))
