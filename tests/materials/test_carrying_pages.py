"""A page as a PDF, a module as an archive to carry along, and the library narrowed by what stands in the address."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from pathlib import Path

import pypdf
import pytest

from lms.clock import now
from lms.cycles.models import State
from lms.extensions import db
from lms.materials import offline
from lms.materials.actions import write_page
from lms.materials.models import MaterialKind, StoredFile
from tests import factories
from tests.materials.test_pure import PDF, PNG


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Отчётность НКО")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def stored(app, cast):
    """A file on the disk: ``stored("a.png", content)``."""
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    folder.mkdir(exist_ok=True)

    def keep(name, content):
        place = f"kept-{name}"
        (folder / place).write_bytes(content)
        file = StoredFile(
            storage_name=place, original_name=name, content_type="x/x", size=len(content), sha256="0",
            uploaded_by_id=cast.trainer.id, uploaded_at=now(),
        )  # fmt: skip
        db.session.add(file)
        db.session.flush()
        return file

    return keep


def words(response):
    return response.text.replace("\xa0", " ")


# --- paper ------------------------------------------------------------------------------------------------------------
def test_a_page_is_printed_with_its_title_and_its_words(app, cast, as_, module):
    page = factories.material(module, title="Три отчёта")
    write_page(page, "## Кому\n\nВ **Минюст**.<script>alert(1)</script>\n\n| Кто | Что |\n|---|---|\n| Фермер | хлеб |")

    response = as_(cast.volunteer).get(f"/materials/{page.id}.pdf")

    assert response.content_type == "application/pdf"
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(response.data)).pages)
    assert all(word in text for word in ("Три отчёта", "Кому", "Минюст", "Фермер"))
    assert "alert" not in text and b"/JavaScript" not in response.data and b"/JS" not in response.data


def test_what_one_may_not_read_is_not_printed_either(app, cast, as_, module):
    draft = factories.material(module, state=State.DRAFT)
    link = factories.material(module, kind=MaterialKind.LINK, url="https://a.example/")

    assert as_(cast.volunteer).get(f"/materials/{draft.id}.pdf").status_code == 404
    assert as_(cast.stranger).get(f"/materials/{factories.material(module).id}.pdf").status_code == 404
    assert as_(cast.volunteer).get(f"/materials/{link.id}.pdf").status_code == 404


# --- to carry along ---------------------------------------------------------------------------------------------------
def archive_of(response):
    return zipfile.ZipFile(io.BytesIO(response.data))


def test_a_module_is_carried_along_whole_and_asks_nobody_for_anything(app, cast, as_, module, stored):
    picture, sheet, alone = stored("a.png", PNG), stored("б.pdf", PDF), stored("план.pdf", PDF)
    first = factories.material(module, title="Первый")
    second = factories.material(module, title="Второй")
    write_page(
        first,
        f"![Схема](/files/{picture.id}/a.png) [лист](/files/{sheet.id}/%D0%B1.pdf) [второй](/materials/{second.id}) "
        "[путь](/path) ![чужая](https://evil.example/x.png)",
    )
    write_page(second, "Текст")
    factories.material(module, title="План", kind=MaterialKind.FILE, file=alone, body="")
    factories.material(module, title="Черновик", state=State.DRAFT)

    response = as_(cast.volunteer).get(f"/modules/{module.id}/offline.zip")

    packed = archive_of(response)
    assert response.content_type == "application/zip" and packed.testzip() is None
    assert set(packed.namelist()) == {
        "index.html", f"{first.id}.html", f"{second.id}.html",
        f"files/{picture.id}-a.png", f"files/{sheet.id}-б.pdf", f"files/{alone.id}-план.pdf",
    }  # fmt: skip
    assert packed.read(f"files/{picture.id}-a.png") == PNG
    page, index = (packed.read(name).decode() for name in (f"{first.id}.html", "index.html"))
    assert f'src="files/{picture.id}-a.png"' in page and f'href="files/{sheet.id}-б.pdf"' in page
    assert f'href="{second.id}.html"' in page and 'href="http://localhost/path"' in page
    assert "План" in index and "Черновик" not in index
    for text in (page, index):
        assert re.findall(r'(?:src|action|@import|url\()="?(?:https?:)?//', text) == []
        assert "default-src 'none'" in text


def test_the_archive_is_for_those_who_may_read_the_module(app, cast, as_, module):
    factories.material(module)
    path = f"/modules/{module.id}/offline.zip"

    assert as_(cast.volunteer).get(path).status_code == 200
    assert as_(cast.stranger).get(path).status_code == 404
    assert as_(cast.volunteer).get("/modules/999/offline.zip").status_code == 404


def test_hostile_titles_in_an_archive_are_words(app, cast, as_, module):
    factories.material(module, title="<svg onload=alert(1)>", body_html="<p>x</p>")

    index = archive_of(as_(cast.volunteer).get(f"/modules/{module.id}/offline.zip")).read("index.html").decode()

    assert "&lt;svg onload" in index and "<svg" not in index


def test_a_large_archive_is_never_whole_in_memory(tmp_path):
    big = tmp_path / "big"
    big.write_bytes(b"x" * 40 * 1024 * 1024)
    files = [offline.PackedFile(number, big, "a.mp4") for number in range(3)]
    tracemalloc.start()

    size = sum(len(piece) for piece in offline.archive(offline.Pack("Модуль", "", [], files, "https://lms.test")))

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 120 * 1024 * 1024 and peak < 8 * 1024 * 1024


# --- the library ------------------------------------------------------------------------------------------------------
def test_the_library_is_narrowed_by_topic_kind_and_module(app, cast, as_, module):
    other = factories.module(module.cycle, title="Волонтёры")
    factories.material(module, title="Отчёт по гранту", topic="Отчёты")
    factories.material(module, title="Ссылка на фонд", topic="Деньги", kind=MaterialKind.LINK, url="https://a.example/")
    factories.material(other, title="Памятка волонтёра", topic="Отчёты")
    titles = ("Отчёт по гранту", "Ссылка на фонд", "Памятка волонтёра")

    def found(query):
        page = words(as_(cast.volunteer).get(f"/materials/{query}"))
        return [title in page for title in titles]

    assert found("") == [True, True, True]
    assert found("?topic=Отчёты") == [True, False, True]
    assert found("?kind=link") == [False, True, False]
    assert found(f"?module={module.id}&topic=Отчёты") == [True, False, False]
    assert found("?topic=<script>&kind=x&module=1e9") == [False, False, False]
    assert "Ничего не подходит." in words(as_(cast.volunteer).get("/materials/?topic=нет"))
