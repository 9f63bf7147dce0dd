"""A cycle as one file: it comes in elsewhere as it went out here, and nothing that is wrong comes in at all."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.cycles.models import Cycle, State
from lms.extensions import db
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.outbox.models import Letter
from lms.quizzes.models import Topic
from lms.transfer import archive, waiting_worker
from lms.transfer.models import Arrival


def taken_out(client, slug: str = "school-2026") -> bytes:
    return client.get(f"/cycles/{slug}/export/archive").get_data()


def manifest_of(content: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return json.loads(packed.read("manifest.json"))


def upload(client, content: bytes, name: str = "Школа.zip"):
    return client.post("/cycles/import", data={"file": (io.BytesIO(content), name)})


def brought_in(client, content: bytes, **typed) -> Cycle:
    """Through the page, with the name and the day that it offers."""
    told = manifest_of(content)["cycle"]
    page = upload(client, content)
    assert page.status_code == 303, page.get_data(as_text=True)
    named = {"title": told["title"], "title_en": told["title_en"], "starts_on": told["starts_on"] or ""}
    answer = client.post(f"{page.location}/cycle", data=named | typed)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return db.session.scalars(select(Cycle).order_by(Cycle.id.desc())).first()


def changed(content: bytes, change) -> bytes:
    """The archive with another manifest."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name == "manifest.json":
                tree = json.loads(old.read(name))
                change(tree)
                new.writestr(name, json.dumps(tree))
            else:
                new.writestr(name, old.read(name))
    return out.getvalue()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def kept_files(app) -> set[str]:
    return {path.name for path in (Path(app.config["DATA_FOLDER"]) / "files").iterdir()}


# --- there and back ---------------------------------------------------------------------------------------------------
def test_out_in_and_out_again_tells_the_same(as_, cast, season):
    client = as_(cast.coordinator)
    first = taken_out(client)

    made = brought_in(client, first)
    second = taken_out(client, made.slug)

    assert manifest_of(second) == manifest_of(first)
    with zipfile.ZipFile(io.BytesIO(first)) as one, zipfile.ZipFile(io.BytesIO(second)) as other:
        assert {name: one.read(name) for name in one.namelist()} == {n: other.read(n) for n in other.namelist()}


def test_an_archive_holds_everything_and_nobody(as_, cast, season):
    content = taken_out(as_(cast.trainer))

    tree = manifest_of(content)
    assert (tree["format"], tree["version"], tree["cycle"]["hours"]) == ("masterskaya-cycle", 1, 36)
    assert len({question["kind"] for question in tree["modules"][0]["activities"][3]["questions"]}) == 10
    assert [(topic["title"], len(topic["questions"])) for topic in tree["topics"]] == [("Сметы", 1)]
    assert [file["original_name"] for file in tree["files"]] == ["Схема.png", "План встречи.pdf"]
    told = json.dumps(tree, ensure_ascii=False)
    for person in (cast.volunteer, cast.trainer, cast.coordinator):
        assert person.email not in told
        assert person.family_name not in told


def test_what_came_in_is_a_draft_with_files_and_topics_of_its_own(as_, cast, season):
    client = as_(cast.coordinator)

    made = brought_in(client, taken_out(client), title="Школа соседей")

    assert (made.title, made.state, made.starts_on) == ("Школа соседей", State.DRAFT, date(2026, 10, 1))
    page = made.modules[0].activities[0]
    assert {file.original_name for file in page.page_files} == {"Схема.png", "План встречи.pdf"}
    assert not {file.id for file in page.page_files} & {season.picture.id, season.plan.id}
    assert all(f'"/files/{file.id}/' in page.body_html for file in page.page_files)
    assert page.page_files[0].uploaded_by_id == cast.coordinator.id
    quiz = made.modules[0].activities[3]
    assert quiz.draws[0].topic_id != season.topic.id
    assert (count(Topic), count(Letter)) == (2, 0)


def test_with_another_first_day_everything_moves(as_, cast, season):
    client = as_(cast.coordinator)

    made = brought_in(client, taken_out(client), starts_on="2026-10-08")

    assert made.ends_on == date(2026, 12, 31)
    session = made.modules[0].activities[4]
    assert session.starts_at == season.session.starts_at + timedelta(days=7)


def test_the_page_before_shows_what_is_inside_and_makes_nothing(as_, cast, season):
    client = as_(cast.coordinator)

    page = client.get(upload(client, taken_out(client)).location).get_data(as_text=True).replace("\u00a0", " ")

    for words in ("Школа.zip", "2 модуля", "PR без бюджета", "12 вопросов", "2 файла"):
        assert words in page
    assert (count(Cycle), count(StoredFile)) == (1, 2)


