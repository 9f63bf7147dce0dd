"""The trainer's side: uploading, replacing, looking at it without a trace, and reading what it says of whom."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lms.cycles.models import Rule, State
from lms.extensions import db
from lms.packages import actions
from lms.packages.models import Claim, Edition, Package, Status
from lms.search.actions import refresh
from tests import factories
from tests.conftest import SHARED
from tests.packages import zips

REAL = SHARED / "data" / "packages" / "scorm_moodle" / "scorm" / "tests" / "packages"


@pytest.fixture
def module(cast):
    cycle = factories.cycle()
    factories.enrolment(cast.volunteer, cycle)
    return factories.module(cycle)


@pytest.fixture
def lying_about(app):
    """What lies in the folders of files and of what is unpacked, now."""

    def look():
        folder = Path(app.config["DATA_FOLDER"])
        return {path for name in ("files", "packages") for path in (folder / name).glob("*")}

    return look


def upload(content, name="course.zip", **fields):
    return {"upload": (content, name), "title": "", "title_en": "", "rule": "claimed"} | fields


def stored():
    return db.session.scalars(db.select(Package)).one()


# --- a new one --------------------------------------------------------------------------------------------------------
def test_a_package_is_uploaded_and_called_as_it_calls_itself(as_, cast, module):
    answer = as_(cast.trainer).post(
        f"/packages/new?module_id={module.id}", data=upload(zips.archive(), is_published="y", rule="opened")
    )

    package = stored()
    assert answer.location == f"/modules/{module.id}/edit#activity-{package.id}"
    assert (package.title, package.edition, package.state) == ("Первый разговор", Edition.SCORM_12, State.PUBLISHED)
    assert (package.rule, package.original_name, package.position) == (Rule.OPENED, "course.zip", 1)
    assert [part.href for part in package.parts] == ["one.html", "two.html"]
    assert package.lacks is None


def test_what_was_uploaded_is_played(app, as_, cast, module):
    as_(cast.trainer).post(f"/packages/new?module_id={module.id}", data=upload(zips.archive(), is_published="y"))
    package = stored()
    page = as_(cast.volunteer).get(f"/packages/{package.id}/parts/1").text
    player = page.split('data-player="https://packages.test')[1].split('"')[0]
    content = player.removesuffix("player") + "c/one.html"
    assert app.test_client().get(content, base_url="https://packages.test").text == zips.PAGE


def test_a_title_is_enough_for_a_draft_and_a_draft_without_its_zip_is_not_published(as_, cast, module):
    client = as_(cast.trainer)
    client.post(f"/modules/{module.id}/activities", data={"title": "Тренажёр", "type": "package"})
    package = stored()
    assert (package.title, package.state) == ("Тренажёр", State.DRAFT)

    page = client.get(f"/modules/{module.id}/edit").text.replace("\xa0", " ")

    assert "загрузить ZIP пакета «Тренажёр»" in page
    client.post(f"/activities/{package.id}/publication")
    assert stored().state is State.DRAFT
    assert client.get(f"/packages/{package.id}/preview").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (zips.archive(manifest=None), "course.zip", "нет imsmanifest.xml"),
        (zips.archive({"h5p.json": "{}"}, manifest=None), "course.zip", "H5P здесь не открывается"),
        (io.BytesIO(b"whatever"), "course.h5p", "H5P здесь не открывается"),
        (io.BytesIO(b"no archive"), "course.zip", "Архив повреждён"),
        (io.BytesIO(b""), "course.zip", "Архив повреждён"),
        (zips.archive({"../x.html": "x"}), "course.zip", "ведёт наружу"),
        (zips.with_link("x.html", "/etc/passwd"), "course.zip", "ведёт наружу"),
        (zips.archive({"setup.exe": "MZ"}), "course.zip", "есть программа: setup.exe"),
        (zips.archive({"a": "x", "a/b.html": "y"}), "course.zip", "Архив повреждён"),
        (zips.archive({f"{n}.html": b"\0" * 60_000_000 for n in range(2)}), "course.zip", "слишком большим"),
        (zips.archive(manifest="<manifest>"), "course.zip", "не читается"),
        (zips.archive(manifest="<manifest/>"), "course.zip", "нечего открыть"),
        (zips.archive({"course/imsmanifest.xml": "x"}, manifest=None), "course.zip", "лежит в папке"),
    ],
)
def test_what_is_no_package_is_refused_with_a_sentence_and_nothing_is_left(
    as_, cast, module, lying_about, content, name, said
):
    before = lying_about()
    content.seek(0)
    data = upload(io.BytesIO(content.read()), name, title="Тренажёр разговора")

    answer = as_(cast.trainer).post(f"/packages/new?module_id={module.id}", data=data)

    page = answer.text.replace("\xa0", " ")
    assert answer.status_code == 422
    assert said in page and "Тренажёр разговора" in page
    assert lying_about() == before
    assert db.session.scalars(db.select(Package)).all() == []


def test_a_file_beyond_the_limit_is_refused(app, as_, cast, module, lying_about, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOAD_LIMIT", 1000)
    before = lying_about()
    answer = as_(cast.trainer).post(
        f"/packages/new?module_id={module.id}", data=upload(zips.archive({"a.bin": bytes(range(256)) * 50}))
    )
    assert (answer.status_code, lying_about()) == (422, before)
    assert "поместится не больше" in answer.text.replace("\xa0", " ")


def test_a_full_disk_is_said_and_nothing_is_kept(as_, cast, module, lying_about, monkeypatch):
    def full(*_arguments, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lms.packages.archive.unpack", full)
    before = lying_about()
    answer = as_(cast.trainer).post(
        f"/packages/new?module_id={module.id}", data=upload(zips.archive({"disk.html": "x"}))
    )
    assert (answer.status_code, lying_about()) == (422, before)
    assert "нет места" in answer.text.replace("\xa0", " ")


def test_nothing_at_all_is_asked_for_something(as_, cast, module):
    data = {"title": "", "title_en": "", "rule": "claimed"}
    assert as_(cast.trainer).post(f"/packages/new?module_id={module.id}", data=data).status_code == 422


# --- a newer one ------------------------------------------------------------------------------------------------------
def test_a_newer_zip_takes_the_place_and_what_was_said_of_its_parts_stays(as_, cast, module):
    client = as_(cast.trainer)
    client.post(f"/packages/new?module_id={module.id}", data=upload(zips.archive(), is_published="y"))
    package = stored()
    old = package.sha256
    said = {"part": "one", "archive": old, "counter": 1, "values": {"cmi.core.lesson_status": "completed"}}
    as_(cast.volunteer).post(f"/packages/{package.id}/claim", json=said)

    newer = upload(zips.archive({"more.html": "x"}), "newer.zip", title="Курс", version=package.version)
    client.post(f"/packages/{package.id}/edit", data=newer | {"is_published": "y"})

    package = stored()
    assert (package.title, package.original_name) == ("Курс", "newer.zip")
    assert package.sha256 != old
    assert db.session.scalars(db.select(Claim)).one().status is Status.COMPLETED


def test_who_saves_an_old_form_sees_both_and_nothing_is_lost(as_, cast, module):
    package = factories.package(module, title="Было")
    version = package.version
    package.title = "Стало"
    db.session.commit()

    answer = as_(cast.trainer).post(
        f"/packages/{package.id}/edit", data={"title": "Моё", "title_en": "", "version": version, "is_published": "y"}
    )

    assert answer.status_code == 409
    assert "Стало" in answer.text and 'value="Моё"' in answer.text
    assert stored().title == "Стало"


def test_a_refused_zip_leaves_the_one_that_is_there(as_, cast, module):
    package = factories.package(module)
    name = package.storage_name
    data = upload(io.BytesIO(b"no archive"), title="Другое", version=package.version)
    assert as_(cast.trainer).post(f"/packages/{package.id}/edit", data=data).status_code == 422
    assert (stored().storage_name, stored().title) == (name, "Тренажёр")


# --- looking at it ----------------------------------------------------------------------------------------------------
def test_a_preview_has_nowhere_to_save(as_, cast, module):
    package = factories.package(module, state=State.DRAFT)
    page = as_(cast.trainer).get(f"/packages/{package.id}/preview").text
    assert "data-package" in page and "data-save" not in page
    assert as_(cast.volunteer).get(f"/packages/{package.id}/preview").status_code == 403


def test_the_preview_of_the_module_leads_to_it(as_, cast, module):
    package = factories.package(module)
    page = as_(cast.trainer).get(f"/modules/{module.id}/preview").text
    assert f"/packages/{package.id}/preview" in page


@pytest.mark.parametrize("address", ["/packages/new?module_id={module}", "/packages/{package}/edit"])
def test_learners_make_no_packages(as_, cast, module, address):
    package = factories.package(module)
    there = address.format(module=module.id, package=package.id)
    assert as_(cast.volunteer).get(there).status_code == 403
    assert as_(cast.volunteer).post(there, data=upload(zips.archive())).status_code == 403


def test_one_that_somebody_opened_is_not_deleted(as_, cast, module):
    package = factories.package(module, state=State.DRAFT)
    factories.claim(cast.volunteer, package)
    assert as_(cast.trainer).post(f"/activities/{package.id}/delete").status_code == 409


# --- what it says of whom ---------------------------------------------------------------------------------------------
def test_who_has_come_how_far_is_told_as_the_packages_own_account(as_, cast, module):
    package = factories.package(module)
    factories.claim(cast.volunteer, package, status=Status.FAILED, score=42.0, seconds=754)

    page = as_(cast.trainer).get(f"/packages/{package.id}/claims").text.replace("\xa0", " ")

    assert "По данным пакета" in page
    assert all(said in page for said in ("Ковалёва Ирина", "не сдано", "42 %", "13 минут"))


def test_a_centres_coordinator_reads_of_her_own_people(as_, cast, module):
    package = factories.package(module)
    for person in (cast.volunteer, cast.stranger):
        factories.claim(person, package)
    page = as_(cast.centre_coordinator).get(f"/packages/{package.id}/claims").text
    assert "Ковалёва" in page and "Чужинова" not in page
    hers, all_ = (as_(who).get(f"/packages/{package.id}").text for who in (cast.centre_coordinator, cast.coordinator))
    assert ("1\xa0человек" in hers, "2\xa0человека" in all_) == (True, True)
    assert as_(cast.volunteer).get(f"/packages/{package.id}/claims").status_code == 403


def test_the_list_costs_the_same_with_one_person_and_with_thirty(as_, cast, module, count_queries):
    package = factories.package(module)
    client = as_(cast.trainer)
    counts = []
    for more in (1, 29):
        for _ in range(more):
            factories.claim(factories.person(centre=cast.salsk), package)
        with count_queries() as queries:
            client.get(f"/packages/{package.id}/claims")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_package_is_found_by_its_title_and_its_parts(as_, cast, module):
    factories.package(module, title="Тренажёр разговора")
    refresh()
    client = as_(cast.volunteer)
    for words in ("тренажёра", "начало"):
        assert "/packages/" in client.get(f"/search?q={words}").text


@pytest.mark.skipif(not REAL.is_dir(), reason="packages of other programs are not here")
@pytest.mark.parametrize("name", ["badscorm", "invalid", "validaicc", "validscorm"])
def test_what_moodle_calls_bad_is_refused_here_too(as_, cast, module, lying_about, name):
    before = lying_about()
    with (REAL / f"{name}.zip").open("rb") as content:
        data = upload(content, f"{name}.zip")
        answer = as_(cast.trainer).post(f"/packages/new?module_id={module.id}", data=data)
    assert (answer.status_code, lying_about()) == (422, before)


@pytest.mark.parametrize("address", ["new?module_id={module}", "{package}/edit"])
def test_nobody_waits_while_an_archive_is_unpacked(app, as_, cast, module, monkeypatch, address):
    """SQLite has one writer at a time: it must not be the one who unpacks."""
    package = factories.package(module)
    db.session.commit()
    lay_down, written = actions.lay_down, []

    def while_others_write(*given, **named):
        with db.engine.connect() as another:
            another.exec_driver_sql("UPDATE person SET locale = 'ru'")
            another.commit()
            written.append(True)
        return lay_down(*given, **named)

    monkeypatch.setattr(actions, "lay_down", while_others_write)
    form = {"title": "Курс", "upload": (zips.archive(), "course.zip"), "rule": "claimed", "version": package.version}
    where = address.format(module=module.id, package=package.id)
    answer = as_(cast.trainer).post(f"/packages/{where}", data=form)

    assert (answer.status_code, written) == (303, [True])
