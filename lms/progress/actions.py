"""Writing down what was done. The first way something was done stays; a coordinator's word goes before all others.

Whoever does the last thing a cycle asks for has completed it: that is written down at once, and only taking something
back by hand undoes it. What was done against a rule that does not count it is set aside (weighing.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, delete, exists, select, update

from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle
from lms.extensions import db
from lms.progress.completion_queries import (
    cycle_completions,
    drafts_of,
    has_completed,
    last_deeds,
    unfinished_cycle,
)
from lms.progress.matrix import places
from lms.progress.matrix_queries import fresh_matrix
from lms.progress.models import Completion, CycleCompletion, Decision, Ground, How, Verdict
from lms.progress.path_queries import path_of
from lms.progress.weighing import BY_WORD, counts_now, insert_into, set_aside, watched_before
from lms.sessions.models import LiveSession


def complete(
    person: Person, activity: Activity, how: How, *, now: datetime, by: Person | None = None, reason: str = ""
) -> Completion:
    """Record that the person has done the activity. Doing it again changes nothing, unless a coordinator decides."""
    found = _completion(person, activity) or _put(person, activity, how, now, by, reason)
    if how in BY_WORD:
        found.how, found.at, found.by_id, found.reason = how, now, by.id if by else None, reason
    _catch_up(person, activity, now)
    note_cycle(person, activity, now=now, by=by if how in BY_WORD else None)
    return found


def watched(person: Person, live_session: LiveSession, *, now: datetime) -> None:
    """She watched the recording of a session; it counts as the session's rule says, now, later or never."""
    if counts_now(live_session, person, watched_at=now):
        complete(person, live_session, How.WATCHED, now=now)
    else:
        set_aside(person, live_session, How.WATCHED, now=now)


def _catch_up(person: Person, activity: Activity, now: datetime) -> None:
    """A quiz is done: does it complete a session whose recording she watched before?"""
    if activity.type != "quiz":
        return
    for live_session, at in watched_before(person, activity):
        if counts_now(live_session, person, watched_at=at):
            complete(person, live_session, How.WATCHED, now=now)


def take_back(person: Person, activity: Activity) -> None:
    """The activity is not done after all (a mark put by mistake)."""
    found = _completion(person, activity)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
        _forget_cycle(person, activity)


def decide(person: Person, activity: Activity, verdict: Verdict, *, by: Person, reason: str, now: datetime) -> Decision:
    """A coordinator's word about one activity of one person; it stays told even when it takes something back."""
    if verdict is Verdict.TAKEN_BACK:
        take_back(person, activity)
    else:
        how = How.EXCUSED if verdict is Verdict.EXCUSED else How.BY_HAND
        complete(person, activity, how, now=now, by=by, reason=reason)
    decision = Decision(
        person_id=person.id, activity_id=activity.id, verdict=verdict, at=now, by_id=by.id, reason=reason
    )
    db.session.add(decision)
    return decision


def decide_many(
    people: Sequence[int], activity_ids: Sequence[int], cycle: Cycle, verdict: Verdict, *, by: Person, reason: str,
    now: datetime,
) -> str:  # fmt: skip
    """One word about many: of those activities, whatever each of those people has not done. Undone by what it gives."""
    batch = uuid4().hex
    done = {
        (row.person_id, row.activity_id)
        for row in db.session.execute(
            select(Completion.person_id, Completion.activity_id).where(
                Completion.activity_id.in_(activity_ids), Completion.person_id.in_(people)
            )
        )
    }
    left = [(person, one) for person in people for one in activity_ids if (person, one) not in done]
    if not left:
        return ""
    common = {"at": now, "by_id": by.id, "reason": reason}
    how = How.EXCUSED if verdict is Verdict.EXCUSED else How.BY_HAND
    rows = [{"person_id": person, "activity_id": one} | common for person, one in left]
    db.session.execute(
        insert_into(Completion).on_conflict_do_nothing(index_elements=["person_id", "activity_id"]),
        [row | {"how": how} for row in rows],
    )
    db.session.execute(insert_into(Decision), [row | {"verdict": verdict, "batch": batch} for row in rows])
    note_everybody(cycle, now=now, by=by, how=Ground.DECISION)
    return batch