def test_pressing_twice_makes_one_cycle_and_the_file_is_gone(app, as_, cast, season):
    client = as_(cast.coordinator)
    address = upload(client, taken_out(client)).location
    waiting = db.session.scalars(select(Arrival)).one().storage_name

    first, second = (client.post(f"{address}/cycle", data={"title": "Школа"}) for _press in range(2))

    assert (first.location, count(Cycle)) == (second.location, 2)
    assert client.get(address).location == first.location
    assert waiting not in kept_files(app)


def test_a_file_may_be_thrown_away(app, as_, cast, season):
    client = as_(cast.coordinator)
    content, before = taken_out(client), kept_files(app)

    client.post(f"{upload(client, content).location}/end")

    assert (count(Arrival), count(Cycle), kept_files(app)) == (0, 1, before)


def test_a_file_that_nobody_came_back_to_is_thrown_away_after_a_week(app, as_, cast, season):
    client = as_(cast.coordinator)
    content, before = taken_out(client), kept_files(app)
    for days in (6, 8):
        upload(client, content)
        db.session.scalars(select(Arrival).order_by(Arrival.id.desc())).first().created_at = now() - timedelta(days)
    db.session.commit()

    waiting_worker.forget_old_arrivals()

    assert count(Arrival) == 1
    assert len(kept_files(app) - before) == 1


def test_a_name_is_needed_and_what_was_typed_is_kept(as_, cast, season):
    client = as_(cast.coordinator)
    address = upload(client, taken_out(client)).location

    answer = client.post(f"{address}/cycle", data={"title": "", "title_en": "School of others"})

    assert (answer.status_code, count(Cycle)) == (422, 1)
    assert "School of others" in answer.get_data(as_text=True)


def test_a_file_is_its_bringers_alone(as_, cast, season):
    address = upload(as_(cast.coordinator), taken_out(as_(cast.coordinator))).location

    assert as_(cast.trainer).get(address).status_code == 404
    assert as_(cast.trainer).post(f"{address}/cycle", data={"title": "Х"}).status_code == 404
    assert as_(cast.volunteer).get(address).status_code == 403


@pytest.mark.parametrize("who", ["volunteer", "centre_coordinator"])
def test_only_those_who_teach_take_out_and_bring_in(as_, cast, season, who):
    client = as_(getattr(cast, who))

    for address in ("/cycles/school-2026/export", "/cycles/school-2026/export/archive", "/cycles/import"):
        assert client.get(address).status_code == 403
    assert as_(cast.trainer).get("/cycles/no-such/export").status_code == 404
    assert as_(cast.trainer).get("/cycles/school-2026/export/no-such").status_code == 404


# --- what is left out, and named --------------------------------------------------------------------------------------
def _wrong_question(tree):
    tree["modules"][0]["activities"][3]["questions"][0]["choices"] = []


def _odd_settings(tree):
    tree["modules"][0]["activities"][3]["questions"][4]["settings"] = {"answers": [{"answer": "много"}]}


def _script(tree):
    tree["modules"][0]["activities"][2]["url"] = "javascript:alert(1)"


def _program(tree):
    tree["files"][1]["original_name"] = "План.exe"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_wrong_question, "Вопрос из «Тест о деле» пропущен: «Что на схеме?"),
        (_odd_settings, "Вопрос из «Тест о деле» пропущен: «Вопрос «number»»"),
        (_script, "Адрес в «Закон» пропущен: javascript:alert(1)"),
        (_program, "Файл «План.exe» пропущен"),
    ],
)
def test_what_cannot_be_kept_is_named_and_the_rest_comes_in(as_, cast, season, change, words):
    client = as_(cast.coordinator)
    content = changed(taken_out(client), change)

    page = client.get(upload(client, content).location).get_data(as_text=True).replace("\u00a0", " ")
    made = brought_in(client, content)

    assert words in page
    assert len(made.modules[0].activities) == 6


def test_a_page_from_outside_is_sanitised_and_shows_no_file_of_ours(as_, cast, season):
    def change(tree):
        tree["modules"][0]["activities"][0]["body"] = (
            f"<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[чужое](/files/{season.plan.id}/План.pdf)"
        )

    client = as_(cast.coordinator)
    page = brought_in(client, changed(taken_out(client), change)).modules[0].activities[0]

    assert "script" not in page.body_html
    assert "onerror" not in page.body_html
    assert page.page_files == []
    assert f"/files/{season.plan.id}/" not in page.body


