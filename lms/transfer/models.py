"""Cycles and modules on their way: copies that were made, and files that wait to become a cycle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.cycles.models import Cycle, Module
from lms.database import Model


class Arrival(Model):
    """One press makes one thing: ``key`` is the press's own, and a second row with it cannot be.

    A file that waits has a ``storage_name`` in the folder of arrivals; once it has become a cycle, or is thrown away,
    it has none.
    """

    __tablename__ = "arrival"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    # The name of the file; empty for a copy.
    source: Mapped[str] = mapped_column(default="")
    storage_name: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    # What came of it.
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), index=True)
    module_id: Mapped[int | None] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"), index=True)

    cycle: Mapped[Cycle | None] = relationship()
    module: Mapped[Module | None] = relationship()
