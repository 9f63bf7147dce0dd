"""Keeping a file that came in, and making a cycle of it: all of it or nothing."""

from __future__ import annotations

import secrets
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.materials import actions as materials
from lms.materials import pictures, storage
from lms.materials.models import StoredFile
from lms.materials.storage import Place
from lms.packages import actions as packages
from lms.packages.actions import LaidDown
from lms.packages.archive import Refused
from lms.packages.manifest import Unreadable as NoPackage
from lms.transfer.delivery import Delivery, must_be_whole, package_of
from lms.transfer.models import Arrival
from lms.transfer.parcel import Tree
from lms.transfer.shifting import Shift
from lms.transfer.unpacking_actions import Unpacking, make_cycle
from lms.transfer.values import Unreadable

_DAMAGED = (
    storage.TooLarge, pictures.TooManyPixels, pictures.Unreadable, zipfile.BadZipFile, zlib.error, Refused, NoPackage,
)  # fmt: skip


def keep(content: IO[bytes], name: str, by: Person, place: Place, *, largest: int, now: datetime) -> Arrival:
    """Let the file wait until its bringer has looked at what is in it. Raises storage.TooLarge."""
    content.seek(0)
    kept = storage.keep(content, place, largest=largest)
    arrival = Arrival(
        key=secrets.token_hex(16), by_id=by.id, created_at=now, source=name, storage_name=kept.name, size=kept.size
    )
    db.session.add(arrival)
    return arrival


@dataclass
class Laid:
    """What came along, in its place and in no row yet, by the keys in the tree."""

    files: dict[str, StoredFile] = field(default_factory=dict)
    packages: dict[str, LaidDown] = field(default_factory=dict)


def lay_down(delivery: Delivery, place: Place, *, unpacked: Path, largest: int, now: datetime) -> Laid:
    """The files and packages that can be kept; packages are unpacked there too. Does not ask the database.

    Raises Unreadable where one is damaged; nothing is left behind then.
    """
    laid = Laid()
    try:
        for file in delivery.files:
            with _mended(file), delivery.open_file(file["key"]) as content:
                must_be_whole(content, file)
                upload = FileStorage(content, filename=file["original_name"])
                laid.files[file["key"]] = materials.laid_down(upload, place, largest=largest, now=now)
        for package in delivery.packages:
            name = package["zip"]["original_name"]
            with _mended(package["zip"]), package_of(delivery, package, largest) as content:
                must_be_whole(content, package["zip"])
                laid.packages[package["key"]] = packages.lay_down(content, name, unpacked=unpacked, largest=largest)
    except BaseException:
        take_away(laid, place)
        raise
    return laid


@contextmanager
def _mended(file: Tree) -> Iterator[None]:
    """Whatever is found to be wrong with it is said in a sentence."""
    try:
        yield
    except _DAMAGED as error:
        raise Unreadable(_("The file “%(name)s” in the archive is damaged.", name=file["original_name"])) from error


def take_away(laid: Laid, place: Place) -> None:
    materials.take_away(laid.files.values(), place)
    for package in laid.packages.values():
        packages.take_away(package)


def bring_in(
    delivery: Delivery,
    laid: Laid,
    *,
    title: str,
    title_en: str,
    starts_on: date | None,
    shift: Shift,
    by: Person,
    now: datetime,
) -> Cycle:
    """A draft cycle with the files and packages that were laid down for it."""
    for file in laid.files.values():
        file.uploaded_by_id = by.id
    db.session.add_all(laid.files.values())
    db.session.flush()
    unpacking = Unpacking(delivery.tree, by, shift, now, files=laid.files, packages=laid.packages)
    cycle = make_cycle(unpacking, title=title, title_en=title_en)
    cycle.starts_on = starts_on
    db.session.flush()
    return cycle
