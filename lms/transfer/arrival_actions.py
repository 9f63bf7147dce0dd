"""Keeping a file that came in, and making a cycle of it: all of it or nothing."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import IO

from werkzeug.datastructures import FileStorage

from lms.accounts.models import Person
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.materials import storage
from lms.materials.actions import keep_file
from lms.materials.models import StoredFile
from lms.materials.storage import Place
from lms.transfer.delivery import Delivery, must_be_whole
from lms.transfer.models import Arrival
from lms.transfer.shifting import Shift
from lms.transfer.unpacking_actions import Unpacking, make_cycle


def keep(content: IO[bytes], name: str, by: Person, place: Place, *, largest: int, now: datetime) -> Arrival:
    """Let the file wait until its bringer has looked at what is in it. Raises storage.TooLarge."""
    content.seek(0)
    kept = storage.keep(content, place, largest=largest)
    arrival = Arrival(
        key=secrets.token_hex(16), by_id=by.id, created_at=now, source=name, storage_name=kept.name, size=kept.size
    )
    db.session.add(arrival)
    return arrival


def bring_in(
    delivery: Delivery,
    *,
    title: str,
    title_en: str,
    starts_on: date | None,
    shift: Shift,
    by: Person,
    place: Place,
    largest: int,
    now: datetime,
) -> Cycle:
    """A draft cycle with everything that can be kept. Whatever goes wrong, no file is left behind.

    Raises Unreadable where a file is damaged.
    """
    kept: dict[str, StoredFile] = {}
    try:
        for file in delivery.files:
            with delivery.open_file(file["key"]) as content:
                must_be_whole(content, file)
                upload = FileStorage(content, filename=file["original_name"])
                kept[file["key"]] = keep_file(upload, by, place, largest=largest, now=now)
        cycle = make_cycle(Unpacking(delivery.tree, by, shift, now, files=kept), title=title, title_en=title_en)
        cycle.starts_on = starts_on
        db.session.flush()
    except BaseException:
        for one in kept.values():
            storage.remove(place, one.storage_name)
        raise
    return cycle
