"""The coordinator copies the cycle for the next season, takes it out as a file and brings it in again, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.app import create_app
from lms.cycles.models import Cycle, Module, State
from lms.extensions import db
from lms.outbox.models import Letter
from tests.browser.conftest import Platform
from tests.browser.test_journeys import look, sign_in

pytestmark = pytest.mark.browser


def counted(platform: Platform) -> dict[str, Any]:
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        newest = db.session.scalars(select(Cycle).order_by(Cycle.id.desc())).first()
        first = db.session.scalar(select(func.min(Cycle.id)))
        assert newest is not None
        return {
            "slug": db.session.scalars(select(Cycle.slug).order_by(Cycle.id)).first(),
            "cycles": db.session.scalar(select(func.count()).select_from(Cycle)),
            "letters": db.session.scalar(select(func.count()).select_from(Letter)),
            "title": newest.title,
            "state": newest.state,
            "modules": db.session.scalar(select(func.count()).where(Module.cycle_id == newest.id)),
            "first": db.session.scalar(select(func.count()).where(Module.cycle_id == first)),
        }


@pytest.mark.parametrize("javascript", [True, False])
def test_the_coordinator_copies_the_cycle_for_the_next_season(platform, visitor, javascript):
    before = counted(platform)
    page = visitor(width=390, javascript=javascript)
    sign_in(page, "coordinator@example.org")

    page.goto("/cycles/")
    page.locator(f'a[href="/cycles/{before["slug"]}/copy"]').click()
    if javascript:
        look(page, "copy")
    page.locator("[name=title]").fill(f"Школа следующего года {javascript}")
    page.get_by_role("button", name="Показать, какой будет копия").click()
    assert f"{before['first']} модулей" in page.locator("main").inner_text().replace("\u00a0", " ")
    if javascript:
        look(page, "copy summary")
    page.get_by_role("button", name="Скопировать цикл").click()

    assert "скопирован как черновик" in page.locator(".flash").inner_text().replace("\u00a0", " ")
    after = counted(platform)
    assert after == {
        "slug": before["slug"],
        "cycles": before["cycles"] + 1,
        "letters": before["letters"],
        "title": f"Школа следующего года {javascript}",
        "state": State.DRAFT,
        "modules": before["first"],
        "first": before["first"],
    }


def test_a_trainer_copies_a_module_into_the_cycle(platform, visitor):
    page = visitor()
    sign_in(page, "trainer@example.org")
    page.goto("/modules/3/edit")
    page.get_by_role("link", name="Скопировать модуль").click()
    look(page, "copy module")
    page.get_by_role("button", name="Показать, какой будет копия").click()
    look(page, "module summary")
    page.get_by_role("button", name="Скопировать модуль").click()

    assert "/edit" in page.url
    assert "скопирован как черновик" in page.locator(".flash").inner_text().replace("\u00a0", " ")


@pytest.mark.parametrize("kind", ["archive", "cartridge-1.1"])
def test_a_cycle_goes_out_as_a_file_and_comes_in_again(platform, visitor, tmp_path, kind):
    before = counted(platform)
    page = visitor()
    sign_in(page, "coordinator@example.org")
    page.goto("/cycles/")
    page.locator(f'a[href="/cycles/{before["slug"]}/export"]').click()
    look(page, "export")
    with page.expect_download() as coming:
        page.locator(f'a[href$="/export/{kind}"]').click()
    file = Path(tmp_path) / coming.value.suggested_filename
    coming.value.save_as(file)

    page.goto("/cycles/")
    page.get_by_role("link", name="Внести цикл из файла").click()
    look(page, "import")
    page.locator("[name=file][type=file]").set_input_files(file)
    page.get_by_role("button", name="Посмотреть, что внутри").click()
    page.wait_for_url("**/cycles/imports/*")  # it goes ahead of the form, which is sent when all of it has come
    look(page, "import preview")
    page.locator("[name=title]").fill(f"Из файла {kind}")
    page.get_by_role("button", name="Внести цикл").click()

    found = counted(platform)
    assert (found["title"], found["state"], found["modules"]) == (f"Из файла {kind}", State.DRAFT, before["first"])
