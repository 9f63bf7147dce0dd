"""Statements that are built once for all people of a kind: for a page, building one costs more than running it.

``of_kind`` stands in a statement where a person would; who it is is bound when the statement is run::

    @lru_cache
    def _next(kind: Kind) -> Select: return coming(of_kind(kind), bindparam("now")).limit(1)

    db.session.execute(_next(kind_of(person)), bounds(person) | {"now": now})
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam

from lms.accounts.models import Person, Role


class Kind(NamedTuple):
    """On what the shape of a statement depends: roles, and whether a letter let her in and reaches a module."""

    roles: frozenset[Role]
    by_letter: bool
    has_module: bool


def kind_of(person: Person) -> Kind:
    letter = person.letter
    return Kind(frozenset(person.roles), letter is not None, letter is not None and letter.module_id is not None)


def of_kind(kind: Kind) -> Any:
    """Anybody of that kind, where a Person is expected by ``permissions`` and by queries."""
    letter = SimpleNamespace(
        live_session_id=_bound("letter_session_id"), module_id=_bound("letter_module_id") if kind.has_module else None
    )
    return SimpleNamespace(
        id=_bound("person_id"),
        centre_id=_bound("centre_id"),
        roles=kind.roles,
        letter=letter if kind.by_letter else None,
    )


def bounds(person: Person) -> dict[str, Any]:
    """Who it is, for a statement with ``of_kind`` in it."""
    letter = person.letter
    return {
        "person_id": person.id,
        "centre_id": person.centre_id,
        "letter_session_id": letter.live_session_id if letter else None,
        "letter_module_id": letter.module_id if letter else None,
    }


def _bound(name: str) -> Any:
    return bindparam(name, type_=Integer)
