"""A file on its way here, a piece at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.database import Model
from lms.materials import filetypes
from lms.materials.models import StoredFile


class Upload(Model):
    """Begun with its name and size; when all of it has come it is a stored file, which a form then takes.

    An archive is kept by whoever takes it apart, so it stays in its pieces until a form puts them together.
    """

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What its address says, which nobody guesses.
    token: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    touched_at: Mapped[datetime] = mapped_column(index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), index=True)

    file: Mapped[StoredFile | None] = relationship()
    pieces: Mapped[list[UploadPiece]] = relationship(order_by="UploadPiece.start", cascade="all, delete-orphan")

    @property
    def is_archive(self) -> bool:
        return filetypes.ending(self.name) in filetypes.ARCHIVES

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


class UploadPiece(Model):
    """Bytes from ``start`` on, in a file of their own until the upload is whole."""

    __tablename__ = "upload_piece"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    storage_name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
