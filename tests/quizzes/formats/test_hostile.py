"""Broken and hostile files: a sentence with a line, never another error, and nothing that takes long."""

from __future__ import annotations

import os
import random
import time
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from lms import spreadsheet
from lms.quizzes.formats import (
    gift,
    moodle_xml,
    qti,
    qti_writer,
    reading,
    sheet,
    sheet_writer,
)
from lms.quizzes.formats.draft import Unreadable
from lms.quizzes.formats.xml import parse

# Files for each importer; LMS_PROOF=full is what is promised.
SPOILT = 10_000 if os.environ.get("LMS_PROOF") == "full" else 1500


def refused(content: bytes) -> tuple[str, int]:
    with pytest.raises(Unreadable) as caught:
        reading.read(content)
    return str(caught.value), caught.value.line


def problems(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in reading.read(text.encode())[1].problems]


def test_a_brace_that_is_never_closed_costs_its_own_question_only():
    text = "::Первый::Сколько? {\n=1\n\n::Второй::Сколько? {=2}\n\nТретий {~1 ~2}\n\nЛишняя } скобка\n"
    _form, found = reading.read(text.encode())
    assert [draft.title for draft in found.drafts] == ["Второй"]
    assert [(one.line, one.message) for one in found.problems] == [
        (1, "The opening brace { is never closed."),
        (6, "No answer is right."),
        (8, "A closing brace } without an opening one. If it belongs to the text, write \\}."),
    ]


def test_no_right_answer_is_said_with_its_line():
    assert problems("Один?\nA) да\nB) нет\nANSWER: C\n") == [(1, "The right answer “C” is none of the choices.")]
    assert problems("Вопрос;Ответы\nДа?;нет | 0\n") == [(2, "No answer gives all of the points.")]


def test_xml_with_entities_is_refused():
    bomb = '<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>'
    outside = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'
    for text in (bomb, outside):
        assert refused(text.encode())[0] == "The file declares entities of its own; such a file is not read."


def test_xml_with_200_000_levels_is_refused_at_once():
    begun = time.monotonic()
    said, line = refused(b"<quiz>\n" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</quiz>")
    assert said == "The file has too many elements, or they stand too deep in each other."
    assert line == 2
    assert time.monotonic() - begun < 5


def test_xml_that_breaks_off_is_said_with_its_line():
    assert refused(b"<?xml version='1.0'?>\n<quiz>\n<question>\n")[1] == 4


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["../../x.xml", "/etc/x.xml", "C:\\x.xml", "a/../../x.xml"])
def test_an_archive_whose_names_lead_out_is_refused(name: str):
    assert "leads out of it" in refused(zipped((name, b"<assessmentItem/>")))[0]


def test_an_archive_that_would_grow_too_large_is_refused():
    assert (
        refused(zipped(*[(f"{at}.xml", b" " * 9_000_000) for at in range(7)]))[0] == "The archive would grow too large."
    )
    assert refused(zipped(("one.xml", b" " * 11_000_000)))[0] == "The archive would grow too large."


def test_an_archive_that_lies_about_its_size_is_read_no_further():
    content = bytearray(zipped(("imsmanifest.xml", b"<manifest/>" + b" " * 30_000_000)))
    for at in range(len(content) - 4):
        if content[at : at + 4] == (30_000_011).to_bytes(4, "little"):
            content[at : at + 4] = (100).to_bytes(4, "little")
    assert refused(bytes(content))[0] in {"The archive would grow too large.", "The archive is damaged or locked."}


def test_too_much_is_refused():
    assert refused(b"x" * 5_000_001)[0] == "The file is too large: at most 5 MB."
    assert refused("\n\n".join(f"Вопрос {at} {{}}" for at in range(2001)).encode()) == (
        "The file is too long: at most 2,000 questions at once.", 4001,
    )  # fmt: skip
    assert refused(b"  \n ")[0] == "There is nothing in it."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_texts_are_read_in_the_encodings_they_come_in(encoding: str):
    text = "::Почта::Можно ли отправлять пароль письмом? {FALSE#Нельзя, письма читают и другие}\n"
    _form, found = reading.read(text.encode(encoding))
    assert found.drafts[0].text == "Можно ли отправлять пароль письмом?"
    xml = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?><quiz><question type='essay'><questiontext "
    xml += "format='html'><text>Расскажите о центре</text></questiontext></question></quiz>"
    assert reading.read(xml.encode(encoding))[1].drafts[0].text == "Расскажите о центре"


def test_scripts_and_foreign_pictures_do_not_come_along():
    text = '[html]<p onclick\\="x()">Да<script>alert(1)</script><img src\\="https\\://evil.example/x.png">?</p> {T}'
    draft = reading.read(text.encode())[1].drafts[0]
    assert draft.text == "Да?"
    assert draft.warnings == ["A picture is not in the file: https://evil.example/x.png."]


