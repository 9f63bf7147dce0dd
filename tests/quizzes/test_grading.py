from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from lms.quizzes.grading import Asked, Option, fold, grade, percent_of, read_number
from lms.quizzes.kinds import QuestionKind
from tests import factories


def asked(kind: QuestionKind, *, points: int = 1, choices: tuple[int, int] = (0, 0), **settings) -> Asked:
    """A question with that many right and wrong choices; their ids are 1, 2, …, the right ones first."""
    options = tuple(Option(n, f"Вариант {n}", n <= choices[0]) for n in range(1, sum(choices) + 1))
    return Asked(1, kind, "Вопрос?", "<p>Вопрос?</p>", points, settings=settings, options=options)


# --- choices ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("given, points", [([1], 2), ([2], 0), ([], 0), (None, 0), ([1, 2], 0), ("1", 0), ([99], 0)])
def test_a_single_choice_is_right_or_not(given, points):
    assert grade(asked(QuestionKind.SINGLE, points=2, choices=(1, 2)), given) == points


@pytest.mark.parametrize(
    "given, points",
    [
        ([1, 2, 3], "2"),
        ([1, 2], "1.33"),
        ([1], "0.67"),
        ([1, 2, 3, 4], "1.33"),
        ([1, 4], "0"),
        ([1, 4, 5], "0"),
        ([4], "0"),
        ([], "0"),
        ([1, 2, 3, 99], "2"),
        (None, "0"),
    ],
)
def test_of_several_each_right_one_gives_a_part_and_each_wrong_one_takes_a_part(given, points):
    assert grade(asked(QuestionKind.SEVERAL, points=2, choices=(3, 2)), given) == Decimal(points)


def test_rounding_never_makes_almost_right_fully_right():
    question = asked(QuestionKind.SEVERAL, points=1, choices=(1000, 0))
    assert grade(question, list(range(1, 1000))) == Decimal("0.99")


@pytest.mark.parametrize(
    "right, given, points", [(True, "true", 1), (True, "false", 0), (False, "false", 1), (False, "x", 0)]
)
def test_true_or_false(right, given, points):
    assert grade(asked(QuestionKind.TRUE_FALSE, right=right), given) == points


# --- short ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "Ещё рекуррентное",
        "  еще   РЕКУРРЕНТНОЕ. ",
        "«Ещё рекуррентное»!",
        "еще\u00a0рекуррентное…",
        "Еще рекуррентное?",
    ],
)
def test_a_short_answer_forgives_what_makes_no_difference(typed):
    assert grade(asked(QuestionKind.SHORT, **factories.accepted("нет", "ещё рекуррентное")), typed) == 1


@pytest.mark.parametrize("typed", ["рекуррентное", "ещёрекуррентное", "", " . ", None, 7, ["ещё рекуррентное"]])
def test_another_short_answer_is_wrong(typed):
    assert grade(asked(QuestionKind.SHORT, **factories.accepted("ещё рекуррентное", "")), typed) == 0


def test_dashes_and_quotes_are_told_alike():
    assert fold("Ростов–на—Дону «Дон»") == fold('ростов-на-дону "дон"')


# --- number -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed, value",
    [
        ("50", "50"),
        (" 50 человек", "50"),
        ("180 000 ₽", "180000"),
        ("180\u00a0000\u202f₽", "180000"),
        ("12,5", "12.5"),
        ("12.5 %", "12.5"),
        ("−3", "-3"),
        ("+3", "3"),
        ("1,2 млн руб.", "1200000"),
        ("20 тыс.", "20000"),
        ("50 м2", "50"),
        ("50м²", "50"),
        ("1 234 567,89", "1234567.89"),
        ("007", "7"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, value):
    assert read_number(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "пятьдесят",
        "5 или 3",
        "5-6",
        "50 60",
        "1 23",
        "1,2,3",
        "1.000.000",
        "ответ 5",
        "5²",
        "1e5",
        "٣",
        "--5",
        "5 " * 99,
    ],
)
def test_what_is_no_single_number_is_not_read(typed):
    assert read_number(typed) is None


def test_thousands_multiply_nothing_where_the_question_counts_in_thousands():
    assert read_number("180 тыс. ₽", "тыс. ₽") == 180


@pytest.mark.parametrize("typed, points", [("49,5", 1), ("50.5", 1), ("50,51", 0), ("49.49", 0), ("много", 0)])
def test_a_number_may_differ_by_the_tolerance(typed, points):
    assert grade(asked(QuestionKind.NUMBER, **factories.near("50", "0.5", "человек")), typed) == points


@pytest.mark.parametrize("settings", [{}, factories.near("x"), factories.near("NaN"), factories.near("5", "?")])
def test_a_key_that_is_no_number_makes_every_answer_wrong_and_no_error(settings):
    assert grade(asked(QuestionKind.NUMBER, **settings), "5") == 0


# --- what always holds ------------------------------------------------------------------------------------------------
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
questions = st.builds(
    lambda kind, points, choices, settings: asked(kind, points=points, choices=choices, **settings),
    kind=st.sampled_from(QuestionKind),
    points=st.integers(0, 100),
    choices=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    settings=st.fixed_dictionaries(
        {},
        optional={
            "right": st.booleans(),
            "accepted": st.lists(st.fixed_dictionaries({"text": st.text()}), max_size=4),
            "answers": st.lists(
                st.fixed_dictionaries(
                    {
                        "answer": st.text(max_size=5) | st.decimals().map(str),
                        "tolerance": st.text(max_size=5) | st.decimals().map(str),
                    }
                ),
                max_size=2,
            ),
            "unit": st.text(max_size=5),
        },
    ),
)


@drawn(questions, json_values | st.lists(st.integers(-1, 13), max_size=13))
def test_whatever_is_given_the_points_lie_between_nothing_and_all(question, given):
    assert 0 <= grade(question, given) <= question.points


@drawn(questions, st.text(max_size=200))
def test_whatever_is_typed_is_graded_without_an_error(question, typed):
    assert grade(question, typed) in {Decimal(0), Decimal(question.points)}


@drawn(st.integers(1, 6), st.integers(0, 6), st.integers(1, 20), st.data())
def test_the_order_of_ticking_makes_no_difference(right, wrong, points, data):
    question = asked(QuestionKind.SEVERAL, points=points, choices=(right, wrong))
    given = data.draw(st.lists(st.sampled_from([option.id for option in question.options]), unique=True))
    assert grade(question, given) == grade(question, data.draw(st.permutations(given)))


@drawn(st.integers(1, 6), st.integers(0, 6), st.integers(1, 20), st.data())
def test_all_points_are_for_exactly_the_right_choices(right, wrong, points, data):
    question = asked(QuestionKind.SEVERAL, points=points, choices=(right, wrong))
    given = data.draw(st.lists(st.sampled_from([option.id for option in question.options]), unique=True))
    assert (grade(question, given) == points) == (set(given) == question.right_ids)


@drawn(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(["", " ₽", " человек"]))
def test_a_number_is_read_back_as_it_is_printed_in_russian(value, unit):
    assert read_number(f"{value:,}".replace(",", "\u00a0").replace(".", ",") + unit) == value


@drawn(questions)
def test_a_question_kept_as_json_is_the_same_question(question):
    assert Asked.from_json(question.to_json()) == question


def test_per_cent_are_never_rounded_up_into_a_pass():
    assert percent_of(Decimal("5.99"), Decimal(10)) == 59
    assert percent_of(Decimal(6), Decimal(10)) == 60
    assert percent_of(Decimal(0), Decimal(0)) == 0
