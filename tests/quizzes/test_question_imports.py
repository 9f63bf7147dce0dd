"""Questions come from a file and go into one; nothing is stored before it is chosen."""

from __future__ import annotations

import base64
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from lms.clock import now
from lms.extensions import db
from lms.quizzes import import_actions
from lms.quizzes.import_models import QuestionImport
from lms.quizzes.import_worker import forget_old_imports
from lms.quizzes.models import Question, Topic
from tests import factories

GIFT = (
    "::Почта::Можно ли отправлять пароль письмом? {FALSE#Нельзя}\n\nСколько дней в неделе? {#7}\n\nБез ответа {~а ~б}\n"
)


@pytest.fixture
def quiz(cast):
    made = factories.quiz(factories.module(factories.cycle(), title="Почта"), title="Почта и пароли")
    db.session.commit()
    return made.id


def _questions(quiz_id: int) -> list[Question]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Question).where(Question.quiz_id == quiz_id).order_by(Question.position)))


def _png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


def _sent(client, quiz_id: int, content: bytes, name: str = "вопросы.txt"):
    return client.post(f"/quizzes/{quiz_id}/import", data={"file": (BytesIO(content), name)})


def test_a_file_is_shown_with_lines_and_only_the_ticked_is_stored(as_, cast, quiz):
    client = as_(cast.trainer)
    answer = _sent(client, quiz, GIFT.encode("cp1251"))
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Можно ли отправлять пароль письмом?" in page
    assert "Строка 5: Нет ни одного верного ответа." in page.replace("\u00a0", " ")
    assert _questions(quiz) == []

    stored = client.post(f"{answer.location}/questions", data={"take": ["1"]})
    assert stored.status_code == 303
    assert [(one.kind.value, one.settings["answers"][0]["answer"]) for one in _questions(quiz)] == [("number", "7")]
    assert db.session.scalar(sa.select(sa.func.count(QuestionImport.id))) == 0


def test_a_file_that_cannot_be_read_is_said_at_the_field(as_, cast, quiz):
    client = as_(cast.trainer)
    answer = _sent(client, quiz, b"<?xml version='1.0'?>\n<quiz>\n<question>\n")
    assert answer.status_code == 422
    assert "Строка 4: Это не правильный XML" in answer.get_data(as_text=True).replace("\u00a0", " ")
    pasted = client.post(f"/quizzes/{quiz}/import", data={"text": "  "})
    assert pasted.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(QuestionImport.id))) == 0


def test_pictures_come_with_moodle_xml_and_go_out_again(as_, cast, quiz):
    client = as_(cast.trainer)
    picture = base64.b64encode(_png()).decode()
    xml = (
        '<quiz><question type="truefalse"><questiontext format="html"><text><![CDATA[<p>Флаг '
        '<img src="@@PLUGINFILE@@/f.png" alt="флаг"></p>]]></text><file name="f.png" encoding="base64">'
        f'{picture}</file></questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0">'
        "<text>false</text></answer></question></quiz>"
    )
    shown = _sent(client, quiz, xml.encode(), "a.xml").location
    client.post(f"{shown}/questions", data={"take": ["0"]})
    (question,) = _questions(quiz)
    assert [file.original_name for file in question.files] == ["f.png"]
    assert f'<img src="/files/{question.files[0].id}/f.png" alt="флаг">' in question.text_html
    package = client.get(f"/quizzes/{quiz}/export/qti21").data
    names = zipfile.ZipFile(BytesIO(package)).namelist()
    assert next(name for name in names if name.startswith("media/")).endswith("f.png")


@pytest.mark.parametrize("name", ["gift", "moodle", "qti21", "qti22", "xlsx"])
def test_what_is_exported_can_be_imported_again(as_, cast, quiz, name):
    client = as_(cast.trainer)
    shown = _sent(client, quiz, GIFT.encode()).location
    client.post(f"{shown}/questions", data={"take": ["0", "1"]})
    told = [(one.kind, one.text, one.settings) for one in _questions(quiz)]
    content = client.get(f"/quizzes/{quiz}/export/{name}").data
    again = _sent(client, quiz, content).location
    client.post(f"{again}/questions", data={"take": ["0", "1"]})
    assert [(one.kind, one.text, one.settings) for one in _questions(quiz)] == told + told
    assert client.get(f"/quizzes/{quiz}/export").status_code == 200


