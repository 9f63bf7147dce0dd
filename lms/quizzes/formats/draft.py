"""A question on its way in or out: what every format is read into and written from. Pure.

``text`` and the texts of choices, pairs and items are Markdown, everything else is plain text; ``settings`` are those
of ``models.Question``. A picture is named in the Markdown as ``![words](picture:name)`` and its bytes stand in
``pictures`` under that name. ``line`` is where the question begins in the file, ``warnings`` name whatever could not
be carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, unquote

from flask_babel import gettext as _

from lms.quizzes.kinds import QuestionKind
from lms.texts import one_line, paragraphs

MOST_QUESTIONS = 2000
MOST_BYTES = 5_000_000
MOST_PICTURES_BYTES = 20_000_000
LONGEST_TEXT = 20_000
LONGEST_LINE = 2_000
MOST_BRACKETS = 5_000  # materials.markdown reads twice as many
LONGEST_TITLE = 200
MOST_ROWS = 50
MOST_POINTS = 100
FULL = 100

_PICTURE = re.compile(r"(!\[[^\]]{0,500}\]\()picture:([^)\s]{1,600})(?=[)\s])")
_MARK = re.compile(r"\[\[(\d{1,3})\]\]")


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is for its reader. ``line`` counts from 1, 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Problem:
    """What stands in that line is no question we could store, and why."""

    line: int
    message: str
    about: str = ""


@dataclass
class ChoiceDraft:
    text: str
    is_right: bool = False
    share: float | None = None
    feedback: str = ""


@dataclass
class QuestionDraft:
    kind: QuestionKind
    text: str
    title: str = ""
    choices: list[ChoiceDraft] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    points: int = 1
    explanation: str = ""
    topic: str = ""
    tags: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    line: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """What was read of a file, in its order."""

    drafts: list[QuestionDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, draft: QuestionDraft) -> None:
        """Take a question that could be stored; otherwise say what it lacks. Raises Unreadable beyond 2,000."""
        tidied = tidy(draft)
        lacking = lacks(tidied)
        if lacking:
            self.refuse(draft.line, lacking, draft.title or draft.text)
        else:
            tidied.warnings += _odd(tidied)
            self.drafts.append(tidied)
        self._count(draft.line)

    def refuse(self, line: int, message: str, about: str = "") -> None:
        self.problems.append(Problem(line, clean(message), one_line(about)[:80]))
        self._count(line)

    def _count(self, line: int) -> None:
        if len(self.drafts) + len(self.problems) > MOST_QUESTIONS:
            raise Unreadable(_("The file is too long: at most 2,000 questions at once."), line)


# --- texts ------------------------------------------------------------------------------------------------------------
def clean(text: str) -> str:
    """Without the characters that neither XML nor a database keeps, with one kind of line end."""
    return paragraphs(text).replace("\ufffe", "").replace("\uffff", "").strip()


def tidy(draft: QuestionDraft) -> QuestionDraft:
    """With every text cleaned, those of the settings in one line, and shares left out that say the usual only."""
    choices = [
        ChoiceDraft(clean(one.text).strip(), one.is_right, one.share, one_line(one.feedback)) for one in draft.choices
    ]
    return replace(
        draft,
        text=clean(draft.text).strip(),
        title=one_line(draft.title)[:LONGEST_TITLE].strip(),
        choices=usual_shares(draft.kind, choices),
        settings=_tidy(draft.settings),
        points=draft.points if draft.kind.asks else 0,
        explanation=clean(draft.explanation).strip(),
        topic=one_line(draft.topic)[:LONGEST_TITLE].strip(),
        tags=[tag for tag in (one_line(tag)[:50].strip() for tag in draft.tags[:20]) if tag],
        warnings=[clean(warning) for warning in draft.warnings],
    )


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {name: _tidy(one) for name, one in value.items()}
    return [_tidy(one) for one in value] if isinstance(value, list) else value


# --- shares -----------------------------------------------------------------------------------------------------------
def derived_shares(kind: QuestionKind, choices: Iterable[ChoiceDraft]) -> list[float]:
    """What a choice is worth, in per cent, that says nothing of its own (as grading.py has it)."""
    rights = [one.is_right for one in choices]
    each = FULL / (sum(rights) or 1) if kind is QuestionKind.SEVERAL else FULL
    wrong = -each if kind is QuestionKind.SEVERAL else 0
    return [each if right else wrong for right in rights]


def shares_of(kind: QuestionKind, choices: list[ChoiceDraft]) -> list[float]:
    derived = derived_shares(kind, choices)
    return [usual if one.share is None else one.share for one, usual in zip(choices, derived, strict=True)]


def usual_shares(kind: QuestionKind, choices: list[ChoiceDraft]) -> list[ChoiceDraft]:
    derived = derived_shares(kind, choices)
    if all(one.share is None or abs(one.share - usual) < 0.01 for one, usual in zip(choices, derived, strict=True)):
        return [replace(one, share=None) for one in choices]
    return choices


def whole(share: float) -> float:
    """50 rather than 50.0, and no more than five places."""
    share = round(share, 5)
    return int(share) if share == int(share) else share


def read_decimal(text: str) -> Decimal | None:
    """«0,5», «-3.14», «1e3»; None for what is no number, or one that nobody means."""
    text = text.strip().replace(",", ".").replace("−", "-")
    if len(text) > 50:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= 30 else None


def plain(value: Decimal) -> str:
    """«0.5», «50»: without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def absolute(answer: str, tolerance: str) -> str:
    """A tolerance in per cent as a number."""
    if not tolerance.endswith("%"):
        return tolerance or "0"
    return plain(abs(Decimal(answer)) * Decimal(tolerance[:-1] or 0) / FULL)


