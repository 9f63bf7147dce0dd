"""What a page was, what was typed and not saved, and what is taken in while one writes."""

from __future__ import annotations

import io
import json

import docx
import pytest
from PIL import Image

from lms.extensions import db
from lms.materials.history_models import PageDraft, PageVersion
from lms.materials.models import Material, StoredFile
from tests import factories
from tests.conftest import SHARED
from tests.materials.test_pure import EXE, HTML, PNG, SVG


@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle(slug="rc"), title="Отчётность НКО")
    factories.enrolment(cast.volunteer, made.cycle)
    return made


def words(response):
    return response.text.replace("\xa0", " ").replace("&nbsp;", " ")


def save(client, page, body, **more):
    typed = {"title": page.title, "body": body, "version": page.version, "is_published": "y"} | more
    return client.post(f"/materials/{page.id}/edit", data=typed)


def bodies():
    return db.session.scalars(db.select(PageVersion.body).order_by(PageVersion.number)).all()


# --- versions ---------------------------------------------------------------------------------------------------------
def test_each_saving_that_changes_a_page_is_a_version(app, cast, as_, module):
    trainer = as_(cast.trainer)
    trainer.post(f"/materials/new?module_id={module.id}", data={"title": "Три отчёта", "body": "Один"})
    page = db.session.scalars(db.select(Material)).one()

    for body in ("Один и два", "Один и два", "Один, два, три"):
        assert save(trainer, page, body).status_code == 303

    assert bodies() == ["Один", "Один и два", "Один, два, три"]
    shown = words(trainer.get(f"/materials/{page.id}/versions"))
    assert "Версия 3" in shown and "Дмитрий Савченко" in shown
    assert "3 версии" in words(trainer.get(f"/materials/{page.id}/edit"))


@pytest.mark.parametrize("view", ["", "beside"])
def test_a_version_shows_what_changed_word_by_word(app, cast, as_, module, view):
    page, trainer = factories.material(module, body=""), as_(cast.trainer)
    for body in ("До 15 апреля сдаём отчёт", "До 31 марта сдаём <b>баланс</b>"):
        save(trainer, page, body)

    shown = trainer.get(f"/materials/{page.id}/versions/1?view={view}").text

    assert "<del>15</del>" in shown and "<ins>31</ins>" in shown and "<del>апреля</del>" in shown
    assert "&lt;" in shown and "<b>баланс" not in shown


def test_a_version_comes_back_and_what_was_meanwhile_is_kept(app, cast, as_, module):
    page, trainer = factories.material(module, body=""), as_(cast.trainer)
    save(trainer, page, "Как было", title="Старое имя")
    save(trainer, page, "Как стало", title="Новое имя")
    path = f"/materials/{page.id}/versions/1/restoration"

    stale = trainer.post(path, data={"version": page.version - 1})
    assert (stale.status_code, page.body) == (409, "Как стало")
    assert "Пока вы правили" in words(stale) or "изменил" in words(stale)

    assert trainer.post(path, data={"version": page.version}).status_code == 303
    assert (page.title, page.body, page.body_html) == ("Старое имя", "Как было", "<p>Как&nbsp;было</p>\n")
    assert bodies() == ["Как было", "Как стало", "Как было"]


def test_versions_are_for_those_who_teach_and_of_pages_only(app, cast, as_, module):
    page, link = factories.material(module), factories.material(module, kind="link", url="https://a.example/")

    assert as_(cast.volunteer).get(f"/materials/{page.id}/versions").status_code == 403
    assert as_(cast.trainer).get(f"/materials/{link.id}/versions").status_code == 404
    assert as_(cast.trainer).get(f"/materials/{page.id}/versions/7").status_code == 404
    assert as_(cast.trainer).post(f"/materials/{page.id}/versions/7/restoration").status_code == 404


def test_a_late_saver_sees_the_difference_of_both_texts(app, cast, as_, module):
    page = factories.material(module, body="Первый текст")
    opened = page.version
    save(as_(cast.coordinator), page, "Чужой текст")

    late = save(as_(cast.trainer), page, "Мой текст", version=opened)

    assert late.status_code == 409
    assert "<del>Чужой</del><ins>Мой</ins> текст" in late.text


