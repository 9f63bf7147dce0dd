"""Making and changing materials: pages, files, links, recordings; and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.materials.models import Material, MaterialKind, StoredFile
from tests import factories
from tests.materials.test_pure import EXE, HTML, PDF, PNG, SVG


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Отчётность НКО")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def files(app):
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    for old in folder.glob("*"):
        old.unlink()
    return folder


def words(response):
    return response.text.replace("\xa0", " ").replace("&nbsp;", " ")


def the_material():
    return db.session.scalars(db.select(Material)).one()


def upload(name, content):
    return io.BytesIO(content), name


# --- pages ------------------------------------------------------------------------------------------------------------
def test_a_page_is_written_sanitised_and_placed_as_a_draft(app, cast, as_, module):
    text = "## Три отчёта\n\nДо **15 апреля**.<script>alert(1)</script>"

    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}", data={"title": "Три отчёта", "title_en": "Three reports", "body": text}
    )

    page = the_material()
    assert (response.status_code, response.location) == (303, f"/modules/{module.id}/edit#activity-{page.id}")
    assert (page.kind, page.title, page.title_en, page.state, page.rule) == (
        MaterialKind.PAGE, "Три отчёта", "Three reports", State.DRAFT, Rule.READ,
    )  # fmt: skip
    assert (page.module_id, page.position, page.minutes) == (module.id, 1, 1)
    assert page.body == text
    assert page.body_html == ('<h2 id="s-tri-otcheta">Три отчёта</h2>\n<p>До <strong>15&nbsp;апреля</strong>.</p>\n')


def test_a_page_may_be_published_at_once(app, cast, as_, module):
    as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}", data={"title": "Три", "body": "Текст", "is_published": "y"}
    )

    assert as_(cast.volunteer).get(f"/materials/{the_material().id}").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": "", "body": "Мой текст"}, "Напишите здесь что-нибудь."),
        ({"title": "Т", "body": "  ", "is_published": "y"}, "Напишите текст или оставьте материал черновиком."),
        ({"title": "Т", "body": "![" * 200 * 1024}, "Текст занимает 400 КБ, а поместится не больше 100 КБ."),
        ({"title": "Т", "body": "[" * 10_001}, "В тексте слишком много квадратных скобок."),
    ],
)
def test_a_page_with_a_mistake_is_not_made_and_its_text_stays(app, cast, as_, module, typed, said):
    response = as_(cast.trainer).post(f"/materials/new?module_id={module.id}", data=typed)

    assert response.status_code == 422
    assert said in words(response)
    assert typed["body"].strip() in response.text
    assert db.session.scalar(db.select(db.func.count(Material.id))) == 0


def test_a_page_is_changed_and_stays_in_its_place(app, cast, as_, module):
    page = factories.material(module, body="Было", body_html="<p>Было</p>")

    response = as_(cast.trainer).post(
        f"/materials/{page.id}/edit",
        data={"title": "Иначе", "body": "Стало\r\nи стало", "version": page.version, "is_published": "y"},
    )

    assert response.status_code == 303
    assert (page.title, page.body, page.body_html) == ("Иначе", "Стало\nи стало", "<p>Стало\nи&nbsp;стало</p>\n")
    assert (page.position, page.state) == (1, State.PUBLISHED)


def test_two_who_edit_one_page_see_both_texts_and_neither_is_lost(app, cast, as_, module):
    page = factories.material(module, title="Отчёты", body="Первый текст")
    opened, path = page.version, f"/materials/{page.id}/edit"
    mine = {"title": "Отчёты", "body": "Мой текст", "is_published": "y"}
    as_(cast.coordinator).post(path, data=mine | {"body": "Чужой текст", "version": opened})

    late = as_(cast.trainer).post(path, data=mine | {"version": opened})

    assert late.status_code == 409
    assert "Пока вы правили, это изменил кто-то ещё" in words(late)
    assert "Мой текст" in late.text and "Чужой текст" in late.text
    assert page.body == "Чужой текст"
    assert as_(cast.trainer).post(path, data=mine | {"version": page.version}).status_code == 303
    assert page.body == "Мой текст"


def test_files_added_to_a_page_stand_at_its_end_and_open_for_its_readers(app, cast, as_, module, files):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}",
        data={
            "title": "Т",
            "body": "Текст.",
            "is_published": "y",
            "uploads": [upload("Чек [лист].pdf", PDF), upload("Схема.png", PNG)],
        },
    )

    page = the_material()
    checklist, picture = db.session.scalars(db.select(StoredFile).order_by(StoredFile.id)).all()
    assert response.location == f"/materials/{page.id}/edit"
    assert page.body.split("\n\n") == [
        "Текст.",
        f"[Чек (лист)](/files/{checklist.id}/%D0%A7%D0%B5%D0%BA%20%5B%D0%BB%D0%B8%D1%81%D1%82%5D.pdf)",
        f"![Схема](/files/{picture.id}/%D0%A1%D1%85%D0%B5%D0%BC%D0%B0.png)",
    ]
    assert {file.id for file in page.page_files} == {checklist.id, picture.id}
    assert as_(cast.volunteer).get(f"/files/{picture.id}/x").data == PNG
    assert as_(cast.stranger).get(f"/files/{picture.id}/x").status_code == 404


# --- the preview ------------------------------------------------------------------------------------------------------
def test_the_preview_is_a_piece_for_the_script_and_a_page_without_it(app, cast, as_):
    trainer = as_(cast.trainer)

    piece = trainer.post(
        "/materials/preview", data={"body": "**да** <script>x</script>"}, headers={"X-Requested-With": "fetch"}
    )
    page = trainer.post("/materials/preview", data={"body": "**да**", "title": "Отчёты"})

    assert piece.text.strip() == "<p><strong>да</strong> </p>"
    assert "<h1" in page.text and "Отчёты" in page.text and "<strong>да</strong>" in page.text
    assert trainer.post("/materials/preview", data={"body": "![" * 60 * 1024}).status_code == 422
    assert as_(cast.volunteer).post("/materials/preview", data={"body": "x"}).status_code == 403


# --- files ------------------------------------------------------------------------------------------------------------
def test_a_file_is_kept_whole_under_its_own_name(app, cast, as_, module, files):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=file",
        data={"upload": upload("Отчёт за март.pdf", PDF), "is_published": "y"},
    )

    material = the_material()
    assert response.status_code == 303
    assert (material.title, material.kind, material.rule) == ("Отчёт за март", MaterialKind.FILE, Rule.OPENED)
    assert (material.file.original_name, material.file.size, material.file.content_type) == (
        "Отчёт за март.pdf", len(PDF), "application/pdf",
    )  # fmt: skip
    assert [(path.name, path.read_bytes()) for path in files.iterdir()] == [(material.file.storage_name, PDF)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("картинка.png", HTML, "Имя кончается на .png, а внутри что-то другое."),
        ("рисунок.svg", SVG, "Такие файлы не принимаем."),
        ("программа.exe", EXE, "Такие файлы не принимаем."),
        ("..", PDF, "Такие файлы не принимаем."),
        ("пусто.pdf", b"", "Файл пустой."),
        ("большой.pdf", PDF + bytes(51 * 1024 * 1024), "Файл занимает 51 МБ, а поместится не больше 50 МБ."),
    ],
)
def test_a_file_that_cannot_be_taken_leaves_nothing_behind(app, cast, as_, module, files, name, content, said):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=file", data={"title": "Мой отчёт", "upload": upload(name, content)}
    )

    assert response.status_code == 422
    assert said in words(response) and "Мой отчёт" in response.text
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 0
    assert list(files.glob("*")) == []


def test_a_request_beyond_all_measure_is_refused(app, cast, as_, module, files):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=file",
        data={"upload": upload("a.pdf", PDF + bytes(53 * 1024 * 1024))},
    )

    assert response.status_code == 413
    assert list(files.glob("*")) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [("я" * 400 + ".pdf", "я" * 146 + ".pdf"), ("../../../etc/отчёт.pdf", "отчёт.pdf")],
)
def test_a_strange_name_is_only_text(app, cast, as_, module, files, name, kept):
    as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=file", data={"title": "Т", "upload": upload(name, PDF)}
    )

    assert the_material().file.original_name == kept
    assert len(list(files.iterdir())) == 1


def test_a_file_is_asked_for_once_and_kept_when_nothing_new_is_chosen(app, cast, as_, module, files):
    trainer = as_(cast.trainer)
    path = f"/materials/new?module_id={module.id}&kind=file"
    assert "Выберите файл." in words(trainer.post(path, data={"title": "Т"}))
    trainer.post(path, data={"title": "Т", "upload": upload("a.pdf", PDF)})
    material = the_material()
    first = material.file_id

    saved = trainer.post(f"/materials/{material.id}/edit", data={"title": "Иначе", "version": material.version})
    assert (saved.status_code, material.title, material.file_id) == (303, "Иначе", first)

    again = {"title": "Иначе", "version": material.version, "upload": upload("б.png", PNG)}
    trainer.post(f"/materials/{material.id}/edit", data=again)
    assert material.file.original_name == "б.png"


# --- links and recordings ---------------------------------------------------------------------------------------------
def test_a_link_is_kept_in_ascii_and_shown_by_its_host(app, cast, as_, module):
    as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind=link",
        data={"title": "Фонд", "url": "https://президентскиегранты.рф/"},
    )

    material = the_material()
    assert material.url == "https://" + "президентскиегранты.рф".encode("idna").decode() + "/"
    assert "президентскиегранты.рф" in as_(cast.trainer).get(f"/materials/{material.id}").text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/path", "https://a b.c"]
)
@pytest.mark.parametrize("kind", ["link", "recording"])
def test_an_address_that_is_not_of_the_web_is_refused_and_stays_in_the_field(app, cast, as_, module, kind, address):
    response = as_(cast.trainer).post(
        f"/materials/new?module_id={module.id}&kind={kind}", data={"title": "Т", "url": address}
    )

    assert response.status_code == 422
    assert "Это не адрес страницы." in words(response) and address in response.text
    assert db.session.scalar(db.select(db.func.count(Material.id))) == 0


def test_a_link_needs_its_address(app, cast, as_, module):
    response = as_(cast.trainer).post(f"/materials/new?module_id={module.id}&kind=link", data={"title": "Т"})

    assert response.status_code == 422 and "Вставьте сюда адрес страницы." in words(response)


def test_a_recording_is_of_a_session_of_its_cycle(app, cast, as_, module, files):
    meeting = factories.live_session(module, title="Отчётность")
    foreign = factories.live_session(factories.module(factories.cycle()), title="Чужая встреча")
    path = f"/materials/new?module_id={module.id}&kind=recording"
    trainer = as_(cast.trainer)
    form = {"title": "Запись", "url": "https://rutube.ru/video/1/", "minutes": "84"}

    page = trainer.get(path).text
    assert "Отчётность" in page and "Чужая встреча" not in page
    assert trainer.post(path, data=form | {"recording_of_id": str(foreign.id)}).status_code == 422
    assert trainer.post(path, data=form | {"recording_of_id": str(meeting.id)}).status_code == 303

    material = the_material()
    assert (material.recording_of_id, material.minutes, material.url, material.rule) == (
        meeting.id, 84, "https://rutube.ru/video/1/", Rule.WATCHED,
    )  # fmt: skip


def test_a_recording_needs_an_address_or_a_file_and_a_file_goes_first(app, cast, as_, module, files):
    path = f"/materials/new?module_id={module.id}&kind=recording"
    video = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(50)
    trainer = as_(cast.trainer)

    assert "Дайте адрес или выберите файл." in words(trainer.post(path, data={"title": "З", "recording_of_id": ""}))
    trainer.post(
        path,
        data={"title": "З", "url": "https://a.example/", "recording_of_id": "", "upload": upload("з.mp4", video)},
    )

    assert (the_material().url, the_material().file.original_name) == ("", "з.mp4")


# --- the ladder -------------------------------------------------------------------------------------------------------
def test_those_who_do_not_teach_may_not_write(app, cast, as_, module):
    material = factories.material(module)
    for person in (cast.volunteer, cast.centre_coordinator):
        client = as_(person)
        assert client.get(f"/materials/new?module_id={module.id}").status_code == 403
        assert client.post(f"/materials/new?module_id={module.id}", data={"title": "Т"}).status_code == 403
        assert client.get(f"/materials/{material.id}/edit").status_code == 403
        assert client.post(f"/materials/{material.id}/edit", data={"title": "Т", "version": 1}).status_code == 403
    assert material.title == "Первый разговор"


@pytest.mark.parametrize(
    "path", ["/materials/new", "/materials/new?module_id=999", "/materials/new?module_id=x", "/materials/999/edit"]
)
def test_what_does_not_exist_is_not_found(app, cast, as_, path):
    assert as_(cast.trainer).get(path).status_code == 404
    assert as_(cast.trainer).post(path, data={"title": "Т"}).status_code == 404


def test_an_unknown_kind_is_not_found(app, cast, as_, module):
    assert as_(cast.trainer).get(f"/materials/new?module_id={module.id}&kind=scorm").status_code == 404


@pytest.mark.parametrize("kind", list(MaterialKind))
def test_every_kind_has_its_forms(app, cast, as_, module, kind):
    material = factories.material(module, kind=kind, state=State.DRAFT)
    trainer = as_(cast.trainer)

    assert trainer.get(f"/materials/new?module_id={module.id}&kind={kind}").status_code == 200
    page = trainer.get(f"/materials/{material.id}/edit")
    assert page.status_code == 200 and f"/activities/{material.id}/delete" in page.text