def undo_batch(batch: str, *, by: Person, reason: str, now: datetime) -> int:
    """Take a word about many back; what was decided about one of them since then stays. Gives how many it was about."""
    taken = db.session.scalars(select(Decision).where(Decision.batch == batch)).all()
    same = and_(
        Decision.batch == batch, Decision.person_id == Completion.person_id,
        Decision.activity_id == Completion.activity_id, Decision.at == Completion.at,
    )  # fmt: skip
    quiet = {"synchronize_session": False}
    db.session.execute(
        delete(Completion).where(Completion.how.in_(BY_WORD), exists().where(same)), execution_options=quiet
    )
    the_cycle = and_(
        Decision.batch == batch, Decision.person_id == CycleCompletion.person_id, Decision.at == CycleCompletion.at
    )
    db.session.execute(
        delete(CycleCompletion).where(CycleCompletion.how == Ground.DECISION, exists().where(the_cycle)),
        execution_options=quiet,
    )
    db.session.execute(update(Decision).where(Decision.batch == batch).values(batch=""), execution_options=quiet)
    for one in taken:
        db.session.add(
            Decision(
                person_id=one.person_id, activity_id=one.activity_id, verdict=Verdict.TAKEN_BACK, at=now, by_id=by.id,
                reason=reason,
            )
        )  # fmt: skip
    return len({one.person_id for one in taken})


def _completion(person: Person, activity: Activity) -> Completion | None:
    return db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )


def _put(person: Person, activity: Activity, how: How, now: datetime, by: Person | None, reason: str) -> Completion:
    """A new row, or the one that somebody else put in the same moment (two presses, two devices)."""
    db.session.execute(
        insert_into(Completion)
        .values(
            person_id=person.id, activity_id=activity.id, how=how, at=now, by_id=by.id if by else None, reason=reason
        )
        .on_conflict_do_nothing(index_elements=["person_id", "activity_id"])
    )
    return db.session.execute(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    ).scalar_one()


# --- the whole cycle --------------------------------------------------------------------------------------------------
def note_cycle(person: Person, activity: Activity, *, now: datetime, by: Person | None = None) -> None:
    """Write down that the person has completed the cycle, if this activity was the last thing it asked for.

    One statement as long as something of its module is left. ``by``: who decided it by hand.
    """
    cycle = unfinished_cycle(person, activity)
    if cycle is None or not path_of(person, cycle, now=now).is_completed(is_whole=not drafts_of(cycle)):
        return
    how = Ground.DECISION if by else Ground.DEED
    put_cycle_completions([{"person_id": person.id, "at": now}], cycle, how, by)


def note_everybody(cycle: Cycle, *, now: datetime, by: Person | None = None, how: Ground = Ground.DEED) -> int:
    """Write down everybody who has done enough of the cycle and of whom that is not written yet; how many they are.

    After something changed for many: ``by`` whom, and ``how``. Without anybody it happened when they did the last
    thing. Eight statements, however many people.
    """
    matrix = fresh_matrix(cycle, now=now)
    people = matrix.completed(cycle.needed, is_whole=not drafts_of(cycle))
    known = set(db.session.scalars(cycle_completions(cycle).with_only_columns(CycleCompletion.person_id)))
    new = [matrix.rows[place].id for place in places(people) if matrix.rows[place].id not in known]
    at = {} if by or not new else last_deeds(cycle)
    put_cycle_completions([{"person_id": one, "at": min(at.get(one, now), now)} for one in new], cycle, how, by)
    return len(new)


def put_cycle_completions(rows: list[dict[str, Any]], cycle: Cycle, how: Ground, by: Person | None) -> None:
    """``rows``: person_id and at. Who has completed it already keeps the first row (two presses, two devices)."""
    if not rows:
        return
    common = {"cycle_id": cycle.id, "how": how, "by_id": by.id if by else None}
    db.session.execute(
        insert_into(CycleCompletion).on_conflict_do_nothing(index_elements=["cycle_id", "person_id"]),
        [row | common for row in rows],
    )


def _forget_cycle(person: Person, activity: Activity) -> None:
    """What was taken back by hand may have been the reason for a cycle's completion."""
    cycle = activity.module.cycle if activity.module else None
    found = has_completed(person, cycle) if cycle else None
    if found and cycle and not path_of(person, cycle, now=found.at).is_completed(is_whole=True):
        db.session.delete(found)
