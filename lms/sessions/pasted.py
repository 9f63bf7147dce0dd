"""People as they are pasted into a field: an address or a name on each line. Pure.

Lines come as «ivanova@example.org», «Анна Иванова <ivanova@example.org>», «1. Иванова Анна», with commas or semicolons
between several addresses, as tables and letters give them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lms.accounts.addresses import parse_email
from lms.texts import one_line

# Addresses of one line stand between commas or semicolons; those inside quotation marks belong to a name.
_ONE_OF_LINE = re.compile(r'(?:"[^"]*"|[^,;])+')
_IN_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
_NUMBERING = re.compile(r"^\d+[.)]\s+")


@dataclass(frozen=True)
class Line:
    """``number`` counts from 1. Either an address (normal form), or a name in lower case, or what is wrong."""

    number: int
    text: str
    address: str = ""
    # The name beside an address: «Анна Иванова <ivanova@example.org>».
    called: str = ""
    name: str = ""
    problem: str = ""


def lines(text: str) -> list[Line]:
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        typed = " ".join(_NUMBERING.sub("", line.strip()).split())
        if not typed:
            continue
        if "@" not in typed:
            found.append(Line(number, typed, name=typed.strip(",; ").lower()))
            continue
        found += (_addressed(number, part) for part in _ONE_OF_LINE.findall(typed) if "@" in part)
    return found


def _addressed(number: int, typed: str) -> Line:
    in_brackets = _IN_BRACKETS.search(typed)
    text = (in_brackets[1] if in_brackets else typed).strip(" '\"")
    try:
        called = one_line(typed[: in_brackets.start()]).strip(" '\",;") if in_brackets else ""
        return Line(number, text, address=parse_email(text), called=called)
    except ValueError as error:
        return Line(number, text, problem=str(error))
