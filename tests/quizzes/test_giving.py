from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from lms.quizzes.giving import NotOffered, read
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.offering import Gap, Offered
from tests.quizzes.test_grading import json_values

SINGLE, SEVERAL, TRUE_FALSE, SHORT, NUMBER, MATCHING, ORDERING, GAPS, ESSAY, INFO = QuestionKind


def offered(kind: QuestionKind, **more) -> Offered:
    """A question of that kind: two choices, two pairs with a third right side, three items, two gaps."""
    return Offered(
        kind, choices=((7, "семь"), (8, "восемь")), lefts=("Дон", "Азов"), rights=("река", "город", "море"),
        items=("раз", "два", "три"), gaps=(Gap("short"), Gap("choice", ("да", "нет"))), **more,
    )  # fmt: skip


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
        (MATCHING, ["город", ""], ["город", None]),
        (MATCHING, ["", ""], None),
        (MATCHING, None, None),
        (ORDERING, ["три", "раз", "два"], ["три", "раз", "два"]),
        (ORDERING, [], None),
        (GAPS, [" устав ", "нет"], ["устав", "нет"]),
        (GAPS, ["", None], None),
        (ESSAY, "Первое.\r\n\r\nВторое.\x00", "Первое.\n\nВторое."),
        (ESSAY, ["  \n "], None),
    ],
)
def test_what_is_given_is_kept_in_one_shape(kind, raw, kept):
    assert read(offered(kind), raw) == kept


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
        (MATCHING, ["Дон", ""]),
        (MATCHING, ["река"]),
        (MATCHING, "река"),
        (MATCHING, [["река"], ""]),
        (ORDERING, ["раз", "раз", "два"]),
        (ORDERING, ["раз", "два"]),
        (ORDERING, ["раз", "два", "четыре"]),
        (ORDERING, "раз"),
        (GAPS, ["устав", "возможно"]),
        (GAPS, ["устав" * 200, "да"]),
        (GAPS, {"1": "устав"}),
        (ESSAY, "я" * 20_001),
        (ESSAY, ["a", "b"]),
        (INFO, "прочитано"),
    ],
)
def test_what_our_pages_could_not_send_is_refused(kind, raw):
    with pytest.raises(NotOffered):
        read(offered(kind), raw)


@drawn(st.sampled_from(QuestionKind), json_values)
def test_any_json_is_either_kept_or_refused(kind, raw):
    try:
        kept = read(offered(kind), raw)
    except NotOffered:
        return
    assert kept is None or isinstance(kept, str | list)
    if kind.has_choices:
        assert set(kept or ()) <= {7, 8}


@drawn(st.sampled_from([SINGLE, SEVERAL, TRUE_FALSE, SHORT, NUMBER, MATCHING, ORDERING, GAPS, ESSAY]), st.data())
def test_what_is_shown_in_the_fields_is_read_back_as_it_was_kept(kind, data):
    one = offered(kind)
    part = st.sampled_from(["", "река", "да", "7", "8", "true", "слово", "50"])
    raw = data.draw(st.permutations(one.items) if kind is ORDERING else st.lists(part, max_size=2))
    try:
        kept = read(one, list(raw))
    except NotOffered:
        return
    if kept is not None:
        assert read(one, one.fields(kept)) == kept


def test_spaces_are_kept_only_where_they_matter():
    assert read(offered(SHORT), "a  b ") == "a b"
    assert read(offered(SHORT, keeps_spaces=True), "a  b ") == "a  b"
