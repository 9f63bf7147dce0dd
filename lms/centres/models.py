"""A resource centre: people belong to one, figures are told by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model


class Centre(Model):
    """Names are kept in the cases the screen needs; endings are never glued on (Сальск, Сальска, в Сальске)."""

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_genitive: Mapped[str] = mapped_column(default="")
    name_prepositional: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(Text, default="")
    services: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    is_mentor: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
