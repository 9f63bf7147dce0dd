"""A trainer puts up a large file over a line that breaks, in a real browser: progress, going on, saving meanwhile."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.app import create_app
from lms.extensions import db
from lms.materials.models import Material
from lms.materials.upload_models import Upload, UploadPiece
from tests import factories
from tests.browser.conftest import Platform
from tests.browser.test_journeys import look, sign_in
from tests.materials.test_pure import PDF
from tests.packages import zips

pytestmark = pytest.mark.browser

PIECES = 6


@pytest.fixture
def module_id(platform: Platform) -> int:
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        id = factories.module(factories.cycle(title="Файлы"), title="Файлы").id
        db.session.commit()
    return id


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Большая книга.pdf"
    path.write_bytes(PDF + bytes(range(256)) * 4 * 1024 * PIECES)
    return path


def stored(platform: Platform, module_id: int) -> tuple[bytes, int, int]:
    """The content of the module's only file, and how many uploads and pieces lie about."""
    with create_app({"DATA_FOLDER": str(platform.folder)}).app_context():
        material = db.session.scalars(select(Material).where(Material.module_id == module_id)).one()
        pieces = db.session.scalar(select(func.count()).select_from(UploadPiece))
        waiting = db.session.scalar(select(func.count()).select_from(Upload).where(Upload.file_id.is_(None)))
        assert material.file is not None
        return (platform.folder / "files" / material.file.storage_name).read_bytes(), waiting, pieces


def test_a_line_that_breaks_is_waited_for_and_the_form_is_saved_when_all_has_come(platform, visitor, module_id, book):
    page = visitor(width=390)
    sign_in(page, "trainer@example.org")
    sent: list[int] = []

    def carry(route):
        """The third piece finds no line, twice."""
        if route.request.method == "PATCH":
            sent.append(int(route.request.headers["upload-offset"]))
            if len(sent) in {3, 4}:
                return route.abort("connectionreset")
        return route.continue_()

    page.route("**/uploads/**", carry)
    page.goto(f"/materials/new?module_id={module_id}&kind=file")
    page.locator("[name=upload][type=file]").set_input_files(book)
    page.get_by_text("Нет связи.").wait_for()
    assert page.locator("progress").is_visible()
    look(page, "uploading")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/modules/{module_id}/edit**")

    content, waiting, pieces = stored(platform, module_id)
    assert content == book.read_bytes() and (waiting, pieces) == (0, 0)
    piece = 1024 * 1024
    assert sent == [0, piece, 2 * piece, 2 * piece, *(n * piece for n in range(2, PIECES + 1))]


def test_a_file_chosen_again_after_the_page_was_left_goes_on_where_it_stopped(platform, visitor, module_id, book):
    page = visitor()
    sign_in(page, "trainer@example.org")
    address = f"/materials/new?module_id={module_id}&kind=file"
    page.goto(address)
    page.route("**/uploads/**", lambda route: (
        route.abort() if route.request.headers.get("upload-offset") == str(2 * 1024 * 1024) else route.continue_()
    ))  # fmt: skip
    page.locator("[name=upload][type=file]").set_input_files(book)
    page.get_by_text("Нет связи.").wait_for()
    page.unroute("**/uploads/**")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("upload-offset", "")))

    page.goto(address)
    page.locator("[name=upload][type=file]").set_input_files(book)
    page.get_by_text("уже здесь").wait_for()
    look(page, "uploaded")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/modules/{module_id}/edit**")

    assert next(offset for offset in sent if offset) == str(2 * 1024 * 1024)
    assert stored(platform, module_id)[0] == book.read_bytes()


def test_a_package_and_a_cycle_go_ahead_of_their_forms_too(platform, visitor, module_id, tmp_path):
    page = visitor()
    sign_in(page, "trainer@example.org")
    course = tmp_path / "Курс.zip"
    course.write_bytes(zips.archive({"film.mp4": random.Random(7).randbytes(2_500_000)}).getvalue())
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("upload-offset", "")))

    page.goto(f"/packages/new?module_id={module_id}")
    page.locator("[name=upload][type=file]").set_input_files(course)
    page.get_by_text("уже здесь").wait_for()
    look(page, "package uploaded")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/modules/{module_id}/edit**")
    assert len([offset for offset in sent if offset]) == 3

    page.goto("/cycles/import")
    page.locator("[name=file][type=file]").set_input_files(course)
    page.get_by_text("уже здесь").wait_for()
    look(page, "archive uploaded")
    page.locator("main form button.btn-primary").click()
    page.get_by_role("alert").get_by_text("Это пакет SCORM").wait_for()
    assert page.locator("[name=file][type=hidden]").is_disabled()


def test_what_is_refused_is_said_at_once_and_another_file_may_be_chosen(platform, visitor, module_id, tmp_path):
    page = visitor()
    sign_in(page, "trainer@example.org")
    page.goto(f"/materials/new?module_id={module_id}&kind=file")
    (tmp_path / "картинка.png").write_text("<!DOCTYPE html><script>alert(1)</script>")

    page.locator("[name=title]").fill("Схема")
    page.locator("[name=upload][type=file]").set_input_files(tmp_path / "картинка.png")

    page.get_by_text("а внутри что-то другое").wait_for()
    look(page, "refused")
    assert page.locator("[name=title]").input_value() == "Схема"
    assert page.locator("[name=upload][type=hidden]").is_disabled()


def test_without_a_script_the_file_goes_with_its_form(platform, visitor, module_id, book):
    page = visitor(javascript=False)
    sign_in(page, "trainer@example.org")
    page.goto(f"/materials/new?module_id={module_id}&kind=file")

    page.locator("[name=upload][type=file]").set_input_files(book)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/modules/{module_id}/edit**")

    assert stored(platform, module_id)[0] == book.read_bytes()
