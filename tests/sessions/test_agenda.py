from datetime import UTC, datetime, timedelta

import pytest

from lms.sessions.agenda import Item, current, items, moved

START = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)  # 15:00 in Moscow
ZONE = "Europe/Moscow"


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_minutes_count_from_the_start_and_times_are_of_the_sessions_zone():
    text = "00 Знакомство | 5 минут в чате\n15:05 О чём писать | Дмитрий\n\n  30  — Контент-план\nВопросы"

    assert items(text, START, ZONE) == [
        Item("Знакомство", "5 минут в чате", at(0)),
        Item("О чём писать", "Дмитрий", at(5)),
        Item("Контент-план", "", at(30)),
        Item("Вопросы", "", None),
    ]


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("00:30 Полночный разговор", Item("Полночный разговор", "", at(9 * 60 + 30))),  # after midnight is the next day
        ("9.15 Рано", Item("Рано", "", at(18 * 60 + 15))),
        ("25:99 Не время", Item("25:99 Не время", "", None)),
        ("10 дел центра | кто | как", Item("дел центра", "кто | как", at(10))),
        ("15:05", Item("15:05", "", None)),
        ("| кто", Item("", "кто", None)),
        ("100500 подписчиков", Item("100500 подписчиков", "", None)),
    ],
)
def test_odd_lines_are_kept_as_typed(line, item):
    assert items(line, START, ZONE) == [item]


def test_the_current_item_is_the_last_that_has_begun():
    plan = items("05 Раз\n30 Два\nБез времени\n60 Три", START, ZONE)
    end = at(90)

    assert [current(plan, at(minutes), end) for minutes in (0, 5, 29, 30, 59, 60, 89, 90)] == [
        None, 0, 0, 1, 1, 3, 3, None
    ]  # fmt: skip


def test_a_moved_session_takes_its_times_along_and_leaves_its_minutes():
    text = "15:00 Начало | все\n10 Минуты\n15:30 — Дальше"

    assert moved(text, START, START + timedelta(days=6, hours=2), ZONE) == "17:00 Начало | все\n10 Минуты\n17:30 Дальше"
    assert moved(text, START, START + timedelta(days=7), ZONE) == "15:00 Начало | все\n10 Минуты\n15:30 Дальше"
