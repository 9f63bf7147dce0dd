"""Right answers typed in lines are read, and written back as the same lines."""

from __future__ import annotations

import pytest

from lms.quizzes import lines


def words(text: str, share: float = 100, feedback: str = "") -> dict:
    return {"text": text, "share": share, "feedback": feedback}


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("да\n\n ага ", [words("да"), words("ага")]),
        ("взнос | 50", [words("взнос", 50)]),
        ("взнос | 33,5 % | Почти", [words("взнос", 33.5, "Почти")]),
        ("взнос || Верно: так и есть", [words("взнос", 100, "Верно: так и есть")]),
        ("а | б", [words("а | б")]),  # a bar that begins no share is a part of the text
        ("", []),
    ],
)
def test_words_with_a_share_and_an_explanation_are_read(typed, rows):
    assert lines.read_words(typed) == rows
    assert lines.read_words(lines.write_words(rows)) == rows


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("50", ("50", "0", 100)),
        ("1 200,50 ± 0,5", ("1200.5", "0.5", 100)),
        ("60 ± 5 % | 50", ("60", "5%", 50)),
        ("-3 +- 1", ("-3", "1", 100)),
    ],
)
def test_numbers_with_a_tolerance_are_read(typed, row):
    (found,) = lines.read_numbers(typed)
    assert (found["answer"], found["tolerance"], found["share"]) == row
    assert lines.read_numbers(lines.write_numbers([found])) == [found]


@pytest.mark.parametrize("typed", ["много", "5 ± -1", "5 ± чуть", "5 | 300"])
def test_a_number_that_is_none_is_told_by_its_line(typed):
    with pytest.raises(lines.Unreadable):
        lines.read_numbers(typed)


def test_the_right_choice_of_a_gap_has_a_star():
    rows = lines.read_options("* устав\nдоговор\nсмета | 50 | Почти")

    assert rows == [words("устав"), words("договор", 0), words("смета", 50, "Почти")]
    assert lines.read_options(lines.write_options(rows)) == rows


def test_units_and_rubrics_are_read_and_written_back():
    units, rubric = lines.read_units("см = 0,01"), lines.read_rubric("Назван адресат | 2\nЕсть сумма")

    assert units == [{"unit": "см", "factor": "0.01"}]
    assert rubric == [{"criterion": "Назван адресат", "points": 2}, {"criterion": "Есть сумма", "points": 1}]
    assert lines.read_units(lines.write_units(units)) == units
    assert lines.read_rubric(lines.write_rubric(rubric)) == rubric


@pytest.mark.parametrize(
    ("read", "typed"), [(lines.read_units, "см"), (lines.read_units, "см = 0"), (lines.read_rubric, "Ясно | много")]
)
def test_what_is_no_unit_or_criterion_is_refused(read, typed):
    with pytest.raises(lines.Unreadable):
        read(typed)


def test_gaps_are_found_in_the_order_they_stand():
    assert lines.gap_numbers("Сначала [[2]], потом [[1]], а [1] и [[x]] ничего не значат.") == [2, 1]
