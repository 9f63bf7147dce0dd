"""What replies add up to, by hand."""

from __future__ import annotations

import pytest

from lms.surveys.figures import Asked, Bar, cell, figure, may_be_told, told_centres
from lms.surveys.kinds import SurveyKind, read

SCALE = Asked(1, SurveyKind.SCALE, "Полезно?", low="нет", high="да")
SEVERAL = Asked(2, SurveyKind.SEVERAL, "Что?", choices=((1, "Примеры"), (2, "Шаблоны")))
TEXT = Asked(3, SurveyKind.TEXT, "Ещё?")


def test_a_scale_is_counted_by_value_with_its_mean():
    found = figure(SCALE, [{"1": 5}, {"1": 5}, {"1": 4}, {"1": 2}, {}])

    assert found.people == 4 and found.mean == 4.0
    assert [bar.label for bar in found.bars] == ["1 — нет", "2", "3", "4", "5 — да"]
    assert [(bar.count, bar.percent) for bar in found.bars] == [(0, 0), (1, 25), (0, 0), (1, 25), (2, 50)]
    assert found.most == Bar("5 — да", 2, 50)


def test_choices_are_counted_among_those_who_answered_the_question():
    found = figure(SEVERAL, [{"2": [1, 2]}, {"2": [1]}, {"2": None}, {}])

    assert (found.people, found.bars) == (2, [Bar("Примеры", 2, 100), Bar("Шаблоны", 1, 50)])


def test_texts_stand_in_the_order_of_the_alphabet_and_not_of_their_coming():
    assert figure(TEXT, [{"3": "яблоко"}, {"3": "Арбуз"}]).texts == ["Арбуз", "яблоко"]


def test_a_question_nobody_answered_has_no_mean_and_no_winner():
    found = figure(SCALE, [])

    assert (found.people, found.mean, found.most) == (0, None, None)


def test_what_was_replied_as_often_as_another_does_not_stand_out():
    assert figure(SEVERAL, [{"2": [1, 2]}]).most is None


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({1: 3, 2: 5}, {1, 2}),
        ({1: 3, 2: 5, 3: 4, 4: 2, None: 1}, {1, 2, 3}),
        # One centre with one reply could be found by taking the others from the whole: the smallest is hidden with it.
        ({1: 3, 2: 5, 3: 1}, {2}),
        ({1: 2}, set()),
        ({}, set()),
    ],
)
def test_an_anonymous_survey_tells_of_no_centre_that_gives_somebody_away(counts, told):
    assert told_centres(counts, is_anonymous=True) == told
    assert told_centres(counts, is_anonymous=False) == set(counts)


def test_an_anonymous_survey_tells_nothing_before_three_have_replied():
    assert [may_be_told(n, is_anonymous=True) for n in (0, 2, 3)] == [False, False, True]
    assert [may_be_told(n, is_anonymous=False) for n in (0, 1)] == [False, True]


def test_a_cell_says_what_was_replied():
    reply = {"1": 4, "2": [1, 2], "3": "=1+1"}
    assert [cell(one, reply) for one in (SCALE, SEVERAL, TEXT)] == [4, "Примеры; Шаблоны", "=1+1"]
    assert [cell(one, {}) for one in (SCALE, SEVERAL, TEXT)] == ["", "", ""]


@pytest.mark.parametrize(
    ("kind", "values", "kept"),
    [
        (SurveyKind.SCALE, ["4"], 4),
        (SurveyKind.SCALE, ["6"], None),
        (SurveyKind.SINGLE, ["2", "1"], [1]),
        (SurveyKind.SEVERAL, ["2", "1", "9", "x"], [1, 2]),
        (SurveyKind.SEVERAL, ["99999999999999999999"], None),
        (SurveyKind.TEXT, ["  \x00\n"], None),
        (SurveyKind.TEXT, ["Спасибо\r\nвам"], "Спасибо\nвам"),
        (SurveyKind.TEXT, ["я" * 5000], "я" * 4000),
    ],
)
def test_only_what_was_offered_is_kept(kind, values, kept):
    assert read(kind, values, {1, 2}) == kept
