from __future__ import annotations

from decimal import Decimal

import pytest

from lms.quizzes.grading import Asked, Option
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.review import Line, Remark, Speech, Verdict, attempts_left, review, shows_key, verdict
from tests import factories

SPEECH = Speech(true="Верно", false="Неверно", number=lambda value: f"{value}".replace(".", ","))
SEVERAL = Asked(
    1, QuestionKind.SEVERAL, "Что?", "<p>Что?</p><ul><li>a</li></ul>", 2, explanation="Потому.",
    options=(Option(1, "A", True, "да, A"), Option(2, "B", True, "да, B"), Option(3, "C", False, "не C")),
)  # fmt: skip


def one(asked, given, points, out_of, *, with_key):
    return review([(asked, given, Decimal(points), Decimal(out_of))], with_key=with_key, speech=SPEECH)[0]


@pytest.mark.parametrize(
    "given, points, found",
    [([1], 2, Verdict.RIGHT), ([1], 1, Verdict.PARTLY), ([1], 0, Verdict.WRONG), (None, 0, Verdict.UNANSWERED)],
)
def test_the_verdict_follows_from_the_points(given, points, found):
    assert verdict(given, Decimal(points), Decimal(2)) is found


def test_with_the_key_every_line_is_told():
    found = one(SEVERAL, [1, 3], 0, 2, with_key=True)

    assert found.lines == [
        Line(Remark.GIVEN_RIGHT, "A", "да, A"),
        Line(Remark.GIVEN_WRONG, "C", "не C"),
        Line(Remark.MISSED, "B", "да, B"),
    ]
    assert (found.headline, found.rest, found.explanation) == ("Что?", "<ul><li>a</li></ul>", "Потому.")


def test_without_the_key_only_what_was_picked_is_told():
    found = one(SEVERAL, [1, 3], 0, 2, with_key=False)

    assert found.lines == [Line(Remark.GIVEN_RIGHT, "A", "да, A"), Line(Remark.GIVEN_WRONG, "C", "не C")]
    assert found.explanation == ""


def test_who_answered_right_reads_the_explanation_in_any_case():
    assert one(SEVERAL, [1, 2], 2, 2, with_key=False).explanation == "Потому."


@pytest.mark.parametrize(
    "kind, settings, given, lines",
    [
        (QuestionKind.TRUE_FALSE, {"right": False}, "true", [("given_wrong", "Верно"), ("key", "Неверно")]),
        (QuestionKind.NUMBER, factories.near("12.5", unit="₽"), "13", [("given_wrong", "13"), ("key", "12,5 ₽")]),
        (QuestionKind.NUMBER, factories.near("?"), None, [("key", "—")]),
        (QuestionKind.SHORT, factories.accepted("да", "ага"), "нет", [("given_wrong", "нет"), ("key", "да")]),
        (QuestionKind.SHORT, {}, None, [("key", "—")]),
    ],
)
def test_the_right_answer_is_said_in_the_readers_words(kind, settings, given, lines):
    found = one(Asked(1, kind, "Что?", "<p>Что?</p>", 1, settings=settings), given, 0, 1, with_key=True)

    assert [(line.remark, line.text) for line in found.lines] == lines


def test_the_key_opens_when_it_can_spoil_no_try():
    assert shows_key(ever_passed=True, left=1) and shows_key(ever_passed=False, left=0)
    assert not shows_key(ever_passed=False, left=1) and not shows_key(ever_passed=False, left=None)


def test_attempts_left_are_never_fewer_than_none():
    assert (attempts_left(2, 1), attempts_left(2, 3), attempts_left(None, 9)) == (1, 0, None)
