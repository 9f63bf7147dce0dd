"""The points of every kind of question: by examples, by what always holds, and by another system's marking table."""

from __future__ import annotations

import csv
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from lms.quizzes.grading import Asked, Option, floor, grade, score_of
from lms.quizzes.kinds import QuestionKind
from tests import factories
from tests.conftest import SHARED
from tests.quizzes.test_grading import asked, json_values

MARKING = SHARED / "data" / "questions" / "quiz_marking" / "tests" / "fixtures"
D = Decimal


def accepted(*rows: tuple[str, float], **rules: bool) -> dict:
    return {"accepted": [{"text": text, "share": share, "feedback": ""} for text, share in rows], **rules}


def answers(*rows: tuple[str, str, float], **more) -> dict:
    told = [{"answer": answer, "tolerance": near, "share": share, "feedback": ""} for answer, near, share in rows]
    return {"answers": told, "unit": "", "units": [], **more}


def pairs(*rows: tuple[str, str]) -> dict:
    return {"pairs": [{"left": left, "right": right} for left, right in rows], "extra": ["лишнее"]}


# --- choices with shares and penalties --------------------------------------------------------------------------------
def shared(kind: QuestionKind, *shares: float | None, points: int = 2) -> Asked:
    options = tuple(Option(n, f"{n}", (share or 0) > 0, share=share) for n, share in enumerate(shares, 1))
    return Asked(1, kind, "?", "<p>?</p>", points, options=options)


@pytest.mark.parametrize("given, points", [([1], "2"), ([2], "1"), ([3], "-0.5"), (None, "0"), ([1, 2], "0")])
def test_a_single_choice_is_worth_its_own_share(given, points):
    assert grade(shared(QuestionKind.SINGLE, 100, 50, -25), given) == D(points)


@pytest.mark.parametrize(
    "given, points",
    [([1, 2, 3], "3"), ([1, 2], "2"), ([1, 4], "0.25"), ([4], "0"), ([1, 2, 3, 4], "2.25"), ([], "0")],
)
def test_of_several_the_shares_are_added_and_three_thirds_are_all(given, points):
    assert grade(shared(QuestionKind.SEVERAL, 33.33333, 33.33333, 33.33333, -25, points=3), given) == D(points)


@pytest.mark.parametrize(
    "kind, settings, given, points",
    [
        (QuestionKind.SINGLE, {}, [2], "-1"),
        (QuestionKind.SINGLE, {}, [1], "2"),
        (QuestionKind.SINGLE, {}, None, "0"),
        (QuestionKind.SEVERAL, {}, [2, 3], "-1"),
        (QuestionKind.SEVERAL, {}, [1, 2], "0"),
        (QuestionKind.TRUE_FALSE, {"right": True}, "false", "-1"),
        (QuestionKind.TRUE_FALSE, {"right": True}, None, "0"),
        (QuestionKind.SHORT, factories.accepted("да"), "нет", "0"),
    ],
)
def test_a_penalty_is_what_a_wrong_choice_takes_and_an_answer_not_given_takes_nothing(kind, settings, given, points):
    question = asked(kind, points=2, choices=(1, 2) if kind.has_choices else (0, 0), **settings)

    assert grade(question, given, penalty=50) == D(points)


def test_an_attempt_never_ends_below_nothing():
    assert score_of([D(-1), D("0.5")]) == 0
    assert score_of([D(2), D("-0.5")]) == D("1.5")


# --- short ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "rules, typed, points",
    [
        ({}, "МЁД  и хлеб.", 1),
        ({"case": True}, "Мед и хлеб", 1),
        ({"case": True}, "мед и хлеб", 0),
        ({"yo": True}, "мёд и хлеб", 1),
        ({"yo": True}, "мед и хлеб", 0),
        ({"spaces": True}, "мёд и хлеб", 1),
        ({"spaces": True}, "мёд  и хлеб", 0),
        ({"spaces": True}, " мёд и хлеб", 0),
        ({"case": True, "yo": True}, "Мёд и хлеб!", 1),
    ],
)
def test_what_matters_in_a_short_answer_is_as_the_author_says(rules, typed, points):
    text = "Мёд и хлеб" if rules.get("case") or rules.get("yo") else "мёд и хлеб"

    assert grade(asked(QuestionKind.SHORT, **accepted((text, 100), **rules)), typed) == points


