"""People, their roles, and the tokens that let them in from a letter."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_login import UserMixin
from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.centres.models import Centre
from lms.database import Model, word


class Role(StrEnum):
    VOLUNTEER = "volunteer"
    TRAINER = "trainer"
    CENTRE_COORDINATOR = "centre_coordinator"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class Person(UserMixin, Model):
    """Someone with an account. ``email`` is kept in lower case; the same address in two cases is one person."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # for ``letter`` below

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")
    patronymic: Mapped[str] = mapped_column(default="")
    position: Mapped[str] = mapped_column(default="")
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    locale: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    # Turns with every sign-out everywhere, new password, changed role and suspension: older cookies end.
    session_version: Mapped[int] = mapped_column(default=1)
    suspended_at: Mapped[datetime | None]
    # Invited to a session by address only: gets its letters and answers, and has neither account nor sign-in.
    is_guest: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    centre: Mapped[Centre | None] = relationship(lazy="joined")
    role_rows: Mapped[list[PersonRole]] = relationship(
        back_populates="person", cascade="all, delete-orphan", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}

    # The letter a guest came from, as access.py found it; None for someone who signed in. Never stored.
    letter: LetterPass | None = None

    @property
    def roles(self) -> set[Role]:
        return {row.role for row in self.role_rows}

    @roles.setter
    def roles(self, roles: set[Role]) -> None:
        kept = [row for row in self.role_rows if row.role in roles]
        self.role_rows = kept + [PersonRole(role=role) for role in sorted(roles - {row.role for row in kept})]

    @property
    def is_active(self) -> bool:
        return self.suspended_at is None

    def get_id(self) -> str:
        """What the cookie carries: it stops matching as soon as ``session_version`` turns."""
        return f"{self.id}.{self.session_version}"

    def end_all_sessions(self) -> None:
        self.session_version += 1

    def change_roles(self, roles: set[Role]) -> None:
        """A person with other roles signs in anew."""
        if roles != self.roles:
            self.roles = roles
            self.end_all_sessions()

    def change_password(self, password_hash: str) -> None:
        self.password_hash = password_hash
        self.end_all_sessions()

    def suspend(self, now: datetime) -> None:
        """Out at once and not in again; what the person did stays told."""
        if self.suspended_at is None:
            self.suspended_at = now
            self.end_all_sessions()

    def restore(self) -> None:
        self.suspended_at = None

    @property
    def name(self) -> str:
        """As one is spoken of: given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def list_name(self) -> str:
        """As one stands in a list: family name first."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family_name, self.given_name, self.patronymic) if part)

    @property
    def greeting_name(self) -> str:
        """How a letter greets: given name and patronymic where known, else what there is."""
        return f"{self.given_name} {self.patronymic}".strip() or self.family_name

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


class PersonRole(Model):
    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(word(Role), primary_key=True)

    person: Mapped[Person] = relationship(back_populates="role_rows")


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    SET_PASSWORD = "set_password"
    INVITATION = "invitation"
    CALENDAR = "calendar"  # one's own sessions, for a calendar that subscribes
    CENTRE_CALENDAR = "centre_calendar"  # those of a centre (``object_id``), for its coordinator
    API = "api"  # an access key: a program reads what the person may see
    LETTER_WISHES = "letter_wishes"


class Token(Model):
    """A random secret that stands in a letter; only its SHA-256 is kept.

    ``object_id`` is what the purpose speaks of (the live session of an invitation). ``code_hash`` is the six digits one
    may type instead of following a sign-in link, with ``failures`` counting wrong tries.
    """

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(word(Purpose))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    object_id: Mapped[int | None]
    hash: Mapped[str] = mapped_column(unique=True)
    code_hash: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    # What an access key is for, in the words of whoever made it.
    label: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_token_purpose_object", "purpose", "object_id"),)

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at


class SignInTry(Model):
    """One try to sign in, counted per account and per address (both hashed) to slow down guessing."""

    __tablename__ = "sign_in_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_sign_in_try_key_at", "key", "at"), Index("ix_sign_in_try_at", "at"))


class PeopleImport(Model):
    """A pasted list of people on its way: what was read of it waits here, for its maker alone, until it is written.

    ``rows`` are what ``people_list.Row`` holds, one list a row, as mended so far.
    """

    __tablename__ = "people_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    # The file's name; empty for a pasted text.
    source: Mapped[str] = mapped_column(default="")
    # Where people go whose row names no centre.
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
    written_at: Mapped[datetime | None]
    added: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)


class LetterPass:
    """What a guest from a letter may reach: one live session and the activities of its module, nothing else."""

    def __init__(self, token_id: int, live_session_id: int, module_id: int | None) -> None:
        self.token_id = token_id
        self.live_session_id = live_session_id
        self.module_id = module_id
