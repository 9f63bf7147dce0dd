"""GIFT, as Moodle documents it (docs.moodle.org/en/GIFT_format) and reads it (question/format/gift). Pure.

A question ends at an empty line outside of its braces. ``\\`` before one of ``~ = # { } : \\`` takes the sign as it is,
``\\n`` is a line end. Texts are in Moodle's own format unless they say ``[html]``, ``[markdown]`` or ``[plain]``: that
is plain text in which tags may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    name_unshown,
    plain,
    read_decimal,
    read_share,
    short_settings,
)
from lms.quizzes.formats.markup import escaped, from_html, has_tags, to_plain, unshown
from lms.quizzes.kinds import QuestionKind

SIGNS = "~=#{}:"
# Escaped signs stand as these while the text is cut.
_HIDDEN = {sign: chr(0xE000 + at) for at, sign in enumerate(SIGNS)}
_SHOWN = {hidden: sign for sign, hidden in _HIDDEN.items()} | {"\ue010": "\\", "\ue011": "\n"}
_PRIVATE = re.compile("[\ue000-\ue011]")
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_COMMENT = re.compile(r"\s*//(.*)")
_TAG = re.compile(r"\[tag:((?:\\.|[^\]\\])*)\]")
_CATEGORY = re.compile(r"\s*\$CATEGORY:\s*(.*)", re.DOTALL)
_NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:[.,]\d{0,10})?)%")
_IMAGE = re.compile(r"(?is).*?<img\b[^>]*?src\s*=\s*[\"']?([^\"'\s>]*).*")
TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
BLANK = "_____"


class _Bad(ValueError):
    """This question cannot be read, and why."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


# --- reading ----------------------------------------------------------------------------------------------------------
def read(text: str) -> Reading:
    """Raises Unreadable for more than 2,000 questions."""
    reading = Reading()
    topic = ""
    for line, block, tags in _blocks(_PRIVATE.sub("", text)):
        hidden = _hide(block)
        category = _CATEGORY.fullmatch(hidden)
        if category:
            topic = topic_of(_show(category[1].split("\n")[0]))
            continue
        try:
            draft = _question(hidden)
        except _Bad as error:
            reading.refuse(error.line or line, str(error), block)
            continue
        draft.line, draft.topic, draft.tags = line, topic, tags
        reading.add(draft)
    return reading


def topic_of(path: str) -> str:
    """«Тема / Подтема» of «$course$/top/Тема/Подтема»."""
    parts = [part.strip() for part in path.replace("//", "\0").split("/")]
    kept = [part.replace("\0", "/") for part in parts if part and part not in {"top", "$course$", "$system$", "$cat$"}]
    return " / ".join(kept)


def _blocks(text: str) -> Iterable[tuple[int, str, list[str]]]:
    """(number of the first line, text, tags) of each question: parted by empty lines that stand in no braces."""
    kept: list[str] = []
    tags: list[str] = []
    first, is_open = 0, False
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        comment = _COMMENT.match(line)
        begins = line.lstrip().startswith(("::", "$CATEGORY:"))
        ends = (not line.strip() and not is_open) or (begins and kept and (is_open and not kept[-1].strip()))
        if line.lstrip().startswith("$CATEGORY:") and kept:
            ends = True
        if ends and kept:
            yield first, "\n".join(kept), tags
            kept, tags, is_open = [], [], False
        if comment:
            tags = tags + [_show(_hide(tag)) for tag in _TAG.findall(comment[1])] if not kept else tags
        elif line.strip() or kept:
            first = first if kept else number
            kept.append(line)
            is_open = _is_open(line, is_open)
        if len(kept) == 1 and kept[0].lstrip().startswith("$CATEGORY:"):
            yield first, kept[0], []
            kept = []
    if kept:
        yield first, "\n".join(kept), tags


def _is_open(line: str, is_open: bool) -> bool:
    """Do the braces stay open after this line?"""
    bare = _ESCAPE.sub("", line)
    start, end = bare.rfind("{"), bare.rfind("}")
    return start > end if start != end else is_open


