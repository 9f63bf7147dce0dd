"""What was promised to the grant-giver, and the reports that were signed off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Cycle
from lms.database import Model


class GrantPlan(Model):
    """The contract of a cycle, and how much of each indicator it promises: {word of the indicator: number}."""

    __tablename__ = "grant_plan"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"), primary_key=True)
    contract: Mapped[str] = mapped_column(default="")
    planned: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SignedReport(Model):
    """A report as it was submitted: ``contents`` (``figures.Report.to_json()``) is never changed afterwards."""

    __tablename__ = "signed_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    contents: Mapped[dict[str, Any]] = mapped_column(JSON)

    cycle: Mapped[Cycle] = relationship()
    signed_by: Mapped[Person | None] = relationship()
