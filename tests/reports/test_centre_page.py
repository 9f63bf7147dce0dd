"""A centre's page for those who look after it: its people, modules, sessions and certificates, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from lms.clock import now
from lms.extensions import db
from lms.sessions.models import AnswerWord, Attendance, Audience, LiveSessionKind, Presence
from tests import factories
from tests.progress.test_path import text_of


@pytest.fixture
def school(cast) -> SimpleNamespace:
    """Two people of Сальск, one of whom is late; one of Батайск, who did as much."""
    cycle = factories.cycle(slug="school", title="Школа центров")
    first = factories.module(cycle, title="Заявка", due_at=now() - timedelta(days=3))
    second = factories.module(cycle, title="Смета")
    done, _left = factories.material(first), factories.material(second)
    late = factories.person("Мороз", "Артём", centre=cast.salsk, position="волонтёр")
    held = factories.live_session(first, title="Разбор заявок", starts_in=timedelta(days=-2))
    coming = factories.live_session(second, title="Сметы вместе", starts_in=timedelta(days=2))
    visit = factories.live_session(
        title="Выезд в Сальск", kind=LiveSessionKind.VISIT, audience=Audience.CENTRES, centres=[cast.salsk]
    )
    for person in (cast.volunteer, late, cast.stranger):
        factories.enrolment(person, cycle)
        factories.invitation(person, coming, answer=AnswerWord.YES if person is not late else None)
        if person is not late:
            factories.completion(person, done)
            db.session.add(Attendance(live_session_id=held.id, person_id=person.id, how=Presence.MARKED, at=now()))
    for person in (cast.volunteer, cast.stranger):
        factories.certificate(person, cycle)
    first.activities[1].rule = "optional"
    db.session.commit()
    return SimpleNamespace(cycle=cycle, late=late, visit=visit)


def test_it_tells_how_the_centre_stands(school, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get("/progress/centres/salsk"))

    assert "<h1>Ресурсный центр в Сальске</h1>" in page
    assert "участвуют 2 человека" in page.lower()
    assert "1 из 2</td>" in page
    assert 'href="/progress?cycle=school&amp;centre=salsk&amp;module=1&amp;state=not-done">1. Заявка' in page
    assert "Мороз Артём" in page
    assert "модуль 1" in page
    assert "придут 1 из 2" in page
    assert "не ответили 1" in page
    assert "были 1" in page
    assert "Выезд в Сальск" in page
    assert "Ковалёва Ирина" in page


def test_not_a_word_of_another_centre_stands_there(school, cast, as_):
    page = text_of(as_(cast.centre_coordinator).get("/progress/centres/salsk"))

    assert "Чужинова" not in page
    assert as_(cast.other_coordinator).get("/progress/centres/salsk").status_code == 404
    assert "Выезд в Сальск" not in text_of(as_(cast.other_coordinator).get("/progress/centres/bataysk"))


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 200), ("admin", 200), ("trainer", 200), ("centre_coordinator", 200), ("volunteer", 403)],
)
def test_it_is_for_those_who_may_watch_the_centre(school, cast, as_, role, status):
    response = as_(getattr(cast, role)).get("/progress/centres/salsk")

    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store" or status == 403


def test_a_cycle_without_its_people_and_a_centre_that_is_not_there(school, cast, as_):
    factories.enrolment(cast.stranger, factories.cycle(slug="other"))
    client = as_(cast.coordinator)

    assert "Из этого центра в цикле пока никого" in text_of(client.get("/progress/centres/salsk?cycle=other"))
    assert client.get("/progress/centres/salsk?cycle=none").status_code == 404
    assert client.get("/progress/centres/none").status_code == 404


def test_many_people_cost_no_more_statements(school, cast, as_, count_queries):
    client = as_(cast.centre_coordinator)
    client.get("/progress/centres/salsk")
    with count_queries() as before:
        client.get("/progress/centres/salsk")
    for _number in range(30):
        factories.enrolment(factories.person(centre=cast.salsk), school.cycle)
    db.session.commit()
    client.get("/progress/centres/salsk")
    with count_queries() as after:
        client.get("/progress/centres/salsk")

    assert len(before) == len(after) <= 14
