from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from lms.quizzes.giving import NotOffered, read
from lms.quizzes.kinds import QuestionKind
from tests.quizzes.test_grading import json_values

SINGLE, SEVERAL, TRUE_FALSE, SHORT, NUMBER, *_LATER = QuestionKind


@pytest.mark.parametrize(
    "kind, raw, kept",
    [
        (SINGLE, ["7"], [7]),
        (SINGLE, 7, [7]),
        (SINGLE, [], None),
        (SEVERAL, ["8", 7, "7"], [7, 8]),
        (SEVERAL, [], None),
        (TRUE_FALSE, ["true"], "true"),
        (TRUE_FALSE, "false", "false"),
        (SHORT, "  два\u00a0 слова\r\n", "два слова"),
        (SHORT, "нуль\x00, \u202eповорот", "нуль, поворот"),
        (SHORT, "\ud800", None),
        (SHORT, [""], None),
        (NUMBER, ["50 человек"], "50 человек"),
        (NUMBER, None, None),
    ],
)
def test_what_is_given_is_kept_in_one_shape(kind, raw, kept):
    assert read(kind, raw, {7, 8}) == kept


@pytest.mark.parametrize(
    "kind, raw",
    [
        (SINGLE, ["9"]),
        (SINGLE, ["7", "8"]),
        (SINGLE, [True]),
        (SINGLE, ["7" * 30]),
        (SINGLE, [[7]]),
        (SEVERAL, ["7", "x"]),
        (SEVERAL, {"7": 1}),
        (TRUE_FALSE, "maybe"),
        (TRUE_FALSE, True),
        (SHORT, 5),
        (SHORT, "я" * 501),
        (SHORT, ["a", "b"]),
        (NUMBER, [["50"]]),
    ],
)
def test_what_our_pages_could_not_send_is_refused(kind, raw):
    with pytest.raises(NotOffered):
        read(kind, raw, {7, 8})


@drawn(st.sampled_from(QuestionKind), json_values)
def test_any_json_is_either_kept_or_refused(kind, raw):
    try:
        kept = read(kind, raw, {7, 8})
    except NotOffered:
        return
    assert kept is None or isinstance(kept, str) or set(kept) <= {7, 8}
