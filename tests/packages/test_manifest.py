"""What imsmanifest.xml says: the parts of a package, whatever program wrote it; and garbage."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.packages import manifest
from lms.packages.archive import look_through
from lms.packages.manifest import Edition, Part
from tests.conftest import SHARED
from tests.packages.zips import MANIFEST_12

REAL = SHARED / "data" / "packages" / "scorm_moodle" / "scorm" / "tests" / "packages"
NAMES = {"imsmanifest.xml", "one.html", "two.html"}


def whole(items: str, resources: str = "", *, version: str = "2004 4th Edition", attributes: str = "") -> bytes:
    return f"""<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
      xmlns:imsss="http://www.imsglobal.org/xsd/imsss" {attributes}>
      <metadata><schemaversion>{version}</schemaversion></metadata>
      <organizations><organization identifier="o"><title>Курс</title>{items}</organization></organizations>
      <resources>{resources or '<resource identifier="r" adlcp:scormType="sco" href="one.html"/>'}</resources>
      </manifest>""".encode()


def test_a_package_of_two_parts():
    found = manifest.read(MANIFEST_12.encode(), NAMES)
    assert (found.edition, found.title) == (Edition.SCORM_12, "Первый разговор")
    assert found.parts == (
        Part("one", "Начало", href="one.html", reports=True),
        Part("two", "Проверка", href="two.html", reports=True),
    )


def test_headings_stand_above_their_parts_and_a_heading_of_nothing_is_left_out():
    found = manifest.read(
        whole(
            '<item identifier="h"><title>Глава</title><item identifier="a" identifierref="r"><title>А</title></item>'
            "</item>"
            '<item identifier="empty"><title>Пусто</title></item>'
        ),
        NAMES,
    )
    assert [(part.title, part.depth, part.opens) for part in found.parts] == [("Глава", 0, False), ("А", 1, True)]


def test_what_is_hidden_is_not_asked_for():
    items = '<item identifier="a" identifierref="r" isvisible="false"/><item identifier="b" identifierref="r"/>'
    assert [part.is_asked for part in manifest.read(whole(items), NAMES).parts] == [False, True]


def test_parameters_bases_and_queries_are_joined():
    resource = '<resource identifier="r" xml:base="shared/" adlcp:scormtype="sco" href="page%20one.html?a=1"/>'
    items = '<item identifier="a" identifierref="r" parameters="?questions=2"/>'
    (part,) = manifest.read(whole(items, resource), {"shared/page one.html"}).parts
    assert part.href == "shared/page one.html?a=1&questions=2"


def test_thresholds_of_both_editions_are_read():
    measured = (
        '<item identifier="a" identifierref="r"><imsss:sequencing><imsss:objectives><imsss:primaryObjective '
        'satisfiedByMeasure="true"><imsss:minNormalizedMeasure>0.7</imsss:minNormalizedMeasure></imsss:primaryObjective>'
        "</imsss:objectives></imsss:sequencing>"
        '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.9"/></item>'
    )
    (part,) = manifest.read(whole(measured), NAMES).parts
    assert (part.passing, part.threshold) == (0.7, 0.9)
    mastered = whole('<item identifier="a" identifierref="r"><adlcp:masteryscore>60</adlcp:masteryscore></item>')
    assert manifest.read(mastered, NAMES).parts[0].passing == 60


@pytest.mark.parametrize(
    "href",
    ["../one.html", "https://evil.example/one.html", "//evil.example/one.html", "javascript:alert(1)", "no.html"],
)
def test_a_part_that_begins_outside_of_the_package_cannot_be_opened(href):
    resource = f'<resource identifier="r" adlcp:scormtype="sco" href="{href}"/>'
    if href == "../one.html":  # is the file itself, as a browser would have it
        assert manifest.read(whole('<item identifierref="r"/>', resource), NAMES).parts[0].href == "one.html"
        return
    with pytest.raises(manifest.NothingToOpen):
        manifest.read(whole('<item identifierref="r"/>', resource), NAMES)


def test_no_two_parts_have_one_name():
    items = '<item identifier="a" identifierref="r"/>' * 3
    assert len({part.identifier for part in manifest.read(whole(items), NAMES).parts}) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<?xml version='1.0'?>",
        b"<manifest>",
        b"<html/>",
        b"<?xml version='1.0' encoding='no-such'?><manifest/>",
        b"<!DOCTYPE m [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><manifest>&b;</manifest>",
        b"<!DOCTYPE m SYSTEM 'file:///etc/passwd' [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><manifest>&x;</manifest>",
        b"<manifest>" + b"<a>" * 200_000,
        b"<manifest>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</manifest>",
        b" " * (manifest.LARGEST + 1),
        whole('<item identifier="a" identifierref="r"/>' * 301),
        whole("<item>" * 30 + "</item>" * 30),
    ],
)
def test_what_is_no_manifest_is_refused(content):
    with pytest.raises(manifest.Unreadable):
        manifest.read(content, NAMES)


_PIECES = st.sampled_from(
    [
        "<manifest>", "</manifest>", "<organizations default='o'>", "</organizations>", "<organization identifier='o'>",
        "</organization>", "<item identifierref='r'>", "<item identifierref='r' parameters='?x=1#y' isvisible='no'/>",
        "</item>", "<title>", "</title>", "<resources>", "</resources>", "<resource identifier='r' href='one.html'/>",
        "<resource href='http://[' identifier='r'/>", "<masteryscore>nan</masteryscore>", "<metadata>", "</metadata>",
        "<schemaversion>2004</schemaversion>", "&amp;", "&x;", "<!-- -->", "<![CDATA[", "]]>", "\x00", "текст",
    ]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(_PIECES, max_size=30).map(lambda all: "".join(all).encode())))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_in_it_there_is_a_manifest_or_a_plain_refusal(content):
    try:
        found = manifest.read(content, NAMES)
    except manifest.Unreadable:
        return
    assert any(part.href == "one.html" or part.href.startswith("one.html?") for part in found.parts)
    assert found.parts == tuple(Part(**part.to_json()) for part in found.parts)


@pytest.mark.skipif(not REAL.is_dir(), reason="packages of other programs are not here")
@pytest.mark.parametrize(
    ("name", "edition", "parts"),
    [
        ("RuntimeBasicCalls_SCORM20043rdEdition", Edition.SCORM_2004, 1),
        ("RuntimeMinimumCalls_SCORM12", Edition.SCORM_12, 18),
        ("RuntimeMinimumCalls_SCORM12-mini", Edition.SCORM_12, 9),
        ("complexscorm", Edition.SCORM_12, 8),
        ("singlesco_scorm12", Edition.SCORM_12, 1),
        ("singlescobasic", Edition.SCORM_12, 1),
        ("singlescobasic_missingorg", Edition.SCORM_12, 1),
    ],
)
def test_packages_of_other_programs(name, edition, parts):
    with (REAL / f"{name}.zip").open("rb") as content:
        looked = look_through(content)
    found = manifest.read(looked.manifest, looked.names)
    assert (found.edition, sum(part.opens for part in found.parts)) == (edition, parts)
    with zipfile.ZipFile(REAL / f"{name}.zip") as packed:
        assert {part.href.partition("?")[0] for part in found.parts if part.opens} <= set(packed.namelist())
