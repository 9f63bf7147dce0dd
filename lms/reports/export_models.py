"""Files that are made by themselves: which view of the table, as what, how often; and those that were made."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.database import Model, word
from lms.progress.models import SavedView

# So long a file that was made is kept for its owner.
KEPT = timedelta(days=14)


class Rhythm(StrEnum):
    WEEKLY = "weekly"  # on Mondays
    MONTHLY = "monthly"  # on the first of the month

    def last_day(self, today: date) -> date:
        """The latest day it falls on, today or before."""
        return today - timedelta(days=today.weekday()) if self is Rhythm.WEEKLY else today.replace(day=1)


class Ending(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class ScheduledExport(Model):
    """One view as a file, for the owner of the view and nobody else. It is made or ended, never changed."""

    __tablename__ = "scheduled_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id", ondelete="CASCADE"))
    ending: Mapped[Ending] = mapped_column(word(Ending))
    rhythm: Mapped[Rhythm] = mapped_column(word(Rhythm))
    # The day it was last made for; at first the day it was wished for.
    last_on: Mapped[date]

    person: Mapped[Person] = relationship()
    view: Mapped[SavedView] = relationship()

    __table_args__ = (UniqueConstraint("view_id", "ending", "rhythm"),)

    def is_due(self, today: date) -> bool:
        return self.last_on < self.rhythm.last_day(today)


class PreparedFile(Model):
    """A file as it was at its moment. ``scope`` says whose people stand in it (``matrix_queries.scope_of``): who no
    longer looks after the same ones does not get it any more, also with the letter in hand."""

    __tablename__ = "prepared_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    export_id: Mapped[int | None] = mapped_column(ForeignKey("scheduled_export.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    ending: Mapped[Ending] = mapped_column(word(Ending))
    scope: Mapped[str]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