def _hide(text: str) -> str:
    def hide(found: re.Match[str]) -> str:
        sign = found[1]
        return "\ue010" if sign == "\\" else "\ue011" if sign == "n" else _HIDDEN[sign]

    return _ESCAPE.sub(hide, text)


def _show(text: str) -> str:
    return _PRIVATE.sub(lambda found: _SHOWN.get(found[0], ""), text).strip()


def _question(text: str) -> QuestionDraft:
    name = _NAME.match(text)
    title = _show(name[1]) if name else ""
    text = text[name.end() :] if name else text
    stem, answers = _cut(text)
    form, stem = _format_of(stem, "moodle")
    draft = QuestionDraft(QuestionKind.INFO, _markdown(stem, form), title=title)
    shown = _show(text)
    name_unshown(draft, unshown(shown))
    if "<img" in shown.lower():
        draft.warnings.append(_("A picture is not in the file: %(name)s.", name=_IMAGE.sub(r"\1", shown)[:80]))
    if answers is None:
        return draft
    if "}" in stem:
        draft.warnings.append(_("A brace } in the text has no backslash before it; it is taken as text."))
    answers, mark, general = answers.partition("####")
    if mark:
        draft.explanation = _words(general)
    answers = answers.strip()
    _KINDS[_kind(answers)](draft, answers, form)
    return draft


def _cut(text: str) -> tuple[str, str | None]:
    """The text, with a blank where words follow the answers; and what stands in the braces."""
    start = text.find("{")
    end = text.find("}", max(start, 0))
    if start < 0 and end < 0:
        return text, None
    if start < 0:
        raise _Bad(_("A closing brace } without an opening one. If it belongs to the text, write \\}."))
    if end < 0:
        raise _Bad(_("The opening brace { is never closed."))
    before, inside, after = text[:start], text[start + 1 : end], text[end + 1 :]
    if "{" in inside:
        raise _Bad(_("The opening brace { is never closed."))
    if "{" in after or "}" in after:
        raise _Bad(_("There are several pairs of braces. A question here has one; a brace in the text is written \\{."))
    return (f"{before}{BLANK}{after}" if after.strip() else before), inside


def _format_of(text: str, usual: str) -> tuple[str, str]:
    found = FORMAT.match(text)
    return (found[1].lower(), text[found.end() :]) if found else (usual, text)


def _markdown(text: str, form: str) -> str:
    form, text = _format_of(text, form)
    shown = _show(text)
    if form == "markdown":
        return shown
    if form == "html" or (form == "moodle" and has_tags(shown)):
        return from_html(shown)
    return escaped(shown)


def _words(text: str) -> str:
    """Plain words, of whatever format."""
    form, text = _format_of(text, "moodle")
    shown = _show(text)
    return shown if form in {"plain", "markdown"} else to_plain(shown)


def _kind(answers: str) -> str:
    if not answers:
        return "essay"
    if answers.startswith("#"):
        return "number"
    if "~" in answers:
        return "choice"
    if "=" in answers and "->" in answers:
        return "matching"
    return "truth" if answers.partition("#")[0].strip().upper() in TRUTHS else "short"


def _essay(draft: QuestionDraft, _answers: str, _form: str) -> None:
    draft.kind, draft.settings = QuestionKind.ESSAY, {"rubric": None, "words": None}


def _truth(draft: QuestionDraft, answers: str, _form: str) -> None:
    truth, *comments = answers.split("#")
    right = TRUTHS[truth.strip().upper()]
    wrong_said, right_said = ([_words(comment) for comment in comments] + ["", ""])[:2]
    said = {"true": right_said if right else wrong_said, "false": wrong_said if right else right_said}
    draft.kind, draft.settings = QuestionKind.TRUE_FALSE, {"right": right, "feedback": said}


