"""What one person did, as events in the order of time. Pure; history_queries.py gathers, history_words.py says them.

An event knows when, of what kind it is, about which thing, who decided it, and the reason. Nothing is weighed here: the
same deeds stand on the page of the modules as far as they count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    DONE = "done"  # activities completed, decisions about them, the cycle, certificates
    QUIZ = "quiz"  # attempts
    SESSION = "session"  # answers to invitations, and presence
    LETTER = "letter"  # reminders
    TERMS = "terms"  # enrolled, left, another due time


@dataclass(frozen=True)
class Event:
    """``word`` says what happened, in the words of the models; ``facts`` are its figures."""

    at: datetime
    kind: Kind
    word: str
    title: str = ""
    title_en: str = ""
    by: str = ""
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def in_order(events: Iterable[Event]) -> list[Event]:
    """The latest first."""
    return sorted(events, key=lambda one: one.at, reverse=True)


def counted(events: Iterable[Event]) -> Counter[Kind]:
    return Counter(one.kind for one in events)


def for_herself(event: Event) -> Event:
    """As the person reads it: reasons are written by coordinators for coordinators."""
    return Event(event.at, event.kind, event.word, event.title, event.title_en, event.by, "", event.facts)