def read_share(text: str) -> float:
    """Per cent from a format's number; nothing where it is none."""
    value = read_decimal(text)
    return whole(float(value)) if value is not None and abs(value) <= 1000 else 0


def short_settings(accepted: list[dict[str, Any]], *, case: bool = False, wildcards: bool = False) -> dict[str, Any]:
    return {"accepted": accepted, "case": case, "yo": False, "spaces": False, "wildcards": wildcards}


# --- pictures ---------------------------------------------------------------------------------------------------------
def picture(name: str, words: str = "") -> str:
    return f"![{words.replace('[', '(').replace(']', ')')}](picture:{quote(name, safe='')})"


def pictures_in(markdown: str) -> list[str]:
    return [unquote(name) for _mark, name in _PICTURE.findall(markdown)]


def with_pictures(markdown: str, address: dict[str, str]) -> str:
    """The Markdown with the pictures' names replaced by these addresses."""
    return _PICTURE.sub(lambda found: found[1] + address.get(unquote(found[2]), "picture:" + found[2]), markdown)


def markdown_texts(draft: QuestionDraft) -> list[str]:
    """Everything in which a picture may stand."""
    pairs = draft.settings.get("pairs") or []
    return [
        draft.text,
        *(one.text for one in draft.choices),
        *(side for pair in pairs for side in (pair["left"], pair["right"])),
        *(draft.settings.get("items") or []),
    ]


def name_unshown(draft: QuestionDraft, tags: Iterable[str]) -> None:
    for tag in tags:
        draft.warnings.append(_("Something that cannot be shown here is left out: <%(tag)s>.", tag=tag))


def drop_unshown(draft: QuestionDraft) -> None:
    """Name the files that came with a question and that no text of ours can show."""
    shown = {name for text in markdown_texts(draft) for name in pictures_in(text)}
    for name in sorted(draft.pictures.keys() - shown):
        del draft.pictures[name]
        draft.warnings.append(_("A file is left out: %(name)s.", name=name[:80]))


