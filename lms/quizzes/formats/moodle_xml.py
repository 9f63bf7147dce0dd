"""Moodle XML (docs.moodle.org/en/Moodle_XML_format; question/format/xml of Moodle). Pure.

Texts say their format: ``html``, ``moodle_auto_format``, ``plain_text`` or ``markdown``. Pictures stand beside a text
as ``<file name="…" encoding="base64">`` and are named in it as ``@@PLUGINFILE@@/name``.
"""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from urllib.parse import unquote

from flask_babel import gettext as _

from lms.quizzes.formats import cloze
from lms.quizzes.formats.draft import (
    FULL,
    MOST_POINTS,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    Unreadable,
    drop_unshown,
    name_unshown,
    picture,
    plain,
    read_decimal,
    read_share,
    short_settings,
)
from lms.quizzes.formats.gift import topic_of
from lms.quizzes.formats.markup import escaped, from_html, has_tags, to_plain, unshown
from lms.quizzes.formats.xml import Node, parse
from lms.quizzes.kinds import QuestionKind

PLUGIN = "@@PLUGINFILE@@/"
_PLUGIN_IMAGE = re.compile(r"!\[([^\]]*)\]\(@@PLUGINFILE@@/([^)\s]+)[^)]*\)")
_ALL_IMAGES = re.compile(r"<img\b", re.IGNORECASE)
_SCORING = {"-1": "exact", "0": "places", "1": "neighbours", "2": "neighbours"}
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
        name = names.get(unquote(address.removeprefix(PLUGIN)), "") if address.startswith(PLUGIN) else ""
        if not name:
            draft.warnings.append(_("A picture is not in the file: %(name)s.", name=unquote(address)[-80:]))
        return name

    name_unshown(draft, unshown(text) if form != "plain_text" else [])
    if form == "markdown":
        return _PLUGIN_IMAGE.sub(lambda found: _shown(name_of(PLUGIN + found[2]), found[1]), text)
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
