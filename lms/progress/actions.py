"""Writing down what was done. The first way something was done stays; a coordinator's word goes before all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import Person
from lms.cycles.models import Activity
from lms.extensions import db
from lms.progress.models import Completion, How


def complete(
    person: Person, activity: Activity, how: How, *, now: datetime, by: Person | None = None, reason: str = ""
) -> Completion:
    """Record that the person has done the activity. Doing it again changes nothing, unless a coordinator decides."""
    found = db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )
    if found is None:
        found = Completion(
            person_id=person.id, activity_id=activity.id, how=how, at=now, by_id=by.id if by else None, reason=reason
        )
        db.session.add(found)
        db.session.flush()
    elif how in {How.BY_HAND, How.EXCUSED}:
        found.how, found.at, found.by_id, found.reason = how, now, by.id if by else None, reason
    return found


def take_back(person: Person, activity: Activity) -> None:
    """The activity is not done after all (a mark put by mistake)."""
    found = db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )
    if found is not None:
        db.session.delete(found)
