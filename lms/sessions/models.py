"""Live sessions, the invitations to them, and who was there. Never a bare "session": that word means other things."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Lack
from lms.database import Base, Model, word
from lms.outbox.models import Letter

# The enter button is there from so long before the start until the end.
DOORS_OPEN = timedelta(minutes=15)
# A personal link in a letter lives so long after the end of the session.
LINKS_LIVE = timedelta(days=14)
# Who comes so long after the start is late, who leaves so long before the end leaves early.
LATE_AFTER = timedelta(minutes=10)
# A centre's coordinator may say so long after the end who sat at her screen.
ROOM_OPEN = timedelta(days=7)


class LiveSessionKind(StrEnum):
    SEMINAR = "seminar"
    JOINT_MEETING = "joint_meeting"
    VISIT = "visit"
    CONSULTATION = "consultation"


class Audience(StrEnum):
    """Whom a live session is for: who may see it beside those invited by name."""

    CYCLE = "cycle"  # everybody enrolled in its cycle
    CENTRES = "centres"  # people of the centres named
    INVITED = "invited"  # only who is invited


class AnswerWord(StrEnum):
    """What stands written of a person: what she said, or WAITING where she said yes and there was no room left."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    WAITING = "waiting"


# What one can say; whether a yes means a seat or a place in the line is decided by the limit.
SAYABLE = (AnswerWord.YES, AnswerWord.MAYBE, AnswerWord.NO)


class Anchor(StrEnum):
    """What a reminder's time is counted from."""

    START = "start"
    END = "end"
    MOMENT = "moment"  # a time of its own, which does not move with the session


class Reminded(StrEnum):
    """Who gets a reminder, asked when it is written."""

    YES = "yes"  # said they will come
    SILENT = "silent"  # have not answered
    QUIZ = "quiz"  # have not passed the quiz of its module
    EVERYBODY = "everybody"  # invited, and have not said no


class Phase(StrEnum):
    """Where a session stands at a moment: its one address shows another page in each."""

    BEFORE = "before"
    LIVE = "live"  # from when the doors open until the end
    AFTER = "after"
    CANCELLED = "cancelled"


class Presence(StrEnum):
    """How we know that someone was there."""

    ENTERED = "entered"  # pressed the enter button in its window
    SIGNED = "signed"  # signed in on site, from the sheet's QR code, as who she is here
    NAMED = "named"  # the same, but only by writing her name there
    LISTED = "listed"  # stands in the provider's list of participants
    ROOM = "room"  # sat at the screen of her centre, says its coordinator
    MARKED = "marked"  # marked by a trainer or coordinator


# In these ways one learns at what time somebody came.
SEEN_COMING = frozenset({Presence.ENTERED, Presence.SIGNED, Presence.NAMED, Presence.LISTED})


