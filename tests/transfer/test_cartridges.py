"""Common Cartridges: what we wrote comes back, what others wrote comes in, and what is lost is named."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from lms.cycles.models import Cycle, State
from lms.extensions import db
from lms.quizzes.formats.draft import Unreadable
from lms.quizzes.formats.qti12 import read as read_qti
from lms.quizzes.models import Question, QuestionKind, Topic
from lms.transfer import delivery
from lms.transfer import values as transfer
from tests.conftest import SHARED
from tests.transfer.conftest import PDF, PNG
from tests.transfer.test_archives import count, upload, zipped

PACKAGES = SHARED / "data" / "packages"


def entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def brought_in(client, content: bytes, title: str = "Школа ресурсных центров") -> Cycle:
    page = upload(client, content, "school.imscc")
    assert page.status_code == 303, page.get_data(as_text=True)
    answer = client.post(f"{page.location}/cycle", data={"title": title})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return db.session.scalars(select(Cycle).order_by(Cycle.id.desc())).first()


def looked_at(client, content: bytes) -> str:
    return client.get(upload(client, content).location).get_data(as_text=True).replace("\u00a0", " ")


# --- there and back ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", ["1.1", "1.3"])
def test_what_we_wrote_comes_back_as_it_was(as_, cast, season, version):
    client = as_(cast.coordinator)
    first = client.get(f"/cycles/school-2026/export/cartridge-{version}").get_data()

    made = brought_in(client, first)
    second = client.get(f"/cycles/{made.slug}/export/cartridge-{version}").get_data()

    pr, estimates = made.modules
    assert [module.title for module in made.modules] == ["PR без бюджета", "Сметы"]
    assert [(one.type, one.title, one.state) for one in pr.activities] == [
        ("material", "Первый разговор", State.DRAFT),
        ("material", "План", State.DRAFT),
        ("material", "Закон", State.DRAFT),
        ("quiz", "Тест о деле", State.DRAFT),
        ("material", "Запись", State.DRAFT),
    ]
    page, file, link, quiz, _recording = pr.activities
    assert [one.original_name for one in page.page_files] == ["Схема.png", "План встречи.pdf"]
    assert page.body.startswith("Начало.\n\n![Схема](/files/")
    assert (file.file.original_name, file.file.size, link.url) == (
        "План встречи.pdf", len(PDF), "https://example.org/law"
    )  # fmt: skip
    assert (quiz.intro, quiz.attempts_allowed, quiz.time_limit_minutes) == ("Не торопитесь.", 3, 30)
    assert [one.title for one in estimates.activities] == ["Итог"]
    assert {topic.title for topic in db.session.scalars(select(Topic))} == {"Сметы"}
    # That no quiz draws from the bank any more is named on the page before.
    assert entries(second) == without_bank(entries(first))


def without_bank(found: dict[str, bytes]) -> dict[str, bytes]:
    listed = re.compile(rb'<resource identifier="r_bank".*?</resource>\n')
    return {
        name: listed.sub(b"", content) if name == "imsmanifest.xml" else content
        for name, content in found.items()
        if name != "tests/bank.xml"
    }


CARRIED = {
    QuestionKind.SINGLE, QuestionKind.SEVERAL, QuestionKind.TRUE_FALSE, QuestionKind.SHORT, QuestionKind.ESSAY,
}  # fmt: skip


def test_questions_come_back_with_what_is_right_in_them(as_, cast, season):
    client = as_(cast.coordinator)

    made = brought_in(client, client.get("/cycles/school-2026/export/cartridge-1.1").get_data())

    before = [one for one in season.quiz.live_questions if one.kind in CARRIED]
    after = [one for one in made.modules[0].activities[3].questions if one.kind in CARRIED]
    # A number came back as a typed answer.
    number = after.pop(4)
    assert (number.kind, number.settings["accepted"][0]["text"]) == (QuestionKind.SHORT, "50 м")
    for new, old in zip(after, before, strict=True):
        assert (new.kind, new.points, new.title, new.explanation) == (old.kind, old.points, old.title, old.explanation)
        assert [(one.text, one.is_right) for one in new.choices] == [(one.text, one.is_right) for one in old.choices]
    assert [one.settings.get("right") for one in after if one.kind is QuestionKind.TRUE_FALSE] == [True]
    assert [one["text"] for one in after[3].settings["accepted"]] == ["устав"]
    assert [file.original_name for file in after[0].files] == ["Схема.png"]


def test_the_page_before_names_what_a_cartridge_cannot_carry(as_, cast, season):
    page = as_(cast.trainer).get("/cycles/school-2026/export").get_data(as_text=True).replace("\u00a0", " ")

    for words in (
        "2 встречи.", "1 опрос.", "Вопрос 6 в «Тест о деле»: такого вида",
        "Вопрос 9 в «Тест о деле» без: метки, критерии, число слов",
        "вопросы берутся из банка", "От записи «Запись»",
    ):  # fmt: skip
        assert words in page, words


# --- what others wrote ------------------------------------------------------------------------------------------------
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="x" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
 xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest">
<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.1.0</schemaversion>
<lomimscc:lom><lomimscc:general><lomimscc:title><lomimscc:string>Local history</lomimscc:string></lomimscc:title>
</lomimscc:general></lomimscc:lom></metadata>
<organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="r">
<item identifier="i1"><title>Week 1</title>
 <item identifier="i2" identifierref="page"><title>Read this</title></item>
 <item identifier="i3"><title>More</title>
  <item identifier="i4" identifierref="talk"><title>Say hello</title></item></item>
 <item identifier="i5" identifierref="tool"><title>Game</title></item>
 <item identifier="i6" identifierref="gone"><title>Lost</title></item>
 <item identifier="i7" identifierref="evil"><title>Evil link</title></item>
</item></item></organization></organizations>
<resources>
<resource identifier="page" type="webcontent" href="wiki/read.html"><file href="wiki/read.html"/></resource>
<resource identifier="talk" type="imsdt_xmlv1p1"><file href="talk.xml"/></resource>
<resource identifier="tool" type="imsbasiclti_xmlv1p0"><file href="tool.xml"/></resource>
<resource identifier="evil" type="imswl_xmlv1p1"><file href="evil.xml"/></resource>
<resource identifier="gone" type="webcontent" href="gone.pdf"><file href="gone.pdf"/></resource>
<resource identifier="test" type="imsqti_xmlv1p2/imscc_xmlv1p1/assessment"><file href="test.xml"/></resource>
<resource identifier="set" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="set.xml">
<file href="set.xml"/></resource>
</resources></manifest>"""
PAGE = """<html><head><title>no</title></head><body><h2>Rivers</h2><p>The <b>Don</b> flows
<a href="$WIKI_REFERENCE$/pages/other">here</a>, see <a href="https://example.org/don">a map</a>.</p>
<script>alert(1)</script><iframe src="https://example.org/video"></iframe>
<p><img src="$IMS-CC-FILEBASE$/map%20of%20Don.png" alt="Map" onerror="alert(1)"></p></body></html>"""
ITEM = """<item ident="{0}" title="{0}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
<fieldentry>{1}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material>
<mattext texttype="text/html">&lt;p&gt;{0}?&lt;/p&gt;</mattext></material>{2}</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
{3}</resprocessing></item>"""
CHOICE = """<response_lid ident="r" rcardinality="Single"><render_choice>
<response_label ident="a"><material><mattext>Don</mattext></material></response_label>
<response_label ident="b"><material><mattext>Volga</mattext></material></response_label>
</render_choice></response_lid>"""
RIGHT = """<respcondition continue="No"><conditionvar><varequal respident="r">a</varequal></conditionvar>
<setvar action="Set" varname="SCORE">100</setvar></respcondition>"""


