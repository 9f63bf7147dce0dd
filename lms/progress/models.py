"""What counts as done: one row when a person has done an activity, with when, how and by whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle
from lms.database import Model, word


class How(StrEnum):
    READ = "read"
    MARKED = "marked"
    OPENED = "opened"
    PASSED = "passed"
    CLAIMED = "claimed"  # a package says so
    PRESENT = "present"
    WATCHED = "watched"
    BY_HAND = "by_hand"  # a coordinator said so, with a reason
    EXCUSED = "excused"  # need not, with a reason


class Completion(Model):
    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    how: Mapped[How] = mapped_column(word(How))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
    activity: Mapped[Activity] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "activity_id"),
        Index("ix_completion_activity_person", "activity_id", "person_id", "how"),
    )


class SetAside(Model):
    """What somebody did that the activity's present rule does not count; it counts again when the rule does."""

    __tablename__ = "completion_set_aside"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    how: Mapped[How] = mapped_column(word(How))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("activity_id", "person_id", "how"),)


class Ground(StrEnum):
    """What completed a cycle for somebody."""

    DEED = "deed"  # the last thing that was asked is done
    DECISION = "decision"  # a coordinator decided about the last thing
    CHANGE = "change"  # less is asked than before: a rule was changed, a session called off


class CycleCompletion(Model):
    """A person has done what the cycle asks for. Written once; rules that change later do not undo it."""

    __tablename__ = "cycle_completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    how: Mapped[Ground] = mapped_column(word(Ground))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (UniqueConstraint("cycle_id", "person_id"), Index("ix_cycle_completion_person_id", "person_id"))


class Verdict(StrEnum):
    """What a coordinator may decide about one activity of one person."""

    DONE = "done"  # it was done, though nothing here saw it
    EXCUSED = "excused"  # it need not be done
    TAKEN_BACK = "taken_back"  # it was not done after all


class Decision(Model):
    """A coordinator's decision, kept for good beside what it changed: who, when and why."""

    __tablename__ = "completion_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[Verdict] = mapped_column(word(Verdict))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    # Decisions taken together about many carry one word, by which they are undone together.
    batch: Mapped[str] = mapped_column(default="", index=True)


class SavedView(Model):
    """Filters of the table under a name of one's own; ``query`` is what the address has after the question mark."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "name"),)
