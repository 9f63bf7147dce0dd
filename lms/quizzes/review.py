"""What a submitted attempt shows of itself: what was right, why, and how much of the key. Pure.

The key (the right answers, and explanations of questions answered wrong) is shown when it can no longer spoil a try:
the quiz has been passed, or no attempts are left. Until then a failed attempt shows which questions were right and the
feedback of the choices that were picked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from lms.quizzes.giving import Given
from lms.quizzes.grading import NOTHING, Asked, Option
from lms.quizzes.headline import headline
from lms.quizzes.kinds import QuestionKind


class Verdict(StrEnum):
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNANSWERED = "unanswered"


class Remark(StrEnum):
    """What a line of the review says of an answer."""

    GIVEN_RIGHT = "given_right"
    GIVEN_WRONG = "given_wrong"
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


@dataclass(frozen=True, slots=True)
class Speech:
    """The reader's words for what is no text of the trainer's."""

    true: str
    false: str
    number: Callable[[Decimal], str]


def attempts_left(allowed: int | None, made: int) -> int | None:
    """How many more times one may try; None is as often as one likes."""
    return None if allowed is None else max(0, allowed - made)


def shows_key(*, ever_passed: bool, left: int | None) -> bool:
    return ever_passed or left == 0


def verdict(given: Given, points: Decimal, out_of: Decimal) -> Verdict:
    if given is None:
        return Verdict.UNANSWERED
    if points >= out_of:
        return Verdict.RIGHT
    return Verdict.PARTLY if points > NOTHING else Verdict.WRONG


def review(
    answers: Iterable[tuple[Asked, Given, Decimal, Decimal]], *, with_key: bool, speech: Speech
) -> list[Reviewed]:
    """Each answer is (question as asked, what was given, points, points there were to get)."""
    return [
        _review(number, *answer, with_key=with_key, speech=speech) for number, answer in enumerate(answers, 1)
    ]  # fmt: skip


def _review(
    number: int, asked: Asked, given: Given, points: Decimal, out_of: Decimal, *, with_key: bool, speech: Speech
) -> Reviewed:
    found = verdict(given, points, out_of)
    lines = _lines_of_choices(asked, given) if asked.kind.has_choices else _lines_of_text(asked, given, found, speech)
    return Reviewed(
        number,
        asked.kind,
        found,
        *headline(asked.text_html),
        points,
        out_of,
        [line for line in lines if with_key or line.remark in {Remark.GIVEN_RIGHT, Remark.GIVEN_WRONG}],
        asked.explanation if with_key or found is Verdict.RIGHT else "",
    )


def _lines_of_choices(asked: Asked, given: Given) -> list[Line]:
    picked = [option for option in asked.options if isinstance(given, list) and option.id in given]
    lines = [_line_of(option, Remark.GIVEN_RIGHT) for option in picked if option.is_right]
    lines += [_line_of(option, Remark.GIVEN_WRONG) for option in picked if not option.is_right]
    missed = Remark.MISSED if asked.kind is QuestionKind.SEVERAL and picked else Remark.KEY
    return lines + [_line_of(option, missed) for option in asked.options if option.is_right and option not in picked]


def _line_of(option: Option, remark: Remark) -> Line:
    return Line(remark, option.text, option.feedback)


def _lines_of_text(asked: Asked, given: Given, found: Verdict, speech: Speech) -> list[Line]:
    right = found is Verdict.RIGHT
    lines = []
    if isinstance(given, str):
        said = _word(given == "true", speech) if asked.kind is QuestionKind.TRUE_FALSE else given
        lines.append(Line(Remark.GIVEN_RIGHT if right else Remark.GIVEN_WRONG, said))
    return lines if right else [*lines, _key(asked, speech)]


def _key(asked: Asked, speech: Speech) -> Line:
    if asked.kind is QuestionKind.TRUE_FALSE:
        return Line(Remark.KEY, _word(bool(asked.settings.get("right")), speech))
    if asked.kind is QuestionKind.SHORT:
        first, *others = [one["text"] for one in asked.settings.get("accepted") or ()] or ["—"]
        return Line(Remark.KEY, first, others=tuple(others))
    return Line(Remark.KEY, f"{_number(asked, speech)} {asked.settings.get('unit', '')}".strip())


def _number(asked: Asked, speech: Speech) -> str:
    try:
        return speech.number(Decimal(str((asked.settings.get("answers") or [{}])[0].get("answer"))))
    except InvalidOperation:
        return "—"


def _word(is_true: bool, speech: Speech) -> str:
    return speech.true if is_true else speech.false
