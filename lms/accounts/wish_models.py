"""Which letters a person wishes for, and when. Who never said has no row: everything, one by one, not at night."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model
from lms.outbox.topics import Topic


class LetterWishes(Model):
    """``quiet_from`` and ``quiet_until`` are hours of the person's own clock; both None: letters may come at night."""

    __tablename__ = "letter_wishes"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    reminders: Mapped[bool] = mapped_column(default=True)
    news: Mapped[bool] = mapped_column(default=True)
    # One letter a day instead of single ones.
    digest: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def wants(self, topic: Topic) -> bool:
        return {Topic.REMINDERS: self.reminders, Topic.NEWS: self.news}.get(topic, True)

    def switch(self, topic: Topic, on: bool) -> None:
        if topic is Topic.REMINDERS:
            self.reminders = on
        elif topic is Topic.NEWS:
            self.news = on
