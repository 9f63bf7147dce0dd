"""Fields and lists inside of a text of QTI 2: short answers, numbers, gaps. Pure."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    MOST_POINTS,
    plain,
    read_decimal,
    read_share,
    short_settings,
    whole,
)
from lms.quizzes.formats.qti_item import Bad, Item, markdown, replace_in
from lms.quizzes.formats.xml import Node
from lms.quizzes.kinds import QuestionKind

_PARAGRAPHS = {"p", "div", "blockquote", "itemBody", "li", "td", "th"}
_OPENS, _CLOSES = "\ue020", "\ue021"
_GAP = re.compile(rf"{_OPENS}(\d+){_CLOSES}")


def inline(item: Item, body: Node, found: list[Node]) -> None:
    alone = _alone(body, found[0]) if len(found) == 1 and found[0].tag == "textEntryInteraction" else None
    if alone is not None:
        replace_in(body, alone, [])
        item.draft.text = markdown(item, body)
        gap = _typed(item, found[0])
        is_number = gap["kind"] == "number"
        item.draft.kind = QuestionKind.NUMBER if is_number else QuestionKind.SHORT
        item.draft.settings = {name: value for name, value in gap.items() if name not in {"kind", "points"}}
        return
    gaps = []
    for number, node in enumerate(found, 1):
        gaps.append(_typed(item, node) if node.tag == "textEntryInteraction" else _options(item, node))
        replace_in(body, node, [f"{_OPENS}{number}{_CLOSES}"])
    item.draft.text = _GAP.sub(r"[[\1]]", markdown(item, body))
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


def _typed(item: Item, node: Node) -> dict[str, object]:
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


def _number(item: Item, identifier: str) -> dict[str, object]:
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
            raise Bad(_("“%(words)s” is no number.", words=said[:40]))
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


def _options(item: Item, node: Node) -> dict[str, object]:
    identifier = node.get("responseIdentifier")
    right, shares = item.correct(identifier), item.mapping(identifier)
    most = max(shares.values(), default=0)
    options = []
    for one in node.all("inlineChoice"):
        key = one.get("identifier")
        share = whole(FULL * max(shares.get(key, 0), 0) / most) if most > 0 else FULL if key in right else 0
        options.append({"text": markdown(item, one), "share": share, "feedback": ""})
    return {"kind": "choice", "points": _weight(most), "options": options}
