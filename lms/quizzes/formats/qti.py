"""QTI 2.0 to 2.2: a package (zip with imsmanifest.xml), or one item as XML. Pure. This file reads; qti_writer writes.

(1EdTech QTI 2.2 Assessment, Section and Item Information Model; the package as IMS Content Packaging 1.1.) Shares are
read from the mapping of a response, numbers and how far one may be from them from ``equal`` in the response processing.
Adaptive items, items with computed values and items with several interactions of other kinds are named and left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    MOST_POINTS,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    Unreadable,
    drop_unshown,
    name_unshown,
    plain,
    read_decimal,
    read_share,
    short_settings,
    whole,
)
from lms.quizzes.formats.markup import from_html, to_plain, unshown
from lms.quizzes.formats.package import beside, unpack
from lms.quizzes.formats.xml import Node, parse
from lms.quizzes.kinds import QuestionKind

_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_PARAGRAPHS = {"p", "div", "blockquote", "itemBody", "li", "td", "th"}
_OPENS, _CLOSES = "\ue020", "\ue021"
_GAP = re.compile(rf"{_OPENS}(\d+){_CLOSES}")
_EXPLANATION = "EXPLANATION"


class _Bad(ValueError):
    """This item cannot be read, and why."""


@dataclass
class _Item:
    """What an item says besides its text."""

    node: Node
    name: str
    files: Mapping[str, bytes]
    draft: QuestionDraft
    responses: dict[str, Node] = field(default_factory=dict)

    def correct(self, identifier: str) -> list[str]:
        found = self.responses.get(identifier)
        return [one.text.strip() for one in found.find("value")] if found and found.first("correctResponse") else []

    def mapping(self, identifier: str) -> dict[str, float]:
        found = self.responses.get(identifier)
        entries = found.find("mapEntry") if found else []
        return {entry.get("mapKey"): read_share(entry.get("mappedValue")) for entry in entries}

    def base_type(self, identifier: str) -> str:
        found = self.responses.get(identifier)
        return found.get("baseType", "string") if found else "string"

    def is_cased(self, identifier: str) -> bool:
        """Do capitals matter? They do unless an entry says they do not."""
        found = self.responses.get(identifier)
        return not any(entry.get("caseSensitive") == "false" for entry in (found.find("mapEntry") if found else []))


# --- reading ----------------------------------------------------------------------------------------------------------
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
    item = _Item(root, name, files, draft, {one.get("identifier"): one for one in root.all("responseDeclaration")})
    try:
        _read_item(item)
    except _Bad as error:
        reading.refuse(root.line, str(error), draft.title or name)
        return
    drop_unshown(draft)
    reading.add(draft)


def _read_item(item: _Item) -> None:
    body = item.node.first("itemBody")
    if body is None:
        raise _Bad(_("The question has no text."))
    if item.node.get("adaptive") == "true" or item.node.all("templateDeclaration", "templateProcessing"):
        raise _Bad(_("Adaptive items, and items with computed values, do not exist here."))
    if any(node.tag.startswith("qti-") for node in body.walk()):
        raise _Bad(_("This is QTI 3, and only 2.0 to 2.2 is read."))
    found = [node for node in body.walk() if node.tag.endswith("Interaction")]
    _comments(item)
    _rubrics(item, body)
    item.draft.points = _points(item)
    if not found:
        item.draft.text = _markdown(item, body)
    elif all(node.tag in _INLINE for node in found):
        _inline(item, body, found)
    elif len(found) > 1:
        raise _Bad(_("Several interactions in one item do not exist here: %(tags)s.", tags=_tags(found)))
    elif found[0].tag not in _KINDS:
        raise _Bad(_("The type “%(type)s” does not exist here.", type=found[0].tag))
    else:
        _KINDS[found[0].tag](item, found[0])
        _replace(body, found[0], [*found[0].all("prompt")])
        item.draft.text = _markdown(item, body)


def _tags(found: list[Node]) -> str:
    return ", ".join(dict.fromkeys(node.tag for node in found))[:200]


def _points(item: _Item) -> int:
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


def _comments(item: _Item) -> None:
    for one in item.node.all("modalFeedback"):
        said = to_plain(one.inner)
        if one.get("identifier") == _EXPLANATION and one.get("showHide") == "hide":
            item.draft.explanation = said
        elif said and one.get("identifier") not in {node.get("identifier") for node in item.node.find("simpleChoice")}:
            item.draft.warnings.append(
                _("A general comment is left out: “%(words)s”.", words=" ".join(said.split())[:200])
            )


def _rubrics(item: _Item, body: Node) -> None:
    for node in [one for one in body.walk() if one.tag in {"rubricBlock", "feedbackBlock", "templateBlock"}]:
        said = " ".join(to_plain(node.inner).split())
        _replace(body, node, [])
        if said:
            item.draft.warnings.append(_("A general comment is left out: “%(words)s”.", words=said[:200]))


def _replace(within: Node, node: Node, by: Sequence[Node | str]) -> None:
    for parent in within.walk():
        if node in parent.children:
            at = parent.children.index(node)
            parent.children[at : at + 1] = by
            return


def _markdown(item: _Item, node: Node) -> str:
    for one in node.find("object"):
        if one.get("type").startswith("image/") or one.get("data").lower().endswith((".png", ".jpg", ".jpeg", ".gif")):
            one.tag, one.attributes = "img", {"src": one.get("data"), "alt": one.text.strip()}
            one.children = []
    name_unshown(item.draft, unshown(node.inner))
    return from_html(node.inner, lambda address: _picture(item, address))


def _picture(item: _Item, address: str) -> str:
    path = beside(item.name, unquote(address)) if ":" not in address else ""
    if path not in item.files:
        item.draft.warnings.append(_("A picture is not in the file: %(name)s.", name=unquote(address)[-80:]))
        return ""
    name = path.rpartition("/")[2]
    while item.draft.pictures.get(name, item.files[path]) != item.files[path]:
        name = f"2-{name}"
    item.draft.pictures[name] = item.files[path]
    return name


def _choice(item: _Item, node: Node) -> None:
    identifier = node.get("responseIdentifier")
    single = node.get("maxChoices", "1") == "1"
    right, shares = set(item.correct(identifier)), item.mapping(identifier)
    options = node.all("simpleChoice")
    if len(options) == 2 and {one.get("identifier").lower() for one in options} == {"true", "false"} and single:
        return _truth(item, options, {one.lower() for one in right})
    total = max(shares.values(), default=0) if single else sum(value for value in shares.values() if value > 0)
    item.draft.kind = QuestionKind.SINGLE if single else QuestionKind.SEVERAL
    item.draft.settings = {"shuffle": node.get("shuffle") == "true"}
    for one in options:
        key = one.get("identifier")
        share = whole(FULL * shares.get(key, 0) / total) if total > 0 else None
        is_right = key in right if share is None else share == FULL if single else share > 0
        said = _own_comment(item, one)
        item.draft.choices.append(ChoiceDraft(_markdown(item, one), is_right, share, said))
    return None


def _truth(item: _Item, options: list[Node], right: set[str]) -> None:
    if len(right) != 1:
        raise _Bad(_("No answer is right."))
    said = {one.get("identifier").lower(): _own_comment(item, one) for one in options}
    item.draft.kind = QuestionKind.TRUE_FALSE
    item.draft.settings = {"right": right == {"true"}, "feedback": {"true": said["true"], "false": said["false"]}}


def _own_comment(item: _Item, option: Node) -> str:
    """What is said to who picks it: inside of it, or as a feedback of the same name."""
    said = [to_plain(one.inner) for one in option.find("feedbackInline")]
    for one in option.find("feedbackInline"):
        _replace(option, one, [])
    for one in item.node.all("modalFeedback"):
        if one.get("identifier") == option.get("identifier") and one.get("showHide", "show") == "show":
            said.append(to_plain(one.inner))
    return " ".join(filter(None, said))


def _order(item: _Item, node: Node) -> None:
    texts = {one.get("identifier"): one for one in node.all("simpleChoice")}
    right = item.correct(node.get("responseIdentifier"))
    if sorted(right) != sorted(texts):
        raise _Bad(_("The right order does not name every item once."))
    items = [_markdown(item, texts[key]) for key in right]
    item.draft.kind, item.draft.settings = QuestionKind.ORDERING, {"items": items, "scoring": "exact"}


def _match(item: _Item, node: Node) -> None:
    sets = node.all("simpleMatchSet")
    if len(sets) != 2:
        raise _Bad(_("There must be at least two pairs."))
    _pair(item, node, sets[0].all("simpleAssociableChoice"), sets[1].all("simpleAssociableChoice"))


def _associate(item: _Item, node: Node) -> None:
    options = node.all("simpleAssociableChoice")
    first = {pair.split()[0] for pair in item.correct(node.get("responseIdentifier")) if pair.split()}
    lefts = [one for one in options if one.get("identifier") in first]
    _pair(item, node, lefts, [one for one in options if one not in lefts])


def _pair(item: _Item, node: Node, lefts: list[Node], rights: list[Node]) -> None:
    identifier = node.get("responseIdentifier")
    pairs = item.correct(identifier) or [key for key, value in item.mapping(identifier).items() if value > 0]
    partner: dict[str, str] = {}
    for pair in pairs:
        left, _space, right = pair.partition(" ")
        if left in partner:
            raise _Bad(_("One side has several partners; here it has one."))
        partner[left] = right.strip()
    names = {one.get("identifier"): _markdown(item, one) for one in [*lefts, *rights]}
    found = []
    for one in lefts:
        if partner.get(one.get("identifier")) in names:
            found.append({"left": names[one.get("identifier")], "right": names[partner[one.get("identifier")]]})
        else:
            item.draft.warnings.append(
                _("An item without a partner is left out: “%(words)s”.", words=one.text[:80].strip())
            )
    extra = [names[one.get("identifier")] for one in rights if one.get("identifier") not in partner.values()]
    item.draft.kind, item.draft.settings = QuestionKind.MATCHING, {"pairs": found, "extra": extra}


def _essay(item: _Item, _node: Node) -> None:
    item.draft.kind, item.draft.settings = QuestionKind.ESSAY, {"rubric": None, "words": None}


_KINDS = {
    "choiceInteraction": _choice, "orderInteraction": _order, "matchInteraction": _match,
    "associateInteraction": _associate, "extendedTextInteraction": _essay,
}  # fmt: skip


# --- gaps -------------------------------------------------------------------------------------------------------------
def _inline(item: _Item, body: Node, found: list[Node]) -> None:
    alone = _alone(body, found[0]) if len(found) == 1 and found[0].tag == "textEntryInteraction" else None
    if alone is not None:
        _replace(body, alone, [])
        item.draft.text = _markdown(item, body)
        gap = _typed(item, found[0])
        is_number = gap["kind"] == "number"
        item.draft.kind = QuestionKind.NUMBER if is_number else QuestionKind.SHORT
        item.draft.settings = {name: value for name, value in gap.items() if name not in {"kind", "points"}}
        return
    gaps = []
    for number, node in enumerate(found, 1):
        gaps.append(_typed(item, node) if node.tag == "textEntryInteraction" else _options(item, node))
        _replace(body, node, [f"{_OPENS}{number}{_CLOSES}"])
    item.draft.text = _GAP.sub(r"[[\1]]", _markdown(item, body))
    item.draft.kind, item.draft.settings = QuestionKind.GAPS, {"gaps": gaps}


def _alone(body: Node, node: Node) -> Node | None:
    """The paragraph in which nothing but the field stands."""
    if "gap" in node.get("class").split():
        return None
    for parent in body.walk():
        if node in parent.children and parent.tag in _PARAGRAPHS and parent is not body:
            others = [one for one in parent.children if one is not node]
            return parent if all(isinstance(one, str) and not one.strip() for one in others) else None
    return node if node in body.children else None


def _typed(item: _Item, node: Node) -> dict[str, object]:
    identifier = node.get("responseIdentifier")
    if item.base_type(identifier) in {"float", "integer"}:
        return _number(item, identifier)
    shares = item.mapping(identifier)
    most = max(shares.values(), default=0)
    rows: dict[str, float] = dict.fromkeys(item.correct(identifier), FULL) if most <= 0 else {}
    rows |= {key: whole(FULL * value / most) for key, value in shares.items() if most > 0 and value >= 0}
    accepted = [{"text": text, "share": share, "feedback": ""} for text, share in rows.items()]
    return {"kind": "short", "points": _weight(most)} | short_settings(accepted, case=item.is_cased(identifier))


def _weight(most: float) -> int:
    return int(most) if most == int(most) and 1 <= most <= MOST_POINTS else 1


def _number(item: _Item, identifier: str) -> dict[str, object]:
    found: list[tuple[str, str, float]] = []
    for condition in item.node.find("responseIf", "responseElseIf"):
        near = next((one for one in condition.find("equal") if _is_about(one, identifier)), None)
        worth = [
            read_share(one.text.strip()) for set_ in condition.all("setOutcomeValue") for one in set_.find("baseValue")
        ]
        if near is not None:
            said = near.said("baseValue") or next(iter(item.correct(identifier)), "")
            found.append((said, _tolerance(near), worth[0] if worth else 1))
    if not found:
        shares = item.mapping(identifier)
        keys = [key for key, value in shares.items() if value > 0] or item.correct(identifier)
        near = next((one for one in item.node.find("equal") if _is_about(one, identifier)), None)
        found = [(key, _tolerance(near) if near else "0", shares.get(key, 1)) for key in keys]
    most = max((worth for _said, _about, worth in found), default=0)
    answers = []
    for said, about, points in found:
        value = read_decimal(said)
        if value is None:
            raise _Bad(_("“%(words)s” is no number.", words=said[:40]))
        share = whole(FULL * points / most) if most > 0 else FULL
        answers.append({"answer": plain(value), "tolerance": about, "share": share, "feedback": ""})
    return {"kind": "number", "points": _weight(most), "answers": answers, "unit": "", "units": []}


def _is_about(near: Node, identifier: str) -> bool:
    return any(one.get("identifier") == identifier for one in near.find("variable", "correct"))


def _tolerance(near: Node) -> str:
    """«0.5», or «5%» where it is relative (QTI gives per cent)."""
    mode, said = near.get("toleranceMode", "exact"), (near.get("tolerance").split() or ["0"])[0]
    value = read_decimal(said)
    if value is None or value < 0 or mode == "exact":
        return "0"
    return f"{plain(value)}%" if mode == "relative" and value else plain(value)


def _options(item: _Item, node: Node) -> dict[str, object]:
    identifier = node.get("responseIdentifier")
    right, shares = item.correct(identifier), item.mapping(identifier)
    most = max(shares.values(), default=0)
    options = []
    for one in node.all("inlineChoice"):
        key = one.get("identifier")
        share = whole(FULL * max(shares.get(key, 0), 0) / most) if most > 0 else FULL if key in right else 0
        options.append({"text": _markdown(item, one), "share": share, "feedback": ""})
    return {"kind": "choice", "points": _weight(most), "options": options}
