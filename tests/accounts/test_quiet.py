from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lms.accounts import quiet

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        ((21, 8), (20, 59), None),
        ((21, 8), (21, 0), (2, 8)),
        ((21, 8), (7, 59), (1, 8)),
        ((21, 8), (8, 0), None),
        ((13, 15), (14, 0), (1, 15)),
        ((13, 15), (15, 0), None),
        ((9, 9), (9, 0), None),
        (None, (3, 0), None),
    ],
)
def test_quiet_hours_end_at_their_hour(hours, at, until):
    then = datetime(2026, 12, 1, *at, tzinfo=MOSCOW)
    wanted = then if until is None else datetime(2026, 12, *until, tzinfo=MOSCOW)

    assert quiet.not_before(then.astimezone(UTC), MOSCOW, hours) == wanted


def test_the_clock_on_the_wall_decides_when_summer_time_begins():
    saturday_night = datetime(2026, 3, 28, 23, tzinfo=BERLIN).astimezone(UTC)

    assert quiet.not_before(saturday_night, BERLIN, (21, 8)) == datetime(2026, 3, 29, 6, tzinfo=UTC)


def test_the_letter_of_the_day_comes_at_nine_or_when_the_quiet_hours_are_over():
    noon = datetime(2026, 12, 1, 12, tzinfo=MOSCOW)

    assert quiet.next_digest(noon, MOSCOW, (21, 8)) == datetime(2026, 12, 2, 9, tzinfo=MOSCOW)
    assert quiet.next_digest(noon, MOSCOW, (21, 10)) == datetime(2026, 12, 2, 10, tzinfo=MOSCOW)


@pytest.mark.parametrize("words", ["21", "8-25", "never", "-1-8"])
def test_hours_that_are_none_are_refused(words):
    with pytest.raises(ValueError):
        quiet.read(words)
