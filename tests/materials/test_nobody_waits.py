"""SQLite has one writer at a time: it must not be the one who draws a picture or writes fifty megabytes."""

from __future__ import annotations

import io

import pytest

from lms.extensions import db
from lms.materials import actions
from lms.materials.models import Material, MaterialKind, StoredFile
from tests import factories
from tests.materials.test_pure import PDF


@pytest.fixture
def written(monkeypatch) -> list[bool]:
    """Whether others could write while a file was laid down."""
    laid_down, written = actions.laid_down, []

    def while_others_write(*given, **named):
        with db.engine.connect() as another:
            another.exec_driver_sql("UPDATE person SET locale = 'ru'")
            another.commit()
            written.append(True)
        return laid_down(*given, **named)

    monkeypatch.setattr(actions, "laid_down", while_others_write)
    return written


@pytest.mark.parametrize(
    "address, field, fields",
    [
        ("/materials/new?module_id={module}&kind=file", "upload", {"title": "Памятка"}),
        ("/materials/new?module_id={module}&kind=page", "uploads", {"title": "Памятка", "body": "Текст."}),
        ("/materials/{material}/edit", "upload", {"title": "Памятка"}),
        ("/files/{file}/replacement", "upload", {}),
        ("/materials/uploads", "file", {}),
    ],
)
def test_others_write_while_a_file_is_laid_down(app, cast, as_, written, address, field, fields):
    module = factories.module(factories.cycle())
    file = factories.stored_file(by=cast.trainer)
    material = factories.material(module, kind=MaterialKind.FILE, file=file)
    db.session.commit()
    where = address.format(module=module.id, material=material.id, file=file.id)
    version = (file if "replacement" in where else material).version
    form = fields | {"version": version, field: (io.BytesIO(PDF), "Новая памятка.pdf")}

    answer = as_(cast.trainer).post(where, data=form)

    assert answer.status_code in {201, 303}
    assert written == [True]


def test_two_who_change_a_file_at_once_are_told_and_the_new_one_is_not_shown(app, cast, as_):
    file = factories.stored_file(by=cast.trainer)
    material = factories.material(factories.module(factories.cycle()), kind=MaterialKind.FILE, file=file)
    db.session.commit()
    form = {"title": "Иначе", "version": material.version - 1, "upload": (io.BytesIO(PDF), "Новая.pdf")}

    answer = as_(cast.trainer).post(f"/materials/{material.id}/edit", data=form)

    assert answer.status_code == 409
    assert "Иначе" in answer.text
    assert db.session.query(StoredFile).count() == 1
    assert db.session.get(Material, material.id).file.original_name == "Памятка.pdf"
