"""A backup restores, whatever was being written while it was made."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lms import backup

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Rows that speak of files, as material and stored_file do."""
    path = tmp_path / "lms.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE stored (name TEXT PRIMARY KEY, sha256 TEXT)")
        connection.commit()
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def store(connection: sqlite3.Connection, files: Path, number: int) -> None:
    """The file first, then its row: the order in which uploads are kept."""
    content = f"file {number}".encode() * 100
    (files / f"{number}").write_bytes(content)
    with connection:
        connection.execute("INSERT INTO stored VALUES (?, ?)", (str(number), hashlib.sha256(content).hexdigest()))


def is_whole(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "lms.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT name, sha256 FROM stored").fetchall()
    return all(hashlib.sha256((folder / "files" / name).read_bytes()).hexdigest() == sha for name, sha in rows)


@pytest.mark.slow
def test_fifty_backups_under_writing_all_restore(database, files, tmp_path):
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            number = 0
            while not stop.is_set():
                store(connection, files, number)
                number += 1
                time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup.back_up(database, files, tmp_path / "kept", NOW + timedelta(seconds=n)) for n in range(50)]
    finally:
        stop.set()
        writer.join()
    assert len(set(made)) == 50
    assert all(map(is_whole, made))


def test_folders_inside_the_files_come_along(database, files, tmp_path):
    (files / "ab").mkdir()
    (files / "ab" / "cd").write_text("deep")
    made = backup.back_up(database, files, tmp_path / "kept", NOW)
    assert made == tmp_path / "kept" / "lms-2026-11-24-090000"
    assert (made / "files" / "ab" / "cd").read_text() == "deep"
    assert made.stat().st_mode & 0o777 == 0o700  # nobody else's to read


def test_an_installation_without_files_is_backed_up_too(database, tmp_path):
    made = backup.back_up(database, tmp_path / "none yet", tmp_path / "kept", NOW)
    assert list((made / "files").iterdir()) == []


def test_a_damaged_database_gives_no_backup(tmp_path, files):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        backup.back_up(broken, files, tmp_path / "kept", NOW)
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_database_that_is_not_there_gives_no_backup(tmp_path, files):
    with pytest.raises(sqlite3.DatabaseError):
        backup.back_up(tmp_path / "missing.sqlite", files, tmp_path / "kept", NOW)
    assert not (tmp_path / "missing.sqlite").exists()


def test_rows_that_point_nowhere_are_noticed(database, files, tmp_path):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE child (name TEXT REFERENCES stored (name))")
        connection.execute("INSERT INTO child VALUES ('gone')")
        connection.commit()
    with pytest.raises(sqlite3.DatabaseError, match="1 rows point nowhere"):
        backup.back_up(database, files, tmp_path / "kept", NOW)


def test_a_file_that_goes_meanwhile_stops_no_backup(database, files, tmp_path):
    """As the pieces of an upload do. One that leads nowhere stands for it: it is listed, and is not there."""
    (files / "gone").symlink_to(files / "nowhere")
    (files / "half.part").write_bytes(b"half")

    made = backup.back_up(database, files, tmp_path / "backups", datetime(2026, 12, 1, tzinfo=UTC))

    assert not {"gone", "half.part"} & {path.name for path in (made / "files").iterdir()}