@pytest.mark.parametrize(
    "pattern, typed, fits",
    [
        ("*фонд*", "наш Фонд помощи", True),
        ("*фонд*", "фонд", True),
        ("фонд*", "наш фонд", False),
        ("*", "что угодно", True),
        ("*", " . ", False),
        ("а*б*в", "а1б2в", True),
        ("а*б*в", "а1в2б", False),
        ("аб*ба", "аба", False),
        (r"2\*2", "2*2", True),
        (r"2\*2", "242", False),
        ("ё*", "если", True),
    ],
)
def test_a_star_stands_for_anything_where_the_author_allows_it(pattern, typed, fits):
    question = asked(QuestionKind.SHORT, **accepted((pattern, 100), wildcards=True))

    assert grade(question, typed) == int(fits)
    assert grade(asked(QuestionKind.SHORT, **accepted((pattern, 100))), typed) == 0 or pattern == typed


def test_the_first_row_that_fits_is_the_one_that_counts():
    question = asked(
        QuestionKind.SHORT, points=10, **accepted(("устав", 100), ("договор", 0), ("*дог*", 80), wildcards=True)
    )

    assert [grade(question, typed) for typed in ("Устав", "договор", "договорённость", "закон")] == [10, 0, 8, 0]


def test_no_pattern_makes_matching_slow():
    question = asked(QuestionKind.SHORT, **accepted(("*а" * 200 + "б", 100), wildcards=True))
    began = perf_counter()
    assert grade(question, "а" * 500) == 0
    assert perf_counter() - began < 0.5


# --- number -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed, points",
    [("200", 10), ("209,9", 10), ("190", 10), ("210,1", 5), ("250", 5), ("260", 0), ("0", 0), ("много", 0)],
)
def test_a_number_has_answers_with_tolerances_of_their_own(typed, points):
    question = asked(QuestionKind.NUMBER, points=10, **answers(("200", "5%", 100), ("200", "50", 50)))

    assert grade(question, typed) == points


@pytest.mark.parametrize(
    "typed, points",
    [("1,5 м", 1), ("150 см", 1), ("150СМ.", 1), ("1,5", 1), ("0,0015 км", 1), ("150", 0), ("1,5 кг", 0), ("150 м", 0)],
)
def test_units_that_are_listed_are_counted_over_and_others_are_wrong(typed, points):
    units = [{"unit": "см", "factor": "0.01"}, {"unit": "км", "factor": "1000"}]
    question = asked(QuestionKind.NUMBER, **answers(("1.5", "0", 100), unit="м", units=units))

    assert grade(question, typed) == points


def test_a_star_takes_any_number():
    question = asked(QuestionKind.NUMBER, points=10, **answers(("5", "0", 100), ("*", "0", 20)))

    assert [grade(question, typed) for typed in ("5", "6", "шесть")] == [10, 2, 0]


# --- pairs, orders, gaps ----------------------------------------------------------------------------------------------
RIVERS = pairs(("Дон", "Ростов"), ("Волга", "Самара"), ("Нева", "Петербург"))


@pytest.mark.parametrize(
    "given, points",
    [
        (["Ростов", "Самара", "Петербург"], "3"),
        (["Ростов", None, "Петербург"], "2"),
        (["Самара", "Ростов", "Петербург"], "1"),
        (["лишнее", "лишнее", "лишнее"], "0"),
        (["Ростов"], "1"),
        ([["Ростов"], {}, 7], "0"),
        ("Ростов", "0"),
        (None, "0"),
    ],
)
def test_each_pair_is_worth_an_equal_part(given, points):
    assert grade(asked(QuestionKind.MATCHING, points=3, **RIVERS), given) == D(points)


STEPS = ["узнать", "попросить", "поблагодарить", "рассказать"]


