"""Keeping a file that came in, and making a cycle of it: all of it or nothing."""

from __future__ import annotations

import secrets
import zipfile
import zlib
from datetime import date, datetime
from typing import IO

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.materials import pictures, storage
from lms.materials.actions import laid_down
from lms.materials.models import StoredFile
from lms.materials.storage import Place
from lms.transfer.delivery import Delivery, must_be_whole
from lms.transfer.models import Arrival
from lms.transfer.shifting import Shift
from lms.transfer.unpacking_actions import Unpacking, make_cycle
from lms.transfer.values import Unreadable


def keep(content: IO[bytes], name: str, by: Person, place: Place, *, largest: int, now: datetime) -> Arrival:
    """Let the file wait until its bringer has looked at what is in it. Raises storage.TooLarge."""
    content.seek(0)
    kept = storage.keep(content, place, largest=largest)
    arrival = Arrival(
        key=secrets.token_hex(16), by_id=by.id, created_at=now, source=name, storage_name=kept.name, size=kept.size
    )
    db.session.add(arrival)
    return arrival


def lay_down_files(delivery: Delivery, place: Place, *, largest: int, now: datetime) -> dict[str, StoredFile]:
    """The files that can be kept, in their place, by their keys; no rows yet. Does not ask the database.

    Raises Unreadable where a file is damaged; no file is left behind then.
    """
    laid: dict[str, StoredFile] = {}
    try:
        for file in delivery.files:
            with delivery.open_file(file["key"]) as content:
                must_be_whole(content, file)
                upload = FileStorage(content, filename=file["original_name"])
                laid[file["key"]] = laid_down(upload, place, largest=largest, now=now)
    except (storage.TooLarge, pictures.TooManyPixels, pictures.Unreadable, zipfile.BadZipFile, zlib.error) as error:
        take_away(laid, place)
        raise Unreadable(_("The file “%(name)s” in the archive is damaged.", name=file["original_name"])) from error
    except BaseException:
        take_away(laid, place)
        raise
    return laid


def take_away(laid: dict[str, StoredFile], place: Place) -> None:
    for file in laid.values():
        for name in (file.storage_name, *(size.storage_name for size in file.sizes)):
            storage.remove(place, name)


def bring_in(
    delivery: Delivery,
    laid: dict[str, StoredFile],
    *,
    title: str,
    title_en: str,
    starts_on: date | None,
    shift: Shift,
    by: Person,
    now: datetime,
) -> Cycle:
    """A draft cycle with the files that were laid down for it."""
    for file in laid.values():
        file.uploaded_by_id = by.id
    db.session.add_all(laid.values())
    db.session.flush()
    cycle = make_cycle(Unpacking(delivery.tree, by, shift, now, files=laid), title=title, title_en=title_en)
    cycle.starts_on = starts_on
    db.session.flush()
    return cycle
