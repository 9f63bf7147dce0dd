"""A file comes in pieces: goes on where it stopped, is looked at when it is whole, and leaves nothing behind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lms.extensions import db
from lms.materials import upload_actions
from lms.materials.models import Material, StoredFile
from lms.materials.upload_actions import PIECE
from lms.materials.upload_models import Upload, UploadPiece
from lms.packages.models import Package
from tests import factories
from tests.materials.test_pure import HTML, PDF, PNG
from tests.packages import zips
from tests.quizzes.test_builder import rows, single

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
        ("большой.pdf", 51 * 1024 * 1024, "Файл занимает 51 МБ, а поместится не больше 50 МБ."),
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


def test_a_picture_of_a_question_that_came_ahead_stays_while_rows_are_added(cast, as_, module, files):
    quiz = factories.quiz(module)
    db.session.commit()
    trainer = as_(cast.trainer)
    begun = trainer.post("/uploads", json={"name": "Схема.png", "size": len(PNG)})
    token = send(trainer, begun.json["address"], PNG).json["token"]
    typed = single(**rows(("Да", True), ("Нет", False)), picture=token, picture_words="Схема дела")
    address = f"/quizzes/{quiz.id}/questions/new?kind=single"

    more = trainer.post(address, data=typed | {"more": "1"})
    saved = trainer.post(address, data=typed)

    assert f'name="picture" value="{token}"' in more.text
    assert saved.status_code == 303
    file = db.session.scalars(db.select(StoredFile)).one()
    assert f"![Схема дела](/files/{file.id}/" in quiz.live_questions[0].text
    assert quiz.live_questions[0].files == [file]


def test_what_came_ahead_of_a_question_must_be_a_picture(cast, as_, module, files):
    quiz = factories.quiz(module)
    db.session.commit()
    trainer = as_(cast.trainer)
    token = send(trainer, begin(trainer).json["address"]).json["token"]

    typed = single(**rows(("Да", True), ("Нет", False)), picture=token)
    answer = trainer.post(f"/quizzes/{quiz.id}/questions/new?kind=single", data=typed)

    assert answer.status_code == 422
    assert "Выберите картинку" in answer.text.replace("\u00a0", " ")


# --- archives: what is taken apart is no file of ours -----------------------------------------------------------------
def ahead(client, content: bytes, name: str) -> dict:
    """The archive in pieces, whole; the answer to the last of them."""
    begun = client.post("/uploads?archives=1", json={"name": name, "size": len(content)})
    assert begun.status_code == 201, begun.text
    done = send(client, begun.json["address"], content)
    assert done.status_code == 200
    return done.json


def large_package() -> bytes:
    return zips.archive({"film.mp4": random.Random(7).randbytes(2_500_000)}).getvalue()


def test_a_package_comes_in_pieces_and_they_go_when_it_is_saved(app, cast, as_, module, files):
    trainer = as_(cast.trainer)

    done = ahead(trainer, large_package(), "Курс.zip")
    assert done["what"] == "Курс.zip, 2,4\xa0МБ"
    form = {"title": "Курс", "upload": done["token"], "rule": "claimed", "is_published": "y"}
    answer = trainer.post(f"/packages/new?module_id={module.id}", data=form)

    assert answer.status_code == 303
    package = db.session.scalars(db.select(Package)).one()
    assert (package.original_name, package.size) == ("Курс.zip", len(large_package()))
    assert (files / package.storage_name).read_bytes() == large_package()
    assert (count(Upload), count(UploadPiece), len(list(files.iterdir()))) == (0, 0, 1)


def test_a_cycle_comes_in_pieces(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    content = trainer.get(f"/cycles/{module.cycle.slug}/export/archive").get_data()

    done = ahead(trainer, content, "Школа.zip")
    answer = trainer.post("/cycles/import", data={"file": done["token"]})

    assert answer.status_code == 303
    assert "Школа.zip" in trainer.get(answer.location).text
    assert (count(Upload), count(UploadPiece), len(list(files.iterdir()))) == (0, 0, 1)


def test_a_form_that_is_not_accepted_keeps_the_archive_that_came_ahead(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    package = factories.package(module)
    db.session.commit()
    token = ahead(trainer, large_package(), "Курс.zip")["token"]
    form = {"title": "Курс", "upload": token, "version": package.version - 1}

    stale = trainer.post(f"/packages/{package.id}/edit", data=form)
    assert stale.status_code == 409
    assert f'name="upload" value="{token}"' in stale.text
    assert "Курс.zip, 2,4\xa0МБ" in stale.text
    assert trainer.post(f"/packages/{package.id}/edit", data=form | {"version": package.version}).status_code == 303
    db.session.expire_all()
    assert db.session.get(Package, package.id).original_name == "Курс.zip"


@pytest.mark.parametrize("address, field", [("/packages/new?module_id={}", "upload"), ("/cycles/import", "file")])
def test_what_is_no_archive_inside_is_said_and_chosen_anew(cast, as_, module, files, address, field):
    trainer = as_(cast.trainer)
    token = ahead(trainer, b"PK no archive", "Курс.zip")["token"]

    answer = trainer.post(address.format(module.id), data={"title": "Курс", "rule": "claimed", field: token})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'value="{token}"' not in answer.text


def test_an_archive_is_taken_where_archives_are_and_nowhere_else(cast, as_, module, files):
    trainer = as_(cast.trainer)

    refused = [
        trainer.post("/uploads", json={"name": "Курс.zip", "size": 9}),
        trainer.post("/uploads?archives=1", json={"name": "Книга.pdf", "size": 9}),
        trainer.post("/uploads?archives=1", json={"name": "Курс.zip", "size": 51 * 1024 * 1024}),
    ]

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert "IMSCC, ZIP" in refused[1].json["message"]
    token = ahead(trainer, large_package(), "Курс.zip")["token"]
    form = {"title": "Книга", "upload": token}
    assert trainer.post(f"/materials/new?module_id={module.id}&kind=file", data=form).status_code == 422
    assert count(Material) == 0


def test_an_archive_that_is_on_its_way_or_another_persons_is_taken_by_no_form(cast, as_, module, files):
    begun = as_(cast.trainer).post("/uploads?archives=1", json={"name": "Курс.zip", "size": 9})
    on_its_way = begun.json["address"].rpartition("/")[2]
    whole = ahead(as_(cast.trainer), large_package(), "Курс.zip")["token"]

    for client, token in ((as_(cast.trainer), on_its_way), (as_(cast.coordinator), whole)):
        form = {"title": "", "rule": "claimed", "upload": token}
        assert client.post(f"/packages/new?module_id={module.id}", data=form).status_code == 422
        assert client.post("/cycles/import", data={"file": token}).status_code == 422
    assert count(Package) == 0


def test_others_write_while_an_archive_is_put_together(cast, as_, module, files, monkeypatch):
    trainer = as_(cast.trainer)
    token = ahead(trainer, large_package(), "Курс.zip")["token"]
    put_together, written = upload_actions.put_together, []

    def while_others_write(*given):
        with db.engine.connect() as another:
            another.exec_driver_sql("UPDATE person SET locale = 'ru'")
            another.commit()
            written.append(True)
        return put_together(*given)

    monkeypatch.setattr(upload_actions, "put_together", while_others_write)
    form = {"title": "Курс", "upload": token, "rule": "claimed"}
    assert trainer.post(f"/packages/new?module_id={module.id}", data=form).status_code == 303
    assert written == [True]


def test_forms_say_the_limit_that_is_set(app, cast, as_, module, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOAD_LIMIT", 7 * 1024 * 1024)
    trainer = as_(cast.trainer)

    for address in (
        f"/materials/new?module_id={module.id}&kind=file",
        f"/materials/new?module_id={module.id}&kind=recording",
        f"/packages/new?module_id={module.id}",
        "/cycles/import",
    ):
        page = trainer.get(address).text.replace("\xa0", " ")
        assert "до 7 МБ" in page or "больше 7 МБ" in page
        assert "50 МБ" not in page
