"""A cycle of two modules: three have completed it (two of Сальск, one of Батайск), one has not."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import time_machine

from lms.progress.actions import note_everybody
from tests import factories

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def school(cast, today) -> SimpleNamespace:
    cycle = factories.cycle(slug="rc-2026", title="Школа ресурсных центров", title_en="School of centres", hours=36)
    pages = [factories.material(factories.module(cycle)) for _ in range(2)]
    zimin = factories.person("Зимин", "Пётр", patronymic="Ильич", centre=cast.salsk, email="zimin@lms.test")
    beginner = factories.person("Начинаева", "Ольга", centre=cast.salsk, email="beginner@lms.test")
    cast.volunteer.patronymic = "Сергеевна"
    for person in (cast.volunteer, zimin, cast.stranger, beginner):
        factories.enrolment(person, cycle)
        factories.completion(person, pages[0])
    for person in (cast.volunteer, zimin, cast.stranger):
        factories.completion(person, pages[1])
    note_everybody(cycle, now=NOW)
    return SimpleNamespace(
        cycle=cycle, pages=pages, zimin=zimin, beginner=beginner, address=f"/cycles/{cycle.slug}/certificates"
    )
