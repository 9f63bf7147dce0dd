"""Questions as QTI 1.2 in the profile of Common Cartridge 1.1 and 1.3. Pure; qti12.py reads it.

The profile knows six kinds; numbers go as typed answers. Matching, ordering and gaps have no place in it: ``carries``
says so, and whoever writes a cartridge names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext as _

from lms.quizzes.formats.draft import FULL, QuestionDraft, shares_of, whole
from lms.quizzes.formats.markup import paragraphs, to_xhtml
from lms.quizzes.formats.qti12 import Assessment
from lms.quizzes.formats.xml import element, words
from lms.quizzes.kinds import QuestionKind

_NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PROFILES = {
    QuestionKind.SINGLE: "cc.multiple_choice.v0p1",
    QuestionKind.SEVERAL: "cc.multiple_response.v0p1",
    QuestionKind.TRUE_FALSE: "cc.true_false.v0p1",
    QuestionKind.SHORT: "cc.fib.v0p1",
    QuestionKind.NUMBER: "cc.fib.v0p1",
    QuestionKind.ESSAY: "cc.essay.v0p1",
}
Address = Callable[[str], str]


def carries(draft: QuestionDraft) -> bool:
    return draft.kind in _PROFILES


def losses(draft: QuestionDraft) -> list[str]:
    """What the profile cannot carry of a question that it carries."""
    settings = draft.settings
    rows = [*(settings.get("accepted") or []), *(settings.get("answers") or [])]
    several = draft.kind is QuestionKind.SEVERAL
    lost = [
        (bool(draft.tags), _("tags")),
        (any(row.get("feedback") for row in rows), _("comments on answers")),
        (several and any(one.feedback for one in draft.choices), _("comments on answers")),
        (several, _("points for a part of the answer")),
        (draft.kind is QuestionKind.NUMBER, _("how far a number may be from the right one")),
        (bool(settings.get("unit") or settings.get("units")), _("units")),
        (any(settings.get(name) for name in ("yo", "spaces")), _("what an answer's spelling must keep")),
        (any("*" in row["text"] for row in rows if settings.get("wildcards")), _("signs that stand for anything")),
        (bool(settings.get("rubric")), _("rubric")),
        (bool(settings.get("words")), _("number of words")),
    ]
    return list(dict.fromkeys(str(said) for is_lost, said in lost if is_lost))


def write(about: Assessment, drafts: Iterable[QuestionDraft], key: str, address: Address) -> bytes:
    """``key`` is what the test is called among the others, ``address`` gives where a picture of that name stands."""
    items = "\n".join(_item(draft, f"{key}_{number}", address) for number, draft in enumerate(drafts, 1))
    if about.is_bank:
        whole_file = element("objectbank", items, ident=key)
    else:
        told = {"cc_profile": "cc.exam.v0p1", "qmd_assessmenttype": "Examination", "qmd_scoretype": "Percentage"}
        told["cc_maxattempts"] = str(about.attempts) if about.attempts else "unlimited"
        if about.minutes:
            told["qmd_timelimit"] = str(about.minutes)
        rubric = element("rubric", _material(paragraphs(about.intro))) if about.intro else ""
        section = element("section", items, ident=f"{key}_section")
        whole_file = element("assessment", _metadata(told) + rubric + section, ident=key, title=about.title)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{element("questestinterop", whole_file, xmlns=_NAMESPACE)}\n'.encode()
    )


def _metadata(told: dict[str, str]) -> str:
    fields = (
        element("qtimetadatafield", element("fieldlabel", name) + element("fieldentry", words(value)))
        for name, value in told.items()
    )
    return element("qtimetadata", "".join(fields))


def _material(xhtml: str) -> str:
    return element("material", element("mattext", words(xhtml), texttype="text/html"))


def _item(draft: QuestionDraft, key: str, address: Address) -> str:
    told = {"cc_profile": _PROFILES[draft.kind], "cc_weighting": str(draft.points)}
    if draft.topic:
        told["cc_question_category"] = draft.topic
    asked, conditions, comments = _KINDS[draft.kind](draft, address)
    if draft.explanation:
        other = element("conditionvar", element("other"))
        conditions = _condition(other, None, "general_fb", goes_on=True) + conditions
        comments += _comment("general_fb", draft.explanation)
    outcomes = element("outcomes", element("decvar", maxvalue=100, minvalue=0, varname="SCORE", vartype="Decimal"))
    return element(
        "item",
        element("itemmetadata", _metadata(told))
        + element("presentation", _material(to_xhtml(draft.text, address)) + asked)
        + element("resprocessing", outcomes + conditions)
        + comments,
        ident=key,
        title=draft.title or None,
    )


def _condition(variables: str, share: float | None, feedback: str = "", *, goes_on: bool = False) -> str:
    score = element("setvar", str(whole(share)), action="Set", varname="SCORE") if share is not None else ""
    shown = element("displayfeedback", feedbacktype="Response", linkrefid=feedback) if feedback else ""
    return element("respcondition", variables + score + shown, continue_="Yes" if goes_on else "No")


def _comment(key: str, text: str) -> str:
    return element("itemfeedback", _material(paragraphs(text)), ident=key)


def _equal(value: str, case: str | None = None) -> str:
    return element("varequal", words(value), case=case, respident="response")


_Parts = tuple[str, str, str]


def _offered(draft: QuestionDraft, texts: dict[str, str], *, several: bool = False) -> str:
    labels = "".join(element("response_label", _material(text), ident=key) for key, text in texts.items())
    shuffle = "Yes" if draft.settings.get("shuffle", True) and draft.kind is not QuestionKind.TRUE_FALSE else "No"
    return element(
        "response_lid",
        element("render_choice", labels, shuffle=shuffle),
        ident="response",
        rcardinality="Multiple" if several else "Single",
    )


def _single(draft: QuestionDraft, address: Address) -> _Parts:
    texts = {f"c{at}": to_xhtml(one.text, address) for at, one in enumerate(draft.choices, 1)}
    shares, said = shares_of(draft.kind, draft.choices), [one.feedback for one in draft.choices]
    return _picked(draft, texts, dict(zip(texts, shares, strict=True)), dict(zip(texts, said, strict=True)))


def _truth(draft: QuestionDraft, _address: Address) -> _Parts:
    said = draft.settings.get("feedback") or {}
    right = "true" if draft.settings["right"] else "false"
    shares = {key: float(FULL if key == right else 0) for key in ("true", "false")}
    texts = {"true": words(_("True")), "false": words(_("False"))}
    return _picked(draft, texts, shares, {key: said.get(key, "") for key in shares})


def _picked(draft: QuestionDraft, texts: dict[str, str], shares: dict[str, float], said: dict[str, str]) -> _Parts:
    """A condition for each choice that is worth something or has a comment."""
    conditions = "".join(
        _condition(element("conditionvar", _equal(key)), share if share > 0 else None, f"{key}_fb" if said[key] else "")
        for key, share in shares.items()
        if share > 0 or said[key]
    )
    comments = "".join(_comment(f"{key}_fb", text) for key, text in said.items() if text)
    return _offered(draft, texts), conditions, comments


def _several(draft: QuestionDraft, address: Address) -> _Parts:
    texts = {f"c{at}": to_xhtml(one.text, address) for at, one in enumerate(draft.choices, 1)}
    must = "".join(
        _equal(key) if one.is_right else element("not", _equal(key))
        for key, one in zip(texts, draft.choices, strict=True)
    )
    condition = _condition(element("conditionvar", element("and", must)), FULL)
    return _offered(draft, texts, several=True), condition, ""


def _typed(draft: QuestionDraft, _address: Address) -> _Parts:
    settings = draft.settings
    rows = [(one["text"], one["share"]) for one in settings.get("accepted") or ()]
    rows += [
        (f"{one['answer']} {settings.get('unit') or ''}".strip(), one["share"]) for one in settings.get("answers") or ()
    ]
    case = "Yes" if settings.get("case") else "No"
    conditions = "".join(
        _condition(
            element("conditionvar", _equal(text.replace("*", "") if settings.get("wildcards") else text, case)), share
        )
        for text, share in rows
        if share > 0
    )
    field = element("render_fib", fibtype="String", prompt="Dashline", rows=1)
    return element("response_str", field, ident="response", rcardinality="Single"), conditions, ""


def _essay(_draft: QuestionDraft, _address: Address) -> _Parts:
    field = element("render_fib", fibtype="String", prompt="Box", rows=10)
    return element("response_str", field, ident="response", rcardinality="Single"), "", ""


_KINDS: dict[QuestionKind, Callable[[QuestionDraft, Address], _Parts]] = {
    QuestionKind.SINGLE: _single,
    QuestionKind.SEVERAL: _several,
    QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.SHORT: _typed,
    QuestionKind.NUMBER: _typed,
    QuestionKind.ESSAY: _essay,
}
