"""Questions as Moodle XML; moodle_xml.py reads it. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import quote

from flask_babel import gettext as _

from lms.quizzes.formats import cloze
from lms.quizzes.formats.draft import (
    FULL,
    QuestionDraft,
    absolute,
    pictures_in,
    shares_of,
    whole,
)
from lms.quizzes.formats.markup import with_addresses
from lms.quizzes.formats.moodle_xml import PLUGIN
from lms.quizzes.formats.xml import element, words
from lms.quizzes.kinds import QuestionKind

_SCORING = {"exact": "-1", "places": "0", "neighbours": "1"}


def losses(draft: QuestionDraft) -> list[str]:
    """What Moodle XML cannot carry of this question."""
    settings = draft.settings
    lost = [
        (
            any(one.get("yo") or one.get("spaces") for one in [settings, *(settings.get("gaps") or [])]),
            _("what an answer's spelling must keep"),
        ),
        (bool(settings.get("rubric")), _("rubric")),
        (draft.kind is QuestionKind.INFO and bool(draft.explanation), _("explanation")),
        (any(one.get("units") or one.get("unit") for one in settings.get("gaps") or []), _("units")),
    ]
    return [str(said) for is_lost, said in lost if is_lost]


def carries(draft: QuestionDraft) -> bool:
    return True


def write(drafts: Iterable[QuestionDraft]) -> str:
    out = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    topic = ""
    for draft in drafts:
        if draft.topic != topic:
            topic = draft.topic
            path = f"$course$/top/{topic.replace('/', '//').replace(' // ', '/')}"
            out.append(element("question", element("category", _text(path)), type="category"))
        out.append(_written(draft))
    return "\n".join([*out, "</quiz>", ""])


_NAMES = {
    QuestionKind.SINGLE: "multichoice", QuestionKind.SEVERAL: "multichoice", QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.SHORT: "shortanswer", QuestionKind.NUMBER: "numerical", QuestionKind.MATCHING: "matching",
    QuestionKind.ORDERING: "ordering", QuestionKind.GAPS: "cloze", QuestionKind.ESSAY: "essay",
    QuestionKind.INFO: "description",
}  # fmt: skip


def _written(draft: QuestionDraft) -> str:
    text = draft.text
    if draft.kind is QuestionKind.GAPS:
        text = cloze.write(text, draft.settings["gaps"])
    pieces = [
        element("name", _text(draft.title)) if draft.title else "",
        _rich("questiontext", text, draft),
        element("generalfeedback", _text(draft.explanation), format="plain_text") if draft.explanation else "",
        element("defaultgrade", str(draft.points)),
        element("penalty", "0"),
        *_answers(draft),
        element("tags", "".join(element("tag", _text(tag)) for tag in draft.tags)) if draft.tags else "",
    ]
    return element("question", "\n".join(piece for piece in pieces if piece), type=_NAMES[draft.kind])


def _text(text: str) -> str:
    return element("text", words(text))


def _rich(tag: str, text: str, draft: QuestionDraft, extra: str = "", **attributes: object) -> str:
    """A text in Markdown with its pictures beside it."""
    files = [
        element("file", base64.b64encode(draft.pictures[name]).decode(), name=name, path="/", encoding="base64")
        for name in dict.fromkeys(pictures_in(text))
        if name in draft.pictures
    ]
    text = with_addresses(text, lambda name: PLUGIN + quote(name, safe=""))
    return element(tag, _text(text) + "".join(files) + extra, format="markdown", **attributes)


def _feedback(text: str) -> str:
    return element("feedback", _text(text), format="plain_text") if text else ""


def _answer(text: str, share: float, feedback: str, extra: str = "") -> str:
    inner = _text(text) + _feedback(feedback) + extra
    return element("answer", inner, fraction=whole(share), format="plain_text")


def _answers(draft: QuestionDraft) -> list[str]:
    settings = draft.settings
    match draft.kind:
        case QuestionKind.SINGLE | QuestionKind.SEVERAL:
            return _choices_out(draft)
        case QuestionKind.TRUE_FALSE:
            said = settings.get("feedback") or {}
            return [
                _answer(word, FULL if settings["right"] is (word == "true") else 0, said.get(word, ""))
                for word in ("true", "false")
            ]
        case QuestionKind.SHORT:
            rows = settings["accepted"]
            return [element("usecase", "1" if settings.get("case") else "0")] + [
                _answer(cloze.star_text(one["text"], settings), one["share"], one.get("feedback") or "") for one in rows
            ]
        case QuestionKind.NUMBER:
            return [_number_out(one) for one in settings["answers"]] + _units_out(settings)
        case QuestionKind.MATCHING:
            return _pairs_out(draft)
        case QuestionKind.ORDERING:
            items = [_rich("answer", item, draft, fraction=at) for at, item in enumerate(settings["items"], 1)]
            return [element("gradingtype", _SCORING[settings.get("scoring") or "exact"]), *items]
        case QuestionKind.ESSAY:
            least, most = settings.get("words") or [None, None]
            limits = [("minwordlimit", least), ("maxwordlimit", most)]
            return [element("responseformat", "editor")] + [element(name, str(one)) for name, one in limits if one]
    return []


def _choices_out(draft: QuestionDraft) -> list[str]:
    out = [
        element("single", "true" if draft.kind is QuestionKind.SINGLE else "false"),
        element("shuffleanswers", "true" if draft.settings.get("shuffle", True) else "false"),
    ]
    for choice, share in zip(draft.choices, shares_of(draft.kind, draft.choices), strict=True):
        out.append(_rich("answer", choice.text, draft, _feedback(choice.feedback), fraction=whole(share)))
    return out


def _number_out(row: dict[str, str]) -> str:
    tolerance = element("tolerance", absolute(row["answer"], str(row.get("tolerance") or "0")))
    return _answer(row["answer"], float(row["share"]), row.get("feedback") or "", tolerance)


def _units_out(settings: dict[str, object]) -> list[str]:
    units = [(settings.get("unit"), "1")] if settings.get("unit") else []
    for one in settings.get("units") or []:  # type: ignore[attr-defined]
        units.append((one["unit"], format(1 / Decimal(one["factor"]), ".15g")))
    if not units:
        return []
    inner = "".join(
        element("unit", element("multiplier", times) + element("unit_name", words(str(name)))) for name, times in units
    )
    return [element("units", inner)]


def _pairs_out(draft: QuestionDraft) -> list[str]:
    out = []
    for pair in draft.settings["pairs"]:
        out.append(_rich("subquestion", pair["left"], draft, _rich("answer", pair["right"], draft)))
    for one in draft.settings.get("extra") or []:
        out.append(_rich("subquestion", "", draft, _rich("answer", one, draft)))
    return out