@pytest.mark.parametrize(
    "scoring, order, points",
    [
        ("exact", [0, 1, 2, 3], "6"),
        ("exact", [1, 0, 2, 3], "0"),
        ("places", [0, 1, 2, 3], "6"),
        ("places", [1, 0, 2, 3], "3"),
        ("places", [1, 2, 3, 0], "0"),
        ("neighbours", [0, 1, 2, 3], "6"),
        ("neighbours", [1, 2, 3, 0], "4"),
        ("neighbours", [1, 0, 2, 3], "2"),
        ("neighbours", [3, 2, 1, 0], "0"),
    ],
)
def test_an_order_is_scored_as_the_author_says(scoring, order, points):
    question = asked(QuestionKind.ORDERING, points=6, items=STEPS, scoring=scoring)

    assert grade(question, [STEPS[at] for at in order]) == D(points)


def test_each_gap_is_worth_its_own_part():
    gaps = [
        {"kind": "short", "points": 2, **accepted(("устав", 100), ("договор", 50))},
        {"kind": "number", "points": 1, **answers(("3", "0", 100))},
        {"kind": "choice", "points": 1, "options": [{"text": "да", "share": 100}, {"text": "нет", "share": -50}]},
    ]
    question = asked(QuestionKind.GAPS, points=8, gaps=gaps)

    assert grade(question, ["Устав", "3 лица", "да"]) == 8
    assert grade(question, ["договор", None, "да"]) == 4
    assert grade(question, ["закон", "4", "нет"]) == 0
    assert grade(question, ["устав"]) == 4


@pytest.mark.parametrize("kind", [QuestionKind.ESSAY, QuestionKind.INFO])
def test_no_machine_gives_points_for_an_essay_or_a_text_to_read(kind):
    assert grade(asked(kind, points=5), "Многое понято.") == 0


# --- what always holds ------------------------------------------------------------------------------------------------
words = st.text("абвё ", min_size=1, max_size=4)
distinct = st.lists(words, min_size=2, max_size=6, unique=True)
any_question = st.one_of(
    st.builds(
        lambda kind, points, shares: shared(kind, *shares, points=points),
        st.sampled_from([QuestionKind.SINGLE, QuestionKind.SEVERAL]), st.integers(1, 20),
        st.lists(st.none() | st.floats(-100, 100), min_size=2, max_size=6),
    ),
    st.builds(
        lambda items, points, scoring: asked(QuestionKind.ORDERING, points=points, items=items, scoring=scoring),
        distinct, st.integers(1, 20), st.sampled_from(["exact", "places", "neighbours"]),
    ),
    st.builds(
        lambda lefts, rights, points: asked(
            QuestionKind.MATCHING, points=points, **pairs(*zip(lefts, rights, strict=False))
        ),
        distinct, distinct, st.integers(1, 20),
    ),
    st.builds(
        lambda texts, weights, points: asked(
            QuestionKind.GAPS, points=points,
            gaps=[
                {"kind": "short", "points": weight, **accepted((text, 100), wildcards=True)}
                for text, weight in zip(texts, weights, strict=False)
            ],
        ),
        distinct, st.lists(st.integers(1, 3), min_size=6, max_size=6), st.integers(1, 20),
    ),
    st.builds(
        lambda rows, points, wild: asked(QuestionKind.SHORT, points=points, **accepted(*rows, wildcards=wild)),
        st.lists(st.tuples(st.text(max_size=6), st.floats(-100, 100)), max_size=4), st.integers(1, 20), st.booleans(),
    ),
)  # fmt: skip


@drawn(any_question, json_values | st.lists(st.integers(-1, 7) | words, max_size=7), st.integers(0, 100))
def test_no_answer_is_an_error_or_worth_more_than_all_or_less_than_the_floor(question, given, penalty):
    points = grade(question, given, penalty=penalty)

    assert floor(question, penalty) <= points <= question.points
    assert grade(question, given, penalty=penalty) == points
    assert grade(question, None, penalty=penalty) == 0


@drawn(distinct, st.sampled_from(["exact", "places", "neighbours"]), st.data())
def test_all_points_of_an_order_are_for_the_right_order_alone(items, scoring, data):
    question = asked(QuestionKind.ORDERING, points=7, items=items, scoring=scoring)
    order = list(data.draw(st.permutations(items)))

    assert (grade(question, order) == 7) == (order == items)


