"""A package: an activity that some program made and exported as SCORM; and what it says of who went through it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Activity, Lack
from lms.database import Model, word
from lms.packages.manifest import Edition, Part
from lms.packages.runtime import Status

__all__ = ["Claim", "Edition", "Package", "Part", "Status"]


class Package(Activity):
    """``storage_name`` is empty as long as nothing was uploaded. ``outline`` has the parts of the manifest."""

    __tablename__ = "package"

    id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    storage_name: Mapped[str] = mapped_column(default="")
    original_name: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(default="")
    uploaded_at: Mapped[datetime | None]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    edition: Mapped[Edition | None] = mapped_column(word(Edition))
    outline: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    __mapper_args__ = {"polymorphic_identity": "package", "inherit_condition": id == Activity.id}

    @property
    def lacks(self) -> Lack | None:
        return None if self.storage_name else Lack.PACKAGE

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(**one) for one in self.outline or ())

    @property
    def playable(self) -> list[tuple[int, Part]]:
        """The parts that can be opened, each with its number in the contents (from 1)."""
        return [(number, part) for number, part in enumerate(self.parts, 1) if part.opens]

    @property
    def asked(self) -> set[str]:
        """The identifiers of the parts that must be done; where none is listed, of all that can be opened."""
        listed = {part.identifier for part in self.parts if part.is_asked}
        return listed or {part.identifier for part in self.parts if part.opens}


class Claim(Model):
    """What the package says of one person and one of its parts: its word, not ours.

    ``said`` are the elements of the SCORM data model it has set; ``counter`` says which of two savings is the newer.
    """

    __tablename__ = "package_claim"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(255), primary_key=True)
    counter: Mapped[int]
    said: Mapped[dict[str, Any]]
    status: Mapped[Status] = mapped_column(word(Status))
    score: Mapped[float | None]
    seconds: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime]
    at: Mapped[datetime]

    person: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_package_claim_package_id", "package_id", "person_id"),)
