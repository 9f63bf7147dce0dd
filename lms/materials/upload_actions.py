"""Taking in a file a piece at a time (as tus.io does: begin with a size, add at an offset, ask for the offset)."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import IO

from sqlalchemy import select

from lms.accounts.models import Person
from lms.extensions import db
from lms.materials import filetypes, storage
from lms.materials.storage import Kept, Place
from lms.materials.upload_models import Upload, UploadPiece

# What is lost at most when a line breaks: half a minute of a slow one.
PIECE = 1024 * 1024


def begin(person: Person, name: str, size: int, *, now: datetime) -> Upload:
    upload = Upload(
        token=secrets.token_urlsafe(24), person_id=person.id, name=filetypes.kept_name(name), size=size, touched_at=now
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def find(person: Person, token: str) -> Upload | None:
    """One of one's own; nobody else adds to it until the transaction ends."""
    mine = Upload.person_id == person.id
    return db.session.scalar(select(Upload).where(Upload.token == token, mine).with_for_update())


def keep_piece(content: bytes, place: Place) -> Kept:
    """The bytes in their place, before anybody is kept waiting by a transaction."""
    return storage.keep(BytesIO(content), place, largest=PIECE)


def add(upload: Upload, start: int, kept: Kept, *, now: datetime) -> bool:
    """False where the piece does not begin where the upload stands, or goes beyond its size."""
    if start != upload.received or upload.received + kept.size > upload.size:
        return False
    upload.pieces.append(UploadPiece(start=start, storage_name=kept.name, size=kept.size))
    upload.received += kept.size
    upload.touched_at = now
    return True


def put_together(names: Iterable[str], place: Place) -> IO[bytes]:
    """The whole of it as one stream, which is gone when it is closed."""
    whole = tempfile.TemporaryFile()  # noqa: SIM115  (whoever asked closes it)
    for name in names:
        with (place / name).open("rb") as piece:
            shutil.copyfileobj(piece, whole)
    whole.seek(0)
    return whole


def let_go(person: Person, token: str) -> list[str]:
    """What came ahead was taken: its row goes; the names of the files to remove once that is committed."""
    upload = find(person, token) if token else None
    if upload is None:
        return []
    names = drop_pieces(upload)
    db.session.delete(upload)
    return names


def drop_pieces(upload: Upload) -> list[str]:
    """No pieces any more; the names of the files to remove once that is committed."""
    names = [piece.storage_name for piece in upload.pieces]
    upload.pieces = []
    return names
