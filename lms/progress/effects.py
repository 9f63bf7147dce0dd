"""Whom a changed rule affects: the table as it is beside the table as it would be. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from lms.progress.matrix import Matrix, People, places


@dataclass(frozen=True)
class Effect:
    """Sets of people of one table. ``completing``: have then done enough of the cycle; ``keeping``: have completed it
    before and keep that, though they would no longer have done enough."""

    matrix: Matrix
    gaining: People = 0
    losing: People = 0
    held: People = 0
    late: People = 0
    completing: People = 0
    keeping: People = 0

    @property
    def touches_anybody(self) -> bool:
        return bool(self.gaining | self.losing | self.held | self.late | self.completing | self.keeping)

    @property
    def seal(self) -> str:
        """A short word that is another one when other people are affected."""
        told = (self.gaining, self.losing, self.held, self.late, self.completing, self.keeping)
        return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest()

    def by_centre(self, people: People) -> list[tuple[str, list[str]]]:
        """(slug of the centre, names of those people in it), centres without any left out."""
        found = [
            (group.slug, [self.matrix.rows[place].name for place in places(people, group)])
            for group in self.matrix.groups
        ]
        return [(slug, names) for slug, names in found if names]


def compare(
    before: Matrix, after: Matrix, *, module_id: int | None, needs: Collection[int] = (),
    enough: People, completed: People,
) -> Effect:  # fmt: skip
    """Of one module, or of the whole cycle. Both tables have the same people in the same rows.

    ``needs``: the modules that must be done before; ``enough``: who would have done enough of the cycle; ``completed``:
    whose completion is written down already.
    """
    gaining = losing = held = late = 0
    was = {column.id: column for column in before.columns}
    for column in after.columns:
        if module_id is not None and column.id == module_id and column.id in was:
            gaining = column.settled & ~was[column.id].settled
            losing = was[column.id].settled & ~column.settled
            late = column.late & ~was[column.id].late & ~losing
            held = column.touched & ~column.settled & _left_of(after, needs)
    return Effect(
        after, gaining, losing, held, late, completing=enough & ~completed,
        keeping=completed & ~enough if losing or module_id is None else 0,
    )  # fmt: skip


def _left_of(matrix: Matrix, needs: Collection[int]) -> People:
    """Who has not done one of those modules."""
    columns = [column for column in matrix.columns if column.id in needs and column.required]
    return reduce(or_, (matrix.everybody & ~column.settled for column in columns), 0)
