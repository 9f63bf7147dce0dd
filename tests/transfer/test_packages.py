"""Packages in an archive: they come in elsewhere with their ZIP, by the same rules as one that is uploaded."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest

from lms.clock import now
from lms.cycles.models import Cycle, Rule, State
from lms.extensions import db
from lms.materials import storage, use_queries
from lms.packages import actions
from lms.packages.host import packages_folder
from lms.packages.models import Claim, Edition, Package
from lms.transfer import delivery
from lms.transfer.models import Arrival
from tests import factories
from tests.packages import zips
from tests.transfer.test_archives import brought_in, changed, count, manifest_of, taken_out, upload


@pytest.fixture
def package(app, cast, season) -> Package:
    """In the second module, with its ZIP in its place, and gone through by somebody."""
    made = factories.package(season.second, rule=Rule.OPENED, title_en="Trainer")
    unpacked = packages_folder(app.config)
    laid = actions.lay_down(zips.archive(), "Разговор.zip", unpacked=unpacked, largest=10_000_000)
    actions.take_archive(made, laid, cast.trainer, now=now())
    factories.claim(cast.volunteer, made)
    db.session.commit()
    return made


def lying(app) -> set[Path]:
    folder = Path(app.config["DATA_FOLDER"])
    return {path for name in ("files", "packages") for path in (folder / name).glob("*")}


def with_zip(content: bytes, packed: bytes | None, **said) -> bytes:
    """The archive with that in the place of the package's ZIP, of which the manifest says so, but for ``said``."""

    def change(tree):
        told = tree["modules"][1]["activities"][-1]["zip"]
        told |= {"size": len(packed or b""), "sha256": hashlib.sha256(packed or b"").hexdigest()} | said

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(changed(content, change))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if not name.startswith("packages/"):
                new.writestr(name, old.read(name))
            elif packed is not None:
                new.writestr(name, packed, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def came(cycle: Cycle) -> Package:
    return db.session.scalars(db.select(Package).where(Package.module == cycle.modules[1])).one()


def words_of(page) -> str:
    return page.get_data(as_text=True).replace("\u00a0", " ")


# --- there and back ---------------------------------------------------------------------------------------------------
def test_a_package_comes_with_its_zip_and_without_what_it_said_of_people(as_, cast, package):
    client = as_(cast.coordinator)
    first = taken_out(client)

    cycle = brought_in(client, first)

    made = came(cycle)
    assert (made.title, made.title_en, made.rule, made.state) == ("Тренажёр", "Trainer", Rule.OPENED, State.PUBLISHED)
    assert (made.original_name, made.sha256, made.size) == (package.original_name, package.sha256, package.size)
    assert (made.edition, made.outline) == (Edition.SCORM_12, package.outline)
    assert made.uploaded_by_id == cast.coordinator.id
    assert made.storage_name != package.storage_name
    assert (storage.here() / made.storage_name).read_bytes() == zips.archive().getvalue()
    assert db.session.scalars(db.select(Claim.package_id)).all() == [package.id]
    second = taken_out(client, cycle.slug)
    assert manifest_of(second) == manifest_of(first)
    with zipfile.ZipFile(io.BytesIO(first)) as one, zipfile.ZipFile(io.BytesIO(second)) as other:
        assert {name: one.read(name) for name in one.namelist()} == {n: other.read(n) for n in other.namelist()}


def test_the_pages_before_count_it_among_what_comes_along(as_, cast, season, package):
    client = as_(cast.coordinator)

    page = words_of(client.get("/cycles/school-2026/export"))
    before = words_of(client.get(upload(client, taken_out(client)).location))

    assert "ZIP пакета" not in page
    assert "Пакет «Тренажёр»." in page  # among what a cartridge cannot carry
    assert "1 пакет" in before
    assert "3 файла" in before


def test_what_came_in_is_told_in_the_language_of_its_reader(as_, cast, season):
    season.first.title_en, season.session.title_en = "PR without a budget", "Session on PR"
    cast.coordinator.locale = "en"
    db.session.commit()
    client = as_(cast.coordinator)

    page = words_of(client.get(upload(client, taken_out(client)).location))

    assert "PR without a budget" in page
    assert "Session on PR" in page
    assert "PR без бюджета" not in page


def test_the_command_brings_a_package_in_too(app, as_, cast, package, tmp_path):
    file = tmp_path / "school.zip"
    file.write_bytes(taken_out(as_(cast.coordinator)))

    said = app.test_cli_runner().invoke(args=["bring-in", str(file), "--by", cast.trainer.email])

    assert said.exit_code == 0, said.output
    made = db.session.scalars(db.select(Package).order_by(Package.id.desc())).first()
    assert (made.id != package.id, made.sha256, made.lacks) == (True, package.sha256, None)


def test_an_archive_of_before_packages_had_a_zip_in_it_still_comes_in(as_, cast, package):
    def change(tree):
        del tree["modules"][1]["activities"][-1]["zip"]

    client = as_(cast.coordinator)
    content = changed(taken_out(client), change)

    page = words_of(client.get(upload(client, content).location))
    made = came(brought_in(client, content))

    assert "«Тренажёр» приходит без ZIP" in page
    assert (made.storage_name, made.state) == ("", State.DRAFT)


# --- the limits of an upload ------------------------------------------------------------------------------------------
def _of_a_program() -> bytes:
    return zips.archive({"setup.exe": b"MZ"}).getvalue()


def _out_of_its_folder() -> bytes:
    return zips.archive({"../../out.html": "x"}).getvalue()


def _swelling() -> bytes:
    return zips.archive({"zeros": b"\0" * 30_000_000}).getvalue()


LEFT_OUT = {
    "a program": (_of_a_program, "setup.exe"),
    "out of its folder": (_out_of_its_folder, "ведёт наружу из архива"),
    "swelling": (_swelling, "слишком большим"),
    "no manifest": (lambda: zips.archive(manifest=None).getvalue(), "imsmanifest.xml"),
    "no zip": (lambda: b"no zip at all", "повреждён"),
    "not there": (lambda: None, "нет в архиве"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_zip_that_no_upload_would_be_is_left_out_with_the_reason(app, as_, cast, package, name):
    make, words = LEFT_OUT[name]
    client = as_(cast.coordinator)
    content = with_zip(taken_out(client), make())
    before = lying(app)

    address = upload(client, content).location
    page = words_of(client.get(address))
    assert "ZIP пакета «Тренажёр» пропущен" in page
    assert words in page
    client.post(f"{address}/cycle", data={"title": "Школа"})

    made = came(db.session.scalars(db.select(Cycle).order_by(Cycle.id.desc())).first())
    assert (made.title, made.storage_name, made.state) == ("Тренажёр", "", State.DRAFT)
    assert not [path for path in lying(app) - before if path.parent.name == "packages"]


def test_a_zip_beyond_the_limit_of_uploads_is_left_out(app, as_, cast, package, monkeypatch):
    client = as_(cast.coordinator)
    content = taken_out(client)
    monkeypatch.setitem(app.config, "UPLOAD_LIMIT", package.size - 1)
    found = delivery.opened(io.BytesIO(content), largest=app.config["UPLOAD_LIMIT"])

    with app.test_request_context(), found as opened:
        assert opened.packages == []


def test_all_packages_together_have_a_limit(app, as_, cast, package, monkeypatch):
    content = taken_out(as_(cast.coordinator))
    monkeypatch.setattr(delivery, "_GROWN", 0)

    with app.test_request_context(), delivery.opened(io.BytesIO(content), largest=10_000_000) as opened:
        assert opened.packages == []
        assert len(opened.doubts) == 1


def test_packages_count_towards_the_quota_and_copies_of_one_once(as_, cast, package):
    taken = use_queries.taken()
    client = as_(cast.coordinator)

    client.post("/cycles/school-2026/copies", data={"title": "Ещё раз", "starts_on": "2027-09-30"})
    assert (count(Package), use_queries.taken()) == (2, taken)
    client.post("/cycles/import", data={"file": (io.BytesIO(taken_out(client)), "Школа.zip")})
    assert use_queries.taken() == taken + db.session.scalars(db.select(Arrival)).all()[-1].size


def test_what_does_not_fit_into_the_quota_is_refused_and_leaves_nothing(app, as_, cast, package, monkeypatch):
    client = as_(cast.coordinator)
    film = zips.archive({"film.mp4": random.Random(7).randbytes(1_500_000)}).getvalue()
    address = upload(client, with_zip(taken_out(client), film)).location
    before = lying(app)
    monkeypatch.setitem(app.config, "STORAGE_QUOTA", 1)

    answers = [
        client.post(f"/packages/new?module_id={package.module_id}", data={"upload": (io.BytesIO(film), "Курс.zip")}),
        upload(client, taken_out(client)),
        client.post(f"{address}/cycle", data={"title": "Школа"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all("Для файлов отведено 1 МБ" in words_of(answer) for answer in answers)
    assert (count(Cycle), count(Package), lying(app)) == (1, 1, before)


# --- nothing half, and nobody waits -----------------------------------------------------------------------------------
def test_a_zip_that_is_not_what_the_list_says_leaves_no_half_a_cycle(app, as_, cast, package):
    client = as_(cast.coordinator)
    content = with_zip(taken_out(client), zips.archive({"more.html": "x"}).getvalue(), sha256="0" * 64)
    address = upload(client, content).location
    before = lying(app)

    client.post(f"{address}/cycle", data={"title": "Школа"})

    assert (count(Cycle), count(Package), lying(app)) == (1, 1, before)
    assert "повреждён" in words_of(client.get(address))


def test_a_full_disk_leaves_nothing_of_it(app, as_, cast, package, monkeypatch):
    client = as_(cast.coordinator)
    packed = zips.archive({"full.html": "x"}).getvalue()
    address = upload(client, with_zip(taken_out(client), packed)).location
    before = lying(app)

    def full(*_given):
        raise storage.NoRoom

    with monkeypatch.context() as patch:
        patch.setattr(actions.contents.archive, "unpack", full)
        answer = client.post(f"{address}/cycle", data={"title": "Школа"})

    assert (answer.status_code, count(Cycle), lying(app)) == (507, 1, before)


def test_what_was_unpacked_goes_too_when_the_cycle_is_not_made(app, as_, cast, package, monkeypatch):
    client = as_(cast.coordinator)
    packed = zips.archive({"broken.html": "x"}).getvalue()
    address = upload(client, with_zip(taken_out(client), packed)).location
    before = lying(app)

    def broken(*_given, **_named):
        raise storage.NoRoom

    with monkeypatch.context() as patch:
        patch.setattr("lms.transfer.arrival_actions.bring_in", broken)
        client.post(f"{address}/cycle", data={"title": "Школа"})

    assert (count(Cycle), lying(app)) == (1, before)


def test_others_write_while_an_archive_is_read_and_its_packages_unpacked(app, as_, cast, package, others_write):
    client = as_(cast.coordinator)
    address = upload(client, taken_out(client)).location
    others_write(actions, "lay_down")
    written = others_write(delivery.packages, "look_through")
    answer = client.post(f"{address}/cycle", data={"title": "Школа"})

    assert answer.status_code == 303
    assert written == ["look_through", "lay_down", "look_through"]