# --- generated files --------------------------------------------------------------------------------------------------
_GIFT = """// [id:1] [tag:раз]
$CATEGORY: $course$/top/Закон

::Имя::[html]<p>Два + два?</p> {#4:0.5 =%50%5..6#почти ####Объяснение}

Верно? {TRUE#нет#да}

Выбор {=да#верно ~%50%может ~нет\\~}

Пары {=а -> б =в -> г =-> д}

Слово {=кот =%50%к*т} дальше

Эссе {}
"""
_MOODLE = """<?xml version="1.0" encoding="UTF-8"?><quiz><question type="category"><category><text>$course$/a</text>
</category></question><question type="cloze"><questiontext format="html"><text><![CDATA[<p>a {1:MC:=да#q~%50%нет} b
{2:NM:=5:0.1} <img src="@@PLUGINFILE@@/a.png"></p>]]></text><file name="a.png" encoding="base64">iVBORw0K</file>
</questiontext></question><question type="numerical"><questiontext><text>5?</text></questiontext><answer fraction="100">
<text>5</text><tolerance>0.1</tolerance></answer><units><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit>
</units></question><question type="multichoice"><questiontext><text>?</text></questiontext><single>true</single>
<answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer></question>
<question type="matching"><questiontext><text>?</text></questiontext><subquestion><text>a</text><answer><text>b</text>
</answer></subquestion></question><question type="ddwtos"><questiontext><text>[[1]]</text></questiontext><dragbox>
<text>a</text><group>1</group></dragbox></question></quiz>"""
_AIKEN = "Сколько?\nA. один\nB) два\nANSWER: B\n\nЕщё?\nA) да\nB) нет\nОТВЕТ: A\n"
_TABLE = (
    'Тип;Вопрос;Ответы;Баллы;Настройки\nпропуски;а [[1]];"[[1]] число 2; единица: м\n5 ± 1 | 50 | да";2;\n'
    'соответствие;?;"а | б\nв | г\n | д";1;\nэссе;?;к | 2;2;слов: 5-10\nчисло;?;5 ± 5%;1;единицы: см = 0,01\n'
)


def _qti() -> bytes:
    drafts = sheet_writer.examples()
    package = zipfile.ZipFile(BytesIO(qti_writer.write(drafts)))
    return b"\0".join(package.read(name) for name in package.namelist() if name.startswith("items/"))


def _book() -> bytes:
    return b"".join(spreadsheet.xlsx("Вопросы", sheet_writer.lines(sheet_writer.examples()), sheet_writer.WIDTHS))


_PIECES = [
    "{", "}", "=", "~", "#", "\\", "->", "::", "%50%", "####", "\n", "\n\n", "<p>", "</p>", "<", ">", "&", "]]>",
    "[[1]]", "[[9]]", "|", ";", '"', "1e999", "NaN", "-", "..", ":", "\ud800", "\0", "\ufffe", "\ue000", "%-999%",
    "$CATEGORY:", "//", "ANSWER: Z", "<question>", "</quiz>", "<value>", 'type="', 'fraction="1e9"', "²", "٣",
    "{9999:MC:", "±",
]  # fmt: skip


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """The seed with a few places cut, doubled, swapped or filled with signs that mean something."""
    content = bytearray(seed)
    for _time in range(dice.randint(1, 8)):
        at = dice.randrange(len(content) + 1)
        end = min(len(content), at + dice.choice([1, 2, 8, 40, 200]))
        match dice.randrange(5):
            case 0:
                del content[at:end]
            case 1:
                content[at:at] = content[at:end]
            case 2:
                content[at:at] = dice.choice(_PIECES).encode("utf-8", "surrogatepass")
            case 3:
                content[at:end] = bytes(dice.randrange(256) for _byte in range(min(end - at, 8)))
            case 4:
                other = dice.randrange(len(content) + 1)
                content[at:at] = content[other : other + 60]
    return bytes(content)


def _qti_package(item: bytes) -> bytes:
    return zipped(
        ("imsmanifest.xml", b'<manifest><resource type="imsqti_item" href="a.xml"/></manifest>'), ("a.xml", item)
    )


def _nothing(content: bytes) -> bytes:
    return content


_IMPORTERS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], object], Callable[[bytes], bytes]]] = {
    "gift": (lambda: [_GIFT.encode()], lambda content: gift.read(content.decode("utf-8", "replace")), _nothing),
    "moodle": (lambda: [_MOODLE.encode()], moodle_xml.read, _nothing),
    "aiken": (lambda: [_AIKEN.encode()], reading.read, _nothing),
    "table": (lambda: [_TABLE.encode()], sheet.read, _nothing),
    "workbook": (lambda: [_book()], sheet.read, _nothing),
    "qti": (lambda: _qti().split(b"\0"), qti.read, _qti_package),
    "qti archive": (lambda: [qti_writer.write(sheet_writer.examples())], qti.read, _nothing),
}


def torture(name: str, times: int) -> int:
    """How many of so many spoilt files were read at all; whatever is not Unreadable comes through."""
    seeds, read, wrap = _IMPORTERS[name]
    dice, read_at_all = random.Random(f"{name} 2026"), 0
    found = seeds()
    for _time in range(times):
        try:
            read(wrap(mutated(dice.choice(found), dice)))
            read_at_all += 1
        except Unreadable as error:
            assert str(error)
    return read_at_all


@pytest.mark.slow
@pytest.mark.parametrize("name", _IMPORTERS)
def test_spoilt_files_give_a_sentence_and_never_another_error(name: str):
    torture(name, SPOILT)


@pytest.mark.parametrize("name", _IMPORTERS)
def test_a_few_spoilt_files_give_a_sentence(name: str):
    torture(name, 40)


def test_one_text_of_markup_has_no_more_levels_than_a_page():
    with pytest.raises(Unreadable):
        parse("<a>" * 101 + "</a>" * 101)