def test_the_template_is_a_file_that_can_be_imported(as_, cast, quiz):
    client = as_(cast.trainer)
    content = client.get("/quizzes/questions-template.xlsx").data
    shown = _sent(client, quiz, content, "шаблон.xlsx").location
    client.post(f"{shown}/questions", data={"take": [str(number) for number in range(10)]})
    assert len({one.kind for one in _questions(quiz)}) == 10


def test_only_who_teaches_imports_and_sees_only_her_own_file(as_, cast, quiz):
    shown = _sent(as_(cast.trainer), quiz, GIFT.encode()).location
    assert as_(cast.coordinator).get(shown).status_code == 404
    assert as_(cast.volunteer).get(f"/quizzes/{quiz}/import").status_code == 403
    assert as_(cast.trainer).post(f"{shown}/end").status_code == 303
    assert as_(cast.trainer).get(shown).status_code == 404


def test_the_preview_shows_words_and_no_signs_of_markup(as_, cast, quiz):
    client = as_(cast.trainer)
    page = client.get(_sent(client, quiz, b"[markdown]**Very** _much_ {T}").location).get_data(as_text=True)
    assert ">Very much</label>" in page


def test_a_text_of_brackets_alone_is_refused_with_words(as_, cast, quiz):
    client = as_(cast.trainer)
    page = client.get(_sent(client, quiz, b"[markdown]" + b"[" * 11_000 + b" {T}").location).get_data(as_text=True)
    assert "Текст слишком длинный" in page


def test_questions_go_into_the_bank_by_the_topics_of_the_file(as_, cast, quiz):
    client = as_(cast.trainer)
    there = factories.topic("Пароли")
    factories.question(None, right=("да",), wrong=("нет",), topic=there)
    gift = "Без темы? {T}\n\n$CATEGORY: $course$/top/Пароли\n\nДва? {#2}\n\nТри? {#3}\n\n$CATEGORY: Письма\n\nДа? {T}\n"
    shown = _sent(client, quiz, gift.encode()).location
    assert "Положить в банк" in client.get(shown).get_data(as_text=True).replace("\u00a0", " ")

    stored = client.post(f"{shown}/bank-questions", data={"take": ["0", "1", "2", "3"]})

    assert stored.location == "/quizzes/bank" and _questions(quiz) == []
    topics = db.session.scalars(sa.select(Topic).order_by(Topic.title)).all()
    told = {topic.title: [(one.position, one.text) for one in topic.questions] for topic in topics}
    assert told == {
        "Пароли": [(1, "Что сделать первым?"), (2, "Два?"), (3, "Три?")],
        "Письма": [(1, "Да?")],
        "Почта и пароли": [(1, "Без темы?")],
    }
    assert db.session.scalar(sa.select(sa.func.count(QuestionImport.id))) == 0


def test_a_file_nobody_chose_from_goes_after_a_week(as_, cast, quiz):
    shown = _sent(as_(cast.trainer), quiz, GIFT.encode()).location
    (kept,) = db.session.scalars(sa.select(QuestionImport))
    kept.created_at = now() - timedelta(days=6)
    forget_old_imports()
    assert as_(cast.trainer).get(shown).status_code == 200

    kept.created_at = now() - timedelta(days=8)
    forget_old_imports()
    assert as_(cast.trainer).get(shown).status_code == 404


def test_a_picture_that_cannot_be_stored_leaves_no_file_and_no_question(as_, cast, quiz, app, monkeypatch):
    client = as_(cast.trainer)
    picture = base64.b64encode(_png()).decode()
    xml = (
        '<quiz><question type="essay"><questiontext format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/f.png">]]>'
        f'</text><file name="f.png" encoding="base64">{picture}</file></questiontext></question></quiz>'
    )
    shown = _sent(client, quiz, xml.encode(), "a.xml").location
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    before = {path for path in folder.rglob("*") if path.is_file()}

    def full(*_things):
        raise OSError("the disk is full")

    monkeypatch.setattr(import_actions, "to_html", full)
    with pytest.raises(OSError, match="full"):
        client.post(f"{shown}/questions", data={"take": ["0"]})
    assert {path for path in folder.rglob("*") if path.is_file()} == before and _questions(quiz) == []
