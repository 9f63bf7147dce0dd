"""The sessions by month, week, or one after the other; what is shown stands in the address."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lms.extensions import db
from lms.sessions import calendar_pages
from lms.sessions.calendar_pages import Span
from lms.sessions.models import AnswerWord, Audience, LiveSessionKind
from tests import factories
from tests.sessions.conftest import MOSCOW, reads
from tests.sessions.test_attendance import read_aloud

TITLE = "PR и соцсети НКО без бюджета"


def shown(client, query: str) -> str:
    answer = client.get(f"/sessions/calendar?{query}")
    assert answer.status_code == 200
    return read_aloud(answer)


def test_a_month_has_its_sessions_and_not_the_next_ones(school, as_, cast):
    client = as_(cast.volunteer)

    page = shown(client, "view=month&at=2026-12")

    assert "Декабрь 2026" in page
    assert f"15:00 {TITLE}" in page
    assert TITLE not in shown(client, "view=month&at=2027-02")
    assert "view=month&amp;at=2027-01" in client.get("/sessions/calendar?view=month&at=2026-12").get_data(as_text=True)


def test_a_week_and_the_days_in_a_row(school, as_, cast):
    client = as_(cast.volunteer)

    assert "30 ноября — 6 декабря" in shown(client, "view=week&at=2026-12-03")
    assert TITLE in shown(client, "view=week&at=2026-12-03")
    assert TITLE not in shown(client, "view=week&at=2026-12-08")
    assert f"чт, 3 декабря15:00 {TITLE}" in shown(client, "view=agenda")
    assert "В это время встреч нет" in shown(client, "view=agenda&at=2027-05-01")


def test_only_what_she_may_see_stands_there(school, as_, cast):
    factories.live_session(title="Чужое", audience=Audience.INVITED)
    factories.live_session(school.module, title="Черновик встречи", state="draft")

    page = shown(as_(cast.volunteer), "view=agenda")

    assert "Чужое" not in page
    assert "Черновик встречи" not in page
    assert "Черновик встречи" in shown(as_(cast.trainer), "view=agenda")


def test_filters_stand_in_the_address(school, as_, cast):
    joint = factories.live_session(school.module, title="Общий сбор", kind=LiveSessionKind.JOINT_MEETING)
    factories.invitation(cast.volunteer, joint, answer=AnswerWord.YES)
    client = as_(cast.volunteer)

    assert TITLE not in shown(client, "view=agenda&kind=joint_meeting")
    assert "Общий сбор" in shown(client, "view=agenda&kind=joint_meeting")
    assert TITLE not in shown(client, "view=agenda&mine=1")
    assert TITLE in shown(client, f"view=agenda&cycle={school.cycle.slug}")
    assert TITLE not in shown(client, "view=agenda&cycle=nothing")


def test_a_session_of_two_days_lies_on_both_and_days_are_the_readers(school, as_, cast):
    school.live_session.starts_at = datetime(2026, 12, 3, 23, 0, tzinfo=MOSCOW)
    school.live_session.ends_at = datetime(2026, 12, 4, 1, 0, tzinfo=MOSCOW)
    assert shown(as_(cast.volunteer), "view=agenda").count(TITLE) == 2

    cast.volunteer.zone = "Asia/Vladivostok"
    page = shown(as_(cast.volunteer), "view=agenda")

    assert page.count(TITLE) == 1
    assert f"пт, 4 декабря06:00 {TITLE}" in page
    assert "по Владивостоку" in page


def test_called_off_says_so(school, as_, cast):
    school.live_session.cancelled_at = school.live_session.created_at

    assert f"{TITLE} Отменена" in shown(as_(cast.volunteer), "view=week&at=2026-12-03").replace("Отменено", "Отменена")


@pytest.mark.parametrize(
    "query", ["view=year", "at=2026-13", "at=9999-12", "at=0000-00", "at=x&view=month", "kind=party", "mine=2"]
)
def test_what_makes_no_sense_shows_this_month(school, as_, cast, query):
    assert "2026" in shown(as_(cast.volunteer), query)


def test_months_are_whole_weeks():
    page = calendar_pages.page(Span.MONTH, date(2026, 12, 17))

    assert (page.first, page.last) == (date(2026, 11, 30), date(2027, 1, 3))
    assert (page.previous, page.following) == ("2026-11", "2027-01")
    assert calendar_pages.page(Span.MONTH, date(2027, 2, 1)).last == date(2027, 2, 28)


def test_the_page_costs_the_same_for_one_and_for_thirty(school, as_, cast, count_queries):
    client = as_(cast.volunteer)
    client.get("/sessions/calendar?view=month&at=2026-12")

    def statements() -> int:
        db.session.commit()
        with count_queries() as seen:
            shown(client, "view=month&at=2026-12")
        return reads(seen)

    few = statements()
    for day in range(30):
        factories.live_session(school.module, starts_at=datetime(2026, 12, 1, 15, tzinfo=MOSCOW) + timedelta(days=day))

    assert statements() == few <= 6
