"""What a result tells of each answer: right or not, what was given, what was right, why, and how much of the key. Pure.

The key (the right answers, and explanations of questions answered wrong) is shown when the quiz says so; usually when
it can no longer spoil a try: the quiz has been passed, or no attempts are left and none is open. Until then a failed
attempt shows which questions were right and the feedback of what was picked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from html import escape
from typing import Any

from lms.quizzes.giving import Given
from lms.quizzes.grading import NOTHING, Asked, Option, share_of_gap
from lms.quizzes.headline import headline
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.offering import GAP
from lms.quizzes.typed import find_number, find_short
from lms.quizzes.wording import inline_html
from lms.typography import typo


@dataclass(frozen=True, slots=True)
class Graded:
    """A question as it was asked, what was given, and the points; None while a person has yet to check it."""

    asked: Asked
    given: Given
    points: Decimal | None
    out_of: Decimal
    comment: str = ""
    # Points for each criterion of an essay's rubric.
    criteria: tuple[str, ...] = ()


class Verdict(StrEnum):
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNANSWERED = "unanswered"
    # A person has yet to check it.
    WAITS = "waits"


class Remark(StrEnum):
    """What a line of the review says of an answer."""

    GIVEN_RIGHT = "given_right"
    GIVEN_WRONG = "given_wrong"
    # Neither: it is for a person to say.
    GIVEN = "given"
    # Of several: it should have been ticked too.
    MISSED = "missed"
    # The right answer, where another one was given.
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Line:
    remark: Remark
    text: str
    feedback: str = ""
    # Other texts that would have been accepted.
    others: tuple[str, ...] = ()
    # Did the trainer write it (with Markdown), or was it typed by who answered?
    is_markdown: bool = False

    @property
    def html(self) -> str:
        return inline_html(self.text) if self.is_markdown else escape(typo(self.text))


@dataclass(frozen=True, slots=True)
class Reviewed:
    number: int
    kind: QuestionKind
    verdict: Verdict
    headline: str
    rest: str
    points: Decimal
    out_of: Decimal
    lines: Sequence[Line]
    explanation: str
    comment: str = ""
    # (criterion, points got, points there were) of a checked essay.
    criteria: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """The reader's words for what is no text of the trainer's."""

    true: str
    false: str
    number: Callable[[Decimal], str]


def attempts_left(allowed: int | None, made: int) -> int | None:
    """How many more times one may try; None is as often as one likes."""
    return None if allowed is None else max(0, allowed - made)


def verdict(given: Given, points: Decimal | None, out_of: Decimal) -> Verdict:
    if given is None:
        return Verdict.UNANSWERED
    if points is None:
        return Verdict.WAITS
    if points >= out_of:
        return Verdict.RIGHT
    return Verdict.PARTLY if points > NOTHING else Verdict.WRONG


def review(answers: Iterable[Graded], *, with_key: bool, speech: Speech) -> list[Reviewed]:
    return [_review(number, one, with_key=with_key, speech=speech) for number, one in enumerate(answers, 1)]


_SAID = {Remark.GIVEN_RIGHT, Remark.GIVEN_WRONG, Remark.GIVEN}


def _review(number: int, one: Graded, *, with_key: bool, speech: Speech) -> Reviewed:
    asked = one.asked
    found = verdict(one.given, one.points, one.out_of)
    lines = _lines(asked, one.given, found, speech)
    rubric = asked.settings.get("rubric") or ()
    return Reviewed(
        number,
        asked.kind,
        found,
        *headline(GAP.sub(r"[\1]", asked.text_html) if asked.kind is QuestionKind.GAPS else asked.text_html),
        one.points or NOTHING,
        one.out_of,
        [line for line in lines if with_key or line.remark in _SAID],
        asked.explanation if with_key or found is Verdict.RIGHT else "",
        one.comment,
        [(row["criterion"], got, str(row["points"])) for row, got in zip(rubric, one.criteria, strict=False)],
    )


def _lines(asked: Asked, given: Given, found: Verdict, speech: Speech) -> list[Line]:
    match asked.kind:
        case QuestionKind.SINGLE | QuestionKind.SEVERAL:
            return _lines_of_choices(asked, given)
        case QuestionKind.MATCHING:
            return _lines_of_pairs(asked, given)
        case QuestionKind.ORDERING:
            return _lines_of_order(asked, given)
        case QuestionKind.GAPS:
            return _lines_of_gaps(asked, given, speech)
        case QuestionKind.ESSAY:
            return [Line(Remark.GIVEN, given)] if isinstance(given, str) else []
    return _lines_of_text(asked, given, found, speech)


def _remark(is_right: bool) -> Remark:
    return Remark.GIVEN_RIGHT if is_right else Remark.GIVEN_WRONG


# --- choices ----------------------------------------------------------------------------------------------------------
def _lines_of_choices(asked: Asked, given: Given) -> list[Line]:
    picked = [option for option in asked.options if isinstance(given, list) and option.id in given]
    lines = [_line_of(option, Remark.GIVEN_RIGHT) for option in picked if option.is_right]
    lines += [_line_of(option, Remark.GIVEN_WRONG) for option in picked if not option.is_right]
    missed = Remark.MISSED if asked.kind is QuestionKind.SEVERAL and picked else Remark.KEY
    return lines + [_line_of(option, missed) for option in asked.options if option.is_right and option not in picked]


def _line_of(option: Option, remark: Remark) -> Line:
    return Line(remark, option.text, option.feedback, is_markdown=True)


# --- pairs, orders, gaps ----------------------------------------------------------------------------------------------
def _lines_of_pairs(asked: Asked, given: Given) -> list[Line]:
    pairs = asked.settings.get("pairs") or ()
    put = given if isinstance(given, list) else []
    said, key = [], []
    for at, pair in enumerate(pairs):
        mine = put[at] if at < len(put) else None
        if mine is not None:
            said.append(Line(_remark(mine == pair["right"]), f"{pair['left']} — {mine}", is_markdown=True))
        if mine != pair["right"]:
            key.append(Line(Remark.KEY, f"{pair['left']} — {pair['right']}", is_markdown=True))
    return said + key


def _lines_of_order(asked: Asked, given: Given) -> list[Line]:
    items = asked.settings.get("items") or []
    put = given if isinstance(given, list) else []
    said = [
        Line(_remark(mine == item), f"{place}. {mine}", is_markdown=True)
        for place, (mine, item) in enumerate(zip(put, items, strict=False), 1)
        if mine is not None
    ]
    return said if put == items else [*said, Line(Remark.KEY, " → ".join(items), is_markdown=True)]


def _lines_of_gaps(asked: Asked, given: Given, speech: Speech) -> list[Line]:
    put = given if isinstance(given, list) else []
    said, key = [], []
    for at, gap in enumerate(asked.settings.get("gaps") or ()):
        mine = put[at] if at < len(put) else None
        is_right = mine is not None and share_of_gap(gap, mine) >= 1
        if mine is not None:
            said.append(Line(_remark(is_right), f"{at + 1}. {mine}", _feedback_of_gap(gap, mine)))
        if not is_right:
            key.append(Line(Remark.KEY, f"{at + 1}. {_key_of_gap(gap, speech)}"))
    return said + key


def _feedback_of_gap(gap: Any, mine: str) -> str:
    found = find_number(mine, gap) if gap.get("kind") == "number" else find_short(mine, gap)
    return str((found or {}).get("feedback") or "")


def _key_of_gap(gap: Any, speech: Speech) -> str:
    if gap.get("kind") == "number":
        return _number(gap, speech)
    rows = gap.get("options" if gap.get("kind") == "choice" else "accepted") or ()
    return max(rows, key=lambda row: row.get("share", 100), default={"text": "—"})["text"]


# --- typed ------------------------------------------------------------------------------------------------------------
def _lines_of_text(asked: Asked, given: Given, found: Verdict, speech: Speech) -> list[Line]:
    right = found is Verdict.RIGHT
    lines = []
    if isinstance(given, str):
        said = _word(given == "true", speech) if asked.kind is QuestionKind.TRUE_FALSE else given
        lines.append(Line(_remark(right), said, _feedback(asked, given)))
    return lines if right else [*lines, _key(asked, speech)]


def _feedback(asked: Asked, given: str) -> str:
    if asked.kind is QuestionKind.TRUE_FALSE:
        return str((asked.settings.get("feedback") or {}).get(given) or "")
    row = find_short(given, asked.settings) if asked.kind is QuestionKind.SHORT else find_number(given, asked.settings)
    return str((row or {}).get("feedback") or "")


def _key(asked: Asked, speech: Speech) -> Line:
    if asked.kind is QuestionKind.TRUE_FALSE:
        return Line(Remark.KEY, _word(bool(asked.settings.get("right")), speech))
    if asked.kind is QuestionKind.SHORT:
        rows = asked.settings.get("accepted") or ()
        first, *others = [row["text"] for row in rows if row.get("share", 100) >= 100] or ["—"]
        return Line(Remark.KEY, first, others=tuple(others))
    return Line(Remark.KEY, _number(asked.settings, speech))


def _number(settings: Any, speech: Speech) -> str:
    """The best of the accepted numbers, with its unit."""
    best: Any = max(settings.get("answers") or ({},), key=lambda row: row.get("share", 100))
    try:
        said = speech.number(Decimal(str(best.get("answer"))))
    except InvalidOperation:
        said = "—"
    return f"{said} {settings.get('unit') or ''}".strip()


def _word(is_true: bool, speech: Speech) -> str:
    return speech.true if is_true else speech.false
