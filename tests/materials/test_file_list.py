"""The files for those who teach: where each is used, another at the same address, the quota, and what is swept."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from lms.clock import now
from lms.extensions import db
from lms.materials import file_sweep_worker, storage, sweep_actions
from lms.materials.cli import sweep
from lms.materials.history_models import PageVersion
from lms.materials.models import Material, MaterialKind, PictureSize, StoredFile
from lms.materials.upload_models import Upload
from tests import factories
from tests.materials.test_pictures import photograph
from tests.materials.test_pure import PDF, PNG, picture
from tests.quizzes.test_builder import rows, single

OTHER = PDF + b"another"


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle())
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def folder(app):
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    for old in folder.glob("*"):
        old.unlink()
    return folder


def words(response):
    return response.text.replace("\xa0", " ").replace("&nbsp;", " ")


def put(client, module, content=PDF, name="Памятка.pdf", kind="file"):
    field = "uploads" if kind == "page" else "upload"
    response = client.post(
        f"/materials/new?module_id={module.id}&kind={kind}",
        data={"title": "О памятке", "body": "Вот:", "is_published": "y", field: (io.BytesIO(content), name)},
    )
    assert response.status_code == 303
    return db.session.scalars(db.select(StoredFile).order_by(StoredFile.id.desc())).first()


def replace(client, file, content=OTHER, name="Памятка новая.pdf", version=None):
    data = {"version": version or file.version, "upload": (io.BytesIO(content), name)}
    return client.post(f"/files/{file.id}/replacement", data=data)


def make_old(folder, *names, days=30):
    for name in names:
        then = (now() - timedelta(days=days)).timestamp()
        os.utime(folder / name, (then, then))


# --- the list ---------------------------------------------------------------------------------------------------------
def test_every_file_is_listed_with_its_size_and_where_it_is_used(app, cast, as_, module, folder):
    file = put(as_(cast.trainer), module)
    lonely = factories.stored_file("Лишний.docx", cast.coordinator, size=3 * 1024 * 1024)

    page = words(as_(cast.trainer).get("/files/"))

    material_id = db.session.scalars(db.select(Material.id)).one()
    assert "Памятка.pdf" in page and f'href="/materials/{material_id}/edit"' in page
    assert "DOCX, 3 МБ" in page and "нигде не показан" in page
    assert f'action="/files/{lonely.id}/removal"' in page and f'action="/files/{file.id}/removal"' not in page


def test_files_are_found_by_name_and_by_being_of_no_use(app, cast, as_, module, folder):
    put(as_(cast.trainer), module)
    factories.stored_file("Лишний.docx", cast.coordinator)
    trainer = as_(cast.trainer)

    assert "Лишний" not in trainer.get("/files/?q=ПАМЯТ").text and "Памятка.pdf" in trainer.get("/files/?q=ПАМЯТ").text
    assert "Памятка.pdf" not in trainer.get("/files/?unused=1").text
    assert "Ничего не подходит" in words(trainer.get("/files/?q=нет такого"))


def test_the_list_asks_as_much_for_thirty_files_as_for_one(app, cast, as_, module, folder, count_queries):
    trainer = as_(cast.trainer)
    put(trainer, module, PNG, "0.png", kind="page")
    trainer.get("/files/")
    with count_queries() as one:
        trainer.get("/files/")
    for number in range(29):
        factories.material(module, kind=MaterialKind.FILE, file=factories.stored_file(f"{number}.pdf", cast.trainer))

    with count_queries() as thirty:
        trainer.get("/files/")

    assert len(thirty) == len(one)


def test_those_who_do_not_teach_do_not_see_the_list_nor_touch_a_file(app, cast, as_, module, folder):
    file = put(as_(cast.trainer), module)
    for person in (cast.volunteer, cast.centre_coordinator):
        client = as_(person)
        assert client.get("/files/").status_code == 403
        assert client.get(f"/files/{file.id}/replacement").status_code == 403
        assert replace(client, file).status_code == 403
        assert client.post(f"/files/{file.id}/removal").status_code == 403
    assert as_(cast.trainer).get("/files/999999/replacement").status_code == 404
    assert as_(cast.trainer).post("/files/999999/removal").status_code == 404


# --- another in its place ---------------------------------------------------------------------------------------------
def test_another_file_takes_the_place_at_the_same_address(app, cast, as_, module, folder):
    file = put(as_(cast.trainer), module)
    before = as_(cast.volunteer).get(f"/files/{file.id}/Памятка.pdf")
    other = as_(cast.coordinator)
    assert "О памятке" in words(other.get(f"/files/{file.id}/replacement"))

    response = replace(other, file)

    after = as_(cast.volunteer).get(f"/files/{file.id}/Памятка.pdf", headers={"If-None-Match": before.headers["ETag"]})
    assert response.status_code == 303
    assert (after.status_code, after.data) == (200, OTHER)
    assert (file.original_name, file.size, file.uploaded_by_id) == (
        "Памятка новая.pdf",
        len(OTHER),
        cast.coordinator.id,
    )
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 1


def test_a_file_that_came_ahead_takes_the_place_too(app, cast, as_, module, folder):
    trainer = as_(cast.trainer)
    file = put(trainer, module)
    address = trainer.post("/uploads", json={"name": "Новая.pdf", "size": len(OTHER)}).json["address"]
    trainer.patch(address, data=OTHER, headers={"Upload-Offset": "0"})
    token = trainer.post(address).json["token"]

    response = trainer.post(f"/files/{file.id}/replacement", data={"version": file.version, "upload": token})

    assert response.status_code == 303
    assert trainer.get(f"/files/{file.id}/x").data == OTHER
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 1
    assert db.session.scalar(db.select(db.func.count(Upload.id))) == 0


def test_a_picture_is_replaced_with_all_its_sizes(app, cast, as_, module, folder):
    file = put(as_(cast.trainer), module, photograph(), "Фото.jpg", kind="page")
    assert replace(as_(cast.trainer), file, photograph(700, 900), "Другое.jpg").status_code == 303

    assert (file.width, file.height, [size.width for size in file.sizes]) == (700, 900, [480])
    assert db.session.scalar(db.select(db.func.count()).select_from(PictureSize)) == 1
    page = as_(cast.volunteer).get(f"/materials/{db.session.scalars(db.select(Material.id)).one()}").text
    assert 'width="700"' in page and "?width=960" not in page


def test_of_two_who_replace_a_file_the_later_one_is_asked_again(app, cast, as_, module, folder):
    file = put(as_(cast.trainer), module)
    opened = file.version
    replace(as_(cast.coordinator), file)

    late = replace(as_(cast.trainer), file, PDF + b"mine", version=opened)

    assert late.status_code == 409
    assert "Пока вы правили, это изменил кто-то ещё" in words(late) and "Памятка новая.pdf" in late.text
    assert as_(cast.trainer).get(f"/files/{file.id}/x").data == OTHER
    assert replace(as_(cast.trainer), file, PDF + b"mine", version=file.version).status_code == 303


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Выберите файл."),
        (b"<html>", "Фото.png", "а внутри что-то другое"),
        (PDF, "Памятка.pdf", "На её месте может быть только картинка"),
    ],
)
def test_what_cannot_take_the_place_is_refused_in_words(app, cast, as_, module, folder, content, name, said):
    file = put(as_(cast.trainer), module, PNG, "Схема.png", kind="page")

    response = replace(as_(cast.trainer), file, content, name)

    assert response.status_code == 422 and said in words(response)
    assert as_(cast.volunteer).get(f"/files/{file.id}/x").data == PNG


def test_the_form_of_a_material_keeps_the_address_of_a_file_that_is_its_alone(app, cast, as_, module, folder):
    trainer = as_(cast.trainer)
    file = put(trainer, module)
    material = db.session.scalars(db.select(Material)).one()

    def again(content):
        data = {"title": "Т", "version": material.version, "upload": (io.BytesIO(content), "Новая.pdf")}
        assert trainer.post(f"/materials/{material.id}/edit", data=data).status_code == 303

    again(OTHER)
    assert material.file_id == file.id and trainer.get(f"/files/{file.id}/x").data == OTHER
    copy = factories.material(module, kind=MaterialKind.FILE, file=file)
    again(PDF)
    assert material.file_id != copy.file_id == file.id
    assert trainer.get(f"/files/{file.id}/x").data == OTHER


# --- away with it -----------------------------------------------------------------------------------------------------
def test_a_file_that_nothing_shows_is_deleted_with_its_content(app, cast, as_, module, folder):
    trainer = as_(cast.trainer)
    trainer.post("/materials/uploads", data={"file": (io.BytesIO(photograph()), "Фото.jpg")})
    file = db.session.scalars(db.select(StoredFile)).one()

    assert trainer.post(f"/files/{file.id}/removal").location == "/files/?unused=1"
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 0 and list(folder.iterdir()) == []


def test_a_file_that_is_used_stays(app, cast, as_, module, folder):
    trainer = as_(cast.trainer)
    file = put(trainer, module)
    named = factories.stored_file("Из старой версии.pdf", cast.trainer)
    page = factories.material(module)
    body = f"[x](/files/{named.id}/x.pdf)"
    db.session.add(PageVersion(material_id=page.id, number=1, title="Была", body=body, saved_at=now()))

    for one in (file, named):
        assert trainer.post(f"/files/{one.id}/removal").status_code == 303

    assert "Сначала уберите его оттуда" in words(trainer.get("/files/"))
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 2


# --- sweeping ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def leftovers(app, cast, as_, module, folder):
    """One of everything that may go, beside what must stay."""
    trainer = as_(cast.trainer)
    long_ago = now() - timedelta(days=30)
    used = put(trainer, module, photograph(), "Фото.jpg", kind="page")
    trainer.post("/materials/uploads", data={"file": (io.BytesIO(picture(900, 30)), "Забыт.png")})
    forgotten = db.session.scalars(db.select(StoredFile).order_by(StoredFile.id.desc())).first()
    named = factories.stored_file("Из черновика.pdf", cast.trainer, uploaded_at=long_ago)
    page = factories.material(module)
    db.session.add(
        PageVersion(material_id=page.id, number=1, title="Т", body=f"/files/{named.id}/x", saved_at=long_ago)
    )
    address = trainer.post("/uploads", json={"name": "Обрыв.pdf", "size": 10_000}).json["address"]
    trainer.patch(address, data=PDF, headers={"Upload-Offset": "0"})
    upload = db.session.scalars(db.select(Upload)).one()
    upload.touched_at = used.uploaded_at = forgotten.uploaded_at = long_ago
    lost = storage.keep(io.BytesIO(PDF), storage.here(), largest=10_000).name
    (folder / f"{'a' * 32}.part").write_bytes(b"half")
    (folder / "README").write_text("put here by hand")
    db.session.commit()
    kept = {used.storage_name, *(size.storage_name for size in used.sizes), "README"}
    make_old(folder, *(path.name for path in folder.iterdir()))
    fresh = storage.keep(io.BytesIO(OTHER), storage.here(), largest=10_000).name
    return {"kept": kept | {fresh}, "lost": lost, "named": named}


def test_the_night_does_away_with_what_nobody_needs_and_with_nothing_else(app, leftovers, folder):
    file_sweep_worker.sweep()

    assert {path.name for path in folder.iterdir()} == leftovers["kept"]
    names = db.session.scalars(db.select(StoredFile.original_name).order_by(StoredFile.id)).all()
    assert (names, db.session.scalar(db.select(db.func.count(Upload.id)))) == (["Фото.jpg", "Из черновика.pdf"], 0)


def test_the_command_only_says_what_would_go_unless_it_is_told(app, leftovers, folder):
    before = sorted(path.name for path in folder.iterdir())
    runner = app.test_cli_runner()

    said = runner.invoke(sweep).output

    assert "Забыт.png: nothing shows it" in said and "Обрыв.pdf: 523 of 10000 bytes" in said
    assert f"content {leftovers['lost']}: no row names it" in said and "With --really they are." in said
    assert sorted(path.name for path in folder.iterdir()) == before
    assert "Removed: " in runner.invoke(sweep, ["--really"]).output
    assert {path.name for path in folder.iterdir()} == leftovers["kept"]


def test_what_came_within_a_week_waits_for_its_page(app, cast, as_, folder):
    as_(cast.trainer).post("/materials/uploads", data={"file": (io.BytesIO(PNG), "Схема.png")})

    soon = sweep_actions.leftovers(storage.here(), now=now() + timedelta(days=6))
    later = sweep_actions.leftovers(storage.here(), now=now() + timedelta(days=8))

    assert (len(soon.files), len(later.files)) == (0, 1)


def test_whatever_points_to_a_file_in_whichever_area_keeps_it(app, cast, module):
    files = [factories.stored_file(f"{n}.png", cast.trainer, uploaded_at=now() - timedelta(days=30)) for n in range(3)]
    question = factories.question(factories.quiz(module), text="Что на картинке?")
    question.files.append(files[0])
    factories.material(module, kind=MaterialKind.RECORDING, sound_id=files[1].id)
    db.session.flush()

    assert sweep_actions.leftovers(storage.here(), now=now()).files == [files[2]]


# --- the quota --------------------------------------------------------------------------------------------------------
@pytest.fixture
def quota(app):
    app.config["STORAGE_QUOTA"] = 2
    yield
    app.config["STORAGE_QUOTA"] = 0


def test_a_file_beyond_the_quota_is_refused_in_words_by_every_way_in(app, cast, as_, module, folder, quota):
    factories.stored_file("Большой.pdf", cast.trainer, size=2 * 1024 * 1024 - 100)
    quiz = factories.quiz(module)
    db.session.commit()
    trainer = as_(cast.trainer)
    said = "Для файлов отведено 2 МБ, занято 2 МБ: этот не поместится."

    form = trainer.post(
        f"/materials/new?module_id={module.id}&kind=file",
        data={"title": "Мой отчёт", "upload": (io.BytesIO(PDF), "а.pdf")},
    )
    begun = trainer.post("/uploads", json={"name": "а.pdf", "size": len(PDF)})
    dropped = trainer.post("/materials/uploads", data={"file": (io.BytesIO(PDF), "а.pdf")})
    typed = single(**rows(("Да", True), ("Нет", False))) | {"picture": (io.BytesIO(photograph()), "а.jpg")}
    asked = trainer.post(f"/quizzes/{quiz.id}/questions/new?kind=single", data=typed)

    assert form.status_code == begun.status_code == dropped.status_code == asked.status_code == 422
    assert said in words(asked)
    assert said in words(form) and "Мой отчёт" in form.text
    assert said in begun.json["message"].replace("\xa0", " ") and said in dropped.json["message"].replace("\xa0", " ")
    assert list(folder.glob("*")) == []
    assert "Занято 2 МБ из 2 МБ." in words(trainer.get("/files/"))


def test_what_is_within_the_quota_comes_in_pieces_without_being_counted_twice(app, cast, as_, folder, quota):
    content = PDF + bytes(1_000_000)
    content += bytes(200_000)
    trainer = as_(cast.trainer)
    address = trainer.post("/uploads", json={"name": "а.pdf", "size": len(content)}).json["address"]
    for at in range(0, len(content), 1024 * 1024):
        trainer.patch(address, data=content[at : at + 1024 * 1024], headers={"Upload-Offset": str(at)})

    assert trainer.post(address).status_code == 200
