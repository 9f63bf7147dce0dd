"""Questions as GIFT; gift.py says what that is, and reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    QuestionDraft,
    absolute,
    shares_of,
    whole,
)
from lms.quizzes.formats.gift import FORMAT, SIGNS, TRUTHS
from lms.quizzes.kinds import QuestionKind


def losses(draft: QuestionDraft) -> list[str]:
    """What GIFT cannot carry of this question; where it cannot carry the question at all, ``carries`` says so."""
    settings = draft.settings
    lost = [
        (draft.points != 1 and draft.kind.asks, _("points")),
        (bool(draft.pictures), _("pictures")),
        (bool(draft.explanation) and not draft.kind.asks, _("explanation")),
        (bool(settings.get("unit") or settings.get("units")), _("units")),
        (any(settings.get(name) for name in ("case", "yo", "spaces")), _("what an answer's spelling must keep")),
        (bool(settings.get("rubric")), _("rubric")),
        (bool(settings.get("words")), _("number of words")),
        (draft.kind.has_choices and not settings.get("shuffle", True), _("that the choices are not shuffled")),
    ]
    return [str(words) for is_lost, words in lost if is_lost]


def carries(draft: QuestionDraft) -> bool:
    if draft.kind is QuestionKind.MATCHING:
        return not any("->" in side for pair in draft.settings["pairs"] for side in (pair["left"], pair["right"]))
    if draft.kind is QuestionKind.SHORT:
        texts = [one["text"] for one in draft.settings["accepted"]]
        return not (len(texts) == 1 and texts[0].upper() in TRUTHS) and _says_stars(draft) and "->" not in str(texts)
    return draft.kind not in {QuestionKind.GAPS, QuestionKind.ORDERING}


def _says_stars(draft: QuestionDraft) -> bool:
    """A star always stands for anything in GIFT."""
    return draft.settings.get("wildcards") or not any("*" in one["text"] for one in draft.settings["accepted"])


def write(drafts: Iterable[QuestionDraft]) -> str:
    """A file of those questions that ``carries`` agrees to."""
    out: list[str] = []
    topic = ""
    for draft in filter(carries, drafts):
        if draft.topic != topic:
            topic = draft.topic
            out.append(f"$CATEGORY: $course$/top/{_escape(topic.replace('/', '//').replace(' // ', '/'))}")
        out.append(_written(draft))
    return "\n\n".join(out) + "\n"


def _written(draft: QuestionDraft) -> str:
    tags = "".join(f"[tag:{tag.replace(']', ')')}] " for tag in map(_escape, draft.tags)).strip()
    title = f"::{_escape(draft.title)}::" if draft.title else ""
    text = f"{title}[markdown]{_escape(draft.text)}"
    lines = _answer_lines(draft)
    if lines is not None:
        general = [f"####[plain]{_escape(draft.explanation)}"] if draft.explanation else []
        text += " {" + "\n".join(["", *lines, *general, ""] if lines or general else []) + "}"
    return f"// {tags}\n{text}" if tags else text


def _answer_lines(draft: QuestionDraft) -> list[str] | None:
    settings = draft.settings
    match draft.kind:
        case QuestionKind.INFO:
            return None
        case QuestionKind.ESSAY:
            return []
        case QuestionKind.TRUE_FALSE:
            right, said = settings["right"], settings.get("feedback") or {}
            comments = [said.get("false" if right else "true", ""), said.get("true" if right else "false", "")]
            tail = "".join(f"#{_plain(one)}" for one in comments) if any(comments) else ""
            return [f"{'TRUE' if right else 'FALSE'}{tail}"]
        case QuestionKind.SHORT:
            return [_row(one["text"], one) for one in settings["accepted"]]
        case QuestionKind.NUMBER:
            return ["#", *(_row(_number_of(one), one, ready=True) for one in settings["answers"])]
        case QuestionKind.MATCHING:
            pairs = [f"={_cell(pair['left'])} -> {_escape(pair['right'], md=True)}" for pair in settings["pairs"]]
            return pairs + [f"= -> {_escape(one, md=True)}" for one in settings.get("extra") or []]
    return _choice_lines(draft)


def _choice_lines(draft: QuestionDraft) -> list[str]:
    is_single = draft.kind is QuestionKind.SINGLE
    lines = []
    for choice, share in zip(draft.choices, shares_of(draft.kind, draft.choices), strict=True):
        sign = "=" if is_single and share == FULL else "~"
        needs = choice.text.startswith("%") or (share not in {0, FULL} if is_single else share != 0)
        weight = f"%{whole(share)}%" if needs else ""
        lines.append(f"{sign}{weight}{_cell(choice.text)}{_comment(choice.feedback)}")
    return lines


def _row(text: str, row: dict[str, object], *, ready: bool = False) -> str:
    share = whole(float(str(row["share"])))
    weight = f"%{share}%" if share != FULL or text.startswith("%") else ""
    return f"={weight}{text if ready else _escape(text)}{_comment(str(row.get('feedback') or ''))}"


def _number_of(row: dict[str, str]) -> str:
    tolerance = absolute(row["answer"], str(row.get("tolerance") or "0"))
    return f"{row['answer']}:{tolerance}" if Decimal(tolerance) else str(row["answer"])


def _cell(text: str) -> str:
    return ("[markdown]" if FORMAT.match(text) else "") + _escape(text)


def _comment(text: str) -> str:
    return f"#{_plain(text)}" if text else ""


def _plain(text: str) -> str:
    return f"[plain]{_escape(text)}" if text else ""


def _escape(text: str, *, md: bool = False) -> str:
    text = re.sub(rf"([\\{SIGNS}])", r"\\\1", text).replace("\n", "\\n")
    return f"[markdown]{text}" if md else text
