"""What trainers write becomes good HTML, and nothing that anybody writes becomes a script."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.materials import callouts, markdown
from lms.materials.markdown import Heading, contents, files_in, to_html, to_text
from tests.conftest import SHARED

CORPUS = SHARED / "data" / "markdown_xss"


# --- what it looks like -----------------------------------------------------------------------------------------------
def test_headings_begin_at_the_second_level_skip_none_and_carry_ids():
    html = to_html("# К кому идти\n\n### Магазин\n\n# К кому идти\n\n## `Код` и *курсив*\n")

    assert html == (
        '<h2 id="s-k-komu-idti">К&nbsp;кому идти</h2>\n'
        '<h3 id="s-magazin">Магазин</h3>\n'
        '<h2 id="s-k-komu-idti-2">К&nbsp;кому идти</h2>\n'
        '<h3 id="s-kod-i-kursiv"><code>Код</code> и <em>курсив</em></h3>\n'
    )


def test_the_contents_are_the_headings():
    html = to_html("## К кому & зачем\n\n### Магазин `у дома`\n\n#### Мелко\n")

    assert contents(html) == [
        Heading(2, "s-k-komu-zachem", "К кому & зачем"),
        Heading(3, "s-magazin-u-doma", "Магазин у дома"),
    ]


def test_a_heading_of_no_letters_has_an_id_all_the_same():
    assert [heading.id for heading in contents(to_html("## !!!\n\n## 研究\n"))] == ["s-1", "s-2"]


def test_a_table_stands_in_a_region_that_can_be_scrolled_and_is_named():
    html = to_html("| Кто | О чём просить |\n|---|--:|\n| Фермер | продукты |\n")

    assert html == (
        '<div class="table-responsive" role="region" tabindex="0" aria-label="Кто, О&nbsp;чём просить">\n'
        '<table class="tbl">\n<thead>\n<tr>\n'
        '<th scope="col">Кто</th>\n<th align="right" scope="col">О&nbsp;чём просить</th>\n'
        "</tr>\n</thead>\n<tbody>\n<tr>\n"
        '<th scope="row">Фермер</th>\n<td align="right">продукты</td>\n'
        "</tr>\n</tbody>\n</table>\n</div>\n"
    )


def test_checklists_have_boxes_one_can_see_and_not_press():
    assert to_html("- [x] устав\n- [ ] печать\n") == (
        '<ul>\n<li class="task-list-item"><label>'
        '<input class="form-check-input" disabled="" checked="" type="checkbox"> устав</label></li>\n'
        '<li class="task-list-item"><label>'
        '<input class="form-check-input" disabled="" type="checkbox"> печать</label></li>\n</ul>\n'
    )


def test_a_callout_is_a_quotation_that_says_its_word():
    html = to_html("> [!ВАЖНО] до 15 апреля\n> Сдать **отчёт**.\n\n> [!tip]\n\n> [!НИЧЕГО]\n> обычная")

    assert html == (
        '<blockquote class="callout callout-important" role="note">\n'
        '<p class="callout-title">Важно: до&nbsp;15&nbsp;апреля</p>\n<p>Сдать <strong>отчёт</strong>.</p>\n'
        "</blockquote>\n"
        '<blockquote class="callout callout-tip" role="note">\n<p class="callout-title">Tip</p>\n</blockquote>\n'
        "<blockquote>\n<p>[!НИЧЕГО]\nобычная</p>\n</blockquote>\n"
    )


@pytest.mark.parametrize("word", callouts.WORDS)
def test_every_word_of_a_callout_keeps_the_text_beneath_it(word):
    html = to_html(f"- раз\n  > [!{word}]\n  >\n  > - [x] список\n  >\n  > И текст[^1].\n\n[^1]: Сноска.")

    assert f'<p class="callout-title">{word.capitalize()}</p>' in html.replace("&nbsp;", " ")
    assert f"callout-{callouts.WORDS[word]}" in html and "И&nbsp;текст" in html and "Сноска." in html
    assert "task-list-item" in html


@pytest.mark.parametrize(
    "written",
    [
        "> [!NOTE]<script>alert(1)</script>", "> [!NOTE] [x](javascript:alert(1))", "> [!NOTE](https://a.example)",
        '<blockquote class="callout player" role="alert"><p class="callout-title btn">x</p></blockquote>', "> [!NOTE]",
        ">", "> [!\u202eNOTE]\n> x", "[!NOTE]\nx", "> > [!NOTE] a\n> > b",
    ],
)  # fmt: skip
def test_a_callout_lets_nothing_in_that_a_page_does_not(written):
    html = to_html(written)

    assert "<script" not in html and "javascript" not in html.replace("](javascript", "")
    assert not set(re.findall(r'class="([^"]*)"', html)) - {"callout", "callout-title", "callout callout-note"}
    assert 'role="alert"' not in html


def test_the_toolbar_offers_a_word_that_is_known():
    for offered in ("IMPORTANT", "ВАЖНО"):
        assert callouts.WORDS[offered] == "important"


def test_footnotes_lead_there_and_back():
    html = to_html("Слово[^1].\n\n[^1]: Сноска.\n")

    assert '<a href="#fn1" id="fnref1" rel="noopener">[1]</a>' in html
    assert '<li id="fn1" class="footnote-item"><p>Сноска. <a href="#fnref1"' in html


def test_links_to_other_hosts_tell_them_nothing_of_the_window():
    assert to_html("[Фонд](https://фонд.example/)") == (
        '<p><a href="https://xn--d1arcx.example/" rel="noopener">Фонд</a></p>\n'
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("![Схема](/files/7/a%20b.png)", '<p><img src="/files/7/a%20b.png" alt="Схема"></p>\n'),
        ("![Схема](https://elsewhere.example/a.png)", None),
        ("![Схема](/files/../secret)", None),
        ("![Схема](//elsewhere.example/files/7/a.png)", None),
        ('<img src="https://elsewhere.example/a.png" alt="a>b">x', "<p>x</p>\n"),
    ],
)
def test_pictures_come_from_our_own_files_only(written, shown):
    html = to_html(written)

    assert html == shown or (shown is None and "<img" not in html and "Схема" in html)


def test_short_words_and_dashes_do_not_part_at_the_end_of_a_line_but_code_is_left_alone():
    assert to_html("На 10 % — да `а б — в`") == "<p>На&nbsp;10&nbsp;%&nbsp;— да <code>а б — в</code></p>\n"


def test_the_files_a_page_shows_are_known():
    assert files_in(to_html("![a](/files/7/a.png) [b](/files/12/b.pdf) [c](https://x.example/files/9/c)")) >= {7, 12}


def test_text_is_the_words_alone():
    assert to_text(to_html("## А & б\n\n| в |\n|---|\n| г |\n")) == "А & б в г"


# --- what it never is -------------------------------------------------------------------------------------------------
class Inspector(HTMLParser):
    """Reads what came out as a browser would and writes down everything that is not on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in markdown._TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "action", "name", "xlink:href"}:
                self.wrong.append(f"{tag} {name}")
            if name in {"href", "src"}:
                # Browsers drop tabs, line ends and leading controls before they read the scheme.
                seen = re.sub(r"[\x00-\x20]", "", value or "")
                if urlsplit(seen).scheme not in {"", "http", "https", "mailto", "tel"} or seen.startswith("//"):
                    self.wrong.append(f"{tag} {name}={value}")
            if name == "src" and not re.fullmatch(r"/files/\d+/[^/\\]+", value or ""):
                self.wrong.append(f"{tag} src={value}")