# --- drafts -----------------------------------------------------------------------------------------------------------
def test_a_draft_is_kept_offered_taken_up_and_gone_when_saved(app, cast, as_, module):
    page, trainer = factories.material(module, body="Было"), as_(cast.trainer)
    typed = {"title": page.title, "body": "Пишу дальше", "version": str(page.version)}

    kept = trainer.put(f"/materials/{page.id}/draft", json=typed)
    trainer.put(f"/materials/{page.id}/draft", json=typed | {"body": "Пишу ещё дальше"})

    assert kept.status_code == 200 and kept.json["clock"]
    offered = words(trainer.get(f"/materials/{page.id}/edit"))
    assert "Есть несохранённый черновик," in offered and "Пишу ещё дальше" not in offered
    assert "Пишу ещё дальше" in words(trainer.get(f"/materials/{page.id}/edit?draft=1"))
    assert "Есть несохранённый черновик," not in words(as_(cast.coordinator).get(f"/materials/{page.id}/edit"))
    assert page.body == "Было"
    save(trainer, page, "Пишу ещё дальше")
    assert db.session.scalar(db.select(db.func.count(PageDraft.id))) == 0


def test_a_draft_begun_before_somebody_else_saved_meets_both_texts(app, cast, as_, module):
    page, trainer = factories.material(module, body="Было"), as_(cast.trainer)
    trainer.put(f"/materials/{page.id}/draft", json={"title": page.title, "body": "Моё", "version": page.version})
    opened = page.version
    save(as_(cast.coordinator), page, "Чужое")

    form = trainer.get(f"/materials/{page.id}/edit?draft=1").text

    assert f'name="version" type="hidden" value="{opened}"' in form
    assert save(trainer, page, "Моё", version=opened).status_code == 409


def test_a_new_page_has_a_draft_as_well_and_it_may_be_thrown_away(app, cast, as_, module):
    trainer, path = as_(cast.trainer), f"/modules/{module.id}/draft"
    for body in ("Начало", "Начало и ещё"):
        assert trainer.put(path, json={"title": "Новая", "body": body}).status_code == 200
    new = f"/materials/new?module_id={module.id}"

    assert "Начало и ещё" in words(trainer.get(f"{new}&draft=1"))
    assert trainer.post(f"{path}/removal").status_code == 303
    assert "несохранённый черновик, " not in words(trainer.get(new))
    assert db.session.scalar(db.select(db.func.count(PageDraft.id))) == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"{", 400),
        (b"[1]", 400),
        (b'{"title": 5, "body": null, "version": [1]}', 200),
        (b'{"body": "\\ud800 \\u0000 x", "version": "99999999999999999999"}', 200),
        (json.dumps({"body": "я" * 60_000}).encode(), 422),
    ],
)
def test_a_draft_that_cannot_be_kept_is_refused_in_words(app, cast, as_, module, sent, status):
    page = factories.material(module)

    response = as_(cast.trainer).put(f"/materials/{page.id}/draft", data=sent, content_type="application/json")

    assert response.status_code == status
    assert (status == 200) == ("clock" in response.json)


# --- taking in --------------------------------------------------------------------------------------------------------
def test_a_picture_that_is_dropped_becomes_a_line_of_the_text(app, cast, as_, module):
    response = as_(cast.trainer).post("/materials/uploads", data={"file": (io.BytesIO(PNG), "Схема [1].png")})

    file = db.session.scalars(db.select(StoredFile)).one()
    assert response.status_code == 201
    assert response.json["markdown"] == f"![Схема (1)](/files/{file.id}/%D0%A1%D1%85%D0%B5%D0%BC%D0%B0%20%5B1%5D.png)"


@pytest.mark.parametrize(("name", "content"), [("a.png", HTML), ("a.svg", SVG), ("a.exe", EXE), ("a.png", b"")])
def test_what_may_not_be_dropped_is_refused_in_words_and_nothing_is_kept(app, cast, as_, module, name, content):
    response = as_(cast.trainer).post("/materials/uploads", data={"file": (io.BytesIO(content), name)})

    assert response.status_code == 422 and response.json["message"]
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 0


def test_a_paste_from_word_comes_back_as_markdown(app, cast, as_, module):
    html = "<p class=MsoNormal><b>НКО</b> сдаёт <i>три</i> отчёта<o:p></o:p></p><script>alert(1)</script>"

    response = as_(cast.trainer).post("/materials/pasted", data={"html": html})

    assert response.json == {"markdown": "**НКО** сдаёт *три* отчёта"}
    assert as_(cast.volunteer).post("/materials/pasted", data={"html": html}).status_code == 403


