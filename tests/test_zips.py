"""ZIP files: made a piece at a time, and asked how long their list is before anybody reads it."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from lms import zips
from lms.accounts import tables
from lms.quizzes.formats import package
from lms.quizzes.formats.draft import Unreadable

MADE = (2026, 11, 28, 12, 0, 0)


def archive(comment: bytes = b"") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("one.txt", "1")
        packed.writestr("two.txt", "2")
        packed.comment = comment
    return content.getvalue()


def with_long_list() -> bytes:
    """It says that its list of names has ninety megabytes."""
    content = bytearray(archive())
    struct.pack_into("<L", content, len(content) - 22 + 12, 90_000_000)
    return bytes(content)


def test_an_archive_is_made_of_texts_and_files_and_twice_the_same(tmp_path):
    (tmp_path / "plan.pdf").write_bytes(b"%PDF" * 100_000)
    files = [("files/plan.pdf", tmp_path / "plan.pdf"), ("files/gone.pdf", tmp_path / "gone.pdf")]

    first, second = (b"".join(zips.written([("index.html", "Привет")], files, made=MADE)) for _time in range(2))

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert packed.namelist() == ["index.html", "files/plan.pdf"]
        assert packed.read("index.html").decode() == "Привет"
        assert packed.read("files/plan.pdf") == b"%PDF" * 100_000
        assert {entry.date_time for entry in packed.infolist()} == {MADE}


@pytest.mark.parametrize("comment", [b"", b"a comment", b"PK\x05\x06 in a comment longer than the record"])
def test_the_list_is_told_of_as_zipfile_finds_it(comment):
    content = archive(comment)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = len(packed.infolist())
    except zipfile.BadZipFile:
        names = None

    said = zips.listing(io.BytesIO(content))

    assert said is None or names is None or said.names == names
    assert (said is not None) or names is None


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"%PDF-1.7", archive()[:-21]])
def test_what_is_no_archive_has_no_list(content):
    assert zips.listing(io.BytesIO(content)) is None


def test_a_list_that_is_too_long_is_read_by_nobody(app):
    with app.test_request_context():
        with pytest.raises(Unreadable):
            package.unpack(with_long_list())
        with pytest.raises(ValueError, match="большая"):
            tables.workbook(with_long_list())
