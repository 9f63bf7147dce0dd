"""QTI 1.2 as Common Cartridge narrows it (IMS CC 1.1 and 1.3, QTI profile). Pure. This reads; qti12_writer.py writes.

Its six kinds are choices, several choices, true or false, a typed answer, a pattern in one, and an essay. What Canvas
and others write beside the profile is read where it is one of these, and named where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    MOST_POINTS,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    Unreadable,
    name_unshown,
    read_decimal,
    short_settings,
    whole,
)
from lms.quizzes.formats.markup import from_html, to_plain, unshown
from lms.quizzes.formats.xml import Node, parse
from lms.quizzes.kinds import QuestionKind

NameOf = Callable[[str], str]
_PROFILES = {
    "cc.multiple_choice.v0p1": "choice",
    "cc.multiple_response.v0p1": "choice",
    "cc.true_false.v0p1": "truth",
    "cc.fib.v0p1": "typed",
    "cc.pattern_match.v0p1": "typed",
    "cc.essay.v0p1": "essay",
    "multiple_choice_question": "choice",
    "multiple_answers_question": "choice",
    "true_false_question": "truth",
    "short_answer_question": "typed",
    "essay_question": "essay",
    "text_only_question": "info",
}


class _Bad(ValueError):
    """This item cannot be read, and why."""


@dataclass
class Assessment:
    """What a file of QTI 1.2 says: of a test, or of a bank (then ``is_bank``)."""

    title: str = ""
    intro: str = ""
    attempts: int | None = None
    minutes: int | None = None
    is_bank: bool = False
    reading: Reading = field(default_factory=Reading)


def read(content: bytes, name_of: NameOf | None = None) -> Assessment:
    """``name_of`` gives for the address of a picture its name among ours, empty where it is none. Raises Unreadable."""
    root = parse(content)
    found = root.first("assessment") or root.first("objectbank")
    if root.tag != "questestinterop" or (found is None and not root.all("item")):
        raise Unreadable(_("This is no QTI 1.2: the outermost element must be “questestinterop”."), root.line)
    whole_file = found or root
    made = Assessment(title=whole_file.get("title"), is_bank=whole_file.tag == "objectbank")
    told = _fields(whole_file)
    made.attempts = _count(told.get("cc_maxattempts", ""), 100)
    made.minutes = _count(told.get("qmd_timelimit", ""), 10_000)
    rubric = whole_file.first("rubric") or whole_file.first("presentation_material")
    made.intro = to_plain(_html(rubric)) if rubric else ""
    for item in whole_file.find("item"):
        _take(made.reading, item, name_of or (lambda _address: ""))
    return made


def _count(told: str, most: int) -> int | None:
    """A number of attempts or minutes; «unlimited» and what is no number are none."""
    return int(told) if told.isdecimal() and len(told) < 7 and 0 < int(told) <= most else None


def _fields(node: Node) -> dict[str, str]:
    """The metadata of an assessment or an item."""
    holders = [*node.all("qtimetadata"), *[one for meta in node.all("itemmetadata") for one in meta.all("qtimetadata")]]
    return {
        one.said("fieldlabel").lower(): one.said("fieldentry")
        for holder in holders
        for one in holder.all("qtimetadatafield")
    }


def _take(reading: Reading, item: Node, name_of: NameOf) -> None:
    draft = QuestionDraft(QuestionKind.INFO, "", title=item.get("title"), line=item.line)
    try:
        _read_item(item, draft, name_of)
    except _Bad as error:
        reading.refuse(item.line, str(error), draft.title or draft.text)
        return
    reading.add(draft)


def _read_item(item: Node, draft: QuestionDraft, name_of: NameOf) -> None:
    told = _fields(item)
    presentation = item.first("presentation")
    if presentation is None:
        raise _Bad(_("The question has no text."))
    said = told.get("cc_profile") or told.get("question_type") or ""
    kind = _PROFILES.get(said.strip().lower()) or ("" if said else _by_its_parts(presentation))
    if not kind:
        raise _Bad(_("The type “%(type)s” does not exist here.", type=said[:80] or "?"))
    draft.topic = told.get("cc_question_category", "")
    draft.points = _points(told, draft)
    draft.text = _markdown(draft, [one for one in _own(presentation) if one.tag == "material"], name_of)
    _READERS[kind](item, presentation, draft, name_of)
    draft.explanation = _explanation(item)


def _by_its_parts(presentation: Node) -> str:
    if presentation.find("render_choice"):
        words = [one.text.strip().lower() for one in presentation.find("response_label")]
        return "truth" if len(words) == 2 and words[0] in _TRUE and words[1] in _FALSE else "choice"
    return "typed" if presentation.find("render_fib") else "info"


def _points(told: dict[str, str], draft: QuestionDraft) -> int:
    said = told.get("cc_weighting") or told.get("points_possible") or "1"
    value = read_decimal(said) or Decimal(1)
    points = min(max(int(value.to_integral_value()), 1), MOST_POINTS)
    if points != value:
        draft.warnings.append(_("The points are rounded: %(before)s became %(after)s.", before=said[:20], after=points))
    return points


# --- texts ------------------------------------------------------------------------------------------------------------
def _own(presentation: Node) -> list[Node]:
    """Its parts, also where they lie in a flow."""
    return [inner for one in presentation.children if isinstance(one, Node) for inner in _unflowed(one)]


def _unflowed(node: Node) -> list[Node]:
    if node.tag != "flow":
        return [node]
    return [inner for one in node.children if isinstance(one, Node) for inner in _unflowed(one)]


def _html(node: Node) -> str:
    """What stands in the texts below, as HTML."""
    parts = []
    for one in node.find("mattext", "matimage"):
        if one.tag == "matimage":
            parts.append(f'<img src="{one.get("uri")}" alt=""/>')
        elif one.get("texttype", "text/plain").lower() in {"text/html", "text/xhtml"}:
            parts.append(one.text if not any(isinstance(child, Node) for child in one.children) else one.inner)
        else:
            parts.append("".join(f"<p>{line}</p>" for line in _escaped_lines(one.text)))
    return "\n".join(parts)


def _escaped_lines(text: str) -> list[str]:
    cleaned = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return [line for line in cleaned.split("\n") if line.strip()]


def _markdown(draft: QuestionDraft, nodes: list[Node], name_of: NameOf) -> str:
    html = "\n".join(_html(node) for node in nodes)
    name_unshown(draft, unshown(html))
    return from_html(html, name_of)


def _explanation(item: Node) -> str:
    """What is said whatever was answered."""
    general = {
        shown.get("linkrefid")
        for condition in item.find("respcondition")
        if condition.find("other")
        for shown in condition.all("displayfeedback")
    } | {"general_fb"}
    found = [one for one in item.all("itemfeedback") if one.get("ident") in general]
    return "\n".join(filter(None, (to_plain(_html(one)) for one in found)))


# --- by kind ----------------------------------------------------------------------------------------------------------
def _outcomes(item: Node) -> list[tuple[list[str], list[str], float, list[str]]]:
    """Of each condition: what must be given, what must not, the per cent it sets, and what is said then."""
    most = next((read_decimal(one.get("maxvalue", "100")) for one in item.find("decvar")), None) or Decimal(FULL)
    found = []
    for condition in item.find("respcondition"):
        variables = condition.first("conditionvar")
        if variables is None:
            continue
        wrong = [one.text.strip() for no in variables.find("not") for one in no.find("varequal")]
        given = [one.text.strip() for one in variables.find("varequal", "varsubstring")]
        for one in wrong:
            given.remove(one)
        score = next((read_decimal(one.text) for one in condition.all("setvar")), None)
        share = whole(float(FULL * score / most)) if score is not None and most else 0
        said = [one.get("linkrefid") for one in condition.all("displayfeedback")]
        found.append((given, wrong, share, said))
    return found


def _choice(item: Node, presentation: Node, draft: QuestionDraft, name_of: NameOf) -> None:
    texts, shares, said, asked = _picked(item, presentation, draft, name_of)
    if asked.get("rcardinality").lower() == "multiple":
        draft.kind = QuestionKind.SEVERAL
        draft.choices = [ChoiceDraft(text, shares[key] > 0, feedback=said[key]) for key, text in texts.items()]
    else:
        draft.kind = QuestionKind.SINGLE
        draft.choices = [ChoiceDraft(text, shares[key] == FULL, shares[key], said[key]) for key, text in texts.items()]
    draft.settings = {"shuffle": [one.get("shuffle").lower() for one in asked.find("render_choice")] != ["no"]}


def _truth(item: Node, presentation: Node, draft: QuestionDraft, name_of: NameOf) -> None:
    """Two choices, of which the first says that it is so."""
    texts, shares, said, _asked = _picked(item, presentation, draft, name_of)
    right = [key for key, share in shares.items() if share == FULL]
    if len(texts) != 2 or len(right) != 1:
        raise _Bad(_("No answer is right."))
    true, false = sorted(texts, key=lambda key: key.lower() in _FALSE or texts[key].strip().lower() in _FALSE)
    draft.kind = QuestionKind.TRUE_FALSE
    draft.settings = {"right": right == [true], "feedback": {"true": said[true], "false": said[false]}}


_TRUE, _FALSE = {"true", "верно", "да"}, {"false", "неверно", "нет"}


def _picked(
    item: Node, presentation: Node, draft: QuestionDraft, name_of: NameOf
) -> tuple[dict[str, str], dict[str, float], dict[str, str], Node]:
    """The choices by their names: texts, what each is worth in per cent, what is said to who picks it."""
    asked = presentation.find("response_lid")
    if len(asked) != 1 or not asked[0].find("render_choice"):
        raise _Bad(_("Several interactions in one item do not exist here: %(tags)s.", tags="response_lid"))
    texts = {one.get("ident"): _markdown(draft, [one], name_of) for one in asked[0].find("response_label")}
    comments = {one.get("ident"): to_plain(_html(one)) for one in item.all("itemfeedback")}
    shares, said = dict.fromkeys(texts, 0.0), dict.fromkeys(texts, "")
    for given, _wrong, share, shown in _outcomes(item):
        shares |= {one: share for one in given if one in texts and share > 0}
        if len(given) == 1 and given[0] in said:
            said[given[0]] += " ".join(comments.get(one, "") for one in shown)
    return texts, shares, said, asked[0]


def _typed(item: Node, presentation: Node, draft: QuestionDraft, _name_of: NameOf) -> None:
    if len(presentation.find("response_str", "response_num")) != 1:
        raise _Bad(_("Several interactions in one item do not exist here: %(tags)s.", tags="response_str"))
    comments = {one.get("ident"): to_plain(_html(one)) for one in item.all("itemfeedback")}
    parts = {one.text.strip() for one in item.find("varsubstring")}
    accepted: list[dict[str, Any]] = []
    for given, _wrong, share, shown in _outcomes(item):
        feedback = " ".join(filter(None, (comments.get(one, "") for one in shown if one != "general_fb")))
        accepted += [
            {"text": f"*{one}*" if one in parts else one, "share": share, "feedback": feedback}
            for one in given
            if share > 0
        ]
    cased = any(one.get("case").lower() == "yes" for one in item.find("varequal", "varsubstring"))
    draft.kind = QuestionKind.SHORT
    draft.settings = short_settings(accepted, case=cased, wildcards=bool(parts))


def _essay(_item: Node, _presentation: Node, draft: QuestionDraft, _name_of: NameOf) -> None:
    draft.kind, draft.settings = QuestionKind.ESSAY, {}


def _info(_item: Node, _presentation: Node, draft: QuestionDraft, _name_of: NameOf) -> None:
    draft.kind, draft.points, draft.settings = QuestionKind.INFO, 0, {}


_READERS: dict[str, Callable[[Node, Node, QuestionDraft, NameOf], None]] = {
    "choice": _choice,
    "truth": _truth,
    "typed": _typed,
    "essay": _essay,
    "info": _info,
}
