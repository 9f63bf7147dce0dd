"""What becomes of each row of a pasted list: added, updated, left as it is, or mended first. Pure.

The caller says which centres may be named and who is there already; nothing is written here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from lms.accounts.addresses import parse_email
from lms.accounts.names import parse_name
from lms.accounts.people_list import Row

LONGEST_POSITION = 200
_NAME_FIELDS = ("family_name", "given_name", "patronymic")
_BEFORE_A_NAME = re.compile(r"^(?:рц|ресурсный центр|центр|resource centre|centre|г|город|в|с п|село|поселок)\s+")


class Fate(StrEnum):
    BAD = "bad"
    ADD = "add"
    UPDATE = "update"
    SAME = "same"


@dataclass(frozen=True)
class Known:
    """Somebody who has that address already; ``is_mine`` if whoever pastes the list may change them."""

    id: int
    family_name: str
    given_name: str
    patronymic: str
    position: str
    centre_id: int | None
    is_mine: bool


@dataclass(frozen=True)
class Verdict:
    """``row`` is tidied where it is in order. ``problems`` are by field: name, email, centre, position.

    ``changes`` are (field, what stood there before) of somebody who is here already; ``nearest`` the centres that a
    misspelt one may have meant, the likeliest first.
    """

    row: Row
    fate: Fate
    centre_id: int | None = None
    problems: dict[str, str] = field(default_factory=dict)
    nearest: list[int] = field(default_factory=list)
    changes: list[tuple[str, object]] = field(default_factory=list)
    person_id: int | None = None


class Centres:
    """The centres one may put people into, found by any of their names."""

    def __init__(self, names: Mapping[int, Iterable[str]]) -> None:
        self._ids = {_plain(name): id for id, all_names in names.items() for name in all_names if _plain(name)}

    def find(self, text: str) -> int | None:
        return self._ids.get(_plain(text))

    def knows(self, text: str) -> bool:
        return self.find(text) is not None

    def nearest(self, text: str) -> list[int]:
        close = difflib.get_close_matches(_plain(text)[:80], self._ids, n=3, cutoff=0.6)
        return list(dict.fromkeys(self._ids[name] for name in close))


def addresses_in(rows: list[Row]) -> set[str]:
    """The addresses of those rows that are addresses: to look up who is known."""
    return {email for row in rows if (email := _address(row.email)[0])}


def judge(
    rows: list[Row], centres: Centres, known: Mapping[str, Known], *, default_centre: int | None
) -> list[Verdict]:
    """A verdict on every row, in order. ``known`` is by address; ``default_centre`` is for rows that name none."""
    verdicts = []
    seen: dict[str, int] = {}
    for row in rows:
        verdict = _judge_one(row, centres, known, default_centre)
        email = verdict.row.email
        if verdict.fate is not Fate.BAD and email in seen:
            said = str(_l("This address stands in line %(line)s already.", line=seen[email]))
            verdict = Verdict(row, Fate.BAD, verdict.centre_id, {"email": said})
        elif "email" not in verdict.problems:
            seen.setdefault(email, row.number)
        verdicts.append(verdict)
    return verdicts


def _judge_one(row: Row, centres: Centres, known: Mapping[str, Known], default_centre: int | None) -> Verdict:
    problems: dict[str, str] = {}
    nearest: list[int] = []
    names, said = _names(row)
    if said:
        problems["name"] = said
    email, said = _address(row.email)
    if said:
        problems["email"] = said
    person = known.get(email)
    if person is not None and not person.is_mine:
        problems["email"] = str(_l("Somebody who is not in your list has this address."))
    centre_id = centres.find(row.centre) if row.centre else default_centre
    if centre_id is None and row.centre:
        problems["centre"] = str(_l("There is no centre “%(name)s”.", name=row.centre[:60]))
        nearest = centres.nearest(row.centre)
    elif centre_id is None and (person is None or person.centre_id is None):
        problems["centre"] = str(_l("No centre is given."))
    if len(row.position) > LONGEST_POSITION:
        problems["position"] = str(_l("At most %(max)s characters, please.", max=LONGEST_POSITION))
    if problems:
        tidied = Row(
            row.number, row.family_name, row.given_name, row.patronymic, email or row.email, row.centre, row.position
        )
        return Verdict(tidied, Fate.BAD, centre_id, problems, nearest)
    tidied = Row(row.number, *names, email, row.centre, row.position)
    if person is None:
        return Verdict(tidied, Fate.ADD, centre_id)
    changes = _changes(person, tidied, centre_id if row.centre else person.centre_id or centre_id)
    return Verdict(
        tidied,
        Fate.UPDATE if changes else Fate.SAME,
        centre_id if row.centre or person.centre_id is None else person.centre_id,
        changes=changes,
        person_id=person.id,
    )


def _changes(person: Known, row: Row, centre_id: int | None) -> list[tuple[str, object]]:
    """What the list says otherwise. What it leaves out stays."""
    found: list[tuple[str, object]] = [
        (name, getattr(person, name))
        for name in (*_NAME_FIELDS, "position")
        if getattr(row, name) and getattr(row, name) != getattr(person, name)
    ]
    return found if centre_id == person.centre_id else [*found, ("centre", person.centre_id)]


def _names(row: Row) -> tuple[tuple[str, str, str], str]:
    try:
        names = (parse_name(row.family_name), parse_name(row.given_name), parse_name(row.patronymic))
    except ValueError as error:
        return ("", "", ""), str(error)
    return names, "" if names[0] else str(_l("There is no family name."))


def _address(text: str) -> tuple[str, str]:
    """(the address, nothing) or (nothing, what is wrong with it)."""
    try:
        return parse_email(text), ""
    except ValueError as error:
        return "", str(error)


def _plain(name: str) -> str:
    """«РЦ „Сальск“» and «г. Сальск» as «сальск»."""
    plain = " ".join(re.sub(r"[^a-zа-я0-9]+", " ", name.lower().replace("ё", "е")).split())
    while (shorter := _BEFORE_A_NAME.sub("", plain)) != plain:
        plain = shorter
    return plain