def qti(*items: str) -> bytes:
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="t" title="Check">'
        f'<section ident="s">{"".join(items)}</section></assessment></questestinterop>'
    ).encode()


def theirs(**changed: bytes) -> bytes:
    files = {
        "imsmanifest.xml": MANIFEST.encode(),
        "wiki/read.html": PAGE.encode(),
        "web_resources/map of Don.png": PNG,
        "talk.xml": b"<topic><text texttype='text/html'>&lt;p&gt;Who are you?&lt;/p&gt;</text></topic>",
        "tool.xml": b"<cartridge_basiclti_link/>",
        "evil.xml": b"<webLink><title>Evil</title><url href='javascript:alert(1)'/></webLink>",
        "test.xml": qti(
            ITEM.format("River", "cc.multiple_choice.v0p1", CHOICE, RIGHT),
            ITEM.format("Match", "cc.matching.v0p1", CHOICE, RIGHT),
        ),
        "set.xml": b"<settings/>",
    } | changed
    return zipped(*files.items())


def test_what_others_wrote_comes_in_clean_and_what_is_lost_is_named(as_, cast):
    client = as_(cast.trainer)

    page = looked_at(client, theirs())
    made = brought_in(client, theirs(), "Краеведение")

    for words in (
        "Common Cartridge", "Local history", "Папка «More» в «Week 1» раскрыта", "«Game» пропущено", "«Lost» пропущено",
        "Обсуждение «Say hello» стало страницей", "Адрес в «Evil link» пропущен: javascript:alert(1)",
        "&lt;iframe&gt;, &lt;script&gt;", "«Read this» ссылки на другие страницы", "Вопрос из «Check» пропущен",
        "set.xml",
    ):  # fmt: skip
        assert words in page, words
    week, rest = made.modules
    assert [one.title for one in week.activities] == ["Read this", "Say hello", "Evil link"]
    read, hello, evil = week.activities
    assert read.body.startswith("## Rivers\n\nThe **Don** flows here, see [a map](https://example.org/don).")
    assert [file.original_name for file in read.page_files] == ["map of Don.png"]
    assert f'src="/files/{read.page_files[0].id}/' in read.body_html
    assert "alert" not in read.body_html
    assert (hello.body, evil.url) == ("Who are you?", "")
    assert [(one.title, [q.text for q in one.questions]) for one in rest.activities] == [("Check", ["River?"])]


