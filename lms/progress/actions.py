"""Writing down what was done. The first way something was done stays; a coordinator's word goes before all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.cycles.models import Activity
from lms.extensions import db
from lms.progress.models import Completion, Decision, How, Verdict


def complete(
    person: Person, activity: Activity, how: How, *, now: datetime, by: Person | None = None, reason: str = ""
) -> Completion:
    """Record that the person has done the activity. Doing it again changes nothing, unless a coordinator decides."""
    found = _completion(person, activity) or _put(person, activity, how, now, by, reason)
    if how in {How.BY_HAND, How.EXCUSED}:
        found.how, found.at, found.by_id, found.reason = how, now, by.id if by else None, reason
    return found


def take_back(person: Person, activity: Activity) -> None:
    """The activity is not done after all (a mark put by mistake)."""
    found = _completion(person, activity)
    if found is not None:
        db.session.delete(found)


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


def _completion(person: Person, activity: Activity) -> Completion | None:
    return db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )


def _put(person: Person, activity: Activity, how: How, now: datetime, by: Person | None, reason: str) -> Completion:
    """A new row, or the one that somebody else put in the same moment (two presses, two devices)."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(Completion)
        .values(
            person_id=person.id, activity_id=activity.id, how=how, at=now, by_id=by.id if by else None, reason=reason
        )
        .on_conflict_do_nothing(index_elements=["person_id", "activity_id"])
    )
    return db.session.execute(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    ).scalar_one()
