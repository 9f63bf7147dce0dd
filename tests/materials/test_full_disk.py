"""A full disk, for real: a file system of one megabyte. Said in words, what was typed kept, nothing left behind."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from lms.extensions import db
from lms.materials import places, storage
from lms.materials.models import Material, StoredFile
from lms.materials.upload_models import Upload
from tests import factories
from tests.materials.test_pictures import photograph
from tests.materials.test_pure import PDF

FULL = PDF + bytes(2 * 1024 * 1024)


@pytest.fixture
def small_disk(app, tmp_path, monkeypatch):
    """The files lie on a file system of 1 MB. Where none may be mounted, every write of more finds no room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    monkeypatch.setattr(places, "RESERVE", 0)
    monkeypatch.setattr(storage, "here", lambda: places.Folder(folder))
    if made.returncode != 0:
        monkeypatch.setattr(places.Folder, "write", _no_room)
    yield folder
    if made.returncode == 0:
        subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


def _no_room(self, name, pieces, headers):
    if sum(map(len, pieces)) > 1024 * 1024:
        raise storage.NoRoom(28, "the disk is full")


@pytest.fixture
def module(cast):
    return factories.module(factories.cycle())


def words(response):
    return response.text.replace("\xa0", " ").replace("&nbsp;", " ")


def left(folder: Path) -> tuple[list[str], int, int]:
    rows = [db.session.scalar(db.select(db.func.count()).select_from(model)) for model in (StoredFile, Material)]
    return [path.name for path in folder.iterdir()], *rows


@pytest.mark.parametrize(("kind", "field"), [("file", "upload"), ("page", "uploads"), ("recording", "upload")])
def test_a_form_whose_file_finds_no_room_says_so_and_keeps_what_was_typed(
    app, cast, as_, module, small_disk, kind, field
):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind={kind}",
        data={"title": "Мой отчёт", "body": "Мой текст", field: (io.BytesIO(FULL), "а.pdf"), "recording_of_id": ""},
    )

    assert response.status_code == 422
    assert "На сервере кончилось место" in words(response) and "Мой отчёт" in response.text
    assert left(small_disk) == ([], 0, 0)


def test_a_picture_whose_sizes_find_no_room_leaves_none_of_them(app, cast, as_, module, small_disk):
    (small_disk / "taken").write_bytes(bytes(700 * 1024))

    response = as_(cast.trainer).post(
        "/materials/uploads",
        data={"file": (io.BytesIO(photograph(1700, 1400)), "Фото.jpg")},
        headers={"Accept": "application/json"},
    )

    assert response.status_code == 507 and "Диск сервера заполнен" in response.json["message"].replace("\xa0", " ")
    assert left(small_disk) == (["taken"], 0, 0)


def test_a_piece_that_finds_no_room_is_refused_and_the_upload_stands_where_it_stood(app, cast, as_, small_disk):
    trainer = as_(cast.trainer)
    address = trainer.post("/uploads", json={"name": "а.pdf", "size": len(FULL)}).json["address"]
    (small_disk / "taken").write_bytes(bytes(500 * 1024))

    answer = trainer.patch(
        address, data=FULL[: 1024 * 1024], headers={"Upload-Offset": "0", "Accept": "application/json"}
    )

    assert answer.status_code == 507 and answer.json["message"]
    assert trainer.get(address).json["offset"] == 0
    assert left(small_disk)[0] == ["taken"]


def test_a_file_that_finds_no_room_when_it_is_put_together_is_dropped_with_its_pieces(app, cast, as_, small_disk):
    trainer = as_(cast.trainer)
    content = PDF + bytes(600 * 1024)
    address = trainer.post("/uploads", json={"name": "а.pdf", "size": len(content)}).json["address"]
    trainer.patch(address, data=content, headers={"Upload-Offset": "0"})

    answer = trainer.post(address, headers={"Accept": "application/json"})

    assert answer.status_code == 507
    assert left(small_disk)[0] == [] and db.session.scalar(db.select(db.func.count(Upload.id))) == 0


def test_a_disk_that_is_nearly_full_takes_no_file_so_that_the_database_can_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "RESERVE", 1 << 60)

    with pytest.raises(storage.NoRoom):
        storage.keep(io.BytesIO(PDF), tmp_path, largest=10_000)

    assert list(tmp_path.iterdir()) == []
