"""A material: a page, a file, a link or a recording; and the place where a reader stopped."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Activity, Lack, Rule
from lms.database import Base, Model, word
from lms.materials.filetypes import TYPES, FileType
from lms.materials.offering import Offer


class MaterialKind(StrEnum):
    PAGE = "page"
    FILE = "file"
    LINK = "link"
    RECORDING = "recording"


class StoredFile(Model):
    """A file kept under a random name; what it was called is only text."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    storage_name: Mapped[str] = mapped_column(unique=True)
    original_name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime]
    # Of a picture, in pixels.
    width: Mapped[int | None]
    height: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    uploaded_by: Mapped[Person | None] = relationship()
    sizes: Mapped[list[PictureSize]] = relationship(order_by="PictureSize.width", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def offer(self) -> Offer | None:
        """The sizes a browser may choose from."""
        if self.width is None or self.height is None:
            return None
        return Offer(self.width, self.height, tuple(size.width for size in self.sizes))

    @property
    def ending(self) -> str:
        """«PDF»."""
        return self.original_name.rpartition(".")[2].upper()

    @property
    def opens_in_browser(self) -> bool:
        return self.file_type.opens_in_browser

    @property
    def file_type(self) -> FileType:
        return TYPES[self.ending.lower()]


class PictureSize(Model):
    """The same picture, narrower, as WebP."""

    __tablename__ = "picture_size"

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True)
    height: Mapped[int]
    storage_name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)


# Files that a page shows or links to, beside the one a material may be.
material_file = Table(
    "material_file",
    Base.metadata,
    Column("material_id", ForeignKey("material.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True, index=True),
)
_RULES = {
    MaterialKind.PAGE: (Rule.READ, Rule.MARKED, Rule.OPTIONAL),
    MaterialKind.FILE: (Rule.OPENED, Rule.MARKED, Rule.OPTIONAL),
    MaterialKind.LINK: (Rule.OPENED, Rule.MARKED, Rule.OPTIONAL),
    MaterialKind.RECORDING: (Rule.WATCHED, Rule.MARKED, Rule.OPENED, Rule.OPTIONAL),
}


class Material(Activity):
    __tablename__ = "material"

    id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[MaterialKind] = mapped_column(word(MaterialKind))
    # A page as written (Markdown) and as shown (sanitised when saved).
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    # What it is about, in a word or two, for the library; empty: what its module is about.
    topic: Mapped[str] = mapped_column(default="")
    # The address of a link, or of a recording kept elsewhere.
    url: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    # Minutes of reading or watching.
    minutes: Mapped[int | None]
    # The live session a recording is of: watching it counts for that session where its rule says so.
    recording_of_id: Mapped[int | None] = mapped_column(ForeignKey("live_session.id", ondelete="SET NULL"), index=True)
    # How long the file of a recording is, where the file says so.
    seconds: Mapped[int | None]
    # The same recording as sound alone, for a weak connection.
    sound_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    # One a line: «05:30 О чём писать»; chapters.py reads them. Empty: the plan of the session it is of.
    chapters: Mapped[str] = mapped_column(Text, default="", server_default="")
    # What is said in it, as written (Markdown) and as shown.
    transcript: Mapped[str] = mapped_column(Text, default="", server_default="")
    transcript_html: Mapped[str] = mapped_column(Text, default="", server_default="")

    file: Mapped[StoredFile | None] = relationship(foreign_keys=file_id)
    sound: Mapped[StoredFile | None] = relationship(foreign_keys=sound_id)
    page_files: Mapped[list[StoredFile]] = relationship(secondary=material_file)

    __mapper_args__ = {"polymorphic_identity": "material", "inherit_condition": id == Activity.id}

    @property
    def lacks(self) -> Lack | None:
        if self.kind is MaterialKind.PAGE:
            return None if self.body.strip() else Lack.TEXT
        if self.kind is MaterialKind.FILE:
            return None if self.file_id else Lack.FILE
        if self.kind is MaterialKind.LINK:
            return None if self.url else Lack.ADDRESS
        return None if self.url or self.file_id else Lack.RECORDING

    @property
    def fitting_rules(self) -> tuple[Rule, ...]:
        return _RULES[self.kind]


class ReadingPosition(Model):
    """Where a person stopped: in a page at which heading, in a recording at which second; and how much is behind her.

    ``percent``, 0 to 100, is the share of the page that was on the screen, or of the recording that was played.
    """

    __tablename__ = "reading_position"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    material_id: Mapped[int] = mapped_column(
        ForeignKey("material.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    anchor: Mapped[str] = mapped_column(default="")
    heading: Mapped[str] = mapped_column(default="")
    percent: Mapped[int] = mapped_column(default=0)
    second: Mapped[int] = mapped_column(default=0, server_default="0")
    # What of a recording was played, as played.py writes it, and how many seconds it has.
    played: Mapped[str] = mapped_column(Text, default="", server_default="")
    length: Mapped[int] = mapped_column(default=0, server_default="0")
    at: Mapped[datetime]
