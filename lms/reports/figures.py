"""The grant report as plain facts, from which every figure is counted. Pure.

A figure is the length of the list that proves it, so page, PDF, DOCX and XLSX cannot disagree: all are made from one
``Report``. Signed off, it is kept as JSON; ``corrections`` tells what would be different if it were made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any


class Indicator(StrEnum):
    SESSIONS = "sessions"  # seminars and joint meetings held
    VISITS = "visits"
    CONSULTATIONS = "consultations"
    PEOPLE = "people"  # unique people who came or did something
    LIVE = "live"  # times somebody was at a session
    RECORDING = "recording"  # times somebody watched the recording instead
    COMPLETED = "completed"  # people who completed the cycle
    CERTIFICATES = "certificates"
    GROWTH = "growth"  # points from entry to final quiz, on average
    FEEDBACK = "feedback"  # how useful sessions were found, 1 to 5


# Averages are told with one decimal and promised in whole numbers.
AVERAGES = {Indicator.GROWTH, Indicator.FEEDBACK}
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Held:
    """A live session that took place. ``starts_at`` is an instant in UTC, ``zone`` the one it is told in."""

    id: int
    kind: str
    title: str
    title_en: str
    starts_at: datetime
    zone: str
    place: str


@dataclass(frozen=True)
class Participant:
    """Somebody who came or did something; ``first_on`` is the day of the first deed in the period."""

    id: int
    name: str
    centre: str
    centre_en: str
    role: str
    first_on: date


@dataclass(frozen=True)
class Presence:
    """One person at one session: there, or by its recording."""

    live_session_id: int
    person_id: int
    is_live: bool


@dataclass(frozen=True)
class Given:
    """What somebody got on a day: the cycle completed (no number), or a certificate."""

    person_id: int
    day: date
    number: str = ""


@dataclass(frozen=True)
class Grown:
    """A pair of quizzes: per cent on average at the beginning and at the end, of that many people."""

    title: str
    title_en: str
    people: int
    entry: int
    final: int


@dataclass(frozen=True)
class Opinions:
    """What people said of the sessions: how many, and sums of their marks from 1 to 5."""

    people: int = 0
    useful: int = 0
    clear: int = 0


@dataclass(frozen=True)
class Report:
    cycle: str
    cycle_en: str
    contract: str
    starts_on: date
    ends_on: date
    made_at: datetime
    planned: Mapping[str, int]
    held: tuple[Held, ...] = ()
    people: tuple[Participant, ...] = ()
    presences: tuple[Presence, ...] = ()
    completed: tuple[Given, ...] = ()
    certificates: tuple[Given, ...] = ()
    grown: tuple[Grown, ...] = ()
    opinions: Opinions = field(default_factory=Opinions)

    # --- figures ------------------------------------------------------------------------------------------------------
    def fact(self, indicator: Indicator) -> Decimal:
        """What was done. Averages have one decimal; an average of nothing is 0."""
        match indicator:
            case Indicator.SESSIONS | Indicator.VISITS | Indicator.CONSULTATIONS:
                return Decimal(len(self.held_of(indicator)))
            case Indicator.PEOPLE:
                return Decimal(len(self.people))
            case Indicator.LIVE:
                return Decimal(sum(self._there.values()))
            case Indicator.RECORDING:
                return Decimal(len(self.presences) - sum(self._there.values()))
            case Indicator.COMPLETED:
                return Decimal(len(self.completed))
            case Indicator.CERTIFICATES:
                return Decimal(len(self.certificates))
            case Indicator.GROWTH:
                return _average(sum((one.final - one.entry) * one.people for one in self.grown), self._grown_people)
            case Indicator.FEEDBACK:
                return _average(self.opinions.useful, self.opinions.people)

    def held_of(self, indicator: Indicator) -> list[Held]:
        """The sessions an indicator counts, the earliest first."""
        kinds = {
            Indicator.VISITS: {"visit"},
            Indicator.CONSULTATIONS: {"consultation"},
        }.get(indicator, {"seminar", "joint_meeting"})
        return [one for one in self.held if one.kind in kinds]

    def attendance(self, held: Held) -> tuple[int, int]:
        """(there, by recording) of one session."""
        return self._there[held.id], self._seen[held.id] - self._there[held.id]

    @cached_property
    def _there(self) -> Counter[int]:
        """How many were at each session."""
        return Counter(one.live_session_id for one in self.presences if one.is_live)

    @cached_property
    def _seen(self) -> Counter[int]:
        return Counter(one.live_session_id for one in self.presences)

    @property
    def clear(self) -> Decimal:
        """How clear sessions were found, 1 to 5."""
        return _average(self.opinions.clear, self.opinions.people)

    @cached_property
    def by_centre(self) -> list[ByCentre]:
        """The figures of each centre, by name; people without a centre stand last, under an empty name."""
        centre_of = {person.id: (person.centre, person.centre_en) for person in self.people}
        people = Counter(centre_of.values())
        live = _counted(centre_of, (one.person_id for one in self.presences if one.is_live))
        recording = _counted(centre_of, (one.person_id for one in self.presences if not one.is_live))
        completed = _counted(centre_of, (one.person_id for one in self.completed))
        certificates = _counted(centre_of, (one.person_id for one in self.certificates))
        return [
            ByCentre(*name, people[name], live[name], recording[name], completed[name], certificates[name])
            for name in sorted(people, key=lambda name: (not name[0], name[0]))
        ]

    @property
    def by_role(self) -> list[tuple[str, int]]:
        """(role, how many people), the commonest first."""
        return sorted(Counter(person.role for person in self.people).items(), key=lambda item: (-item[1], item[0]))

    def name_of(self, person_id: int) -> Participant:
        return next(person for person in self.people if person.id == person_id)

    @property
    def _grown_people(self) -> int:
        return sum(one.people for one in self.grown)

    # --- kept ---------------------------------------------------------------------------------------------------------
    def to_json(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Report:
        return cls(
            cycle=kept["cycle"],
            cycle_en=kept["cycle_en"],
            contract=kept["contract"],
            starts_on=date.fromisoformat(kept["starts_on"]),
            ends_on=date.fromisoformat(kept["ends_on"]),
            made_at=datetime.fromisoformat(kept["made_at"]),
            planned=kept["planned"],
            held=tuple(Held(**one | {"starts_at": datetime.fromisoformat(one["starts_at"])}) for one in kept["held"]),
            people=tuple(
                Participant(**one | {"first_on": date.fromisoformat(one["first_on"])}) for one in kept["people"]
            ),
            presences=tuple(Presence(**one) for one in kept["presences"]),
            completed=tuple(_given(one) for one in kept["completed"]),
            certificates=tuple(_given(one) for one in kept["certificates"]),
            grown=tuple(Grown(**one) for one in kept["grown"]),
            opinions=Opinions(**kept["opinions"]),
        )


@dataclass(frozen=True)
class ByCentre:
    name: str
    name_en: str
    people: int
    live: int
    recording: int
    completed: int
    certificates: int


@dataclass(frozen=True)
class Correction:
    """A figure that would be another today; which sessions and people came or went since."""

    indicator: Indicator
    was: Decimal
    now: Decimal
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def corrections(signed: Report, today: Report) -> list[Correction]:
    """Where a report made today of the same period differs from the one that was signed."""
    found = []
    for indicator in Indicator:
        was, now = signed.fact(indicator), today.fact(indicator)
        before, after = _names(signed, indicator), _names(today, indicator)
        if was != now or before != after:
            found.append(Correction(indicator, was, now, tuple(sorted(after - before)), tuple(sorted(before - after))))
    return found


def _names(report: Report, indicator: Indicator) -> set[str]:
    """What an indicator counts, by the names a person reads."""
    match indicator:
        case Indicator.SESSIONS | Indicator.VISITS | Indicator.CONSULTATIONS:
            return {one.title for one in report.held_of(indicator)}
        case Indicator.PEOPLE:
            return {person.name for person in report.people}
        case Indicator.COMPLETED | Indicator.CERTIFICATES:
            given = report.completed if indicator is Indicator.COMPLETED else report.certificates
            names = {person.id: person.name for person in report.people}
            return {names[one.person_id] for one in given}
    return set()


def _counted(centre_of: Mapping[int, tuple[str, str]], person_ids: Iterable[int]) -> Counter[tuple[str, str]]:
    return Counter(centre_of[person_id] for person_id in person_ids)


def _average(total: int, number: int) -> Decimal:
    return (Decimal(total) / number).quantize(_TENTH, ROUND_HALF_UP) if number else Decimal(0)


def _given(kept: Mapping[str, Any]) -> Given:
    return Given(kept["person_id"], date.fromisoformat(kept["day"]), kept["number"])


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value