live_session_trainer = Table(
    "live_session_trainer",
    Base.metadata,
    Column("live_session_id", ForeignKey("live_session.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)
live_session_centre = Table(
    "live_session_centre",
    Base.metadata,
    Column("live_session_id", ForeignKey("live_session.id", ondelete="CASCADE"), primary_key=True),
    Column("centre_id", ForeignKey("centre.id", ondelete="CASCADE"), primary_key=True),
)


class LiveSession(Activity):
    """Something that happens at a time. Instants are UTC; ``zone`` is the IANA zone they were entered in.

    ``uid`` and ``sequence`` are those of its calendar event (RFC 5545 §3.8.4.7, §3.8.7.4): the first for life, the
    second one higher with every change of time, place, link or state that people are told of.
    """

    __tablename__ = "live_session"

    id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[LiveSessionKind] = mapped_column(word(LiveSessionKind))
    # The cycle it belongs to, also where it stands in no module of it.
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    audience: Mapped[Audience] = mapped_column(word(Audience), default=Audience.CYCLE)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    zone: Mapped[str]
    room_url: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    # One line an item: «15:05 О чём писать | Дмитрий Савченко»; agenda.py reads it.
    agenda: Mapped[str] = mapped_column(Text, default="")
    # So many may come; whoever says yes after that waits in line. None: as many as like.
    capacity: Mapped[int | None]
    # One to start others from: it stands in the list of the page of a new session.
    is_template: Mapped[bool] = mapped_column(default=False)
    # After the session a letter goes out by itself; when it was written.
    sends_followup: Mapped[bool] = mapped_column(default=True)
    followed_up_at: Mapped[datetime | None]
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid.uuid4()))
    sequence: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    # Turns with every new code for signing in on site: sheets printed before end.
    sheet_number: Mapped[int] = mapped_column(default=0)

    cycle: Mapped[Cycle | None] = relationship()
    trainers: Mapped[list[Person]] = relationship(secondary=live_session_trainer, order_by="Person.family_name")
    centres: Mapped[list[Centre]] = relationship(secondary=live_session_centre, order_by="Centre.name")

    reminders: Mapped[list[Reminder]] = relationship(
        back_populates="live_session", cascade="all, delete-orphan", passive_deletes=True, order_by="Reminder.id"
    )

    __mapper_args__ = {"polymorphic_identity": "live_session"}

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def lacks(self) -> Lack | None:
        return None if self.room_url or self.place else Lack.ROOM

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def opens_at(self) -> datetime:
        return self.starts_at - DOORS_OPEN

    @property
    def links_end_at(self) -> datetime:
        return self.ends_at + LINKS_LIVE

    def phase(self, now: datetime) -> Phase:
        return phase_of(self.starts_at, self.ends_at, self.cancelled_at, now)

    def takes_answers(self, now: datetime) -> bool:
        """The last answer counts, until the start."""
        return self.is_published and not self.is_cancelled and now < self.starts_at

    def lets_in(self, now: datetime) -> bool:
        """May one press the enter button at this moment?"""
        return self.is_published and bool(self.room_url) and self.phase(now) is Phase.LIVE

    def takes_signatures(self, now: datetime) -> bool:
        """May one sign in on site at this moment, from the code on the sheet?"""
        return self.is_published and self.phase(now) is Phase.LIVE

    def takes_room(self, now: datetime) -> bool:
        """May a centre's coordinator say at this moment who of her people sits there?"""
        on = self.is_published and not self.is_cancelled
        return on and self.opens_at <= now < self.ends_at + ROOM_OPEN

    def takes_feedback(self, now: datetime) -> bool:
        return self.is_published and not self.is_cancelled and self.ends_at <= now < self.links_end_at

    def takes_invitations(self, now: datetime) -> bool:
        return self.is_published and not self.is_cancelled and now < self.ends_at


def phase_of(starts_at: datetime, ends_at: datetime, cancelled_at: datetime | None, now: datetime) -> Phase:
    if cancelled_at is not None:
        return Phase.CANCELLED
    if now < starts_at - DOORS_OPEN:
        return Phase.BEFORE
    return Phase.LIVE if now < ends_at else Phase.AFTER


class Invitation(Model):
    """One person asked to one live session, and what they answered.

    Who sees a session may answer without having been invited: then nothing was written to her yet, and
    ``first_message_id`` is empty. From then on letters about changes reach her as well.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    invited_at: Mapped[datetime]
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # The last letter about it; its state is the invitation's on the screen.
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    # The Message-ID of the first letter, for References.
    first_message_id: Mapped[str] = mapped_column(default="")
    answer: Mapped[AnswerWord | None] = mapped_column(word(AnswerWord))
    answered_at: Mapped[datetime | None]
    # Her place in the line for a seat, counted through for the whole session: the smallest that waits is the next.
    line: Mapped[int | None]
    # A word to the organiser.
    note: Mapped[str] = mapped_column(Text, default="")
    # The page behind the letter's link was opened (its buttons pressed, not merely fetched).
    opened_at: Mapped[datetime | None]
    # When a reminder was last written; nobody gets more than one a week.
    reminded_at: Mapped[datetime | None]

    live_session: Mapped[LiveSession] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    letter: Mapped[Letter | None] = relationship()

    __table_args__ = (
        UniqueConstraint("live_session_id", "person_id"),
        Index("ix_invitation_live_session_answer", "live_session_id", "answer"),
    )


class Reminder(Model):
    """A letter that is planned: so many ``minutes`` from the start or the end (before it negative), or ``at`` a time.

    A worker turns it into letters when it is due. It follows a session that moves, and is dropped when it is late.
    """

    __tablename__ = "session_reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"), index=True)
    anchor: Mapped[Anchor] = mapped_column(word(Anchor))
    minutes: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime | None]
    whom: Mapped[Reminded] = mapped_column(word(Reminded))
    # When its letters were written, or it was dropped; empty while it is still to come.
    written_at: Mapped[datetime | None]

    live_session: Mapped[LiveSession] = relationship(back_populates="reminders")

    def due_at(self, starts_at: datetime, ends_at: datetime) -> datetime:
        if self.anchor is Anchor.MOMENT and self.at is not None:
            return self.at
        return (starts_at if self.anchor is Anchor.START else ends_at) + timedelta(minutes=self.minutes)

    def late_from(self, starts_at: datetime, ends_at: datetime) -> datetime:
        """From then on it is not worth writing: half of the time it gave to the start is gone, or a day after it."""
        due = self.due_at(starts_at, ends_at)
        return due + (starts_at - due) / 2 if due < starts_at else due + timedelta(days=1)


class Feedback(Model):
    """What one person says of a session that is over: two marks from 1 to 5, and a word."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    useful: Mapped[int]
    clear: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("live_session_id", "person_id"),)


class Attendance(Model):
    """One person was at one live session; ``at`` is when they came in or were marked.

    ``left_at`` and ``minutes`` are known from a provider's list only.
    """

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    how: Mapped[Presence] = mapped_column(word(Presence))
    at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    __table_args__ = (UniqueConstraint("live_session_id", "person_id"),)


class AttendanceMark(Model):
    """Somebody marked somebody, or took that back: kept for good, whatever the mark has become since."""

    __tablename__ = "attendance_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    # What was written down or taken back.
    how: Mapped[Presence] = mapped_column(word(Presence))
    was_there: Mapped[bool]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ParticipantList(Model):
    """What the provider of the room says who was there, waiting to be looked at and written.

    ``rows`` are what ``participant_lists.Participant`` holds, one list a participant; ``assigned`` says whose a row is
    that a human recognised: the person's id by the row's place, as text (JSON has no other keys).
    """

    __tablename__ = "participant_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    # The file's name; empty for a pasted text.
    source: Mapped[str] = mapped_column(default="")
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
    assigned: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    written_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
