"""When a module counts as done, by examples."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.progress.rules import (
    Mark,
    Required,
    activity_mark,
    current,
    cycle_is_completed,
    cycle_mark,
    module_mark,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
READING, QUIZ = Required(1), Required(2)


def mark(*required, done=(), excused=(), begun=(), waiting=()):
    return module_mark(required, done=set(done), excused=set(excused), begun=set(begun), waiting=set(waiting), now=NOW)


def test_a_module_is_done_when_each_required_activity_is():
    assert mark(READING, QUIZ, done=[1, 2]) is Mark.DONE


def test_one_activity_left_means_it_is_in_progress():
    assert mark(READING, QUIZ, done=[1]) is Mark.NOW


def test_an_opened_page_begins_a_module():
    assert mark(READING, QUIZ, begun=[1]) is Mark.NOW


def test_what_was_begun_in_another_module_begins_nothing_here():
    assert mark(READING, QUIZ, begun=[7], done=[8]) is Mark.NONE


def test_nothing_done_and_nothing_begun_is_ahead():
    assert mark(READING, QUIZ) is Mark.NONE


def test_an_excuse_counts_like_having_done_it():
    assert mark(READING, QUIZ, done=[1, 2], excused=[2]) is Mark.DONE


def test_excused_from_everything_is_not_needed():
    assert mark(READING, QUIZ, done=[1, 2], excused=[1, 2]) is Mark.OFF


def test_a_module_that_asks_for_nothing_yet_is_ahead():
    assert mark() is Mark.NONE


def test_past_due_is_late_even_when_begun():
    assert mark(Required(1, YESTERDAY), begun=[1]) is Mark.LATE


def test_what_is_done_is_never_late():
    assert mark(Required(1, YESTERDAY), done=[1]) is Mark.DONE


def test_only_what_is_left_can_be_late():
    assert mark(Required(1, YESTERDAY), Required(2, TOMORROW), done=[1]) is Mark.NOW


def test_a_deadline_of_this_very_moment_has_not_passed():
    assert mark(Required(1, NOW)) is Mark.NONE


def test_what_is_left_waits_for_a_person_to_read_it():
    assert mark(READING, Required(2, YESTERDAY), done=[1], waiting=[2]) is Mark.WAIT


def test_waiting_hides_nothing_else_that_is_late():
    assert mark(Required(1, YESTERDAY), QUIZ, waiting=[2]) is Mark.LATE


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"done": True}, Mark.DONE),
        ({"done": True, "excused": True}, Mark.OFF),
        ({"done": False, "begun": True}, Mark.NOW),
        ({"done": False, "waiting": True}, Mark.WAIT),
        ({"done": False}, Mark.NONE),
    ],
)
def test_an_activity_follows_the_same_rules(facts, expected):
    assert activity_mark(READING, now=NOW, **facts) is expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], Mark.NONE),
        ([Mark.NONE, Mark.NONE], Mark.NONE),
        ([Mark.DONE, Mark.NONE], Mark.NOW),
        ([Mark.DONE, Mark.OFF], Mark.DONE),
        ([Mark.OFF, Mark.OFF], Mark.OFF),
        ([Mark.DONE, Mark.LATE, Mark.NONE], Mark.LATE),
        ([Mark.DONE, Mark.WAIT], Mark.WAIT),
        ([Mark.DONE, Mark.WAIT, Mark.NONE], Mark.NOW),
    ],
)
def test_a_cycle_is_said_in_the_same_words(marks, expected):
    assert cycle_mark(marks) is expected


def test_one_is_at_the_first_module_that_is_begun():
    assert current([Mark.DONE, Mark.NONE, Mark.NOW, Mark.LATE]) == 2


def test_else_at_the_first_one_left():
    assert current([Mark.DONE, Mark.OFF, Mark.NONE, Mark.NONE]) == 2


def test_and_nowhere_when_everything_is_settled():
    assert current([Mark.DONE, Mark.OFF]) is None


def test_fewer_than_all_may_be_enough():
    three = (READING, QUIZ, Required(3))

    def marked(**facts):
        return module_mark(three, needed=2, now=NOW, **facts)

    assert marked(done={1}) is Mark.NOW
    assert marked(done={1, 3}) is Mark.DONE
    assert marked(done={1, 3}, excused={1, 3}) is Mark.OFF
    assert marked(done={1}, waiting={2}) is Mark.WAIT
    assert module_mark((READING, QUIZ), needed=5, done={1, 2}, now=NOW) is Mark.DONE  # more than there are: all


def test_with_fewer_needed_it_is_late_only_when_too_few_are_left_in_time():
    asked = (Required(1, YESTERDAY), Required(2, TOMORROW), Required(3, TOMORROW))

    assert module_mark(asked, needed=2, done=(), now=NOW) is Mark.NONE
    assert module_mark((*asked[:2], Required(3, YESTERDAY)), needed=2, done=(), now=NOW) is Mark.LATE


def test_a_cycle_is_completed_by_doing_something_and_only_when_it_is_whole():
    assert cycle_is_completed([Mark.DONE, Mark.OFF], is_whole=True)
    assert not cycle_is_completed([Mark.DONE, Mark.OFF], is_whole=False)
    assert not cycle_is_completed([Mark.OFF, Mark.OFF], is_whole=True)
    assert not cycle_is_completed([], is_whole=True)
    assert cycle_is_completed([Mark.DONE, Mark.NONE, Mark.NONE], needed=1, is_whole=False)