def test_a_paste_beyond_measure_is_refused_in_words(app, cast, as_, module):
    response = as_(cast.trainer).post("/materials/pasted", data={"html": "<div>" * 10_000})

    assert response.status_code == 422 and response.json["message"]


def word_file():
    document = docx.Document()
    document.add_heading("Три отчёта", 1)
    document.add_paragraph("в Минюст", style="List Bullet")
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(picture, "PNG")
    document.add_picture(picture)
    table = document.add_table(2, 2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ("Кто", "Что", "Фермер", "хлеб"), strict=True):
        cell.text = text
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def test_a_word_file_becomes_the_text_of_a_page(app, cast, as_, module):
    typed = {"title": "Из Word", "body": "Начало", "document": (io.BytesIO(word_file()), "Отчёт.docx")}

    response = as_(cast.trainer).post(f"/materials/new?module_id={module.id}", data=typed)

    page = db.session.scalars(db.select(Material)).one()
    assert response.status_code == 303
    assert page.body.startswith("Начало\n\n## Три отчёта\n\n- в Минюст\n")
    assert f"![](/files/{db.session.scalar(db.select(StoredFile.id))}/picture.png)" in page.body
    assert "| Кто | Что |\n|---|---|\n| Фермер | хлеб |" in page.body


@pytest.mark.parametrize(("name", "content"), [("a.docx", PNG), ("a.txt", b"text")])
def test_what_is_no_word_file_is_refused_and_what_was_typed_stays(app, cast, as_, module, name, content):
    typed = {"title": "Из Word", "body": "Моё начало", "document": (io.BytesIO(content), name)}

    response = as_(cast.trainer).post(f"/materials/new?module_id={module.id}", data=typed)

    assert response.status_code == 422
    assert "Моё начало" in response.text
    assert db.session.scalar(db.select(db.func.count(Material.id))) == 0


# --- names nobody should have -----------------------------------------------------------------------------------------
HOSTILE = [
    "<svg onload=alert(1)>", "{{7*7}}", "Тема\r\nBcc: evil@example.org", "обр\u202eтно", "не\u200bвидно", "🙂" * 150,
    "=HYPERLINK(\"http://evil\")", "' OR 1=1 --", "%s %d %(x)s {0}",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_is_only_a_title(app, cast, as_, module, name):
    trainer = as_(cast.trainer)
    page = factories.material(module)
    saved = save(trainer, page, "Текст", title=name)

    assert saved.status_code == 303
    assert not set(page.title) & set("\r\n\u202e\u200b")
    of_page, of_module = f"/materials/{page.id}", f"/modules/{module.id}"
    for path in (
        of_page, f"{of_page}/edit", f"{of_page}/versions", f"{of_page}/preview?drafts=1", "/materials/",
        f"{of_module}/edit", f"{of_module}/preview", f"{of_module}/",
    ):  # fmt: skip
        shown = trainer.get(path)
        assert shown.status_code == 200 and "<svg onload" not in shown.text and ">49<" not in shown.text


@pytest.mark.slow
def test_naughty_strings_go_in_and_come_out_as_they_were_typed(app, cast, as_, module):
    source = SHARED / "data" / "tables" / "naughty_strings"
    if not source.exists():
        pytest.skip("the naughty strings are not here")
    found = [line for path in sorted(source.rglob("*.txt")) for line in path.read_text(errors="replace").splitlines()]
    naughty = list(dict.fromkeys(line for line in found if line.strip() and not line.startswith("#")))
    assert len(naughty) > 300
    from lms.texts import one_line, paragraphs

    page, trainer = factories.material(module), as_(cast.trainer)
    wrong = []
    for text in naughty:
        response = save(trainer, page, text, title=text[:200])
        with trainer.session_transaction() as kept:
            kept.pop("_flashes", None)  # nobody looks at a page in between, where they would be read
        fits = one_line(text[:200]) and paragraphs(text)
        if fits and (response.status_code, page.title, page.body) != (303, one_line(text[:200]), paragraphs(text)):
            wrong.append(text)
        if not fits and response.status_code != 422:
            wrong.append(text)
    assert wrong == []