def dangers(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.wrong


def payloads() -> list[str]:
    found = []
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in {".txt", ".md", ".svg"} and path.name != "NOTICE.txt":
            text = path.read_text(errors="replace")
            found += [text[: markdown.LARGEST // 4], *text.splitlines()]
    if (CORPUS / "dompurify" / "expect.json").exists():
        found += [case["payload"] for case in json.loads((CORPUS / "dompurify" / "expect.json").read_text())]
    return [payload for payload in found if payload.strip()]


@pytest.mark.slow
def test_no_payload_of_the_corpora_leaves_anything_that_runs():
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    found = payloads()
    assert len(found) > 2000
    wrong = {}
    for payload in found:
        # As a text of its own, inside a link, a heading, a table and a title.
        for written in (
            payload,
            f"[x]({payload})",
            f"# {payload}",
            f"|{payload}|\n|-|\n|{payload}|",
            f'[x](/a "{payload}")',
        ):
            if len(written.encode("utf-8", "surrogatepass")) < markdown.LARGEST and (bad := dangers(to_html(written))):
                wrong[written[:100]] = bad
    assert wrong == {}


@given(st.text(alphabet="<>![](){}\"'`*_|-#:/\\= \n\tabonsrcjavipt&;x^~1", max_size=200))
def test_nothing_one_may_type_leaves_anything_that_runs(typed):
    assert dangers(to_html(typed)) == []


def test_what_is_clean_stays_as_it_is_when_cleaned_again():
    """If cleaning what was cleaned changes it, a browser might read it in another way than the sanitiser did."""
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    tags, attributes = (
        markdown._TAGS,
        {"*": {"class", "id", "href", "src", "alt", "title", "role", "tabindex", "scope"}},
    )
    for payload in payloads()[::7]:
        once = nh3.clean(to_html(payload[:2000]), tags=tags, attributes=attributes, link_rel=None)
        assert nh3.clean(once, tags=tags, attributes=attributes, link_rel=None) == once


def test_commonmarks_own_examples_keep_their_words():
    """All 652; of pictures, which are ours or links, the words stand where CommonMark's text has none."""
    spec = CORPUS / "commonmark" / "spec.txt"
    if not spec.exists():
        pytest.skip("CommonMark's specification is not here")
    examples = re.findall(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", spec.read_text(), re.MULTILINE | re.DOTALL)
    assert len(examples) == 652

    def words(html: str) -> str:
        return " ".join(to_text(html).replace("\xa0", " ").replace("\u2060", "").split())

    different = [
        written
        for written, wanted in examples
        if words(nh3.clean(wanted.replace("→", "\t"))) != words(to_html(written.replace("→", "\t")))
    ]
    assert [written for written in different if "![" not in written] == []


# By the number of the example in CommonMark 0.31.2: what our pages do not show as CommonMark has it, and why.
_NOT_OURS = {
    "a picture from elsewhere is a link to it, because no page of ours asks another host for anything": {
        517, 520, 531, *range(572, 590), 591,
    },
    "an HTML picture from elsewhere is left out": {475},
    "only http, https, mailto and tel are led to": {596},
    "an address with a line end or another control character in it leads nowhere": {642, 643},
}  # fmt: skip


def _canonical(html: str) -> str:
    """What an HTML page says, but for what we add: levels and ids of headings, no-break spaces, ``rel``."""
    html = re.sub(r"<(/?)h[1-6][^>]*>", r"<\1h>", html)
    attributes = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}}
    html = nh3.clean(html, tags=nh3.ALLOWED_TAGS | {"h", "input"}, attributes=attributes, link_rel=None)
    html = html.replace("&nbsp;", " ").replace("\xa0", " ").replace("\u2060", "")
    return " ".join(re.sub(r"\s*(</?(?:p|h|li|ul|ol|blockquote|pre|hr|br)[^>]*>)\s*", r"\1", html).split())


def test_commonmarks_own_examples_pass_but_for_what_sanitising_removes():
    spec = CORPUS / "commonmark" / "spec.txt"
    if not spec.exists():
        pytest.skip("CommonMark's specification is not here")
    examples = re.findall(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", spec.read_text(), re.MULTILINE | re.DOTALL)
    assert len(examples) == 652

    different = {
        number
        for number, (written, wanted) in enumerate(examples, 1)
        if _canonical(wanted.replace("→", "\t")) != _canonical(to_html(written.replace("→", "\t")))
    }

    assert different == set().union(*_NOT_OURS.values())


# --- what is refused --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["![" * 200 * 1024, "я" * (51 * 1024), "[" * 10_001])
def test_a_page_beyond_its_measure_is_refused_at_once(typed):
    began = time.perf_counter()

    with pytest.raises(markdown.TooLong):
        to_html(typed)

    assert time.perf_counter() - began < 0.5


NASTY = [
    "*",
    "_",
    "`",
    "<",
    "(",
    "> ",
    "- ",
    "| a ",
    "&",
    "# a\n",
    "1. ",
    "|-|\n",
    "[a]: b\n",
    "a|b\n-|-\n",
    "<div>",
    "<!--",
    "- x\n",
]


@pytest.mark.slow
@pytest.mark.parametrize("piece", NASTY)
def test_a_hundred_kilobytes_of_anything_take_a_moment(piece):
    typed = (piece * markdown.LARGEST)[: markdown.LARGEST]
    typed = typed[: typed.replace("[", "", markdown.MOST_BRACKETS).find("[")] if typed.count("[") > 10_000 else typed
    began = time.process_time()

    to_html(typed)

    assert time.process_time() - began < 10  # 2 s on a machine of its own; what goes wrong here takes minutes


def test_ten_thousand_open_brackets_take_a_moment():
    began = time.process_time()

    to_html("![" * 10_000)

    assert time.process_time() - began < 2