@drawn(distinct, st.data())
def test_all_points_of_a_matching_are_for_every_right_pair_alone(texts, data):
    question = asked(QuestionKind.MATCHING, points=7, **pairs(*[(f"к {text}", text) for text in texts]))
    put = data.draw(st.lists(st.sampled_from([*texts, "лишнее", None]), min_size=len(texts), max_size=len(texts)))

    assert (grade(question, put) == 7) == (put == texts)


@drawn(st.lists(st.text("аб*", min_size=1, max_size=6), min_size=1, max_size=1), st.text("аб", min_size=1, max_size=8))
def test_wildcards_agree_with_a_plain_reading_of_them(pattern, typed):
    def fits(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return fits(pattern[1:], text) or (bool(text) and fits(pattern, text[1:]))
        return bool(text) and pattern[0] == text[0] and fits(pattern[1:], text[1:])

    question = asked(QuestionKind.SHORT, **accepted((pattern[0], 100), wildcards=True))
    assert grade(question, typed) == int(fits(pattern[0], typed))


@drawn(any_question)
def test_a_question_of_any_kind_kept_as_json_is_the_same_question(question):
    assert Asked.from_json(question.to_json()) == question


def test_another_explanation_makes_no_other_question():
    plain, better = (
        asked(QuestionKind.SHORT, accepted=[{"text": "да", "share": 100, "feedback": words}]) for words in ("", "Да!")
    )
    assert plain.asks_the_same_as(better)
    assert not plain.asks_the_same_as(asked(QuestionKind.SHORT, **accepted(("да", 90))))


# --- another system's marks -------------------------------------------------------------------------------------------
MOODLE = {
    "shortanswer": asked(QuestionKind.SHORT, **accepted(("frog", 100), ("toad", 80), ("*", 0), wildcards=True)),
    "numerical": asked(QuestionKind.NUMBER, **answers(("3.14", "0", 100), ("3.142", "0", 0), ("3.1", "0", 0))),
    "match": asked(QuestionKind.MATCHING, **pairs(("frog", "amphibian"), ("cat", "mammal"), ("newt", "amphibian"))),
    "truefalse": asked(QuestionKind.TRUE_FALSE, right=True),
    "two_of_four": shared(QuestionKind.SEVERAL, 50, 0, 50, 0, points=1),
    "one_of_four": shared(QuestionKind.SINGLE, 100, 0, 0, 0, points=1),
    "multianswer": asked(
        QuestionKind.GAPS,
        gaps=[
            {"kind": "choice", "points": 1, "options": [{"text": "Owl", "share": 100}, {"text": "Dog", "share": 0}]},
            {"kind": "choice", "points": 1, "options": [{"text": "Pussy-cat", "share": 100}]},
        ],
    ),
}
NUMBERS = {"One": 1, "Two": 2, "Three": 3, "Four": 4}


@pytest.mark.skipif(not MARKING.exists(), reason="the marking tables of another system are not here")
def test_answers_get_the_marks_that_another_system_gave_them():
    steps = list(csv.DictReader((MARKING / "steps00.csv").open(encoding="utf-8")))
    marks = {row["quizattempt"]: row for row in csv.DictReader((MARKING / "results00.csv").open(encoding="utf-8"))}
    differing = []
    for step in steps:
        said = {name.removeprefix("responses."): value for name, value in step.items()}
        given = {
            1: (MOODLE[step["randqs.1"]], said["1.answer"]),
            3: (MOODLE["match"], [said[f"3.{animal}"] for animal in ("frog", "cat", "newt")]),
            4: (MOODLE["truefalse"], "true" if said["4.answer"] == "1" else "false"),
            5: (MOODLE["two_of_four"], [n for word, n in NUMBERS.items() if said[f"5.{word}"] == "1"]),
            6: (MOODLE["one_of_four"], [NUMBERS[said["6.answer"]]]),
            7: (MOODLE["multianswer"], [said["7.1.answer"], said["7.2.answer"]]),
        }
        for slot, (question, answer) in given.items():
            mark = D(marks[step["quizattempt"]][f"slots.{slot}.mark"]).quantize(D("0.01"))
            if grade(question, answer) != mark:
                differing.append((step["quizattempt"], slot, answer, grade(question, answer), mark))
    assert len(steps) >= 10 and differing == []
