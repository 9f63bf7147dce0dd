"""Interactions of QTI 2 that an item has one of: choices, pairs, orders, essays. Pure."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    ChoiceDraft,
    whole,
)
from lms.quizzes.formats.markup import to_plain
from lms.quizzes.formats.qti_item import Bad, Item, markdown, replace_in
from lms.quizzes.formats.xml import Node
from lms.quizzes.kinds import QuestionKind


def _choice(item: Item, node: Node) -> None:
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
        item.draft.choices.append(ChoiceDraft(markdown(item, one), is_right, share, said))
    return None


def _truth(item: Item, options: list[Node], right: set[str]) -> None:
    if len(right) != 1:
        raise Bad(_("No answer is right."))
    said = {one.get("identifier").lower(): _own_comment(item, one) for one in options}
    item.draft.kind = QuestionKind.TRUE_FALSE
    item.draft.settings = {"right": right == {"true"}, "feedback": {"true": said["true"], "false": said["false"]}}


def _own_comment(item: Item, option: Node) -> str:
    """What is said to who picks it: inside of it, or as a feedback of the same name."""
    said = [to_plain(one.inner) for one in option.find("feedbackInline")]
    for one in option.find("feedbackInline"):
        replace_in(option, one, [])
    for one in item.node.all("modalFeedback"):
        if one.get("identifier") == option.get("identifier") and one.get("showHide", "show") == "show":
            said.append(to_plain(one.inner))
    return " ".join(filter(None, said))


def _order(item: Item, node: Node) -> None:
    texts = {one.get("identifier"): one for one in node.all("simpleChoice")}
    right = item.correct(node.get("responseIdentifier"))
    if sorted(right) != sorted(texts):
        raise Bad(_("The right order does not name every item once."))
    items = [markdown(item, texts[key]) for key in right]
    item.draft.kind, item.draft.settings = QuestionKind.ORDERING, {"items": items, "scoring": "exact"}


def _match(item: Item, node: Node) -> None:
    sets = node.all("simpleMatchSet")
    if len(sets) != 2:
        raise Bad(_("There must be at least two pairs."))
    _pair(item, node, sets[0].all("simpleAssociableChoice"), sets[1].all("simpleAssociableChoice"))


def _associate(item: Item, node: Node) -> None:
    options = node.all("simpleAssociableChoice")
    first = {pair.split()[0] for pair in item.correct(node.get("responseIdentifier")) if pair.split()}
    lefts = [one for one in options if one.get("identifier") in first]
    _pair(item, node, lefts, [one for one in options if one not in lefts])


def _pair(item: Item, node: Node, lefts: list[Node], rights: list[Node]) -> None:
    identifier = node.get("responseIdentifier")
    pairs = item.correct(identifier) or [key for key, value in item.mapping(identifier).items() if value > 0]
    partner: dict[str, str] = {}
    for pair in pairs:
        left, _space, right = pair.partition(" ")
        if left in partner:
            raise Bad(_("One side has several partners; here it has one."))
        partner[left] = right.strip()
    names = {one.get("identifier"): markdown(item, one) for one in [*lefts, *rights]}
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


def _essay(item: Item, _node: Node) -> None:
    item.draft.kind, item.draft.settings = QuestionKind.ESSAY, {"rubric": None, "words": None}


KINDS = {
    "choiceInteraction": _choice, "orderInteraction": _order, "matchInteraction": _match,
    "associateInteraction": _associate, "extendedTextInteraction": _essay,
}  # fmt: skip
