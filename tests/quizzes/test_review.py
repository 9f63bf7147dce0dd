from __future__ import annotations

from decimal import Decimal

import pytest

from lms.quizzes.grading import Asked, Option
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.review import Graded, Line, Remark, Speech, Verdict, attempts_left, review, verdict
from tests import factories

SPEECH = Speech(true="Верно", false="Неверно", number=lambda value: f"{value}".replace(".", ","))
SEVERAL = Asked(
    1, QuestionKind.SEVERAL, "Что?", "<p>Что?</p><ul><li>a</li></ul>", 2, explanation="Потому.",
    options=(Option(1, "A", True, "да, A"), Option(2, "B", True, "да, B"), Option(3, "C", False, "не C")),
)  # fmt: skip


def one(asked, given, points, out_of, *, with_key):
    graded = Graded(asked, given, None if points is None else Decimal(points), Decimal(out_of))
    return review([graded], with_key=with_key, speech=SPEECH)[0]


def picked(remark, text, feedback):
    return Line(remark, text, feedback, is_markdown=True)


@pytest.mark.parametrize(
    "given, points, found",
    [([1], 2, Verdict.RIGHT), ([1], 1, Verdict.PARTLY), ([1], 0, Verdict.WRONG), (None, 0, Verdict.UNANSWERED)],
)
def test_the_verdict_follows_from_the_points(given, points, found):
    assert verdict(given, Decimal(points), Decimal(2)) is found


def test_with_the_key_every_line_is_told():
    found = one(SEVERAL, [1, 3], 0, 2, with_key=True)

    assert found.lines == [
        picked(Remark.GIVEN_RIGHT, "A", "да, A"),
        picked(Remark.GIVEN_WRONG, "C", "не C"),
        picked(Remark.MISSED, "B", "да, B"),
    ]
    assert (found.headline, found.rest, found.explanation) == ("Что?", "<ul><li>a</li></ul>", "Потому.")


def test_without_the_key_only_what_was_picked_is_told():
    found = one(SEVERAL, [1, 3], 0, 2, with_key=False)

    assert found.lines == [picked(Remark.GIVEN_RIGHT, "A", "да, A"), picked(Remark.GIVEN_WRONG, "C", "не C")]
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
        (
            QuestionKind.MATCHING,
            {"pairs": [{"left": "Дон", "right": "река"}, {"left": "Азов", "right": "город"}], "extra": ["море"]},
            ["река", "море"],
            [("given_right", "Дон — река"), ("given_wrong", "Азов — море"), ("key", "Азов — город")],
        ),
        (
            QuestionKind.ORDERING,
            {"items": ["раз", "два", "три"], "scoring": "exact"},
            ["раз", "три", "два"],
            [
                ("given_right", "1. раз"),
                ("given_wrong", "2. три"),
                ("given_wrong", "3. два"),
                ("key", "раз → два → три"),
            ],
        ),
        (
            QuestionKind.GAPS,
            {
                "gaps": [
                    {"kind": "short", **factories.accepted("устав")},
                    {"kind": "number", **factories.near("3", unit="лица")},
                    {"kind": "choice", "options": [{"text": "да", "share": 0}, {"text": "нет", "share": 100}]},
                ]
            },
            ["Устав", "5", None],
            [("given_right", "1. Устав"), ("given_wrong", "2. 5"), ("key", "2. 3 лица"), ("key", "3. нет")],
        ),
    ],
)
def test_the_right_answer_is_said_in_the_readers_words(kind, settings, given, lines):
    found = one(Asked(1, kind, "Что?", "<p>Что?</p>", 1, settings=settings), given, 0, 1, with_key=True)

    assert [(line.remark, line.text) for line in found.lines] == lines


def test_attempts_left_are_never_fewer_than_none():
    assert (attempts_left(2, 1), attempts_left(2, 3), attempts_left(None, 9)) == (1, 0, None)


def test_an_essay_waits_and_then_tells_what_a_person_said():
    essay = Asked(
        1, QuestionKind.ESSAY, "Что?", "<p>Что?</p>", 4, settings={"rubric": [{"criterion": "Ясность", "points": 4}]}
    )
    waiting = one(essay, "Моё *мнение*", None, 4, with_key=True)
    checked = review([Graded(essay, "Моё", Decimal(3), Decimal(4), "Хорошо.", ("3",))], with_key=False, speech=SPEECH)

    assert (waiting.verdict, waiting.lines) == (Verdict.WAITS, [Line(Remark.GIVEN, "Моё *мнение*")])
    assert waiting.lines[0].html == "Моё *мнение*"
    assert (checked[0].verdict, checked[0].comment) == (Verdict.PARTLY, "Хорошо.")
    assert checked[0].criteria == [("Ясность", "3", "4")]


def test_what_people_typed_is_never_read_as_markup():
    assert Line(Remark.GIVEN_WRONG, "<b>x</b> *y*").html == "&lt;b&gt;x&lt;/b&gt; *y*"
    assert Line(Remark.KEY, "*y*", is_markdown=True).html == "<em>y</em>"
