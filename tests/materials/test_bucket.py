"""Files in an S3-compatible bucket, on a real server: kept whole, read by Range, handed out by signed links."""

from __future__ import annotations

import io
import urllib.error
import urllib.parse
import urllib.request

import pytest

from lms.extensions import db
from lms.materials import storage
from lms.materials.bucket import Bucket
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.packages.models import Package
from tests import factories
from tests.materials.test_pure import PDF, archive
from tests.materials.test_uploads import ahead, large_package

pytestmark = pytest.mark.slow

SHEET = archive("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture
def in_bucket(app, s3):
    """The platform keeps its files in the bucket, which is empty."""
    before = {name: app.config[name] for name in s3.settings}
    app.config.update(s3.settings)
    place = storage.here()
    for name, _when in list(place.names()):
        storage.remove(place, name)
    yield place
    app.config.update(before)


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle())
    factories.enrolment(cast.volunteer, made.cycle)
    return made


def put(client, module, name, content):
    response = client.post(
        f"/materials/new?module_id={module.id}&kind=file",
        data={"title": "Файл", "upload": (io.BytesIO(content), name), "is_published": "y"},
    )
    assert response.status_code == 303
    return db.session.scalars(db.select(StoredFile)).one()


def test_what_is_kept_in_the_bucket_is_whole_and_read_like_a_file(in_bucket):
    content = bytes(range(256)) * 80_000  # 20 MB: more than one part, and than one piece read
    kept = storage.keep(io.BytesIO(content), in_bucket, largest=len(content))

    found = in_bucket / kept.name
    assert [name for name, _when in in_bucket.names()] == [kept.name]
    assert (found.is_file(), found.size(), kept.size) == (True, len(content), len(content))
    assert found.read_bytes() == content
    with found.open("rb") as opened:
        opened.seek(-1000, io.SEEK_END)
        assert opened.read() == content[-1000:]

    storage.remove(in_bucket, kept.name)
    assert not found.exists()
    with pytest.raises(FileNotFoundError):
        found.open("rb")
    storage.remove(in_bucket, kept.name)  # once more harms nobody


def test_what_breaks_off_or_is_too_large_leaves_nothing_in_the_bucket(in_bucket):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(100)

    with pytest.raises(storage.TooLarge):
        storage.keep(io.BytesIO(bytes(1001)), in_bucket, largest=1000)
    with pytest.raises(ConnectionResetError):
        storage.keep(Broken(bytes(1000)), in_bucket, largest=10_000)

    assert list(in_bucket.names()) == []


def test_what_a_browser_shows_comes_through_us_and_by_range(app, cast, as_, module, in_bucket):
    file = put(as_(cast.trainer), module, "Отчёт.pdf", PDF)
    reader = as_(cast.volunteer)

    whole = reader.get(f"/files/{file.id}/x")
    part = reader.get(f"/files/{file.id}/x", headers={"Range": "bytes=5-9"})
    known = reader.get(f"/files/{file.id}/x", headers={"If-None-Match": whole.headers["ETag"]})

    assert (whole.status_code, whole.data, whole.content_length) == (200, PDF, len(PDF))
    assert (part.status_code, part.data) == (206, PDF[5:10])
    assert part.headers["Content-Range"] == f"bytes 5-9/{len(PDF)}"
    assert known.status_code == 304
    assert reader.get(f"/files/{file.id}/x", headers={"Range": "bytes=99999-"}).status_code == 416
    assert as_(cast.stranger).get(f"/files/{file.id}/x").status_code == 404


def test_a_download_is_sent_on_by_a_link_that_is_signed_and_ends(app, cast, as_, module, in_bucket, s3):
    file = put(as_(cast.trainer), module, "Смета на март.xlsx", SHEET)

    response = as_(cast.volunteer).get(f"/files/{file.id}/x")

    assert response.status_code == 302 and response.location.startswith(s3.endpoint)
    assert "private" in response.headers["Cache-Control"] and "no-cache" in response.headers["Cache-Control"]
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response.location).query))
    assert asked["X-Amz-Expires"] == "300"
    with urllib.request.urlopen(response.location) as answer:
        assert answer.read() == SHEET
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''%D0%A1%D0%BC%D0%B5%D1%82%D0%B0%20%D0%BD%D0%B0%20%D0%BC%D0%B0%D1%80%D1%82.xlsx"
        )
        assert answer.headers["Content-Type"] == file.content_type
    forged = response.location.replace(file.storage_name, "0" * 32)
    for address in (response.location.partition("?")[0], forged):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address)
        assert refused.value.code == 403
    assert as_(cast.stranger).get(f"/files/{file.id}/x").status_code == 404


def test_the_page_of_a_download_lets_its_form_go_on_to_the_bucket(app, cast, as_, module, in_bucket, s3):
    put(as_(cast.trainer), module, "Смета.xlsx", SHEET)
    material = db.session.scalars(db.select(Material).where(Material.kind == MaterialKind.FILE)).one()

    page = as_(cast.volunteer).get(f"/materials/{material.id}")

    assert f"form-action 'self' {s3.endpoint}" in page.headers["Content-Security-Policy"]


def test_without_links_every_byte_goes_through_us(app, cast, as_, module, in_bucket):
    app.config["S3_LINK_SECONDS"] = 0
    file = put(as_(cast.trainer), module, "Смета.xlsx", SHEET)

    response = as_(cast.volunteer).get(f"/files/{file.id}/x")

    assert (response.status_code, response.data) == (200, SHEET)
    assert response.headers["Content-Disposition"].startswith("attachment;")


def test_a_bucket_that_does_not_answer_is_said_in_words(app, cast, as_, module, in_bucket, s3):
    file = put(as_(cast.trainer), module, "Отчёт.pdf", PDF)
    app.config["S3_SECRET_KEY"] = "no longer the right one"

    response = as_(cast.volunteer).get(f"/files/{file.id}/x")

    assert response.status_code == 503
    assert "Хранилище файлов не отвечает" in response.text.replace("\xa0", " ")
    assert isinstance(storage.here(), Bucket)


def test_a_module_is_taken_along_from_the_bucket(app, cast, as_, module, in_bucket):
    put(as_(cast.trainer), module, "Отчёт.pdf", PDF)

    response = as_(cast.volunteer).get(f"/modules/{module.id}/offline.zip")

    assert response.status_code == 200 and PDF in response.data


def test_a_package_comes_in_pieces_and_is_carried_from_the_bucket(app, cast, as_, module, in_bucket):
    trainer = as_(cast.trainer)
    form = {"title": "Курс", "upload": ahead(trainer, large_package(), "Курс.zip")["token"], "rule": "claimed"}
    assert trainer.post(f"/packages/new?module_id={module.id}", data=form).status_code == 303
    package = db.session.scalars(db.select(Package)).one()
    assert [name for name, _when in in_bucket.names()] == [package.storage_name]

    content = trainer.get(f"/cycles/{module.cycle.slug}/export/archive").get_data()
    shown = trainer.post("/cycles/import", data={"file": (io.BytesIO(content), "Школа.zip")}).location
    assert trainer.post(f"{shown}/cycle", data={"title": "Школа соседей"}).status_code == 303

    made = db.session.scalars(db.select(Package).order_by(Package.id.desc())).first()
    assert made.storage_name != package.storage_name
    assert (in_bucket / made.storage_name).read_bytes() == large_package()
    assert len(list(in_bucket.names())) == 2
