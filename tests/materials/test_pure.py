"""Files are what they say, names are text, addresses are of the web, and reading takes its minutes."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from lms.materials import filetypes, links, reading, storage
from lms.materials.reading import Deed


def picture(width: int = 8, height: int = 8, kind: str = "PNG", **how: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#2a4899").save(made, kind, **how)
    return made.getvalue()


PNG = picture()
PDF = b"%PDF-1.7\n1 0 obj\n" + b"x" * 500 + b"\n%%EOF"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03\x00" + bytes(100)


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("Отчёт за март.pdf", PDF, "application/pdf"),
        ("ФОТО.PNG", PNG, "image/png"),
        ("фото.jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50), "image/jpeg"),
        ("смета.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), filetypes.TYPES["xlsx"].content_type),
        ("устав.docx", archive("[Content_Types].xml", "word/document.xml"), filetypes.TYPES["docx"].content_type),
        ("старый.doc", OLE, "application/msword"),
        ("запись.mp4", b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(50), "video/mp4"),
        ("голос.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(50), "audio/mpeg"),
        ("список.csv", "ФИО;почта\n".encode("cp1251"), "text/csv; charset=utf-8"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(name, content, content_type):
    assert filetypes.recognise(name, io.BytesIO(content)).content_type == content_type


@pytest.mark.parametrize(
    "name", ["страница.html", "рисунок.svg", "программа.exe", "скрипт.js", "без-имени", "..", ".pdf", "", "a.pdf.exe"]
)
def test_a_file_of_an_unknown_kind_is_not_taken(name):
    with pytest.raises(filetypes.NotTaken):
        filetypes.recognise(name, io.BytesIO(PDF))


def test_a_list_of_a_million_names_in_an_office_file_is_not_read():
    names = (f"ppt/{number:0200}.xml" for number in range(5_000))
    content = io.BytesIO(archive("[Content_Types].xml", "ppt/presentation.xml", *names))
    tracemalloc.start()

    with pytest.raises(filetypes.NotWhatItSays):
        filetypes.recognise("Доклад.pptx", content)

    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 1_000_000  # the list has more


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("картинка.png", HTML),
        ("картинка.png", SVG),
        ("отчёт.pdf", EXE),
        ("отчёт.pdf", b""),
        ("устав.docx", archive("a.html")),
        ("устав.docx", archive("word/document.xml", "word/vbaProject.bin")),
        ("устав.docx", b"PK\x03\x04 not an archive"),
        ("список.txt", EXE),
    ],
)
def test_a_file_that_is_not_what_it_says_is_not_taken(name, content):
    with pytest.raises(filetypes.NotWhatItSays):
        filetypes.recognise(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Отчёт за март.pdf", "Отчёт за март.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Документы\\смета.xlsx", "смета.xlsx"),
        ("а\r\nBcc: x@y.z.pdf", "а Bcc: x@y.z.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("я" * 400 + ".pdf", "я" * 146 + ".pdf"),
        ("..", ""),
    ],
)
def test_a_name_is_kept_as_text(given, kept):
    assert filetypes.kept_name(given) == kept


# --- on the disk ------------------------------------------------------------------------------------------------------
def test_what_is_kept_is_whole_and_under_a_name_nobody_guesses(tmp_path: Path):
    kept = storage.keep(io.BytesIO(PDF), tmp_path, largest=10_000)

    assert (tmp_path / kept.name).read_bytes() == PDF
    assert (len(kept.name), kept.size, len(kept.sha256)) == (32, len(PDF), 64)
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]


def test_an_upload_that_is_too_large_or_breaks_off_leaves_nothing(tmp_path: Path):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(100)

    with pytest.raises(storage.TooLarge):
        storage.keep(io.BytesIO(bytes(1001)), tmp_path, largest=1000)
    with pytest.raises(ConnectionResetError):
        storage.keep(Broken(bytes(1000)), tmp_path, largest=10_000)

    assert list(tmp_path.iterdir()) == []


# --- addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "kept", "host"),
    [
        (" https://rutube.ru/video/1/?t=5#a ", "https://rutube.ru/video/1/?t=5#a", "rutube.ru"),
        ("https://центр.рф/путь", "https://xn--e1aqjhr.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C", "центр.рф"),
    ],
)
def test_an_address_of_the_web_is_kept_in_ascii(typed, kept, host):
    assert (links.checked(typed), links.host(kept)) == (kept, host)


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)", "JaVaScRiPt://a.b/%0aalert(1)", "data:text/html,x", "//evil.example", "/materials/1", "",
        "https://", "https:///x", "http://a;b.c/", "https://user@a.b/", "https://a.b:99999/", "https://[::1]/",
        "http://localhost/", "https://a.b/x y", "https://a.b\\c", "https://a..b/", "file:///etc/passwd", "https://a.b/\n",
        "https://a.b/" + "x" * 2000, "vbscript:x", "https://" + "я" * 300 + ".рф",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(typed):
    if typed == "https://a.b/\n":  # white space around is dropped
        assert links.checked(typed) == "https://a.b/"
        return
    with pytest.raises(ValueError):
        links.checked(typed)


# --- reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (10, 1), (150, 1), (230, 2), (1500, 10)])
def test_reading_takes_a_minute_for_150_words(words, minutes):
    assert reading.minutes(f"<p>{'слово ' * words}</p>") == minutes


def test_each_rule_counts_its_own_deeds():
    counted = {
        rule: {deed for deed in Deed if reading.counts(deed, rule)} for rule in ("read", "marked", "opened", "optional")
    }

    assert counted == {
        "read": {Deed.ENDED, Deed.MARKED},
        "marked": {Deed.MARKED},
        "opened": {Deed.OPENED},
        "optional": set(),
    }
