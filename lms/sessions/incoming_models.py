"""Mail that came in and was read. What nobody but a human can decide waits here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.database import Model, word
from lms.sessions.models import AnswerWord, LiveSession


class Finding(StrEnum):
    """What a message was taken for; the first three need nobody."""

    ANSWER = "answer"
    BOUNCE = "bounce"
    LATE = "late"  # an answer after the start, or one that a later answer had overtaken
    UNKNOWN = "unknown"  # an answer to a session, or of a person, that we do not know
    OTHER_SENDER = "other_sender"  # somebody else answers for the person invited
    OLD = "old"  # an answer to a time that has changed since
    DELEGATED = "delegated"
    COUNTER = "counter"  # another time is proposed
    LETTER = "letter"  # somebody wrote in words


NEEDS_NOBODY = frozenset({Finding.ANSWER, Finding.BOUNCE, Finding.LATE})


class IncomingLetter(Model):
    """``key`` is the message's own Message-ID, or a hash of it: the same message twice is one row and one effect."""

    __tablename__ = "incoming_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    sender: Mapped[str]
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    finding: Mapped[Finding] = mapped_column(word(Finding))
    live_session_id: Mapped[int | None] = mapped_column(ForeignKey("live_session.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    # What it says, where it says one of the three; for whom, in its own words.
    answer: Mapped[AnswerWord | None] = mapped_column(word(AnswerWord))
    attendee: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    live_session: Mapped[LiveSession | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)

    __table_args__ = (Index("ix_incoming_letter_settled_at", "settled_at", "id"),)
