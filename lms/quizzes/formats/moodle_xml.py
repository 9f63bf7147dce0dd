"""Moodle XML (docs.moodle.org/en/Moodle_XML_format; question/format/xml of Moodle). Pure.

Texts say their format: ``html``, ``moodle_auto_format``, ``plain_text`` or ``markdown``. Pictures stand beside a text
as ``<file name="…" encoding="base64">`` and are named in it as ``@@PLUGINFILE@@/name``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import quote, unquote

from flask_babel import gettext as _

from lms.quizzes.formats import cloze
from lms.quizzes.formats.draft import (
    FULL,
    MOST_POINTS,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    Unreadable,
    absolute,
    drop_unshown,
    name_unshown,
    picture,
    pictures_in,
    plain,
    read_decimal,
    read_share,
    shares_of,
    short_settings,
    whole,
)
from lms.quizzes.formats.gift import topic_of
from lms.quizzes.formats.markup import escaped, from_html, has_tags, to_plain, unshown, with_addresses
from lms.quizzes.formats.xml import Node, element, parse, words
from lms.quizzes.kinds import QuestionKind

_PLUGIN = "@@PLUGINFILE@@/"
_PLUGIN_IMAGE = re.compile(r"!\[([^\]]*)\]\(@@PLUGINFILE@@/([^)\s]+)[^)]*\)")
_ALL_IMAGES = re.compile(r"<img\b", re.IGNORECASE)
_SCORING = {"-1": "exact", "0": "places", "1": "neighbours", "2": "neighbours"}
_SCORING_OUT = {"exact": "-1", "places": "0", "neighbours": "1"}
# What learners see of a question in Moodle and would miss here.
_LEFT_OUT = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "hint")


class _Bad(ValueError):
    """This question cannot be read, and why."""


# --- reading ----------------------------------------------------------------------------------------------------------
def read(content: bytes | str) -> Reading:
    """Raises Unreadable when it is no Moodle XML at all."""
    root = parse(content)
    if root.tag != "quiz":
        raise Unreadable(_("This is no Moodle XML: the outermost element must be “quiz”."), root.line)
    reading = Reading()
    topic = ""
    for node in root.all("question"):
        kind = node.get("type")
        if kind == "category":
            topic = topic_of(node.said("category", "text"))
            continue
        read_kind = _KINDS.get(kind)
        if read_kind is None:
            reading.refuse(
                node.line, _("The type “%(type)s” does not exist here.", type=kind), node.said("name", "text")
            )
            continue
        draft = QuestionDraft(QuestionKind.INFO, "", title=node.said("name", "text"), topic=topic, line=node.line)
        try:
            _common(draft, node)
            read_kind(draft, node)
        except (_Bad, cloze.BadGap) as error:
            reading.refuse(node.line, str(error), draft.title or draft.text)
            continue
        drop_unshown(draft)
        reading.add(draft)
    return reading


def _common(draft: QuestionDraft, node: Node) -> None:
    draft.text = _markdown(node.first("questiontext"), draft)
    general = node.first("generalfeedback")
    draft.explanation = _plain(general)
    if general is not None and _ALL_IMAGES.search(general.said("text")):
        draft.warnings.append(_("A picture in the explanation is left out."))
    if node.get("type") != "description":
        draft.points = _points(node.said("defaultgrade"), draft)
    if node.said("image") or node.said("image_base64"):
        draft.warnings.append(_("A picture is not in the file: %(name)s.", name=node.said("image")[-80:]))
    draft.tags = [tag.said("text") for tags in node.all("tags") for tag in tags.all("tag")]
    left = [_plain(one) for one in node.all(*_LEFT_OUT)]
    for said in dict.fromkeys(filter(None, left)):
        draft.warnings.append(_("A general comment is left out: “%(words)s”.", words=" ".join(said.split())[:200]))
    if read_share(node.said("penalty")) and node.get("type") not in {"essay", "description"} and node.all("hint"):
        draft.warnings.append(_("The penalty for each new try is left out."))


def _points(text: str, draft: QuestionDraft) -> int:
    value = read_decimal(text or "1")
    points = min(max(int(value.to_integral_value()) if value is not None else 1, 1), MOST_POINTS)
    if value != points:
        draft.warnings.append(_("The points are rounded: %(before)s became %(after)s.", before=text, after=points))
    return points


def _markdown(node: Node | None, draft: QuestionDraft, usual: str = "html") -> str:
    """The text of such an element as Markdown; its pictures come along."""
    if node is None:
        return ""
    text, form = node.said("text"), node.get("format") or usual
    names = {name: _keep(name, content, draft) for name, content in _files(node, draft).items()}

    def name_of(address: str) -> str:
        name = names.get(unquote(address.removeprefix(_PLUGIN)), "") if address.startswith(_PLUGIN) else ""
        if not name:
            draft.warnings.append(_("A picture is not in the file: %(name)s.", name=unquote(address)[-80:]))
        return name

    name_unshown(draft, unshown(text) if form != "plain_text" else [])
    if form == "markdown":
        return _PLUGIN_IMAGE.sub(lambda found: _shown(name_of(_PLUGIN + found[2]), found[1]), text)
    if form == "plain_text" or (not has_tags(text) and form != "html"):
        return escaped(text)
    return from_html(text, name_of)


def _shown(name: str, said: str) -> str:
    return picture(name, said) if name else said


def _files(node: Node, draft: QuestionDraft) -> dict[str, bytes]:
    found = {}
    for file in node.all("file"):
        try:
            found[file.get("name")] = base64.b64decode("".join(file.text.split()), validate=True)
        except (binascii.Error, ValueError):
            draft.warnings.append(_("A file is damaged: %(name)s.", name=file.get("name")[:80]))
    return found


def _keep(name: str, content: bytes, draft: QuestionDraft) -> str:
    """Take the picture under a name that no other one of the question has."""
    name = name.replace("\\", "/").rpartition("/")[2] or "picture.png"
    stem, dot, last = name.rpartition(".")
    free, number = name, 1
    while draft.pictures.get(free, content) != content:
        number += 1
        free = f"{stem}-{number}{dot}{last}"
    draft.pictures[free] = content
    return free


def _plain(node: Node | None) -> str:
    if node is None:
        return ""
    said = node.said("text")
    return said if node.get("format") in {"plain_text", "markdown"} else to_plain(said)


def _info(draft: QuestionDraft, node: Node) -> None:
    if draft.explanation:
        draft.warnings.append(_("The comment on a text is left out: “%(words)s”.", words=draft.explanation[:200]))
    draft.kind, draft.explanation = QuestionKind.INFO, ""


def _choice(draft: QuestionDraft, node: Node) -> None:
    is_single = node.said("single").lower() in {"true", "1"}
    draft.kind = QuestionKind.SINGLE if is_single else QuestionKind.SEVERAL
    draft.settings = {"shuffle": node.said("shuffleanswers").lower() not in {"false", "0"}}
    for answer in node.all("answer"):
        share = read_share(answer.get("fraction", "0"))
        is_right = share == FULL if is_single else share > 0
        text = _markdown(answer, draft, node.get("format") or "html")
        draft.choices.append(ChoiceDraft(text, is_right, share, _plain(answer.first("feedback"))))
    if is_single and sum(one.is_right for one in draft.choices) > 1:
        draft.warnings.append(_("Several choices are right, and any one of them gives all of the points."))


def _truth(draft: QuestionDraft, node: Node) -> None:
    right, said = None, {"true": "", "false": ""}
    for answer in node.all("answer"):
        word = answer.said("text").lower()
        if word in said:
            said[word] = _plain(answer.first("feedback"))
            right = word == "true" if read_share(answer.get("fraction")) > 0 else right
    if right is None:
        raise _Bad(_("No answer is right."))
    draft.kind, draft.settings = QuestionKind.TRUE_FALSE, {"right": right, "feedback": said}


def _short(draft: QuestionDraft, node: Node) -> None:
    rows = [
        (answer.said("text"), read_share(answer.get("fraction")), _plain(answer.first("feedback")))
        for answer in node.all("answer")
    ]
    accepted, stars = cloze.accepted_of(rows)
    draft.kind = QuestionKind.SHORT
    draft.settings = short_settings(accepted, case=node.said("usecase") == "1", wildcards=stars)


def _number(draft: QuestionDraft, node: Node) -> None:
    answers = []
    for answer in node.all("answer"):
        said, text = _plain(answer.first("feedback")), answer.said("text")
        if text == "*":
            if said:
                draft.warnings.append(_("The comment on any other answer is left out: “%(words)s”.", words=said[:200]))
            continue
        value, about = read_decimal(text), read_decimal(answer.said("tolerance") or "0")
        if value is None or about is None:
            raise _Bad(_("“%(words)s” is no number.", words=text[:40]))
        answers.append(
            {
                "answer": plain(value), "tolerance": plain(abs(about)),
                "share": read_share(answer.get("fraction")), "feedback": said,
            }
        )  # fmt: skip
    draft.kind = QuestionKind.NUMBER
    draft.settings = {"answers": answers} | _units(node)


def _units(node: Node) -> dict[str, object]:
    """Moodle divides what was typed by the multiplier; we multiply by the factor."""
    usual, others = "", []
    for unit in (one for units in node.all("units") for one in units.all("unit")):
        name, times = unit.said("unit_name"), read_decimal(unit.said("multiplier"))
        if not name or not times or times < 0:
            continue
        if times == 1 and not usual:
            usual = name
        else:
            others.append({"unit": name, "factor": plain(Decimal(format(1 / times, ".12g")))})
    return {"unit": usual, "units": others}


def _matching(draft: QuestionDraft, node: Node) -> None:
    pairs, extra = [], []
    for one in node.all("subquestion"):
        left = _markdown(one, draft, "html")
        answer = one.first("answer")
        right = _markdown(answer, draft, "plain_text")
        if left:
            pairs.append({"left": left, "right": right})
        elif right:
            extra.append(right)
    draft.kind, draft.settings = QuestionKind.MATCHING, {"pairs": pairs, "extra": extra}


def _ordering(draft: QuestionDraft, node: Node) -> None:
    scoring = _SCORING.get(node.said("gradingtype"), "places")
    items = [_markdown(answer, draft, "html") for answer in node.all("answer")]
    draft.kind, draft.settings = QuestionKind.ORDERING, {"items": items, "scoring": scoring}


def _essay(draft: QuestionDraft, node: Node) -> None:
    least, most = (_count(node.said(name)) for name in ("minwordlimit", "maxwordlimit"))
    draft.kind = QuestionKind.ESSAY
    draft.settings = {"rubric": None, "words": [least, most] if least or most else None}
    for name in ("graderinfo", "responsetemplate"):
        said = _plain(node.first(name))
        if said:
            draft.warnings.append(
                _("What stands beside the essay is left out: “%(words)s”.", words=" ".join(said.split())[:200])
            )


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 6 and int(text) else None


def _gaps(draft: QuestionDraft, node: Node) -> None:
    question = node.first("questiontext")
    is_markdown = question is not None and question.get("format") == "markdown"
    text, gaps = cloze.read(node.said("questiontext", "text"), markdown=is_markdown)
    if question is None or not gaps:
        raise _Bad(_("The text has no gap that could be read."))
    draft.pictures.clear()
    draft.text = _markdown(_with_text(question, text), draft)
    draft.kind, draft.settings = QuestionKind.GAPS, {"gaps": gaps}
    # HTML keeps [[1]] as it is; the converter has put backslashes before the brackets.
    draft.text = re.sub(r"\\\[\\\[(\d+)\\\]\\\]", r"[[\1]]", draft.text)


def _with_text(node: Node, text: str) -> Node:
    others: list[Node | str] = list(node.all("file"))
    return Node(node.tag, node.attributes, node.line, [Node("text", {}, node.line, [text]), *others])


def _picked_gaps(draft: QuestionDraft, node: Node) -> None:
    """gapselect and ddwtos: [[3]] is the third word, offered with the others of its group."""
    offered = node.all("selectoption", "dragbox")
    wanted = [int(one) for one in re.findall(r"\[\[(\d{1,3})\]\]", node.said("questiontext", "text"))]
    gaps = []
    for number in wanted:
        if not 1 <= number <= len(offered):
            raise _Bad(_("The gaps in the text and their answers do not match."))
        group = offered[number - 1].said("group")
        options = [
            {"text": escaped(to_plain(one.said("text"))), "share": FULL if at == number else 0, "feedback": ""}
            for at, one in enumerate(offered, 1)
            if one.said("group") == group
        ]
        gaps.append({"kind": "choice", "points": 1, "options": options})
    marks = iter(range(1, len(wanted) + 1))
    draft.text = re.sub(r"\\\[\\\[\d{1,3}\\\]\\\]|\[\[\d{1,3}\]\]", lambda _found: f"[[{next(marks, 0)}]]", draft.text)
    draft.kind, draft.settings = QuestionKind.GAPS, {"gaps": gaps}


_KINDS = {
    "multichoice": _choice, "truefalse": _truth, "shortanswer": _short, "numerical": _number, "matching": _matching,
    "match": _matching, "essay": _essay, "description": _info, "cloze": _gaps, "multianswer": _gaps,
    "ordering": _ordering, "gapselect": _picked_gaps, "ddwtos": _picked_gaps,
}  # fmt: skip


# --- writing ----------------------------------------------------------------------------------------------------------
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
    text = with_addresses(text, lambda name: _PLUGIN + quote(name, safe=""))
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
            return [element("gradingtype", _SCORING_OUT[settings.get("scoring") or "exact"]), *items]
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
