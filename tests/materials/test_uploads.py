"""A file comes in pieces: goes on where it stopped, is looked at when it is whole, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.extensions import db
from lms.materials.models import Material, StoredFile
from lms.materials.upload_actions import PIECE
from lms.materials.upload_models import Upload, UploadPiece
from tests import factories
from tests.materials.test_pure import HTML, PDF

BOOK = PDF + bytes(range(256)) * 10_000  # some 2.5 MB: three pieces


@pytest.fixture
def module(cast):
    return factories.module(factories.cycle())


@pytest.fixture
def files(app):
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    for old in folder.glob("*"):
        old.unlink()
    return folder


LENGTH = len(BOOK)


def begin(client, name="Книга.pdf", size=LENGTH):
    return client.post("/uploads", json={"name": name, "size": size})


def send(client, address, content=BOOK, start=0):
    """The pieces from ``start`` on, and what the last answer was."""
    for at in range(start, len(content), PIECE):
        piece = content[at : at + PIECE]
        response = client.patch(address, data=piece, headers={"Upload-Offset": str(at)})
        assert response.status_code == 200, response.text
    return client.post(address)


def count(model):
    return db.session.scalar(db.select(db.func.count()).select_from(model))


def test_a_file_in_pieces_becomes_the_file_of_a_material(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    begun = begin(trainer)
    assert (begun.status_code, begun.json["offset"], begun.json["piece"]) == (201, 0, PIECE)

    done = send(trainer, begun.json["address"])

    assert (done.status_code, done.json["what"]) == (200, "Книга.pdf, 2,4\xa0МБ")
    response = trainer.post(
        f"/materials/new?module_id={module.id}&kind=file", data={"title": "", "upload": done.json["token"]}
    )
    material = db.session.scalars(db.select(Material)).one()
    assert response.status_code == 303
    assert (material.title, material.file.size, material.file.uploaded_by_id) == ("Книга", len(BOOK), cast.trainer.id)
    assert trainer.get(f"/files/{material.file_id}/x").data == BOOK
    assert [path.name for path in files.iterdir()] == [material.file.storage_name]
    assert count(UploadPiece) == 0


def test_an_upload_that_was_interrupted_goes_on_where_it_stopped(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    address = begin(trainer).json["address"]
    trainer.patch(address, data=BOOK[:PIECE], headers={"Upload-Offset": "0"})

    standing = trainer.get(address).json

    assert (standing["offset"], standing["size"]) == (PIECE, len(BOOK))
    assert send(trainer, address, start=PIECE).status_code == 200
    assert (files / db.session.scalars(db.select(StoredFile)).one().storage_name).read_bytes() == BOOK


@pytest.mark.parametrize("offset", ["0", str(PIECE + 1), str(2 * PIECE), "-1", "x", ""])
def test_a_piece_that_does_not_fit_is_told_where_the_upload_stands_and_is_not_kept(
    app, cast, as_, module, files, offset
):
    trainer = as_(cast.trainer)
    address = begin(trainer).json["address"]
    trainer.patch(address, data=BOOK[:PIECE], headers={"Upload-Offset": "0"})

    response = trainer.patch(address, data=BOOK[:PIECE], headers={"Upload-Offset": offset})

    assert (response.status_code, response.json["offset"]) == (409, PIECE)
    assert len(list(files.iterdir())) == count(UploadPiece) == 1


def test_no_more_comes_than_was_announced(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    address = begin(trainer, size=100).json["address"]

    beyond = trainer.patch(address, data=bytes(101), headers={"Upload-Offset": "0"})
    too_much = trainer.patch(
        address, data=bytes(PIECE + 1), headers={"Upload-Offset": "0", "Accept": "application/json"}
    )
    early = trainer.post(address)

    assert (beyond.status_code, too_much.status_code, early.status_code) == (409, 413, 409)
    assert too_much.json["message"]
    assert list(files.glob("*")) == []


def test_finishing_twice_gives_one_file(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    address = begin(trainer).json["address"]

    assert send(trainer, address).json == trainer.post(address).json
    assert count(StoredFile) == 1


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("большой.pdf", 51 * 1024 * 1024, "Файл занимает 51,0 МБ, а поместится не больше 50,0 МБ."),
        ("страница.html", 100, "Такие файлы не принимаем."),
        ("пусто.pdf", 0, "Файл пустой."),
    ],
)
def test_what_would_not_be_taken_is_refused_before_anything_comes(app, cast, as_, module, name, size, said):
    response = begin(as_(cast.trainer), name, size)

    assert response.status_code == 422 and said in response.json["message"].replace("\xa0", " ")
    assert count(Upload) == 0


def test_what_is_not_what_its_name_says_is_refused_when_it_is_whole_and_nothing_stays(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    address = begin(trainer, "картинка.png", len(HTML)).json["address"]

    response = send(trainer, address, HTML)

    assert response.status_code == 422 and ".png" in response.json["message"]
    assert list(files.glob("*")) == [] and count(Upload) == count(StoredFile) == 0


def test_an_upload_that_is_stopped_leaves_nothing(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    address = begin(trainer).json["address"]
    trainer.patch(address, data=BOOK[:PIECE], headers={"Upload-Offset": "0"})

    assert trainer.delete(address).status_code == 204
    assert list(files.glob("*")) == [] and count(Upload) == 0
    assert trainer.get(address).status_code == 404


def test_a_form_that_is_not_accepted_keeps_the_file_that_came_ahead(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    token = send(trainer, begin(trainer).json["address"]).json["token"]

    response = trainer.post(
        f"/materials/new?module_id={module.id}&kind=file", data={"title": "я" * 300, "upload": token}
    )

    assert response.status_code == 422
    assert f'value="{token}"' in response.text and "Книга.pdf" in response.text


def test_an_upload_is_its_owners_alone(app, cast, as_, module, files):
    done = begin(as_(cast.trainer))
    address = done.json["address"]
    other, token = as_(cast.coordinator), address.rpartition("/")[2]

    assert other.get(address).status_code == other.delete(address).status_code == other.post(address).status_code == 404
    assert other.patch(address, data=b"x", headers={"Upload-Offset": "0"}).status_code == 404
    send(as_(cast.trainer), address)
    stolen = other.post(f"/materials/new?module_id={module.id}&kind=file", data={"title": "Т", "upload": token})
    assert stolen.status_code == 422 and count(Material) == 0
    for person in (cast.volunteer, cast.centre_coordinator):
        assert begin(as_(person)).status_code == 403
        assert as_(person).patch(address, data=b"x").status_code == 403


@pytest.mark.parametrize("said", [[], {"name": 5, "size": 5}, {"name": "a.pdf"}, {"name": "a.pdf", "size": 2**70}])
def test_what_cannot_be_read_is_refused_in_words(app, cast, as_, said):
    response = as_(cast.trainer).post("/uploads", json=said)

    assert response.status_code == 400 and response.json["message"]
