"""A letter is a row first: it waits here, rendered whole, until the delivery worker has carried it out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, word
from lms.outbox.topics import Topic


class LetterState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    HELD = "held"  # waits for the one letter of the day
    GATHERED = "gathered"  # went in it


class Letter(Model):
    """``mime`` is the whole message as sent; every retry is byte for byte the same, with the same Message-ID.

    ``key`` is unique (``invite:<live session>:<person>:<sequence>``): asking twice for one letter makes one.
    ``expires_at`` is when it is no longer worth sending (a reminder after the start): then it is dropped, never late.
    """

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    topic: Mapped[Topic] = mapped_column(word(Topic), default=Topic.SERVICE)
    recipient: Mapped[str]
    recipient_name: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(unique=True)
    mime: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[LetterState] = mapped_column(word(LetterState), default=LetterState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    # When it may next be tried; while SENDING, when its worker's lease ends; while HELD, when it is gathered.
    next_try_at: Mapped[datetime]
    # Whose lease it is: a random word of the worker that claimed it.
    lease: Mapped[str | None]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # The last thing the mail server said.
    last_answer: Mapped[str] = mapped_column(Text, default="")

    @property
    def is_waiting(self) -> bool:
        """Not sent yet, and it will be without anybody's help."""
        return self.state in {LetterState.QUEUED, LetterState.SENDING, LetterState.HELD}

    def can_be_sent_again(self, now: datetime) -> bool:
        return not self.is_waiting and now < self.expires_at

    def can_be_redirected(self, now: datetime) -> bool:
        """To another address: only while nobody has it. What somebody received goes on letting them in."""
        return self.state in {LetterState.QUEUED, LetterState.FAILED} and now < self.expires_at

    __table_args__ = (
        Index("ix_letter_state_next_try_at", "state", "next_try_at", "id"),
        # The figures read this alone: behind it, every letter's own pages would be turned.
        Index("ix_letter_figures", "created_at", "state", "topic", "sent_at"),
    )


class AddressTrouble(Model):
    """What came back from an address. ``hard``: it is no good, and nothing but a way in is sent there any more."""

    __tablename__ = "address_trouble"

    address: Mapped[str] = mapped_column(primary_key=True)
    hard: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class DeliveryHold(Model):
    """While its one row (number 1) is there, no letter leaves the house; all of them wait."""

    __tablename__ = "delivery_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