# --- what a question must have ----------------------------------------------------------------------------------------
def lacks(draft: QuestionDraft) -> str:
    """Why it cannot be stored, as a sentence; empty when it can."""
    if not draft.text:
        return _("The question has no text.")
    if len(draft.text) > LONGEST_TEXT or len(draft.explanation) > LONGEST_TEXT or draft.text.count("[") > MOST_BRACKETS:
        return _("The text is too long: at most 20,000 characters.")
    if _longest(draft) > LONGEST_LINE:
        return _("An answer is too long: at most 2,000 characters.")
    if draft.kind.asks and not 1 <= draft.points <= MOST_POINTS:
        return _("The points must be from 1 to 100.")
    return _LACKS.get(draft.kind, _nothing)(draft)


def _longest(draft: QuestionDraft) -> int:
    def size(value: Any) -> int:
        if isinstance(value, dict):
            return max(map(size, value.values()), default=0)
        if isinstance(value, list):
            return max(map(size, value), default=0)
        return len(value) if isinstance(value, str) else 0

    return max([size(draft.settings), *(max(len(one.text), len(one.feedback)) for one in draft.choices)])


def _nothing(draft: QuestionDraft) -> str:
    return ""


def _choices(draft: QuestionDraft) -> str:
    if any(not one.text for one in draft.choices):
        return _("A choice has no text.")
    if len(draft.choices) < 2:
        return _("There must be at least two choices.")
    if not any(one.is_right for one in draft.choices):
        return _("No answer is right.")
    return _too_many(draft.choices)


def _odd(draft: QuestionDraft) -> list[str]:
    """What a trainer should look at once more."""
    if draft.kind is not QuestionKind.SEVERAL:
        return []
    most = whole(sum(share for share in shares_of(draft.kind, draft.choices) if share > 0))
    if most >= 99.9:
        return []
    return [_("The right answers together give %(percent)s%% of the points, never all of them.", percent=most)]


def _accepted(rows: list[dict[str, Any]], name: str = "text") -> str:
    if not rows:
        return _("No answer is right.")
    if any(not row[name] for row in rows):
        return _("An answer has no text.")
    if not any(row["share"] == FULL for row in rows):
        return _("No answer gives all of the points.")
    return _too_many(rows)


def _too_many(rows: list[Any]) -> str:
    return _("There are too many answers: at most 50.") if len(rows) > MOST_ROWS else ""


def _pairs(draft: QuestionDraft) -> str:
    pairs = draft.settings["pairs"]
    if len(pairs) < 2:
        return _("There must be at least two pairs.")
    if any(not pair["left"] or not pair["right"] for pair in pairs):
        return _("A pair has an empty side.")
    return _too_many([*pairs, *draft.settings["extra"]])


def _items(draft: QuestionDraft) -> str:
    items = draft.settings["items"]
    if len(items) < 2:
        return _("There must be at least two items to put in order.")
    return _("An item has no text.") if not all(items) else _too_many(items)


def _gaps(draft: QuestionDraft) -> str:
    gaps = draft.settings["gaps"]
    if not gaps or sorted(int(one) for one in _MARK.findall(draft.text)) != list(range(1, len(gaps) + 1)):
        return _("The gaps in the text and their answers do not match.")
    names = {"short": ("accepted", "text"), "number": ("answers", "answer"), "choice": ("options", "text")}
    said = (_accepted(gap[names[gap["kind"]][0]], names[gap["kind"]][1]) for gap in gaps)
    return next(filter(None, said), "") or _too_many(gaps)


_LACKS = {
    QuestionKind.SINGLE: _choices,
    QuestionKind.SEVERAL: _choices,
    QuestionKind.SHORT: lambda draft: _accepted(draft.settings["accepted"]),
    QuestionKind.NUMBER: lambda draft: _accepted(draft.settings["answers"], "answer"),
    QuestionKind.MATCHING: _pairs,
    QuestionKind.ORDERING: _items,
    QuestionKind.GAPS: _gaps,
}
