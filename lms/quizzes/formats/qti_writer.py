"""Questions as a QTI 2.1 or 2.2 package: a manifest, an item a question, and their pictures. Pure; qti.py reads it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    QuestionDraft,
    markdown_texts,
    pictures_in,
    shares_of,
    whole,
)
from lms.quizzes.formats.markup import paragraphs, quoted, to_xhtml
from lms.quizzes.formats.package import pack
from lms.quizzes.formats.xml import element, words
from lms.quizzes.kinds import QuestionKind

_RULES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
_VERSIONS = {"2.1": "v2p1", "2.2": "v2p2"}
_RESPONSE = "RESPONSE"


def losses(draft: QuestionDraft) -> list[str]:
    """What QTI, as it is written here, cannot carry of this question."""
    settings = draft.settings
    rows = [*(settings.get("accepted") or []), *(settings.get("answers") or [])]
    gaps = settings.get("gaps") or []
    rows += [row for gap in gaps for name in ("accepted", "answers", "options") for row in gap.get(name) or []]
    whole_of = [settings, *gaps]
    lost = [
        (bool(draft.topic), _("topic")),
        (bool(draft.tags), _("tags")),
        (any(row.get("feedback") for row in rows), _("comments on answers")),
        (any(one.get("unit") or one.get("units") for one in whole_of), _("units")),
        (
            any(one.get(name) for one in whole_of for name in ("yo", "spaces", "wildcards")),
            _("what an answer's spelling must keep"),
        ),
        (bool(settings.get("rubric")), _("rubric")),
        (bool(settings.get("words")), _("number of words")),
        (settings.get("scoring") in {"places", "neighbours"}, _("points for a part of the order")),
    ]
    return [str(said) for is_lost, said in lost if is_lost]


def carries(draft: QuestionDraft) -> bool:
    return True


def write(drafts: Iterable[QuestionDraft], version: str = "2.1") -> bytes:
    """``version`` is "2.1" or "2.2"."""
    files: list[tuple[str, bytes]] = []
    resources = []
    for number, draft in enumerate(drafts, 1):
        key = f"q{number:04}"
        name = f"items/{key}.xml"
        media = {
            picture: f"media/{key}/{picture}"
            for text in markdown_texts(draft)
            for picture in pictures_in(text)
            if picture in draft.pictures
        }
        files.append((name, _item(draft, key, version, media).encode()))
        files += [(path, draft.pictures[picture]) for picture, path in media.items()]
        listed = "".join(
            element("file", href=path if path == name else _address(path)) for path in [name, *media.values()]
        )
        kind = f"imsqti_item_xml{_VERSIONS[version]}"
        resources.append(element("resource", listed, identifier=key.upper(), type=kind, href=name))
    manifest = element(
        "manifest",
        element("metadata", element("schema", "QTIv2.1 Package") + element("schemaversion", "1.0.0"))
        + element("organizations")
        + element("resources", "".join(resources)),
        xmlns="http://www.imsglobal.org/xsd/imscp_v1p1",
        identifier="MANIFEST",
    )
    return pack([("imsmanifest.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{manifest}\n'.encode()), *files])


def _address(path: str) -> str:
    return "/".join(map(quoted, path.split("/")))


# --- an item ----------------------------------------------------------------------------------------------------------
def _item(draft: QuestionDraft, key: str, version: str, media: dict[str, str]) -> str:
    def address(name: str) -> str:
        return _address(posixpath.join("..", media.get(name) or name))

    xhtml = partial(to_xhtml, address=address)
    declarations, body, rules = _KINDS[draft.kind](draft, xhtml)
    said = _choice_feedback(draft)
    many = draft.kind is QuestionKind.SEVERAL
    outcomes = _outcome("SCORE", "float", "0") + _outcome("MAXSCORE", "float", str(draft.points))
    if said:
        outcomes += element(
            "outcomeDeclaration",
            identifier="FEEDBACK",
            cardinality="multiple" if many else "single",
            baseType="identifier",
        )
        rules += element("setOutcomeValue", element("variable", identifier=_RESPONSE), identifier="FEEDBACK")
    elif draft.explanation:
        outcomes += element("outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    explained = (
        element(
            "modalFeedback", paragraphs(draft.explanation),
            outcomeIdentifier="FEEDBACK", identifier="EXPLANATION", showHide="hide",
        )
        if draft.explanation
        else ""
    )  # fmt: skip
    item = element(
        "assessmentItem",
        "\n".join(
            [
                declarations,
                outcomes,
                element("itemBody", body),
                element("responseProcessing", rules) if rules else "",
                explained,
            ]
        ),
        xmlns=f"http://www.imsglobal.org/xsd/imsqti_{_VERSIONS[version]}",
        identifier=key,
        title=draft.title,
        adaptive="false",
        timeDependent="false",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{item}\n'


def _outcome(name: str, base_type: str, value: str) -> str:
    inner = element("defaultValue", element("value", value))
    return element("outcomeDeclaration", inner, identifier=name, cardinality="single", baseType=base_type)


def _declaration(
    cardinality: str, base_type: str, right: Iterable[str], mapping: str = "", name: str = _RESPONSE
) -> str:
    values = "".join(element("value", words(one)) for one in right)
    inner = (element("correctResponse", values) if values else "") + mapping
    return element("responseDeclaration", inner, identifier=name, cardinality=cardinality, baseType=base_type)


def _mapping(entries: Iterable[tuple[str, float]], most: float, **given: Any) -> str:
    inner = "".join(element("mapEntry", mapKey=key, mappedValue=whole(value), **given) for key, value in entries)
    return element("mapping", inner, defaultValue="0", lowerBound="0", upperBound=whole(most))


_MAPPED = element("setOutcomeValue", element("mapResponse", identifier=_RESPONSE), identifier="SCORE")


def _all_or_nothing(points: int) -> str:
    same = element("match", element("variable", identifier=_RESPONSE) + element("correct", identifier=_RESPONSE))
    return element("responseCondition", element("responseIf", same + _score(points)))


def _score(value: float) -> str:
    return element("setOutcomeValue", element("baseValue", str(whole(value)), baseType="float"), identifier="SCORE")


def _choice_feedback(draft: QuestionDraft) -> bool:
    if draft.kind is QuestionKind.TRUE_FALSE:
        return any((draft.settings.get("feedback") or {}).values())
    return any(choice.feedback for choice in draft.choices)


def _option(key: str, xhtml: str, feedback: str = "") -> str:
    said = (
        element("feedbackInline", words(feedback), outcomeIdentifier="FEEDBACK", identifier=key, showHide="show")
        if feedback
        else ""
    )
    return element("simpleChoice", xhtml + said, identifier=key)


_Parts = tuple[str, str, str]


def _choices(draft: QuestionDraft, xhtml: Any) -> _Parts:
    is_single = draft.kind is QuestionKind.SINGLE
    keys = [f"C{number}" for number in range(1, len(draft.choices) + 1)]
    shares = shares_of(draft.kind, draft.choices)
    mapping = _mapping(
        [(key, draft.points * share / FULL) for key, share in zip(keys, shares, strict=True)], draft.points
    )
    right = [key for key, one in zip(keys, draft.choices, strict=True) if one.is_right]
    options = "".join(_option(key, xhtml(one.text), one.feedback) for key, one in zip(keys, draft.choices, strict=True))
    asked = element(
        "choiceInteraction",
        options,
        responseIdentifier=_RESPONSE,
        shuffle="true" if draft.settings.get("shuffle", True) else "false",
        maxChoices=1 if is_single else 0,
    )
    cardinality = "single" if is_single else "multiple"
    return _declaration(cardinality, "identifier", right, mapping), xhtml(draft.text) + asked, _MAPPED


def _truth(draft: QuestionDraft, xhtml: Any) -> _Parts:
    said = draft.settings.get("feedback") or {}
    names = {"true": _("True"), "false": _("False")}
    options = "".join(_option(key, words(name), said.get(key, "")) for key, name in names.items())
    asked = element("choiceInteraction", options, responseIdentifier=_RESPONSE, shuffle="false", maxChoices=1)
    right = "true" if draft.settings["right"] else "false"
    return _declaration("single", "identifier", [right]), xhtml(draft.text) + asked, _all_or_nothing(draft.points)


def _ordering(draft: QuestionDraft, xhtml: Any) -> _Parts:
    keys = [f"C{number}" for number in range(1, len(draft.settings["items"]) + 1)]
    options = "".join(_option(key, xhtml(item)) for key, item in zip(keys, draft.settings["items"], strict=True))
    asked = element("orderInteraction", options, responseIdentifier=_RESPONSE, shuffle="true")
    return _declaration("ordered", "identifier", keys), xhtml(draft.text) + asked, _all_or_nothing(draft.points)


def _matching(draft: QuestionDraft, xhtml: Any) -> _Parts:
    pairs, extra = draft.settings["pairs"], draft.settings.get("extra") or []

    def side(letter: str, texts: list[str]) -> str:
        inner = "".join(
            element("simpleAssociableChoice", xhtml(text), identifier=f"{letter}{number}", matchMax=1)
            for number, text in enumerate(texts, 1)
        )
        return element("simpleMatchSet", inner)

    sets = side("L", [pair["left"] for pair in pairs]) + side("R", [pair["right"] for pair in pairs] + extra)
    asked = element("matchInteraction", sets, responseIdentifier=_RESPONSE, shuffle="true", maxAssociations=len(pairs))
    right = [f"L{number} R{number}" for number in range(1, len(pairs) + 1)]
    mapping = _mapping([(key, draft.points / len(pairs)) for key in right], draft.points)
    return _declaration("multiple", "directedPair", right, mapping), xhtml(draft.text) + asked, _MAPPED


def _essay(draft: QuestionDraft, xhtml: Any) -> _Parts:
    asked = element("extendedTextInteraction", responseIdentifier=_RESPONSE, expectedLines=10)
    return _declaration("single", "string", []), xhtml(draft.text) + asked, ""


def _info(draft: QuestionDraft, xhtml: Any) -> _Parts:
    return "", xhtml(draft.text), ""


# --- what is typed ----------------------------------------------------------------------------------------------------
def _typed(draft: QuestionDraft, xhtml: Any) -> _Parts:
    kind = "number" if draft.kind is QuestionKind.NUMBER else "short"
    declaration, rules = _gap({"kind": kind, "points": draft.points} | draft.settings, _RESPONSE)
    field = element("textEntryInteraction", responseIdentifier=_RESPONSE)
    return declaration, xhtml(draft.text) + element("p", field), rules


def _gap(gap: dict[str, Any], name: str) -> tuple[str, str]:
    """The declaration of a typed or chosen answer, and how its points are added to the score."""
    points = gap.get("points", 1)
    if gap["kind"] == "number":
        first = [one["answer"] for one in gap["answers"] if one["share"] == FULL][:1]
        return _declaration("single", "float", first, name=name), _number_rules(gap["answers"], points, name)
    if gap["kind"] == "choice":
        rows = [(f"C{at}", points * one["share"] / FULL) for at, one in enumerate(gap["options"], 1)]
        right = [key for key, value in rows if value == points]
        return _declaration("single", "identifier", right[:1], _mapping(rows, points), name), _added(name)
    entries = [(one["text"], points * one["share"] / FULL) for one in gap["accepted"]]
    given: dict[str, Any] = {} if gap.get("case") else {"caseSensitive": "false"}
    right = [text for text, value in entries if value == points]
    return _declaration("single", "string", right[:1], _mapping(entries, points, **given), name), _added(name)


def _added(name: str) -> str:
    both = element("variable", identifier="SCORE") + element("mapResponse", identifier=name)
    return element("setOutcomeValue", element("sum", both), identifier="SCORE")


def _number_rules(answers: list[dict[str, Any]], points: int, name: str) -> str:
    rules = []
    for at, one in enumerate(answers):
        about = str(one.get("tolerance") or "0")
        mode = "relative" if about.endswith("%") else "absolute"
        amount = about.rstrip("%")
        near = element(
            "equal",
            element("variable", identifier=name) + element("baseValue", one["answer"], baseType="float"),
            toleranceMode=mode if Decimal(amount or 0) else "exact",
            tolerance=f"{amount} {amount}" if Decimal(amount or 0) else None,
        )
        worth = element("baseValue", str(whole(points * one["share"] / FULL)), baseType="float")
        added = element("sum", element("variable", identifier="SCORE") + worth)
        then = element("setOutcomeValue", added, identifier="SCORE")
        rules.append(element("responseElseIf" if at else "responseIf", near + then))
    return element("responseCondition", "".join(rules))


def _gaps(draft: QuestionDraft, xhtml: Any) -> _Parts:
    gaps = draft.settings["gaps"]
    body, declarations, rules = xhtml(draft.text), [], []
    for number, gap in enumerate(gaps, 1):
        name = f"{_RESPONSE}{number}"
        declaration, rule = _gap(gap, name)
        declarations.append(declaration)
        rules.append(rule)
        if gap["kind"] == "choice":
            options = "".join(
                element("inlineChoice", _inline_of(xhtml(one["text"])), identifier=f"C{at}")
                for at, one in enumerate(gap["options"], 1)
            )
            field = element("inlineChoiceInteraction", options, responseIdentifier=name, shuffle="false")
        else:
            field = element("textEntryInteraction", responseIdentifier=name, class_="gap")
        body = body.replace(f"[[{number}]]", field, 1)
    total = sum(gap.get("points", 1) for gap in gaps)
    if total != draft.points:
        ratio = element("baseValue", str(whole(draft.points / total)), baseType="float")
        scaled = element("product", element("variable", identifier="SCORE") + ratio)
        rules.append(element("setOutcomeValue", scaled, identifier="SCORE"))
    return "".join(declarations), body, "".join(rules)


def _inline_of(xhtml: str) -> str:
    """Without the paragraph around it, which may not stand in a line."""
    is_one = xhtml.startswith("<p>") and xhtml.endswith("</p>") and xhtml.count("<p>") == 1
    return xhtml[3:-4] if is_one else xhtml


_KINDS = {
    QuestionKind.SINGLE: _choices, QuestionKind.SEVERAL: _choices, QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.SHORT: _typed, QuestionKind.NUMBER: _typed, QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering, QuestionKind.GAPS: _gaps, QuestionKind.ESSAY: _essay, QuestionKind.INFO: _info,
}  # fmt: skip
