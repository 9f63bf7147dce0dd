"""Paper made by the house: it can be read by programs, it breaks where pages end, and it costs nothing until used."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from lms import pdf
from lms.materials.markdown import to_html

PAGE = """
## Первый разговор

Слушать **больше**, чем *говорить*. Ссылка: [наша страница](/materials/3), [чужая](https://example.org/?a=1&b="2"),
[на этой же](#s-itog) и ~~зачёркнуто~~, `код`.

> Сначала — человек.
>
> Потом — бумага.

1. Первое
2. Второе
   - вложенное
   - [x] сделано

| Дело | Кто | Сколько |
|:-----|:---:|--------:|
| Встреча & чай | Ирина | 5 |
| <b>Итог</b> | все | 12 |

```
print("<a>")
```

![Схема](/files/1/plan.png)

Сноска[^1].

[^1]: Вот она.

---

#### Итог
"""


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(content).pages).replace("\u00a0", " ")


def png(width: int = 40, height: int = 30) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#2a4899").save(made, "PNG")
    return made.getvalue()


def test_what_is_written_can_be_read_and_searched():
    document = pdf.Document("Отчёт за март", author="РЦ Сальск", made_at=datetime(2026, 3, 31, 12, tzinfo=UTC))
    document.heading("Отчёт за март", 1)
    document.paragraph("Придут 58\u00a0человек, 15:00\u2060–\u206016:30: <b>не тег</b> & «ёлочки».")
    document.items(["первое", "второе"], numbered=True)

    content = document.bytes()

    text = text_of(content)
    assert "Придут 58 человек, 15:00–16:30: <b>не тег</b> & «ёлочки»." in text
    assert "1." in text and "второе" in text
    file = read(content)
    assert (file.metadata.title, file.metadata.author) == ("Отчёт за март", "РЦ Сальск")
    assert file.metadata.creation_date == datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert file.trailer["/Root"]["/Lang"] == "ru"
    assert [entry.title for entry in file.outline] == ["Отчёт за март"]


def test_its_fonts_are_in_it_and_hold_only_the_letters_used():
    document = pdf.Document("Письмо")
    document.paragraph("Да.")
    content = document.bytes()

    fonts = [font.get_object() for font in read(content).pages[0]["/Resources"]["/Font"].values()]
    embedded = [font for font in fonts if font["/BaseFont"] != "/Helvetica"]
    assert embedded
    assert all(re.match(r"/[A-Z]{6}\+PTSans", font["/BaseFont"]) for font in embedded)
    assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)
    assert len(content) < 60_000


def test_a_long_table_goes_over_pages_and_says_its_head_on_each():
    document = pdf.Document("Кто был")
    document.table(["Имя", "Центр", "Встреч"], ((f"Участникова{n} Анна", "Сальск", n * 1000) for n in range(200)))

    pages = [page.extract_text().replace("\u00a0", " ") for page in read(document.bytes()).pages]

    assert len(pages) > 2
    assert all("Центр" in page for page in pages)
    assert f"2 /\n{len(pages)}" in pages[1] or f"2 / {len(pages)}" in pages[1]
    assert "199 000" in pages[-1]


def test_a_cell_longer_than_a_page_is_no_broken_file():
    document = pdf.Document("Много")
    document.table(["Кто", "Что"], [["Анна", "слово " * 4000], ["Олег", "б" * 3000]])

    assert len(read(document.bytes()).pages) > 2


def test_the_same_calls_give_the_same_bytes():
    def made() -> bytes:
        document = pdf.Document("Отчёт", made_at=datetime(2026, 3, 31, tzinfo=UTC))
        document.html(to_html(PAGE))
        document.table(["Имя"], [["Анна"]])
        document.qr("https://lms.test")
        return document.bytes()

    assert made() == made()


def test_our_pages_become_paper():
    document = pdf.Document("Первый разговор")
    document.html(to_html(PAGE), base="https://lms.test", picture_of=lambda address: png())

    content = document.bytes()

    text = " ".join(text_of(content).split())
    for said in (
        "Слушать больше, чем говорить.", "Сначала — человек.", "[×] сделано", "Встреча & чай", "Итог все 12",
        'print("<a>")', "Вот она.", "на этой же",
    ):  # fmt: skip
        assert said in text
    page = read(content).pages[0]
    links = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    assert links == ["https://lms.test/materials/3", "https://example.org/?a=1&b=%222%22"]
    assert len(page.images) == 1


def test_callouts_checklists_footnotes_and_tables_keep_their_words_on_paper():
    document = pdf.Document("Памятка")
    document.html(
        to_html(
            "> [!ВАЖНО] до 15 апреля\n> Сдать **отчёт**[^1].\n>\n> - [x] смета\n> - [ ] акты\n\n[^1]: На бланке.\n\n"
            "| Кто | Что |\n|---|--:|\n| Фермер | сыр |\n"
        )
    )

    text = " ".join(text_of(document.bytes()).split())

    for said in ("Важно: до 15 апреля", "Сдать отчёт", "[×] смета", "[ ] акты", "На бланке.", "Фермер сыр"):
        assert said in text


def test_a_picture_that_is_none_gives_its_words():
    document = pdf.Document("Без картинки")
    document.html(to_html("Вот: ![Схема офиса](/files/1/plan.png)"), picture_of=lambda _address: b"no picture at all")

    assert "Схема офиса" in text_of(document.bytes())
    with pytest.raises(ValueError, match="not a picture"):
        document.picture(b"MZ")


def test_a_picture_larger_than_the_page_is_shrunk():
    document = pdf.Document("Плакат")
    document.picture(png(300, 4000))

    assert len(read(document.bytes()).pages) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><ul><li>раз</li></ul><p>два</p><table><tr><td>три</td></tr></table></td></tr></table>",
        "<ol start='x'><li></li></ol><dl><dt>а</dt><dd>б</dd></dl><details><summary>с</summary>д</details>",
        "<b><p>раз<i>два</b></p></i><a href='https://a.test'>x<a href='https://b.test'>y</a></a><hr><li>один</li>",
        "<blockquote><blockquote><p>раз</p><pre>  два\n\n\tтри</pre></blockquote></blockquote><h2></h2><h5>пять</h5>",
        "<p>" + "слово" * 500 + "</p>",
    ],
)
def test_strange_tags_keep_their_words(html):
    document = pdf.Document("Странное")
    document.html(html)

    text = "".join(text_of(document.bytes()).split())
    for word in re.findall(r"[а-я]{3,}", re.sub(r"<[^>]*>", " ", html)):
        assert word in text


PIECES = [
    *"*_`~[]()!#>-|<&\n\"' ", "\n\n", "1. ", "- ", "| a |\n|---|\n| ", "слово", "</b>", "<b>", "<td>", "<li>", "<dd>",
    "<details>", "<a href='/x'>", "[^1]", "\u2060", "🙂", "```\n", "> ",
]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_markdown_makes_becomes_paper(markdown):
    document = pdf.Document("Любое")
    document.html(to_html(markdown), base="https://lms.test")

    assert document.bytes().startswith(b"%PDF-")


def test_a_sheet_makes_a_long_name_fit():
    sheet = pdf.Sheet("Лист", lang="en")
    end = sheet.block("Константинопольская-Задунайская " * 3, 20, 50, width=120, size=40, lines=2)
    sheet.qr("https://lms.test/certificates/1", 10, 10, 30)
    sheet.mark(100, 10, 20)

    content = sheet.bytes()

    assert end > 50
    assert "Задунайская" in text_of(content)
    assert read(content).trailer["/Root"]["/Lang"] == "en"
    assert len(read(content).pages) == 1


@pytest.mark.slow
def test_the_writer_is_not_loaded_until_something_is_written():
    """The budget of performance.md: a fifth of a second at every start, for what most processes never do."""
    code = (
        "import sys, lms.app, lms.pdf; assert 'reportlab' not in sys.modules; lms.pdf.Document('x').bytes(); "
        "assert 'reportlab' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError):
        _ = pdf.Paper
