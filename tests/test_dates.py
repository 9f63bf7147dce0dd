from datetime import UTC, date, datetime, timedelta

import pytest

from lms import dates

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=90)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("zone", "locale", "said"),
    [
        ("Europe/Moscow", "ru", "чт, 3 декабря, 15:00–16:30 по Москве"),
        ("Europe/Moscow", "en", "Thu 3 December, 15:00–16:30 Moscow time"),
        ("Asia/Yekaterinburg", "ru", "чт, 3 декабря, 17:00–18:30 по Екатеринбургу"),
        ("Asia/Tashkent", "ru", "чт, 3 декабря, 17:00–18:30 по времени Asia/Tashkent"),
    ],
)
def test_a_meeting_says_weekday_day_hours_and_zone(zone, locale, said):
    assert plain(dates.say_span(START, END, zone, locale, NOW)) == said


def test_a_meeting_over_midnight_says_both_days():
    said = dates.say_span(START, START + timedelta(days=1), "Europe/Moscow", "ru", NOW)
    assert plain(said) == "чт, 3 декабря, 15:00 — пт, 4 декабря, 15:00 по Москве"


@pytest.mark.parametrize(
    ("own", "locale", "said"),
    [
        ("Europe/Moscow", "ru", "чт, 3 декабря, 22:00–23:30 по Москве"),
        ("Europe/Kaliningrad", "ru", "чт, 3 декабря, 21:00–22:30 у вас (22:00 по Москве)"),
        ("Asia/Kamchatka", "ru", "пт, 4 декабря, 07:00–08:30 у вас (чт, 3 декабря, 22:00 по Москве)"),
        ("Asia/Kamchatka", "en", "Fri 4 December, 07:00–08:30 your time (Thu 3 December, 22:00 Moscow time)"),
        ("Asia/Yekaterinburg", "ru", "пт, 4 декабря, 00:00–01:30 у вас (чт, 3 декабря, 22:00 по Москве)"),
    ],
)
def test_where_the_clock_shows_another_hour_ones_own_time_comes_first(own, locale, said):
    late = START + timedelta(hours=7)
    assert plain(dates.say_when(late, late + timedelta(minutes=90), "Europe/Moscow", own, locale, NOW)) == said


def test_another_year_is_said():
    assert plain(dates.say_day(date(2027, 1, 2), "ru", NOW.date())) == "2 января 2027"
    assert plain(dates.say_day(date(2026, 1, 2), "ru", NOW.date())) == "2 января"


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "сегодня"), (24, "завтра"), (48, "через два дня"), (-24, "вчера"), (24 * 30, "")]
)
def test_a_near_day_is_said_relatively(hours, said):
    assert dates.relative_day(NOW + timedelta(hours=hours), "Europe/Moscow", "ru", NOW) == said


def test_tomorrow_is_counted_by_the_calendar_of_the_zone():
    late = datetime(2026, 12, 1, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
    assert dates.relative_day(late + timedelta(hours=1), "Europe/Moscow", "ru", late) == "завтра"


@pytest.mark.parametrize("name", ["Europe", "../../etc/passwd", "", "Mars/Base", "/etc/passwd", "a\x00b"])
def test_a_zone_that_does_not_exist_is_none(name):
    assert dates.find_zone(name) is None


def test_a_deadline_ends_with_its_day():
    assert dates.end_of_day(date(2026, 12, 6), "Europe/Moscow").isoformat() == "2026-12-06T23:59:00+03:00"
    at = dates.end_of_day(date(2026, 12, 6), "Europe/Moscow")
    assert plain(dates.say_deadline(at, "Europe/Moscow", "ru", NOW)) == "до вс, 6 декабря"


def test_durations_are_said_in_hours_and_minutes():
    assert plain(dates.say_duration(timedelta(minutes=84), "ru")) == "1 ч 24 мин"
    assert plain(dates.say_duration(timedelta(minutes=60), "en")) == "1 h"
    assert plain(dates.say_duration(timedelta(seconds=20), "ru")) == "1 мин"
