"""Doing away with what nobody needs: files that nothing shows, uploads that broke off, content that no row names.

Rows go first and their content after the commit: what a crash leaves between the two is found here the next time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.extensions import db
from lms.materials import storage, use_queries
from lms.materials.models import StoredFile
from lms.materials.places import UNFINISHED
from lms.materials.storage import Place
from lms.materials.upload_models import Upload

# A picture that was dropped into a page may wait for its saving; a trainer who went home, for the morning.
UNUSED_FOR = timedelta(days=7)
UNFINISHED_FOR = timedelta(days=1)
_OURS = re.compile(rf"[0-9a-f]{{32}}(?:{re.escape(UNFINISHED)})?")


@dataclass(frozen=True)
class Leftovers:
    """``content``: names in the place of files that no row has."""

    files: Sequence[StoredFile]
    uploads: Sequence[Upload]
    content: list[str]

    @property
    def names(self) -> list[str]:
        """Of all content that is to go."""
        pictures = [size.storage_name for file in self.files for size in file.sizes]
        pieces = [piece.storage_name for upload in self.uploads for piece in upload.pieces]
        return [*(file.storage_name for file in self.files), *pictures, *pieces, *self.content]


def leftovers(place: Place, *, now: datetime) -> Leftovers:
    """What may go by now. What came within the last day is let lie: its row may be about to be committed."""
    lying = [name for name, came in place.names() if came < now - UNFINISHED_FOR and _OURS.fullmatch(name)]
    known = use_queries.known_names()
    return Leftovers(
        use_queries.unused(now - UNUSED_FOR),
        use_queries.abandoned(now - UNFINISHED_FOR),
        sorted(name for name in lying if name not in known),
    )


def drop_rows(found: Leftovers) -> list[str]:
    """No rows of them any more; the names to remove once that is committed."""
    names = found.names
    for one in (*found.uploads, *found.files):
        db.session.delete(one)
    db.session.flush()
    return names


def remove(names: Sequence[str], place: Place) -> None:
    for name in names:
        storage.remove(place, name)
