"""How well a question works, reckoned by hand."""

from __future__ import annotations

import pytest

from lms.quizzes.grading import Asked, Option
from lms.quizzes.items import Doubt, Item, Sums, point_biserial
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.tally import Told, Words, said, tally

WORDS = Words(true="Верно", false="Неверно", nothing="—")


def sums(right: list[bool], rest: list[float]) -> Sums:
    pairs = list(zip(right, rest, strict=True))
    return Sums(len(pairs), sum(right), sum(rest), sum(x * x for x in rest), sum(x for hit, x in pairs if hit))


def test_the_point_biserial_correlation_is_that_of_a_hand_computed_example():
    """Ten people: five right with 6, 7, 8, 9, 10 elsewhere, five wrong with 1, 2, 3, 4, 5. The means are 8 and 3, the
    variance over all of 1…10 is 8.25, so r = (8 − 3) / √8.25 · √(0.5 · 0.5) = 0.8704."""
    right, rest = [True] * 5 + [False] * 5, [6, 7, 8, 9, 10, 1, 2, 3, 4, 5]

    assert point_biserial(sums(right, rest)) == pytest.approx(0.8704, abs=0.0001)
    assert point_biserial(sums([not one for one in right], rest)) == pytest.approx(-0.8704, abs=0.0001)


def test_a_question_that_parts_nobody_has_no_correlation():
    """Right are 1, 3, 5, 7, 9 and wrong 2, 4, 6, 8, 10: means 5 and 6, r = −1 / √8.25 · 0.5 = −0.1741."""
    right = [n % 2 == 1 for n in range(1, 11)]

    assert point_biserial(sums(right, list(range(1, 11)))) == pytest.approx(-0.1741, abs=0.0001)


@pytest.mark.parametrize(
    ("right", "rest"),
    [([True] * 10, range(10)), ([False] * 10, range(10)), ([True, False] * 5, [4] * 10), ([True, False], [1, 2])],
)
def test_where_nothing_can_be_told_apart_nothing_is_told(right, rest):
    assert point_biserial(sums(right, list(rest))) is None


@pytest.mark.parametrize(
    ("item", "doubts"),
    [
        (Item(20, 18, 0.5), []),
        (Item(20, 9, 0.5), [Doubt.HARD]),
        (Item(20, 12, 0.1), []),  # from so few people that may be chance
        (Item(401, 240, 0.1), [Doubt.BLUNT]),
        (Item(401, 380, 0.1), []),  # nearly everybody is right: an easy question need not part anybody
        (Item(26, 15, -0.3), [Doubt.REVERSED, Doubt.BLUNT]),
        (Item(20, 8, 0.4, favourite_wrong=9), [Doubt.MISLEADING, Doubt.HARD]),
        (Item(0, 0), []),
    ],
)
def test_a_question_that_may_confuse_says_why(item, doubts):
    assert item.doubts == doubts and item.confuses is bool(doubts)


def asked(kind: QuestionKind, **settings) -> Asked:
    options = (Option(1, "Взносы", True), Option(2, "Акции", False)) if kind.has_choices else ()
    return Asked(1, kind, "?", "<p>?</p>", 1, settings=settings, options=options)


def test_answers_are_counted_in_words():
    several, order = asked(QuestionKind.SEVERAL), asked(QuestionKind.ORDERING, items=["а", "б"])
    short = asked(QuestionKind.SHORT, accepted=[{"text": "Устав", "share": 100, "feedback": ""}])
    match = asked(QuestionKind.MATCHING, pairs=[{"left": "1", "right": "а"}, {"left": "2", "right": "б"}])

    assert tally(several, [([1], 3), ([1, 2], 2)], WORDS) == [Told("Взносы", 5, True), Told("Акции", 2, False)]
    assert tally(asked(QuestionKind.TRUE_FALSE, right=False), [("true", 4)], WORDS) == [
        Told("Верно", 4, False), Told("Неверно", 0, True),
    ]  # fmt: skip
    assert tally(short, [("устав", 2), ("Устав.", 1), ("смета", 2)], WORDS) == [
        Told("устав", 3, True), Told("смета", 2, False),
    ]  # fmt: skip
    assert tally(match, [(["б", "б"], 2), (["а", None], 1)], WORDS) == [Told("1 — б", 2, False)]
    assert tally(order, [(["б", "а"], 1)], WORDS) == [Told("б → а", 1, False)]
    assert said(match, ["а", None], WORDS) == "1 — а; 2 — —"
    assert said(several, None, WORDS) == ""
