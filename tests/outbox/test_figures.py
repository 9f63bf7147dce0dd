"""How letters fared: by day and topic, with the time they took."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from lms.outbox import fate_queries as queries
from lms.outbox.fate_queries import Fate
from lms.outbox.models import LetterState
from lms.outbox.topics import Topic
from tests import factories
from tests.outbox.test_views import text_of

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=MOSCOW)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def letter(to, state=LetterState.SENT, *, written=NOON, took=60, topic=Topic.INVITATIONS, **fields):
    left = state in {LetterState.SENT} or fields.pop("came_back", False)
    return factories.letter(
        to, state=state, topic=topic, created_at=written, sent_at=written + timedelta(seconds=took) if left else None,
        **fields,
    )  # fmt: skip


def starts(*days: int) -> list[datetime]:
    return [datetime(2026, 12, 1, tzinfo=MOSCOW) - timedelta(days=ago) for ago in days]


# --- the figures ------------------------------------------------------------------------------------------------------
def test_letters_are_counted_by_the_readers_day_by_topic_and_by_what_became_of_them(cast):
    letter(cast.volunteer)
    letter(cast.volunteer, topic=Topic.NEWS)
    for state in (LetterState.QUEUED, LetterState.SENDING, LetterState.HELD):
        letter(cast.volunteer, state)
    letter(cast.volunteer, LetterState.FAILED)
    letter(cast.volunteer, LetterState.FAILED, came_back=True)
    letter(cast.volunteer, LetterState.EXPIRED)
    letter(cast.volunteer, LetterState.GATHERED)
    letter(cast.volunteer, written=NOON.replace(hour=0, minute=0))
    letter(cast.volunteer, written=NOON.replace(hour=0, minute=0) - timedelta(seconds=1))
    letter(cast.volunteer, written=NOON - timedelta(days=3))  # before the first day

    assert queries.counts(starts(1, 0)) == {
        (0, Topic.INVITATIONS): {Fate.SENT: 1},
        (1, Topic.NEWS): {Fate.SENT: 1},
        (1, Topic.INVITATIONS): {
            Fate.SENT: 2, Fate.WAITING: 3, Fate.REFUSED: 1, Fate.RETURNED: 1, Fate.LATE: 1, Fate.GATHERED: 1,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("took", "median"), [([], None), ([7], 7), ([5, 9], 7), ([1, 2, 900], 2), ([1, 2, 4, 900], 3), ([3, 3, 3], 3)]
)
def test_the_median_is_the_one_in_the_middle_or_between_the_two(cast, took, median):
    for seconds in took:
        letter(cast.volunteer, took=seconds)
    letter(cast.volunteer, LetterState.FAILED, took=5000, came_back=True)
    letter(cast.volunteer, took=9000, written=NOON - timedelta(days=30))

    found = queries.median_seconds(starts(1)[0])

    assert (None if found is None else float(found)) == median
    assert queries.median_seconds_by_topic(starts(1)[0]) == ({Topic.INVITATIONS: median} if took else {})


def test_each_topic_has_a_median_of_its_own(cast):
    for topic, took in ((Topic.NEWS, 10), (Topic.NEWS, 20), (Topic.REMINDERS, 600)):
        letter(cast.volunteer, topic=topic, took=took)

    assert queries.median_seconds_by_topic(starts(1)[0]) == {Topic.NEWS: 15, Topic.REMINDERS: 600}


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_page_says_it_in_a_sentence_draws_it_and_has_it_as_a_table(cast: SimpleNamespace, as_: Any) -> None:
    for took in (30, 90, 4000):
        letter(cast.volunteer, took=took)
    letter(cast.volunteer, LetterState.FAILED, came_back=True, topic=Topic.NEWS, written=NOON - timedelta(days=1))
    letter(cast.volunteer, LetterState.QUEUED, topic=Topic.NEWS)
    letter(cast.volunteer, LetterState.GATHERED, topic=Topic.NEWS)

    response = as_(cast.coordinator).get("/letters/figures")

    page = text_of(response)
    assert (
        "За две недели отправлено 3 письма. Половина из них передана не позже чем через 2 мин. 1 не дошло. "
        "1 ждёт отправки."
    ) in page
    assert "вт, 1 декабря 3 1 — — —" in page
    assert "пн, 30 ноября — — — 1 —" in page
    assert "Приглашения 3 — — — — 2 мин" in page
    assert "Новости — 1 — 1 — —" in page
    assert "Ещё 1 вошло в письма дня." in page
    assert '<rect class="f-done" x="0%" width="75.0%" height="100%"/>' in response.text
    assert "style=" not in response.text.partition("<main")[2]


def test_a_day_begins_where_its_reader_lives(cast: SimpleNamespace, as_: Any) -> None:
    cast.coordinator.zone = "Asia/Vladivostok"
    letter(cast.volunteer, written=datetime(2026, 11, 30, 18, 0, tzinfo=MOSCOW))  # 1:00 of the next day there

    assert "вт, 1 декабря 1 — — — —" in text_of(as_(cast.coordinator).get("/letters/figures"))


def test_without_letters_the_page_says_so(cast: SimpleNamespace, as_: Any) -> None:
    page = text_of(as_(cast.coordinator).get("/letters/figures"))

    assert "За последние две недели не написано ни одного письма." in page


def test_the_page_is_in_english_too(cast: SimpleNamespace, as_: Any) -> None:
    letter(cast.volunteer)

    page = text_of(as_(cast.coordinator).get("/letters/figures", headers={"Accept-Language": "en"}))

    assert "In two weeks 1 letter was sent. Half of them were handed over within 1 min." in page


def test_its_queries_do_not_grow_with_the_letters(cast: SimpleNamespace, as_: Any, count_queries: Any) -> None:
    client = as_(cast.coordinator)
    letter(cast.volunteer)
    with count_queries() as one:
        client.get("/letters/figures")
    for number in range(30):
        letter(cast.stranger, list(LetterState)[number % 7], topic=list(Topic)[number % 8], took=number)
    with count_queries() as many:
        client.get("/letters/figures")

    assert len(one) == len(many) <= 9


@pytest.mark.parametrize("who", ["volunteer", "trainer", "centre_coordinator"])
def test_only_coordinators_of_the_network_see_it(cast: SimpleNamespace, as_: Any, who: str) -> None:
    assert as_(getattr(cast, who)).get("/letters/figures").status_code == 403


def test_letters_lead_here(cast: SimpleNamespace, as_: Any) -> None:
    assert 'href="/letters/figures"' in as_(cast.coordinator).get("/letters/").text
