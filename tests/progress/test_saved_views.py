"""The table's filters under a name, and its order: on the screen and in the files alike."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from lms.clock import now
from lms.extensions import db
from lms.progress.models import SavedView
from tests import factories
from tests.progress.test_path import text_of
from tests.progress.test_table import cycle  # noqa: F401


def test_filters_are_kept_under_a_name_and_are_an_address(cycle, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)

    saved = client.post("/progress/views", data={"name": " Сальск,  отстали ", "query": "centre=salsk&sort=least"})

    assert saved.location == "/progress?centre=salsk&sort=least"
    page = text_of(client.get(saved.location))
    assert 'href="/progress?centre=salsk&amp;sort=least" aria-current="page">Сальск, отстали</a>' in page


def test_a_name_one_has_already_gets_the_new_filters(cycle, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)
    client.post("/progress/views", data={"name": "Мои", "query": "state=late"})
    client.post("/progress/views", data={"name": "Мои", "query": "away=14"})

    assert [(one.name, one.query) for one in db.session.scalars(db.select(SavedView))] == [("Мои", "away=14")]


def test_views_are_ones_own(cycle, cast, as_):  # noqa: F811
    as_(cast.coordinator).post("/progress/views", data={"name": "Только мой", "query": "state=late"})
    (view,) = db.session.scalars(db.select(SavedView))
    other = as_(cast.centre_coordinator)

    assert "Только мой" not in text_of(other.get("/progress"))
    assert other.post(f"/progress/views/{view.id}/end").status_code == 404
    assert as_(cast.volunteer).post("/progress/views", data={"name": "x"}).status_code == 403
    assert as_(cast.coordinator).post(f"/progress/views/{view.id}/end").status_code == 303
    assert db.session.scalars(db.select(SavedView)).all() == []


def test_a_view_leads_to_no_other_page(cycle, cast, as_):  # noqa: F811
    client = as_(cast.coordinator)

    for query in ("//evil.example", "\r\nLocation: //evil", "x" * 5000, '"><script>'):
        answer = client.post("/progress/views", data={"name": "Дурное", "query": query})
        assert answer.location.startswith("/progress")
    assert '<script>"' not in client.get("/progress").text
    assert client.post("/progress/views", data={"name": "  "}).status_code == 303
    assert len(db.session.scalars(db.select(SavedView)).all()) == 1


@pytest.fixture
def few(cast):
    """Three people of Сальск who have done two, one and no modules, and were here at different times."""
    course = factories.cycle(slug="order")
    readings = [factories.material(factories.module(course)) for _number in range(2)]
    for name, done, days in (("Белова", 0, 1), ("Агеева", 1, 30), ("Ветрова", 2, 3)):
        person = factories.person(name, "Анна", centre=cast.salsk, last_seen_at=now() - timedelta(days=days))
        factories.enrolment(person, course)
        for reading in readings[:done]:
            factories.completion(person, reading)
    return course


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Агеева Анна", "Белова Анна", "Ветрова Анна"]),
        ("least", ["Белова Анна", "Агеева Анна", "Ветрова Анна"]),
        ("most", ["Ветрова Анна", "Агеева Анна", "Белова Анна"]),
        ("away", ["Агеева Анна", "Ветрова Анна", "Белова Анна"]),
        ("nonsense", ["Агеева Анна", "Белова Анна", "Ветрова Анна"]),
    ],
)
def test_the_order_is_the_same_on_the_screen_and_in_both_files(few, cast, as_, sort, names):
    client = as_(cast.coordinator)

    page = text_of(client.get(f"/progress?cycle=order&sort={sort}"))
    csv = client.get(f"/progress.csv?cycle=order&sort={sort}").data.decode("utf-8-sig").splitlines()
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"/progress.xlsx?cycle=order&sort={sort}").data))

    assert re.findall(r'href="/progress/people/\d+">([^<]+)</a>', page) == names
    assert [line.split(";")[1] for line in csv[1:]] == names
    assert [row[1] for row in book.get_sheet_by_index(0).to_python()[1:]] == names
    drilled = client.get(f"/progress.csv?cycle=order&module=2&state=not-done&sort={sort}").data.decode("utf-8-sig")
    assert [line.split(";")[1] for line in drilled.splitlines()[1:]] == [one for one in names if one != "Ветрова Анна"]
