"""What a page was after each saving, and what somebody has typed and not saved yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.database import Model


class PageVersion(Model):
    """A page as it was saved; ``number`` counts from 1 within the page."""

    __tablename__ = "page_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    saved_at: Mapped[datetime]

    saved_by: Mapped[Person | None] = relationship()

    __table_args__ = (UniqueConstraint("material_id", "number"),)


class PageDraft(Model):
    """What a person typed into the form of a page (or of a new page in a module) and has not saved: one at most."""

    __tablename__ = "page_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"), index=True)
    # Empty for a page that is not made yet.
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    # The version of the page that the form was opened on.
    based_on: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_page_draft_of_page", "person_id", "material_id", unique=True,
            sqlite_where=text("material_id IS NOT NULL"), postgresql_where=text("material_id IS NOT NULL"),
        ),
        Index(
            "uq_page_draft_of_new_page", "person_id", "module_id", unique=True,
            sqlite_where=text("material_id IS NULL"), postgresql_where=text("material_id IS NULL"),
        ),
    )  # fmt: skip
