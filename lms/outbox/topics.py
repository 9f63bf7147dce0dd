"""What letters are about. A person may switch off what nobody asked for; what one asked for always comes. Pure."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    SIGN_IN = "sign_in"  # a way in that the person has just asked for
    INVITATIONS = "invitations"
    CHANGES = "changes"
    CANCELLATIONS = "cancellations"
    CERTIFICATES = "certificates"
    REMINDERS = "reminders"
    NEWS = "news"
    SERVICE = "service"  # a word to those who run things: a wrong address, a report


# These may be switched off, wait for the morning, and be gathered into one letter a day.
OPTIONAL = frozenset({Topic.REMINDERS, Topic.NEWS})
