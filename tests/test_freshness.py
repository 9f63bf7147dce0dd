"""What has not changed is not sent again; what has, is, at once; and nothing is kept where it must not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from lms.clock import now
from tests import factories


@pytest.fixture
def reader(cast, as_):
    return as_(cast.volunteer)


def test_an_unchanged_page_is_answered_without_its_queries(reader, count_queries):
    with time_machine.travel(now(), tick=False):
        first = reader.get("/path")
        reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
        with count_queries() as queries:
            again = reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len([q for q in queries if not q.startswith(("BEGIN", "PRAGMA", "SELECT pg_current_snapshot"))]) == 0


def test_a_personal_page_may_be_kept_by_its_reader_alone(reader):
    response = reader.get("/path")
    assert response.cache_control.private and response.cache_control.no_cache
    assert "Cookie" in response.vary


def test_a_change_is_seen_at_once(reader, cast):
    first = reader.get("/path")
    cycle = factories.cycle(title="Новая школа")
    factories.module(cycle)
    factories.enrolment(cast.volunteer, cycle)
    again = reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "Новая школа" in again.text


def test_another_person_in_the_same_browser_is_not_shown_the_first_ones_page(app, cast):
    browser = app.test_client()
    first = browser.sign_in(cast.volunteer).get("/path")
    again = browser.sign_in(cast.stranger).get("/path", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200


def test_a_suspended_person_is_not_answered_from_memory(reader, cast):
    first = reader.get("/path")
    reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
    cast.volunteer.suspended_at = now()
    again = reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, "/sign-in" in again.location) == (302, True)


def test_a_page_that_speaks_of_today_is_made_anew_the_next_minute(reader, count_queries):
    with time_machine.travel(now(), tick=False) as clock:
        etag = {"If-None-Match": reader.get("/path").headers["ETag"]}
        reader.get("/path", headers=etag)
        with count_queries() as unchanged:
            reader.get("/path", headers=etag)
        clock.shift(timedelta(minutes=1))
        with count_queries() as anew:
            reader.get("/path", headers=etag)
    assert len(anew) > len(unchanged)


def test_another_language_is_another_page(reader):
    first = reader.get("/path")
    reader.set_cookie("language", "en")
    again = reader.get("/path", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "My path" in again.text


@pytest.mark.parametrize("address", ["/people/", "/progress", "/letters/"])
def test_pages_with_other_peoples_data_are_kept_nowhere(as_, cast, address):
    assert as_(cast.coordinator).get(address).headers["Cache-Control"] == "no-store"


def test_what_has_not_changed_keeps_the_policy_it_came_with(reader):
    """A page with a frame has a policy of its own; its 304 is answered before anybody knows of the frame."""
    etag = reader.get("/path").headers["ETag"]

    again = reader.get("/path", headers={"If-None-Match": etag})

    assert again.status_code == 304
    assert "Content-Security-Policy" not in again.headers
