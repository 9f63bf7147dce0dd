"""A copy of everything that must not be lost: the embedded database and the uploaded files.

Copying the database file of a running platform gives a file that often cannot be opened; ``VACUUM INTO`` gives a whole
one while people go on working. Files are copied before and after it: one that the copied database speaks of was there
before, or came while the database was being copied.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

DATABASE = "lms.sqlite"
FILES = "files"
UNFINISHED = ".part"


def back_up(database: Path, files: Path, into: Path, now: datetime) -> Path:
    """Write ``into/lms-<time>/`` and give that folder. A damaged database, or no room, raises and leaves no folder."""
    finished = into / f"lms-{now:%Y-%m-%d-%H%M%S}"
    begun = finished.with_name(f".{finished.name}.part")
    begun.mkdir(mode=0o700, parents=True)
    try:
        _copy_new_files(files, begun / FILES)
        # Never make a database where there is none.
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(begun / DATABASE),))
        _copy_new_files(files, begun / FILES)
        _check(begun / DATABASE)
        begun.rename(finished)
    except BaseException:
        shutil.rmtree(begun)
        raise
    return finished


def _copy_new_files(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in sorted(source.rglob("*")):
        copied = target / path.relative_to(source)
        if path.is_dir():
            copied.mkdir(exist_ok=True)
        elif not copied.exists() and path.suffix != UNFINISHED:
            with suppress(FileNotFoundError):  # removed meanwhile, as the pieces of an upload are when it is whole
                shutil.copy2(path, copied)


def _check(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        torn = connection.execute("PRAGMA foreign_key_check").fetchall()
    if verdict != "ok" or torn:
        raise sqlite3.DatabaseError(f"the copy is not whole: {verdict}, {len(torn)} rows point nowhere")