def test_a_scorm_package_is_sent_where_it_belongs(as_, cast):
    manifest = MANIFEST.replace("IMS Common Cartridge", "ADL SCORM").encode()

    answer = upload(as_(cast.trainer), theirs(**{"imsmanifest.xml": manifest}))

    assert answer.status_code == 422
    assert "SCORM" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"<html/>",
        MANIFEST.encode()[:900],
        b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "b">]><manifest><resources>&a;</resources></manifest>',
        b"<manifest>" + b"<item>" * 200_000,
        b"<manifest><resources/><organizations><organization>"
        + b"<item/>" * 3000
        + b"</organization></organizations></manifest>",
    ],
    ids=["empty", "no manifest", "cut off", "entities", "deep", "many"],
)
def test_a_bad_list_of_contents_is_refused_whole(as_, cast, manifest):
    answer = upload(as_(cast.trainer), theirs(**{"imsmanifest.xml": manifest}))

    assert (answer.status_code, count(Cycle)) == (422, 0)
    assert "field-bad" in answer.get_data(as_text=True)


def test_a_bad_test_is_left_out_and_the_rest_comes_in(as_, cast):
    client = as_(cast.trainer)
    content = theirs(**{"test.xml": b"<questestinterop>"})

    page, made = looked_at(client, content), brought_in(client, content)

    assert "«test.xml» пропущено" in page
    assert (len(made.modules), count(Question)) == (1, 0)


def test_every_real_package_is_read_or_refused_in_a_sentence(app):
    if not PACKAGES.is_dir():
        pytest.skip("the corpus of packages is not here")
    said = {}
    with app.test_request_context("/"):
        for path in sorted(path for path in PACKAGES.rglob("*") if path.suffix in {".zip", ".h5p", ".imscc"}):
            with path.open("rb") as content:
                try:
                    with delivery.opened(content, largest=50_000_000) as found:
                        said[path.name] = found.name
                except transfer.Unreadable as error:
                    said[path.name] = str(error)

    assert all(said.values())
    assert "SCORM" in said["singlescobasic.zip"]


# --- QTI 1.2 by itself ------------------------------------------------------------------------------------------------
def test_pictures_of_a_question_are_asked_for_by_their_addresses():
    asked = ITEM.format("River", "cc.essay.v0p1", '<response_str ident="r"><render_fib/></response_str>', "").replace(
        "River?", "River &lt;img src='a/b.png' alt='Map'&gt;"
    )

    found = read_qti(qti(asked), lambda address: address.upper())

    assert [one.text for one in found.reading.drafts] == ["River ![Map](picture:A%2FB.PNG)"]


def test_several_right_ones_and_a_part_of_the_points():
    several = CHOICE.replace("Single", "Multiple")
    both = RIGHT.replace("<varequal", "<and><varequal", 1).replace(
        "</varequal>", '</varequal><not><varequal respident="r">b</varequal></not></and>'
    )
    half = RIGHT.replace(">a<", ">b<").replace(">100<", ">50<")
    content = qti(
        ITEM.format("One", "cc.multiple_response.v0p1", several, both),
        ITEM.format("Two", "cc.multiple_choice.v0p1", CHOICE, RIGHT + half),
    )

    one, two = read_qti(content).reading.drafts

    assert [(choice.text, choice.is_right) for choice in one.choices] == [("Don", True), ("Volga", False)]
    assert [(choice.text, choice.share) for choice in two.choices] == [("Don", 100), ("Volga", 50)]


@pytest.mark.parametrize("content", [b"", b"<quiz/>", b"<questestinterop/>", b"<questestinterop><assessment>"])
def test_what_is_no_qti_is_refused(content):
    with pytest.raises(Unreadable):
        read_qti(content)
