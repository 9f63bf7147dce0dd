"""Which deeds count under which rule, and what becomes of deeds when a rule changes.

Every deed stays told. One that the activity's rule counts is a ``Completion``; one that it does not count is set aside
and comes back when a later rule counts it. A coordinator's word counts under every rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.clock import now
from lms.cycles.models import Activity, Rule
from lms.extensions import db
from lms.materials import played, reading
from lms.materials.models import ReadingPosition
from lms.progress.models import Completion, How, SetAside
from lms.quizzes.models import Quiz
from lms.quizzes.standing_queries import standings, tells_at
from lms.sessions.models import LiveSession

BY_WORD = (How.BY_HAND, How.EXCUSED)
COUNTED = {
    Rule.READ: (How.READ, How.MARKED),
    Rule.MARKED: (How.READ, How.MARKED),
    Rule.OPENED: (How.OPENED, How.READ, How.MARKED, How.CLAIMED),
    Rule.WATCHED: (How.WATCHED, How.READ, How.MARKED),
    Rule.PASSED: (How.PASSED,),
    Rule.CLAIMED: (How.CLAIMED,),
    Rule.PRESENT: (How.PRESENT,),
    Rule.PRESENT_OR_WATCHED: (How.PRESENT, How.WATCHED),
    Rule.PRESENT_OR_CAUGHT_UP: (How.PRESENT, How.WATCHED),  # watching only beside the quiz, and in time
    Rule.OPTIONAL: tuple(How),
}

WATCHING_COUNTS = {Rule.PRESENT_OR_WATCHED, Rule.PRESENT_OR_CAUGHT_UP}


def insert_into(model: Any) -> Any:
    """INSERT as the database in use spells it, with ``on_conflict_do_nothing``."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model)


# --- one person's deed ------------------------------------------------------------------------------------------------
def set_aside(person: Person, activity: Activity, how: How, *, now: datetime) -> None:
    db.session.execute(
        insert_into(SetAside)
        .values(person_id=person.id, activity_id=activity.id, how=how, at=now, reason="")
        .on_conflict_do_nothing(index_elements=["activity_id", "person_id", "how"])
    )


def counts_now(live_session: LiveSession, person: Person, *, watched_at: datetime) -> bool:
    """Does having watched the recording at that time do the session for this person, as things stand?"""
    if live_session.rule is Rule.PRESENT_OR_CAUGHT_UP:
        return _is_in_time(live_session, watched_at) and bool(
            db.session.scalar(select(_passed(live_session, literal(person.id))))
        )
    return live_session.rule is Rule.PRESENT_OR_WATCHED


def watched_before(person: Person, quiz: Activity) -> Sequence[Any]:
    """The sessions that this quiz helps to catch up with and whose recording the person watched; each with when."""
    return db.session.execute(
        select(LiveSession, SetAside.at)
        .join(SetAside, SetAside.activity_id == LiveSession.id)
        .where(
            LiveSession.rule == Rule.PRESENT_OR_CAUGHT_UP,
            LiveSession.rule_quiz_id == quiz.id,
            SetAside.person_id == person.id,
            SetAside.how == How.WATCHED,
        )
    ).all()


def _is_in_time(activity: Activity, at: datetime) -> bool:
    return activity.rule_until is None or at <= activity.rule_until


def _passed(activity: Activity, person_id: Any) -> ColumnElement[bool]:
    """Has that person done the quiz of the session's rule, in time?"""
    done = Completion.__table__.alias("quiz_done").c
    in_time = [done.at <= activity.rule_until] if activity.rule_until else []
    return exists().where(done.activity_id == activity.rule_quiz_id, done.person_id == person_id, *in_time)


# --- everybody's deeds ------------------------------------------------------------------------------------------------
def weigh(activity: Activity) -> None:
    """Count everybody's deeds anew after the activity's rule has changed. Six statements, however many people."""
    db.session.flush()
    _gather(activity)
    _move(Completion, SetAside, ~_counts(activity, Completion), activity)
    _move(SetAside, Completion, _counts(activity, SetAside), activity)


def _counts(activity: Activity, rows: type[Completion] | type[SetAside]) -> ColumnElement[bool]:
    """Does a row of that table count under the activity's rule?"""
    counted = rows.how.in_([*COUNTED[activity.rule], *BY_WORD])
    if activity.rule is not Rule.PRESENT_OR_CAUGHT_UP:
        return counted
    in_time = [rows.at <= activity.rule_until] if activity.rule_until else []
    return and_(counted, or_(rows.how != How.WATCHED, and_(_passed(activity, rows.person_id), *in_time)))


def _move(source: Any, target: Any, which: ColumnElement[bool], activity: Activity) -> None:
    columns = ["person_id", "activity_id", "how", "at", "by_id", "reason"]
    moving = and_(source.activity_id == activity.id, which)
    rows = select(*(getattr(source, name) for name in columns)).where(moving).order_by(source.at, source.id)
    db.session.execute(insert_into(target).from_select(columns, rows).on_conflict_do_nothing())
    gone = select(source.id).where(moving)
    db.session.execute(delete(source).where(source.id.in_(gone)), execution_options={"synchronize_session": False})


def _gather(activity: Activity) -> None:
    """Deeds that nobody wrote down as long as the rule asked for nothing: quizzes passed, texts read, recordings."""
    if activity.rule is Rule.PASSED:
        passed = standings(and_(Quiz.id == activity.id, tells_at(now()))).subquery().c
        deeds = select(passed.person_id, literal(How.PASSED.value), passed.at).where(passed.passed == 1)
    elif activity.rule in {Rule.READ, Rule.WATCHED}:
        how, enough = (How.READ, reading.END) if activity.rule is Rule.READ else (How.WATCHED, played.WATCHED)
        deeds = select(ReadingPosition.person_id, literal(how.value), ReadingPosition.at).where(
            ReadingPosition.material_id == activity.id, ReadingPosition.percent >= enough
        )
    else:
        return
    rows = deeds.add_columns(literal(activity.id), literal(""))
    columns = ["person_id", "how", "at", "activity_id", "reason"]
    db.session.execute(insert_into(Completion).from_select(columns, rows).on_conflict_do_nothing())
