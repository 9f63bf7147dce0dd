"""The curriculum: a cycle is ordered modules, a module is ordered activities; people are enrolled in a cycle.

``Activity`` is one table with joined subclasses (Material, Package, Quiz, LiveSession), so that the path, the matrix
and the editor treat all of them alike: one order in a module, one state, one completion rule.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    literal,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.clock import now
from lms.database import Base, Model, UTCDateTime, word


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"  # as if published from ``publish_at`` on, without anybody's press
    PUBLISHED = "published"
    HIDDEN = "hidden"  # finished, and laid aside: learners do not see it, nobody is reminded of it


class Rule(StrEnum):
    """When an activity counts as done."""

    READ = "read"  # read to the end, or marked as read
    MARKED = "marked"  # marked as read, only
    OPENED = "opened"  # a file or link was opened
    WATCHED = "watched"  # most of a recording was played, or it was marked as watched
    PASSED = "passed"  # the quiz was passed
    CLAIMED = "claimed"  # the package says that it was completed or passed
    PRESENT = "present"  # was at the live session
    PRESENT_OR_WATCHED = "present_or_watched"  # was there, or watched its recording
    # was there, or watched its recording and passed ``rule_quiz_id``, both by ``rule_until`` where that is set
    PRESENT_OR_CAUGHT_UP = "present_or_caught_up"
    OPTIONAL = "optional"  # never asked for


class Lack(StrEnum):
    """What an activity still needs before people may see it."""

    TEXT = "text"
    FILE = "file"
    ADDRESS = "address"
    RECORDING = "recording"
    PACKAGE = "package"  # its ZIP
    QUESTIONS = "questions"
    ROOM = "room"  # a link to enter by, or a place to come to


# The rules that fit each type of activity, the usual one first. A material's depend on its kind as well.
FITTING_RULES = {
    "material": (Rule.READ, Rule.MARKED, Rule.OPENED, Rule.WATCHED, Rule.OPTIONAL),
    "package": (Rule.CLAIMED, Rule.OPENED, Rule.OPTIONAL),
    "quiz": (Rule.PASSED, Rule.OPTIONAL),
    "live_session": (Rule.PRESENT_OR_WATCHED, Rule.PRESENT, Rule.PRESENT_OR_CAUGHT_UP, Rule.OPTIONAL),
}


# This moment, looked up whenever a statement is run, so that statements may be made once.
_THIS_MOMENT: BindParameter[datetime] = bindparam("this_moment", callable_=now, type_=UTCDateTime())


def is_out(thing: Any) -> ColumnElement[bool]:
    """Do learners see it now? ``thing`` is Module, Activity or one of its kinds, or the columns of their tables."""
    come = and_(thing.state == State.SCHEDULED, thing.publish_at <= _THIS_MOMENT)
    return or_(thing.state == State.PUBLISHED, come)


def standing(thing: Any) -> ColumnElement[State]:
    """Its state as people know it: what was scheduled for a time that has come is published."""
    return case((is_out(thing), literal(State.PUBLISHED, thing.state.type)), else_=thing.state)


class Appearing:
    """What is seen by learners from some time on: modules and activities."""

    state: Mapped[State] = mapped_column(word(State), default=State.DRAFT)
    # When a scheduled one appears.
    publish_at: Mapped[datetime | None]

    @property
    def is_published(self) -> bool:
        return self.standing is State.PUBLISHED

    @property
    def standing(self) -> State:
        has_come = self.state is State.SCHEDULED and self.publish_at is not None and self.publish_at <= now()
        return State.PUBLISHED if has_come else self.state

    @property
    def lacks(self) -> Lack | None:
        """What it still needs before it may be published; each type says its own."""
        return None

    def publish(self) -> None:
        self._must_be_ready()
        self.state, self.publish_at = State.PUBLISHED, None

    def schedule(self, at: datetime) -> None:
        """Let it appear at that moment by itself."""
        self._must_be_ready()
        self.state, self.publish_at = State.SCHEDULED, at

    def hide(self) -> None:
        """Out of the learners' sight, and not among what is still to be published."""
        self.state, self.publish_at = State.HIDDEN, None

    def withdraw(self) -> None:
        """Back to a draft: learners no longer see it; what was done stays done."""
        self.state, self.publish_at = State.DRAFT, None

    def _must_be_ready(self) -> None:
        if self.lacks is not None:
            raise ValueError(f"cannot be published yet: it lacks its {self.lacks}")