def _choice(draft: QuestionDraft, answers: str, form: str) -> None:
    pieces = [piece for piece in re.split(r"(?=[~=])", answers) if piece.strip()]
    is_single = any(piece.startswith("=") for piece in pieces)
    draft.kind = QuestionKind.SINGLE if is_single else QuestionKind.SEVERAL
    draft.settings = {"shuffle": True}
    for piece in pieces:
        if piece[0] not in "~=":
            raise _Bad(_("Before “%(words)s” there must be = or ~.", words=_show(piece)[:40]))
        share, text = _weight(piece[1:], FULL if piece[0] == "=" else 0)
        text, _mark, comment = text.partition("#")
        is_right = share == FULL if is_single else share > 0
        draft.choices.append(ChoiceDraft(_markdown(text, form), is_right, share, _words(comment)))
    if is_single and sum(one.is_right for one in draft.choices) > 1:
        draft.warnings.append(_("Several choices are right, and any one of them gives all of the points."))


def _weight(text: str, usual: float) -> tuple[float, str]:
    found = _WEIGHT.match(text)
    return (read_share(found[1]), text[found.end() :]) if found else (usual, text)


def _matching(draft: QuestionDraft, answers: str, form: str) -> None:
    pairs, extra = [], []
    for piece in answers.split("="):
        if not piece.strip():
            continue
        piece, _mark, comment = piece.partition("#")
        left, arrow, right = piece.partition("->")
        if not arrow:
            raise _Bad(_("In “%(words)s” there is no ->.", words=_show(piece)[:40]))
        if comment.strip():
            draft.warnings.append(_("A comment on a pair is left out: “%(words)s”.", words=_words(comment)[:200]))
        if left.strip():
            pairs.append({"left": _markdown(left, form), "right": _markdown(right, "plain")})
        else:
            extra.append(_markdown(right, "plain"))
    draft.kind, draft.settings = QuestionKind.MATCHING, {"pairs": pairs, "extra": extra}


def _short(draft: QuestionDraft, answers: str, _form: str) -> None:
    accepted: list[dict[str, Any]] = []
    for piece in answers.split("="):
        if not piece.strip():
            continue
        share, text = _weight(piece, FULL)
        text, _mark, comment = text.partition("#")
        text = _format_of(text, "plain")[1]
        accepted.append({"text": _show(text), "share": share, "feedback": _words(comment)})
    stars = any("*" in one["text"] for one in accepted)
    draft.kind, draft.settings = QuestionKind.SHORT, short_settings(accepted, wildcards=stars)


def _number(draft: QuestionDraft, answers: str, _form: str) -> None:
    answers, mark, otherwise = answers[1:].partition("~")
    if mark and otherwise.strip():
        words = _words(otherwise.partition("#")[2]) or _show(otherwise)
        draft.warnings.append(_("The comment on any other answer is left out: “%(words)s”.", words=words[:200]))
    found = []
    for piece in answers.split("="):
        if not piece.strip():
            continue
        share, text = _weight(piece, FULL)
        text, mark, comment = text.partition("#")
        found.append(_near(_show(text)) | {"share": share, "feedback": _words(comment)})
    draft.kind, draft.settings = QuestionKind.NUMBER, {"answers": found, "unit": "", "units": []}


def _near(text: str) -> dict[str, str]:
    """«3.14», «3.14:0.01» or «3.1..3.2» as an answer and how far one may be from it."""
    low, dots, high = text.partition("..")
    if dots:
        first, last = read_decimal(low), read_decimal(high)
        if first is None or last is None or last < first:
            raise _Bad(_("“%(words)s” is no range of numbers.", words=text[:40]))
        return {"answer": plain((first + last) / 2), "tolerance": plain((last - first) / 2)}
    number, _colon, about = text.partition(":")
    value, tolerance = read_decimal(number), read_decimal(about or "0")
    if value is None or tolerance is None or tolerance < 0:
        raise _Bad(_("“%(words)s” is no number.", words=text[:40]))
    return {"answer": plain(value), "tolerance": plain(tolerance)}


_KINDS = {
    "essay": _essay, "number": _number, "choice": _choice, "matching": _matching, "truth": _truth, "short": _short,
}  # fmt: skip
