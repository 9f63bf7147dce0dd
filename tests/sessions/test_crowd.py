"""Everybody presses the button in the letter at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.bench.entering import ENTERED, enter

PEOPLE = 200


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_hundred_enter_at_the_same_moment_and_each_is_written_down_once(tmp_path):
    crowd = enter(str(tmp_path), PEOPLE, within=0)

    assert crowd.outcomes == Counter({ENTERED: PEOPLE})
    assert crowd.rows == (PEOPLE, PEOPLE)
