"""Pictures in questions, choices, pairs and items: uploaded, or come along with a file, seen by whoever is asked."""

from __future__ import annotations

import base64
import re
import zipfile
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from lms.extensions import db
from lms.materials.models import StoredFile
from lms.quizzes.models import Question, QuestionKind
from tests import factories
from tests.quizzes.test_builder import rows, single


def png(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    return out.getvalue()


def colour_of(content: bytes) -> tuple[int, ...]:
    return Image.open(BytesIO(content)).convert("RGB").getpixel((1, 1))


def pictures_on(page) -> list[str]:
    return re.findall(r'<img [^>]*?\bsrc="(/files/[^"]+)"', page.get_data(as_text=True))


def imported(client, quiz, content: bytes, name: str) -> Question:
    shown = client.post(f"/quizzes/{quiz.id}/import", data={"file": (BytesIO(content), name)}).location
    client.post(f"{shown}/questions", data={"take": ["0"]})
    return db.session.scalars(sa.select(Question).order_by(Question.id.desc())).first()


def moodle_xml() -> bytes:
    def told(name: str, colour: str) -> str:
        picture = base64.b64encode(png(colour)).decode()
        return (
            f'<text><![CDATA[<p>Где <img src="@@PLUGINFILE@@/{name}" alt="{colour}"></p>]]></text>'
            f'<file name="{name}" path="/" encoding="base64">{picture}</file>'
        )

    answers = "".join(
        f'<answer fraction="{share}" format="html">{told(f"{colour}.png", colour)}</answer>'
        for share, colour in ((100, "red"), (0, "blue"))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><quiz><question type="multichoice"><questiontext format="html">'
        f"{told('green.png', 'green')}</questiontext><single>true</single>{answers}</question></quiz>"
    ).encode()


@pytest.fixture
def seen(cast, as_, quiz):
    """What the learner sees of the quiz: the colours of its pictures, in their order on the page."""

    def look() -> list[tuple[int, ...]]:
        client = as_(cast.volunteer)
        page = client.get(client.post(f"/quizzes/{quiz.id}/attempts").location)
        return [colour_of(client.get(address).data) for address in pictures_on(page)]

    return look


GREEN, RED, BLUE = (0, 128, 0), (255, 0, 0), (0, 0, 255)


def test_pictures_of_question_and_choices_come_from_moodle_and_are_seen_by_who_is_asked(cast, as_, quiz, seen):
    question = imported(as_(cast.trainer), quiz, moodle_xml(), "moodle.xml")

    assert seen() == [GREEN, RED, BLUE]
    for file in question.files:
        assert as_(cast.stranger).get(f"/files/{file.id}/x.png").status_code == 404


def test_pictures_of_choices_stay_when_the_question_is_changed(cast, as_, quiz, seen):
    client = as_(cast.trainer)
    question = imported(client, quiz, moodle_xml(), "moodle.xml")
    choices = [(one.text, one.is_right) for one in question.choices]
    form = rows(*choices, ids=tuple(one.id for one in question.choices))

    saved = client.post(
        f"/quizzes/{quiz.id}/questions/{question.id}/edit",
        data=single(**form, version=question.version) | {"text": f"{question.text}\n\nИначе?"},
    )

    assert saved.status_code == 303 and len(question.files) == 3
    assert seen() == [GREEN, RED, BLUE]


def test_pictures_go_out_with_qti_and_moodle_and_come_back(cast, as_, quiz, seen):
    client = as_(cast.trainer)
    imported(client, quiz, moodle_xml(), "moodle.xml")
    for name in ("qti21", "qti22", "moodle"):
        content = client.get(f"/quizzes/{quiz.id}/export/{name}").data
        if name != "moodle":
            media = [one for one in zipfile.ZipFile(BytesIO(content)).namelist() if one.startswith("media/")]
            assert len(media) == 3
        again = factories.quiz(quiz.module)
        db.session.commit()
        question = imported(client, again, content, "export")
        kept = {file.id: file for file in question.files}
        shown = [
            re.findall(r"/files/(\d+)/", text) for text in (question.text, *(one.text for one in question.choices))
        ]
        assert [len(ids) for ids in shown] == [1, 1, 1] and {int(ids[0]) for ids in shown} == set(kept)
        told = [colour_of(client.get(f"/files/{ids[0]}/x.png").data) for ids in shown]
        assert told == [GREEN, RED, BLUE]


def test_an_uploaded_picture_stands_under_the_text_with_its_words(cast, as_, quiz, seen):
    upload = {"picture": (BytesIO(png("red")), "схема.png"), "picture_words": "Схема дела"}
    data = single(**rows(("Да", True), ("Нет", False))) | upload
    as_(cast.trainer).post(f"/quizzes/{quiz.id}/questions/new?kind=single", data=data)

    (question,) = quiz.live_questions
    assert re.search(r"!\[Схема дела\]\(/files/\d+/", question.text) and seen() == [RED]


def test_pairs_and_items_show_uploaded_pictures(cast, as_, quiz, seen):
    client = as_(cast.trainer)
    first = imported(client, quiz, moodle_xml(), "moodle.xml")
    red, blue = (one.text for one in first.choices)
    form = {"kind": "matching", "points": "1", "text": "Что где?", "explanation": "", "extra": ""}
    form |= {"pairs-0-left": red, "pairs-0-right": "красный", "pairs-1-left": "синий", "pairs-1-right": blue}
    client.post(f"/quizzes/{quiz.id}/questions/new?kind=matching", data=form)
    items = {"kind": "ordering", "points": "1", "text": "По порядку?", "items": f"{blue}\n{red}", "scoring": "exact"}
    client.post(f"/quizzes/{quiz.id}/questions/new?kind=ordering", data=items)
    matching, ordering = quiz.live_questions[1:]

    assert [one.kind for one in (matching, ordering)] == [QuestionKind.MATCHING, QuestionKind.ORDERING]
    assert len(matching.files) == len(ordering.files) == 2
    assert sorted(seen()) == sorted([GREEN, RED, BLUE, RED, BLUE, RED, BLUE])


@pytest.mark.parametrize(
    "name, content", [("a.svg", b"<svg onload='x()'/>"), ("a.png", b"no picture"), ("a.html", b"<b>x</b>")]
)
def test_what_is_no_picture_does_not_come_along_and_is_named(cast, as_, quiz, name, content):
    xml = (
        '<quiz><question type="essay"><questiontext format="html">'
        f'<text><![CDATA[<p>Что? <img src="@@PLUGINFILE@@/{name}"></p>]]></text>'
        f'<file name="{name}" encoding="base64">{base64.b64encode(content).decode()}</file>'
        "</questiontext></question></quiz>"
    )
    client = as_(cast.trainer)
    shown = client.post(f"/quizzes/{quiz.id}/import", data={"file": (BytesIO(xml.encode()), "a.xml")}).location
    assert name in client.get(shown).get_data(as_text=True)

    client.post(f"{shown}/questions", data={"take": ["0"]})

    assert db.session.scalars(sa.select(StoredFile)).all() == []
    assert "<img" not in quiz.live_questions[0].text_html