class Cycle(Model):
    __tablename__ = "cycle"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    # Hours of study by its programme; they stand on the certificate.
    hours: Mapped[int | None]
    state: Mapped[State] = mapped_column(word(State), default=State.DRAFT)
    # How many of its modules must be done for the cycle to be completed; empty: all of them.
    needed: Mapped[int | None]
    # When all of it should be done: the due time of every module that has none of its own.
    due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    modules: Mapped[list[Module]] = relationship(back_populates="cycle", order_by="Module.position")

    __mapper_args__ = {"version_id_col": version}


# A module opens for learners when those it needs are done.
module_prerequisite = Table(
    "module_prerequisite",
    Base.metadata,
    Column("module_id", ForeignKey("module.id", ondelete="CASCADE"), primary_key=True),
    Column("needs_id", ForeignKey("module.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Module(Appearing, Model):
    __tablename__ = "module"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    # For the head of a narrow column.
    short_title: Mapped[str] = mapped_column(default="")
    short_title_en: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    # When its work should be done; after that it is late, never closed.
    due_at: Mapped[datetime | None]
    # How many of the activities it asks for must be done; empty: all of them.
    needed: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship(back_populates="modules")
    activities: Mapped[list[Activity]] = relationship(back_populates="module", order_by="Activity.position")
    needs: Mapped[list[Module]] = relationship(
        secondary=module_prerequisite,
        primaryjoin=lambda: Module.id == module_prerequisite.c.module_id,
        secondaryjoin=lambda: Module.id == module_prerequisite.c.needs_id,
        order_by="Module.position",
    )

    __mapper_args__ = {"version_id_col": version}


class Activity(Appearing, Model):
    """What a module is made of. ``type`` says which: material, package, quiz or live_session."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    # Empty for a live session that belongs to no module (a joint meeting, a visit, a consultation).
    module_id: Mapped[int | None] = mapped_column(ForeignKey("module.id"))
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    rule: Mapped[Rule] = mapped_column(word(Rule))
    # For sessions that one may catch up with: the quiz to pass beside the recording, and until when both.
    rule_quiz_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id", ondelete="SET NULL"), index=True)
    rule_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    module: Mapped[Module | None] = relationship(back_populates="activities")
    rule_quiz: Mapped[Activity | None] = relationship(foreign_keys=rule_quiz_id, remote_side=id)

    __table_args__ = (Index("ix_activity_module_position", "module_id", "position"),)
    __mapper_args__ = {"polymorphic_on": "type", "version_id_col": version}

    @property
    def fitting_rules(self) -> tuple[Rule, ...]:
        return FITTING_RULES[self.type]


class DueException(Model):
    """Another due time, of a module or of every module of a cycle, for one centre or one person.

    The nearest wins: person, centre, activity, module, cycle; for a person or a centre the module before the cycle.
    """

    __tablename__ = "due_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int | None] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    module: Mapped[Module | None] = relationship()
    cycle: Mapped[Cycle | None] = relationship()
    centre: Mapped[Centre | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)

    __table_args__ = (
        UniqueConstraint("module_id", "centre_id"),
        UniqueConstraint("module_id", "person_id"),
        UniqueConstraint("cycle_id", "centre_id"),
        UniqueConstraint("cycle_id", "person_id"),
        CheckConstraint("(module_id is null) <> (cycle_id is null)", name="module_or_cycle"),
        CheckConstraint("(centre_id is null) <> (person_id is null)", name="centre_or_person"),
    )


class Enrolment(Model):
    """A person in a cycle. Leaving keeps the row, so that what was done stays told."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    enrolled_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "cycle_id"),)
