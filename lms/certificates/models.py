"""What is given for a completed cycle, and the register that numbers it.

A certificate is never changed and never deleted: it says what was true on the day it was given. A new name gives a new
*edition* under the same number, and the old one says that it was replaced; a revoked one says so, and why is on record.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.certificates import numbers
from lms.cycles.models import Cycle
from lms.database import Model


class Standing(StrEnum):
    """What somebody who checks it is told."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Certificate(Model):
    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    # The register's number: the year it was given in, and which it was of that year.
    year: Mapped[int]
    serial: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1)
    # What nobody can guess: the public address ends with it.
    code: Mapped[str] = mapped_column(unique=True)
    # As they were on the day.
    name: Mapped[str]
    cycle_title: Mapped[str]
    cycle_title_en: Mapped[str] = mapped_column(default="")
    hours: Mapped[int | None]
    modules: Mapped[int]
    completed_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")  # of the revocation, for coordinators
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    issued_by: Mapped[Person | None] = relationship(foreign_keys=issued_by_id)
    revoked_by: Mapped[Person | None] = relationship(foreign_keys=revoked_by_id)
    cycle: Mapped[Cycle] = relationship()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        # One of each edition to a person, whoever presses the button how often at the same time.
        UniqueConstraint("person_id", "cycle_id", "edition"),
        UniqueConstraint("year", "serial", "edition"),
        Index("ix_certificate_cycle", "cycle_id", "replaced_at"),
    )

    @property
    def standing(self) -> Standing:
        if self.revoked_at is not None:
            return Standing.REVOKED
        return Standing.REPLACED if self.replaced_at is not None else Standing.VALID

    @property
    def number(self) -> str:
        """«2026-000123», of a later edition «2026-000123/2»; what stands before it is a setting."""
        return numbers.number(self.year, self.serial, self.edition)

    @property
    def address(self) -> str:
        """The last part of its public address."""
        return numbers.address(self.year, self.serial, self.code)

    def revoke(self, *, by: Person, reason: str, now: datetime) -> None:
        """It is no longer worth anything; the first reason stays."""
        if self.revoked_at is None:
            self.revoked_at, self.revoked_by_id, self.reason = now, by.id, reason


class Register(Model):
    """The last number given in a year. Two who issue at once wait for its row: no number is missing or double."""

    __tablename__ = "certificate_register"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
