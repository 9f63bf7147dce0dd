from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from lms.quizzes.standing import Standing, is_settled, standing
from lms.quizzes.terms import Counts

AT = datetime(2026, 11, 28, tzinfo=UTC)


def tries(*percents: int | None):
    return [
        SimpleNamespace(percent=one, passed=one is not None and one >= 60, submitted_at=AT if one is not None else None)
        for one in percents
    ]


@pytest.mark.parametrize(
    "counts, found",
    [
        (Counts.BEST, Standing(80, passed=True)),
        (Counts.LAST, Standing(30, passed=False)),
        (Counts.FIRST, Standing(50, passed=False)),
        (Counts.AVERAGE, Standing(53, passed=False)),
    ],
)
def test_one_of_the_attempts_counts_or_their_average(counts, found):
    assert standing(tries(50, 80, 30, None), counts, 60) == found


def test_without_a_result_nothing_counts():
    assert standing(tries(None), Counts.BEST, 60) == Standing(None, passed=False)


def test_the_key_can_spoil_no_try_when_it_is_passed_or_none_is_left_or_open():
    assert is_settled(tries(70), 1) and is_settled(tries(10, 20), 0)
    assert not is_settled(tries(10), 1) and not is_settled(tries(10), None) and not is_settled(tries(10, None), 0)
