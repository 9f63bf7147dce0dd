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
    # Where it stands, in a few words («зарегистрирован, первые услуги»), and how far up the stair: 0 is not opened yet.
    stage: Mapped[str] = mapped_column(default="")
    level: Mapped[int] = mapped_column(default=0)
    about: Mapped[str] = mapped_column(Text, default="")
    # One a line: «Написать заявку на грант — разберём идею, смету и план».
    services: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    hours: Mapped[str] = mapped_column(default="")
    is_mentor: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.archived_at is None

    @property
    def service_lines(self) -> list[tuple[str, str]]:
        """(what it helps with, a word about it) of every service."""
        lines = (line.strip() for line in self.services.splitlines())
        return [(what.strip(), how.strip()) for what, _dash, how in (line.partition(" — ") for line in lines if line)]
