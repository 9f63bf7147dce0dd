"""Archives from strangers: what may be unpacked is, all else is refused before a byte lies anywhere."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.packages import archive, contents
from lms.packages.archive import Refused, Trouble
from tests.conftest import SHARED
from tests.packages import zips

PACKAGES = SHARED / "data" / "packages"
ROOM = 10**9


def trouble_with(content: io.BytesIO) -> Trouble:
    with pytest.raises(Refused) as refused:
        archive.look_through(content)
    return refused.value.trouble


def test_a_sound_archive_is_unpacked_and_what_no_browser_asks_for_is_left_out(tmp_path):
    content = zips.archive({"Слайды/первый слайд.html": "текст", "__MACOSX/._one.html": "x", ".DS_Store": "x"})
    archive.unpack(content, tmp_path, ROOM)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"imsmanifest.xml", "one.html", "two.html", "Слайды/первый слайд.html"}


def test_names_of_a_russian_windows_are_read(tmp_path):
    content = zips.archive({"xxxxx.html": "x"})
    patched = content.getvalue().replace(b"xxxxx.html", "слайд.html".encode("cp866"))
    assert "слайд.html" in archive.look_through(io.BytesIO(patched)).names


@pytest.mark.parametrize(
    "name",
    [
        "../x.html", "a/../../x.html", "/etc/x.html", "C:\\x.html", "c:/x.html", "..\\x.html", "a\\..\\..\\x.html",
        "a/./b.html", "a//b.html", "a\nb.html", "x" * 200 + ".html", "/".join("a" * 30) + "/b.html", "a?b.html",
    ],
)  # fmt: skip
def test_names_that_lead_out_or_cannot_be_are_refused(name):
    assert trouble_with(zips.archive({name: "x"})) is Trouble.LEADS_OUT


def test_links_are_refused():
    assert trouble_with(zips.with_link("link.html", "/etc/passwd")) is Trouble.LEADS_OUT


@pytest.mark.parametrize("name", ["setup.exe", "a/run.BAT", "index.php", "x.html.scr"])
def test_programs_are_refused(name):
    assert trouble_with(zips.archive({name: "x"})) is Trouble.PROGRAM


def test_what_unpacks_to_gigabytes_is_refused():
    bomb = zips.archive({f"{n}.html": b"\0" * 60_000_000 for n in range(2)})
    assert bomb.seek(0, 2) < 200_000
    assert trouble_with(bomb) is Trouble.LARGE


def test_a_thousand_lists_in_one_are_refused_unread():
    """The list at the end says how long it is; one of megabytes is not looked at."""
    content = bytearray(zips.archive().getvalue())
    struct.pack_into("<L", content, len(content) - 22 + 12, 90_000_000)
    assert trouble_with(io.BytesIO(bytes(content))) is Trouble.LARGE


def test_too_many_files_are_refused():
    assert trouble_with(zips.archive({f"{n}.txt": "" for n in range(archive.MOST_FILES)})) is Trouble.LARGE


def test_a_liar_about_sizes_gets_no_more_bytes_than_it_says(tmp_path):
    content = zips.archive({"big.html": b"x" * 1000})
    lying = content.getvalue().replace(struct.pack("<L", 1000), struct.pack("<L", 10))
    with pytest.raises(Refused):
        archive.unpack(io.BytesIO(lying), tmp_path, ROOM)
    assert all(path.stat().st_size <= 10 for path in tmp_path.glob("big.html"))


def test_the_same_name_twice_and_a_file_that_is_also_a_folder_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zips.archive()
        with zipfile.ZipFile(content, "a") as packed:
            packed.writestr("one.html", "другое")
    assert trouble_with(content) is Trouble.DAMAGED
    with pytest.raises(Refused):
        archive.unpack(zips.archive({"a": "x", "a/b.html": "y"}), tmp_path, ROOM)


@pytest.mark.parametrize(
    ("files", "trouble"),
    [
        ({}, Trouble.NO_MANIFEST),
        ({"course/imsmanifest.xml": zips.MANIFEST_12}, Trouble.IN_A_FOLDER),
        ({"h5p.json": "{}"}, Trouble.H5P),
        ({"tincan.xml": "<tincan/>"}, Trouble.XAPI),
        ({"course.cst": ""}, Trouble.XAPI),
    ],
)
def test_what_is_another_kind_of_package_is_called_by_its_name(files, trouble):
    assert trouble_with(zips.archive(files, manifest=None)) is trouble


def test_a_password_is_said():
    content = zips.archive().getvalue()
    locked = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    assert trouble_with(io.BytesIO(locked)) is Trouble.LOCKED


@given(st.binary(max_size=300), st.integers(0, 600))
@settings(max_examples=150, deadline=None)
def test_a_damaged_archive_is_refused_or_read(garbage, at):
    content = bytearray(zips.archive().getvalue())
    content[at : at + len(garbage)] = garbage
    with contextlib.suppress(Refused):
        archive.look_through(io.BytesIO(bytes(content)))


@pytest.mark.skipif(not PACKAGES.is_dir(), reason="packages of other programs are not here")
def test_every_h5p_is_called_that_or_damaged():
    found = sorted(PACKAGES.rglob("*.h5p"))
    assert len(found) >= 18
    for path in found:
        with path.open("rb") as content, pytest.raises(Refused) as refused:
            archive.look_through(content)
        assert refused.value.trouble is Trouble.H5P or path.name == "corrupt_archive.h5p"


# --- the folder of what is unpacked -----------------------------------------------------------------------------------
HASH = "0" * 64


def test_a_package_is_unpacked_once_and_again_after_it_was_swept(tmp_path):
    asked = []

    def open_archive():
        asked.append(1)
        return zips.archive()

    folder = contents.unpacked(tmp_path, HASH, open_archive)
    contents.unpacked(tmp_path, HASH, open_archive)
    assert ((folder / "one.html").read_text(), len(asked)) == (zips.PAGE, 1)

    contents.forget(tmp_path, HASH)
    contents.unpacked(tmp_path, HASH, open_archive)
    assert len(asked) == 2


def test_what_cannot_be_unpacked_leaves_nothing_behind(tmp_path):
    with pytest.raises(Refused):
        contents.unpacked(tmp_path, HASH, lambda: zips.archive({"a": "x", "a/b.html": "y"}))
    with pytest.raises(FileNotFoundError):
        contents.unpacked(tmp_path, HASH, lambda: (tmp_path / "gone").open("rb"))
    assert list(tmp_path.iterdir()) == []


def test_only_what_nobody_opened_lately_is_swept(tmp_path):

    for name, days in ((HASH, 1), ("1" * 64, contents.KEPT_DAYS + 1), (f"x{contents.UNFINISHED}", 1)):
        (tmp_path / name).mkdir()
        then = time.time() - days * 86_400
        os.utime(tmp_path / name, (then, then))
    assert contents.sweep(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == [HASH]


def test_a_long_comment_hides_no_list_of_the_other_kind():
    """zipfile reads the list of ZIP64 where its locator stands before the end record, however long the comment is."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive_:
        for number in range(66_000):
            archive_.writestr(f"{number}", "")
        archive_.comment = b"x" * 65_535
    assert trouble_with(content) is Trouble.LARGE


def test_the_room_the_database_needs_is_left_to_it(tmp_path):
    content = zips.archive({"one.html": "x" * 1000})
    with pytest.raises(OSError, match="No space"):
        archive.unpack(content, tmp_path, 900)
    assert list(tmp_path.iterdir()) == []
