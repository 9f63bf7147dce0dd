"""A feedback survey: its questions, and what people replied.

An anonymous survey keeps two things that nothing joins: *that* a person has replied (``SurveyTaken``), and *what* was
replied (``SurveyReply``, without a person and without a time, under a random key). Neither table keeps the order in
which its rows came. What of it an owner of the database itself could still find out, from backups made between two
replies or from PostgreSQL's own files, no table can prevent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.cycles.models import Activity, Cycle, Module, State
from lms.database import Model, word
from lms.surveys.kinds import SurveyKind, choices_of

__all__ = ["Survey", "SurveyKind", "SurveyQuestion", "SurveyReply", "SurveyTaken"]


class Survey(Model):
    """For the people enrolled in its cycle; about the whole of it, one module, or one live session."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    module_id: Mapped[int | None] = mapped_column(ForeignKey("module.id", ondelete="SET NULL"))
    live_session_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id", ondelete="SET NULL"), index=True)
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    intro: Mapped[str] = mapped_column(Text, default="")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(word(State), default=State.DRAFT)
    # From when and until when replies are taken; empty is from its publication, and without an end.
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship()
    module: Mapped[Module | None] = relationship()
    live_session: Mapped[Activity | None] = relationship()
    questions: Mapped[list[SurveyQuestion]] = relationship(
        back_populates="survey", order_by="SurveyQuestion.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_published(self) -> bool:
        return self.state is State.PUBLISHED

    def is_open(self, at: datetime) -> bool:
        """Are replies taken at that instant?"""
        begun = self.opens_at is None or self.opens_at <= at
        return self.is_published and begun and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= at


class SurveyQuestion(Model):
    """``settings``: a scale's end words {"low": "совсем нет", "high": "очень"}; choices {"choices": [{"id", "text"}]},
    where an id never changes its meaning once somebody has replied."""

    __tablename__ = "survey_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[SurveyKind] = mapped_column(word(SurveyKind))
    text: Mapped[str] = mapped_column(Text)
    text_html: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)

    survey: Mapped[Survey] = relationship(back_populates="questions")

    __mapper_args__ = {"version_id_col": version}

    @property
    def choices(self) -> list[tuple[int, str]]:
        return choices_of(self.settings)


class SurveyTaken(Model):
    """This person has replied to this survey; what, it does not tell."""

    __tablename__ = "survey_taken"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)

    __table_args__ = {"sqlite_with_rowid": False}


class SurveyReply(Model):
    """``given`` is {question id as text: what kinds.py says}. Of an anonymous reply only the centre is known."""

    __tablename__ = "survey_reply"

    key: Mapped[str] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id", ondelete="SET NULL"))
    saved_at: Mapped[datetime | None]
    given: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("survey_id", "person_id"), {"sqlite_with_rowid": False})
