"""Files go out whole or in parts, to those who may have them, and never as something that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.clock import now
from lms.cycles.models import State
from lms.materials.models import MaterialKind, StoredFile
from lms.materials.storage import keep
from tests import factories
from tests.materials.test_pure import PDF, PNG


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle())
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def file(app, cast, module, tmp_path):
    return kept(app, module, "Отчёт за март.pdf", PDF, "application/pdf", tmp_path)


def kept(app, module, name, content, content_type, tmp_path, **fields):
    source = tmp_path / "source"
    source.write_bytes(content)
    with source.open("rb") as stream:
        on_disk = keep(stream, Path(app.config["DATA_FOLDER"]) / "files", largest=10**6)
    stored = StoredFile(
        storage_name=on_disk.name,
        original_name=name,
        content_type=content_type,
        size=on_disk.size,
        sha256=on_disk.sha256,
        uploaded_at=now(),
    )
    factories.material(module, kind=MaterialKind.FILE, file=stored, **fields)
    return stored


def test_a_file_of_a_closed_module_is_kindly_refused_until_it_opens(cast, as_, module, file):
    first = factories.module(module.cycle, title="Сначала это")
    to_do = factories.material(first)
    module.needs = [first]
    client = as_(cast.volunteer)

    refused = client.get(f"/files/{file.id}/x.pdf")

    assert refused.status_code == 403 and "Сначала это" in refused.text
    assert as_(cast.trainer).get(f"/files/{file.id}/x.pdf").status_code == 200
    factories.completion(cast.volunteer, to_do)
    assert client.get(f"/files/{file.id}/x.pdf").status_code == 200


def test_a_file_that_an_open_module_holds_as_well_is_given(cast, as_, module, file):
    first = factories.module(module.cycle)
    factories.material(first, kind=MaterialKind.FILE, file=file)
    module.needs = [first]

    assert as_(cast.volunteer).get(f"/files/{file.id}/x.pdf").status_code == 200


def test_a_file_keeps_its_russian_name_and_is_told_to_run_nothing(app, cast, as_, file):
    response = as_(cast.volunteer).get(f"/files/{file.id}/anything")

    assert (response.status_code, response.data, response.content_type) == (200, PDF, "application/pdf")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("inline;")
    assert (
        "filename*=UTF-8''%D0%9E%D1%82%D1%87%D1%91%D1%82%20%D0%B7%D0%B0%20%D0%BC%D0%B0%D1%80%D1%82.pdf" in disposition
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert set(response.headers["Cache-Control"].split(", ")) == {"private", "no-cache", "no-transform"}


def test_what_a_browser_does_not_show_is_a_download(app, cast, as_, module, tmp_path):
    sheet = kept(app, module, "Смета.csv", "ФИО;сумма\n".encode() * 200, "text/csv; charset=utf-8", tmp_path)

    response = as_(cast.volunteer).get(f"/files/{sheet.id}/x", headers={"Accept-Encoding": "gzip, br"})

    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "Content-Encoding" not in response.headers


def test_a_part_is_asked_for_by_range(app, cast, as_, file):
    client = as_(cast.volunteer)

    part = client.get(f"/files/{file.id}/x", headers={"Range": "bytes=5-9", "Accept-Encoding": "gzip"})
    beyond = client.get(f"/files/{file.id}/x", headers={"Range": "bytes=99999-"})

    assert (part.status_code, part.data) == (206, PDF[5:10])
    assert part.headers["Content-Range"] == f"bytes 5-9/{len(PDF)}"
    assert beyond.status_code == 416


def test_what_one_has_already_is_not_sent_again(app, cast, as_, file):
    client = as_(cast.volunteer)
    etag = client.get(f"/files/{file.id}/x").headers["ETag"]

    again = client.get(f"/files/{file.id}/x", headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")


def test_a_file_belongs_to_those_who_may_read_its_material(app, cast, as_, module, file, tmp_path):
    draft = kept(app, module, "Черновик.png", PNG, "image/png", tmp_path, state=State.DRAFT)

    def answers(stored):
        return [
            as_(who).get(f"/files/{stored.id}/x").status_code for who in (cast.volunteer, cast.stranger, cast.trainer)
        ]

    assert answers(file) == [200, 404, 200]
    assert answers(draft) == [404, 404, 200]


def test_a_visitor_gets_no_file(app, client, file):
    assert "/sign-in" in client.get(f"/files/{file.id}/x").location


@pytest.mark.parametrize(
    "path", ["/files/999/x", "/files/-1/x", "/files/1/../../secret", "/files/99999999999999999999/x"]
)
def test_a_file_that_does_not_exist_is_not_found(app, cast, as_, path):
    assert as_(cast.trainer).get(path).status_code == 404


def test_a_row_whose_file_is_gone_is_not_found(app, cast, as_, file):
    (Path(app.config["DATA_FOLDER"]) / "files" / file.storage_name).unlink()

    assert as_(cast.volunteer).get(f"/files/{file.id}/x").status_code == 404