def test_a_material_without_its_file_is_a_draft(as_, cast, season):
    client = as_(cast.coordinator)

    made = brought_in(client, changed(taken_out(client), _program))

    file = db.session.scalars(
        select(Material).where(Material.module == made.modules[0], Material.kind == MaterialKind.FILE)
    ).one()
    assert (file.file_id, file.state) == (None, State.DRAFT)


# --- what comes in not at all -----------------------------------------------------------------------------------------
def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def told(**parts) -> bytes:
    tree = {"format": "masterskaya-cycle", "version": 1, "cycle": {"title": "Х"}, "modules": []} | parts
    return zipped(("manifest.json", json.dumps(tree).encode()))


def a_link_out() -> bytes:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _module(**parts) -> dict:
    return {"key": "m1", "title": "Модуль", "activities": []} | parts


BAD = {
    "no zip": (b"%PDF-1.4 and so on", "Это не архив"),
    "cut off": (told()[:-30], "Это не архив"),
    "no manifest": (zipped(("a.txt", b"a")), "не архив цикла и не Common Cartridge"),
    "no json": (zipped(("manifest.json", b"{")), "оглавление"),
    "no number": (zipped(("manifest.json", b'{"version": NaN}')), "оглавление"),
    "too deep": (zipped(("manifest.json", b"[" * 100_000 + b"]" * 100_000)), "слишком"),
    "too many": (zipped(("manifest.json", b"[" + b"1," * 600_000 + b"1]")), "слишком"),
    "another format": (told(format="scorm"), "Это не архив цикла"),
    "of tomorrow": (told(version=2), "версии 2"),
    "no cycle": (told(cycle=None), "Это не архив цикла"),
    "a wrong type": (told(modules=[_module(title=["Модуль"])]), "manifest.modules[1].title"),
    "no title": (told(modules=[_module(title="")]), "manifest.modules[1].title"),
    "the same key twice": (told(modules=[_module(), _module()]), "manifest.modules[2].key"),
    "a circle": (told(modules=[_module(needs=["m1"])]), "modules.needs"),
    "an unknown kind": (told(modules=[_module(activities=[{"key": "a1", "type": "game"}])]), "activities[1]"),
    "year 9999": (told(cycle={"title": "Х", "starts_on": "9999-01-01"}), "cycle.starts_on"),
    "out of its folder": (zipped(("../../x", b"x")), "ведёт за его пределы"),
    "to a drive": (zipped(("C:\\x", b"x")), "ведёт за его пределы"),
    "a link": (a_link_out(), "ведёт за его пределы"),
    "a bomb": (zipped(("manifest.json", b"{}"), ("bomb", b"\0" * 50_000_000)), "слишком большим"),
    "too many files": (zipped(*((f"{number}", b"") for number in range(6001))), "Слишком много файлов"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_a_sentence_and_leaves_nothing_behind(app, as_, cast, name):
    content, words = BAD[name]
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    folder.mkdir(exist_ok=True)
    before = kept_files(app)

    answer = upload(as_(cast.coordinator), content)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True).replace("\u00a0", " ")
    assert (count(Arrival), count(Cycle), kept_files(app)) == (0, 0, before)


def test_a_damaged_file_in_it_leaves_no_half_a_cycle(app, as_, cast, season):
    client = as_(cast.coordinator)
    content = changed(taken_out(client), lambda tree: tree["files"][1].update(sha256="0" * 64))
    address = upload(client, content).location
    before = kept_files(app)

    client.post(f"{address}/cycle", data={"title": "Школа"})

    assert (count(Cycle), count(StoredFile), kept_files(app)) == (1, 2, before)
    assert "повреждён" in client.get(address).get_data(as_text=True)


def test_a_bomb_is_seen_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "open", None)

    with pytest.raises(archive.Unreadable), archive.opened(io.BytesIO(BAD["a bomb"][0])):
        raise AssertionError("it was opened")


def test_the_command_brings_in_what_is_too_large_for_a_page(app, as_, cast, season, tmp_path):
    file = tmp_path / "school.zip"
    file.write_bytes(taken_out(as_(cast.coordinator)))

    said = app.test_cli_runner().invoke(args=["bring-in", str(file), "--by", cast.trainer.email])
    refused = app.test_cli_runner().invoke(args=["bring-in", str(file), "--by", cast.volunteer.email])

    assert said.exit_code == 0, said.output
    assert "is a draft now" in said.output
    assert (refused.exit_code, count(Cycle)) == (1, 2)
