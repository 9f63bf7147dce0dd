"""A series in one go, who is expected elsewhere, and sessions to start others from."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from lms.extensions import db
from lms.sessions import series
from lms.sessions.models import LiveSession
from tests import factories
from tests.sessions.conftest import MOSCOW, letters


def typed(school, **fields) -> dict:
    return {
        "kind": "seminar", "title": "Разбор страниц", "day": "2027-01-14", "starts": "15:00", "ends": "16:30",
        "zone": "Europe/Moscow", "room_url": "https://meet.example.org/r", "audience": "cycle",
        "module_id": f"c{school.cycle.id}", "rule": "present_or_watched", "do": "publish",
    } | fields  # fmt: skip


def made() -> list[LiveSession]:
    return list(db.session.scalars(db.select(LiveSession).where(LiveSession.title == "Разбор страниц")))


def days(sessions) -> list[str]:
    return [f"{one.starts_at.astimezone(MOSCOW):%d.%m %H:%M}" for one in sessions]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"repeat": "weeks", "every": "1", "times": "3"}, ["14.01 15:00", "21.01 15:00", "28.01 15:00"]),
        ({"repeat": "weeks", "every": "2", "times": "2"}, ["14.01 15:00", "28.01 15:00"]),
        ({"repeat": "listed", "days": "20.01.2027, 2027-01-15"}, ["14.01 15:00", "15.01 15:00", "20.01 15:00"]),
        ({"repeat": "once"}, ["14.01 15:00"]),
    ],
)
def test_each_day_becomes_a_session_of_its_own(school, cast, as_, fields, expected):
    as_(cast.coordinator).post("/sessions/new", data=typed(school, **fields))

    assert days(made()) == expected
    assert len({one.uid for one in made()}) == len(expected)
    assert all(one.is_published for one in made())


def test_the_days_are_shown_before_anything_is_made(school, cast, as_):
    page = as_(cast.coordinator).post(
        "/sessions/new", data=typed(school, do="preview", repeat="weeks", every="1", times="3")
    )

    text = page.get_data(as_text=True).replace("\u00a0", " ")
    assert page.status_code == 200
    assert all(day in text for day in ("14 января", "21 января", "28 января"))
    assert made() == []


def test_a_series_may_be_drafts(school, cast, as_):
    as_(cast.coordinator).post("/sessions/new", data=typed(school, do="draft", repeat="weeks", every="1", times="2"))

    assert [one.is_published for one in made()] == [False, False]


def test_everybody_is_invited_to_each(school, cast, as_):
    form = typed(school, repeat="weeks", every="1", times="2", invite_all="y", number_shown="2")
    as_(cast.coordinator).post("/sessions/new", data=form)

    assert len(letters("invite:")) == 4


@pytest.mark.parametrize(
    "fields",
    [{"repeat": "listed", "days": "31.02.2027"}, {"repeat": "listed", "days": "завтра"}, {"repeat": "listed"},
     {"repeat": "weeks", "times": "61"}, {"repeat": "weeks", "every": "0"}, {"repeat": "never"}],
)  # fmt: skip
def test_a_series_of_no_days_is_refused_and_nothing_is_made(school, cast, as_, fields):
    page = as_(cast.coordinator).post("/sessions/new", data=typed(school, **fields))

    assert (page.status_code, made()) == (422, [])
    assert "Разбор страниц" in page.get_data(as_text=True)


def test_the_days_of_a_series():
    first = date(2026, 12, 31)
    assert series.every(first, 1, 2) == [first, date(2027, 1, 7)]
    assert series.listed(first, "31.12.2026;1.1.2027") == [first, date(2027, 1, 1)]
    with pytest.raises(ValueError, match="2027-13-01"):
        series.listed(first, "2027-13-01")


# --- conflicts --------------------------------------------------------------------------------------------------------
@pytest.fixture
def busy(school, cast):
    """The trainer is at another session on the day in question; so is Сальск, at another."""
    at = datetime(2027, 1, 14, 16, 0, tzinfo=MOSCOW)
    other = factories.live_session(title="Встреча ведущего", starts_at=at)
    other.trainers = [cast.trainer]
    of_centre = factories.live_session(title="Встреча центра", starts_at=at, audience="centres")
    of_centre.centres = [cast.salsk]
    db.session.commit()
    return other


def test_a_trainer_expected_elsewhere_is_shown_once_and_not_forbidden(school, busy, cast, as_):
    client = as_(cast.coordinator)
    form = typed(school, trainers=str(cast.trainer.id))

    page = client.post("/sessions/new", data=form)
    text = page.get_data(as_text=True)
    assert (page.status_code, made()) == (422, [])
    assert "Встреча ведущего" in text
    assert "Встреча центра" not in text
    assert f'name="conflicts_shown" type="hidden" value="{busy.id}"' in text

    client.post("/sessions/new", data=form | {"conflicts_shown": str(busy.id)})
    assert len(made()) == 1


def test_a_centre_expected_elsewhere_is_shown(school, busy, cast, as_):
    form = typed(school, audience="centres", centres=str(cast.salsk.id))
    page = as_(cast.coordinator).post("/sessions/new", data=form)

    assert "Встреча центра" in page.get_data(as_text=True)


@pytest.mark.parametrize("change", [{"starts": "14:00", "ends": "16:00"}, {"day": "2027-01-15"}])
def test_beside_each_other_is_no_conflict(school, busy, cast, as_, change):
    as_(cast.coordinator).post("/sessions/new", data=typed(school, trainers=str(cast.trainer.id), **change))

    assert len(made()) == 1


def test_a_session_is_no_conflict_of_its_own(school, busy, cast, as_):
    form = typed(school, title="Другое имя", day="2026-12-03", trainers=str(cast.trainer.id), do="")
    form["version"] = school.live_session.version

    assert as_(cast.coordinator).post(f"/sessions/{school.live_session.id}/edit", data=form).status_code == 303


# --- templates --------------------------------------------------------------------------------------------------------
def test_a_session_can_be_marked_to_start_others_from(school, cast, as_):
    client = as_(cast.coordinator)
    client.post(f"/sessions/{school.live_session.id}/template", data={"is_template": "yes"})
    factories.live_session(school.module, title="Последняя")

    assert f"/sessions/new?like={school.live_session.id}" in client.get("/sessions/new").get_data(as_text=True)
    page = client.get(f"/sessions/new?like={school.live_session.id}").get_data(as_text=True)
    assert 'value="PR и соцсети НКО без бюджета"' in page
    assert "О чём писать | Дмитрий Савченко" in page

    client.post(f"/sessions/{school.live_session.id}/template", data={"is_template": ""})
    assert "?like=" not in client.get("/sessions/new").get_data(as_text=True)
    assert as_(cast.volunteer).post(f"/sessions/{school.live_session.id}/template").status_code == 403


def test_moving_a_session_out_of_the_way_of_another_takes_one_press(school, busy, cast, as_):
    """The page once asked again without saying why when what had been in the way no longer was."""
    client = as_(cast.coordinator)
    away = typed(school, title="Другое имя", day="2027-01-15", trainers=str(cast.trainer.id), do="")
    away |= {"version": school.live_session.version, "conflicts_shown": str(busy.id)}

    assert client.post(f"/sessions/{school.live_session.id}/edit", data=away).status_code == 303
