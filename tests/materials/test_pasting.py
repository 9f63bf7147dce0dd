"""What comes from a clipboard becomes Markdown; what changed between two texts is found. Without a database."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.materials.differences import passages
from lms.materials.markdown import to_html
from lms.materials.pasted_html import TooLong, to_markdown
from tests.materials.test_markdown import dangers

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {color:red}</style>
<!--[if gte mso 9]><xml><o:x>1</o:x></xml><![endif]--></head><body lang=RU><!--StartFragment-->
<h1>Отчёт <span style='mso-spacerun:yes'> </span>за год<o:p></o:p></h1>
<p class=MsoNormal><b><span>НКО</span></b> сдаёт <i>три</i> отчёта:<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>в Минюст</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span>·&nbsp;&nbsp;</span>в налоговую</p>
<table><tr><td><p>Кто</p></td><td><p>Что | где</p></td></tr><tr><td>Фермер</td><td>хлеб<br>и соль</td></tr></table>
</body></html>"""


def test_a_paste_from_word_is_clean():
    assert to_markdown(WORD) == (
        "## Отчёт за год\n\n**НКО** сдаёт *три* отчёта:\n\n- в Минюст\n- в налоговую\n\n"
        "| Кто | Что \\| где |\n|---|---|\n| Фермер | хлеб и соль |"
    )


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>а</p><p>б</p>", "а\n\nб"),
        ("<ul><li>а<ul><li>б</li></ul></li><li><p>в</p></li></ul>", "- а\n   - б\n- в"),
        ("<ol><li>а<li>б</ol>", "1. а\n2. б"),
        ("<blockquote><p>а</p><p>б</p></blockquote>", "> а\n\n> б"),
        ("<pre><code>a *b*\nc</code></pre>", "```\na *b*\nc\n```"),
        ('<a href="https://a.example/b c">ф</a>', "[ф](https://a.example/b%20c)"),
        ('<a href="javascript:alert(1)">ф</a>', "ф"),
        ('<a href="//evil.example/">ф</a>', "ф"),
        ('<img src="data:image/png;base64,x" alt="а">', ""),
        ('<img src="/files/7/a.png" alt="а">', "![а](/files/7/a.png)"),
        ("<b style='font-weight:normal'><p>а</p></b>", "а"),
        ("2*3_4 [x] &lt;b&gt;", "2\\*3\\_4 \\[x\\] \\<b\\>"),
        ("<p># а</p><p>- б</p>", "\\# а\n\n\\- б"),
        ("", ""),
    ],
)
def test_each_part_of_a_page_has_its_markdown(html, markdown):
    assert to_markdown(html) == markdown


@given(st.text(alphabet="<>/ abpulitdhrefsc=\"'&;x\n*_[]()", max_size=200))
def test_nothing_pasted_becomes_a_script(html):
    assert dangers(to_html(to_markdown(html))) == []


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<b>", "<ul>", "<div>", "<blockquote>", "<a href=x>", "<!--", "<![if", "<table>"])
def test_a_megabyte_of_anything_is_refused_or_read_in_a_moment(piece):
    began = time.process_time()

    with suppress(TooLong):
        to_markdown((piece * 1024 * 1024)[: 1024 * 1024])

    assert time.process_time() - began < 4


# --- differences ------------------------------------------------------------------------------------------------------
def test_words_that_changed_are_marked_and_the_rest_is_left_alone():
    (same, changed) = passages("Начало\nдо 15 апреля\n", "Начало\nдо 31 апреля\n")

    assert not same.changed
    assert [(piece.kind, piece.text) for piece in changed.together] == [
        ("same", "до "), ("gone", "15"), ("new", "31"), ("same", " апреля\n"),
    ]  # fmt: skip


@given(st.text(alphabet="аб \n.", max_size=80), st.text(alphabet="аб \n.", max_size=80))
def test_both_texts_are_whole_in_the_difference(before, after):
    found = passages(before, after)

    assert "".join(piece.text for one in found for piece in one.before) == before
    assert "".join(piece.text for one in found for piece in one.after) == after
    woven = [piece for one in found for piece in one.together]
    assert "".join(piece.text for piece in woven if piece.kind != "new") == before
    assert "".join(piece.text for piece in woven if piece.kind != "gone") == after


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [("а\n" * 50_000, "а\nб\n" * 25_000), ("слово " * 8_000, "другое " * 8_000), ("", "x" * 100_000)],
)
def test_two_pages_of_a_hundred_kilobytes_are_compared_in_a_moment(before, after):
    began = time.process_time()

    passages(before, after)

    assert time.process_time() - began < 4
