"""Changing what counts as done. A change is made first and looked at after: whoever only looks rolls it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Module, Rule, module_prerequisite
from lms.extensions import db
from lms.progress.actions import note_everybody
from lms.progress.completion_queries import drafts_of
from lms.progress.effects import Effect, compare
from lms.progress.matrix import Matrix
from lms.progress.matrix_queries import fresh_matrix
from lms.progress.models import CycleCompletion, Ground
from lms.progress.weighing import weigh


@dataclass(frozen=True)
class Wish:
    """What one activity should be done by: its rule, and for sessions that one may catch up with, quiz and time."""

    rule: Rule
    quiz_id: int | None = None
    until: datetime | None = None


def change_module(
    module: Module, wishes: Mapping[int, Wish], *, needed: int | None, needs: Collection[int], now: datetime
) -> Effect:
    """Give the module and its activities other rules, count everybody anew, and say whom it affects."""
    before = fresh_matrix(module.cycle, now=now)
    module.needed = needed
    for activity in module.activities:
        wish = wishes.get(activity.id)
        if wish and wish != Wish(activity.rule, activity.rule_quiz_id, activity.rule_until):
            activity.rule, activity.rule_quiz_id, activity.rule_until = wish.rule, wish.quiz_id, wish.until
            weigh(activity)
    old = set(db.session.scalars(select(module_prerequisite.c.needs_id).where(_of(module))))
    if set(needs) != old:
        db.session.execute(delete(module_prerequisite).where(_of(module)))
        if needs:
            db.session.execute(
                insert(module_prerequisite), [{"module_id": module.id, "needs_id": one} for one in sorted(needs)]
            )
    db.session.flush()
    after = fresh_matrix(module.cycle, now=now)
    newly = set(needs) - old
    return _effect(before, after, module.cycle, module_id=module.id, needs=newly)


def change_cycle(cycle: Cycle, *, needed: int | None, due_at: datetime | None, now: datetime) -> Effect:
    """Let the cycle need so many modules, and be done by a time; say whom it affects."""
    before = fresh_matrix(cycle, now=now)
    cycle.needed, cycle.due_at = needed, due_at
    db.session.flush()
    return _effect(before, before, cycle, module_id=None, needs=())


def settle(cycle: Cycle, *, by: Person, now: datetime) -> None:
    """The change stays: write down who has completed the cycle by it."""
    note_everybody(cycle, now=now, by=by, how=Ground.CHANGE)


def _of(module: Module) -> ColumnElement[bool]:
    return module_prerequisite.c.module_id == module.id


def _effect(before: Matrix, after: Matrix, cycle: Cycle, *, module_id: int | None, needs: Collection[int]) -> Effect:
    completed = set(db.session.scalars(select(CycleCompletion.person_id).where(CycleCompletion.cycle_id == cycle.id)))
    known = after.people_of(completed)
    enough = after.completed(cycle.needed, is_whole=not drafts_of(cycle))
    return compare(before, after, module_id=module_id, needs=needs, enough=enough, completed=known)


def waiting_for(module: Module) -> set[int]:
    """The ids of the module itself and of all that wait for it, one after another."""
    edges = db.session.execute(
        select(module_prerequisite.c.module_id, module_prerequisite.c.needs_id)
        .join(Module, Module.id == module_prerequisite.c.module_id)
        .where(Module.cycle_id == module.cycle_id)
    ).all()
    found, todo = {module.id}, {module.id}
    while todo:
        todo = {row.module_id for row in edges if row.needs_id in todo} - found
        found |= todo
    return found


def fitting(activity: Activity, wish: Wish, quizzes: Collection[int]) -> bool:
    """May the activity have that rule? Catching up takes a quiz of the same module."""
    if wish.rule not in activity.fitting_rules:
        return False
    return wish.rule is not Rule.PRESENT_OR_CAUGHT_UP or wish.quiz_id in quizzes
