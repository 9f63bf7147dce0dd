"""SQLite has one writer at a time: it must not be the one who draws a picture or writes fifty megabytes."""

from __future__ import annotations

import io

import pytest

from lms.extensions import db
from lms.materials import actions, pictures
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.quizzes.models import Question
from tests import factories
from tests.materials.test_pure import PDF, PNG
from tests.quizzes.test_builder import rows, single
from tests.quizzes.test_pictures import moodle_xml


@pytest.fixture
def written(others_write) -> list[str]:
    """What was done with files while others could write."""
    others_write(actions, "laid_down")
    return others_write(pictures, "check")


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
    assert written == ["laid_down"]


def test_others_write_while_a_picture_for_a_page_is_looked_at_and_drawn(app, cast, as_, written):
    module = factories.module(factories.cycle())
    db.session.commit()
    dropped = as_(cast.trainer).post("/materials/uploads", data={"file": (io.BytesIO(PNG), "Схема.png")})
    form = {"title": "Памятка", "body": "Текст.", "uploads": (io.BytesIO(PNG), "Схема.png")}
    added = as_(cast.trainer).post(f"/materials/new?module_id={module.id}&kind=page", data=form)

    assert (dropped.status_code, added.status_code) == (201, 303)
    assert written == ["check", "laid_down"] * 2


@pytest.mark.parametrize("name", ["new", "edit", "new in the bank", "edit in the bank"])
def test_others_write_while_the_picture_of_a_question_is_drawn(app, cast, as_, written, name):
    quiz = factories.quiz(factories.module(factories.cycle()))
    topic = factories.topic("Сметы")
    question = factories.question(quiz, right=("да",), wrong=("нет",))
    banked = factories.question(None, right=("да",), wrong=("нет",), topic=topic)
    db.session.commit()
    address, version = {
        "new": (f"/quizzes/{quiz.id}/questions/new?kind=single", 0),
        "edit": (f"/quizzes/{quiz.id}/questions/{question.id}/edit", question.version),
        "new in the bank": (f"/quizzes/bank/{topic.id}/questions/new?kind=single", 0),
        "edit in the bank": (f"/quizzes/bank/{topic.id}/questions/{banked.id}/edit", banked.version),
    }[name]
    typed = single(**rows(("Да", True), ("Нет", False)), version=str(version))

    answer = as_(cast.trainer).post(address, data=typed | {"picture": (io.BytesIO(PNG), "Схема.png")})

    assert answer.status_code == 303
    assert written == ["check", "laid_down"]
    file = db.session.scalars(db.select(StoredFile)).one()
    changed = db.session.scalars(db.select(Question).where(Question.files.any())).one()
    assert (changed.files, file.uploaded_by_id) == ([file], cast.trainer.id)
    assert f"/files/{file.id}/" in changed.text


@pytest.mark.parametrize("where", ["questions", "bank-questions"])
def test_others_write_while_pictures_of_questions_come_in(app, cast, as_, written, where):
    quiz = factories.quiz(factories.module(factories.cycle()))
    db.session.commit()
    client = as_(cast.trainer)
    shown = client.post(f"/quizzes/{quiz.id}/import", data={"file": (io.BytesIO(moodle_xml()), "moodle.xml")}).location

    answer = client.post(f"{shown}/{where}", data={"take": ["0"]})

    assert answer.status_code == 303
    assert written == ["check", "laid_down"] * 3
    assert db.session.query(StoredFile).count() == 3


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
