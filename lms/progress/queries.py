"""What one person has done and has still to do. Core rows: a whole path is two statements, however long it is."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select

from lms import permissions as can
from lms.accounts.models import Person
from lms.cycles.models import Activity, Cycle, Module, Rule, State
from lms.cycles.queries import enrolled_in
from lms.extensions import db
from lms.materials.models import Material, ReadingPosition, StoredFile
from lms.progress.models import Completion, Decision
from lms.progress.path import Path, Stage, Step, Try
from lms.quizzes.models import Answer, Attempt, Question, Quiz
from lms.sessions.models import Attendance, Audience, Invitation, LiveSession

_module, _activity = Module.__table__.c, Activity.__table__.c
_material, _file, _reading = Material.__table__.c, StoredFile.__table__.c, ReadingPosition.__table__.c
_session, _invitation, _attendance = LiveSession.__table__.c, Invitation.__table__.c, Attendance.__table__.c
_completion, _quiz, _attempt = Completion.__table__.c, Quiz.__table__.c, Attempt.__table__.c


# --- the statements, made once ----------------------------------------------------------------------------------------
_person: BindParameter[int] = bindparam("person_id")
# A row for each published activity (or one for a module without any), with what this person has to do with it.
_tables = (
    Module.__table__.outerjoin(
        Activity.__table__, and_(_activity.module_id == _module.id, _activity.state == State.PUBLISHED)
    )
    .outerjoin(Material.__table__, _material.id == _activity.id)
    .outerjoin(StoredFile.__table__, _file.id == _material.file_id)
    .outerjoin(LiveSession.__table__, _session.id == _activity.id)
    .outerjoin(Quiz.__table__, _quiz.id == _activity.id)
    .outerjoin(Completion.__table__, and_(_completion.activity_id == _activity.id, _completion.person_id == _person))
    .outerjoin(ReadingPosition.__table__, and_(_reading.material_id == _activity.id, _reading.person_id == _person))
    .outerjoin(
        Invitation.__table__, and_(_invitation.live_session_id == _activity.id, _invitation.person_id == _person)
    )
    .outerjoin(
        Attendance.__table__, and_(_attendance.live_session_id == _activity.id, _attendance.person_id == _person)
    )
)
# A session of the module that is only for some is shown to those of them who are invited, and asked of nobody.
_SHOWN = or_(_session.id.is_(None), _session.audience == Audience.CYCLE, _invitation.id.is_not(None))
_OF_MODULE = 7
_ROWS: Select[Any] = (
    select(
        # the fields of a Stage
        _module.id,
        _module.position,
        _module.title,
        _module.title_en,
        _module.summary,
        _module.summary_en,
        _module.due_at,
        # from here on, the fields of a Step
        case((_SHOWN, _activity.id)),
        _activity.type,
        _activity.title,
        _activity.title_en,
        and_(
            _activity.rule != Rule.OPTIONAL,
            _session.cancelled_at.is_(None),
            or_(_session.id.is_(None), _session.audience == Audience.CYCLE),
        ),
        func.coalesce(_activity.due_at, _module.due_at),
        _activity.created_at,
        _completion.how,
        _completion.at,
        _material.kind,
        _material.minutes,
        _file.original_name,
        _file.size,
        _reading.percent,
        _reading.heading,
        _session.starts_at,
        _session.ends_at,
        _session.zone,
        _session.cancelled_at.is_not(None),
        _invitation.answer,
        _attendance.at,
        _quiz.attempts_allowed,
    )
    .select_from(_tables)
    .order_by(_module.position, _module.id, _activity.position, _activity.id)
)
_TRIES: Select[Any] = (
    select(
        _attempt.id,
        _attempt.quiz_id,
        _attempt.number,
        _attempt.started_at,
        _attempt.submitted_at,
        _attempt.score,
        _attempt.max_score,
        _attempt.percent,
        _attempt.passed,
        select(func.count()).where(Answer.attempt_id == _attempt.id).scalar_subquery().label("answered"),
        select(func.count()).where(Question.quiz_id == _attempt.quiz_id).scalar_subquery().label("questions"),
    )
    .select_from(
        Attempt.__table__.join(Activity.__table__, _activity.id == _attempt.quiz_id).join(
            Module.__table__, _module.id == _activity.module_id
        )
    )
    .where(_attempt.person_id == _person)
    .order_by(_attempt.number)
)


def visible_modules(person: Person) -> Select[Module]:
    """Modules whose page a person may open; the same bounds as ``cycles.queries.visible_to`` sets for activities."""
    modules = select(Module)
    if can.teach(person):
        return modules
    modules = modules.where(Module.state == State.PUBLISHED)
    if person.letter is not None:
        return modules.where(Module.id == person.letter.module_id)
    modules = modules.join(Cycle, Module.cycle_id == Cycle.id).where(Cycle.state == State.PUBLISHED)
    return modules if can.look_after_people(person) else modules.where(enrolled_in(person, Cycle.id))


def done_in_module(person: Person, module_id: int) -> set[int]:
    """The ids of the module's activities that the person has done (or is excused from)."""
    return set(
        db.session.scalars(
            select(Completion.activity_id)
            .join(Activity, Activity.id == Completion.activity_id)
            .where(Completion.person_id == person.id, Activity.module_id == module_id)
        )
    )


def path_of(person: Person, cycle: Cycle, *, now: datetime) -> Path:
    """The published modules of a cycle as they stand for one person. Two statements."""
    of_cycle = and_(_module.cycle_id == cycle.id, _module.state == State.PUBLISHED)
    return Path(_stages(person.id, of_cycle), now)


def module_of(person: Person, module: Module, *, now: datetime) -> Stage:
    """One module as it stands for one person. Two statements."""
    (stage,) = Path(_stages(person.id, _module.id == module.id), now)
    return stage


def _stages(person_id: int, which: ColumnElement[bool]) -> list[Stage]:
    stages: dict[int, Stage] = {}
    tries = _tries(person_id, which)
    for row in db.session.execute(_ROWS.where(which), {"person_id": person_id}):
        values = list(row)
        module, activity = values[:_OF_MODULE], values[_OF_MODULE:]
        stage = stages.get(module[0])
        if stage is None:
            stage = stages[module[0]] = Stage(*module)
        if activity[0] is not None:
            activity.append(tries.get(activity[0], []))
            stage.steps.append(Step(*activity))
    return list(stages.values())


def _tries(person_id: int, which: ColumnElement[bool]) -> dict[int, list[Try]]:
    """Every attempt of the person at those modules' quizzes, by quiz, the first one first."""
    tries: dict[int, list[Try]] = defaultdict(list)
    for row in db.session.execute(_TRIES.where(which), {"person_id": person_id}):
        tries[row.quiz_id].append(
            Try(
                attempt_id=row.id,
                number=row.number,
                started_at=row.started_at,
                submitted_at=row.submitted_at,
                score=None if row.score is None else float(row.score),
                max_score=None if row.max_score is None else float(row.max_score),
                percent=row.percent,
                passed=row.passed,
                answered=row.answered,
                questions=row.questions,
            )
        )
    return tries


def decisions_about(person: Person) -> list[Any]:
    """What coordinators decided about a person's activities, the latest first: rows with who, when and why."""
    by = Person.__table__.alias("by")
    return list(
        db.session.execute(
            select(
                Decision.activity_id,
                Decision.verdict,
                Decision.at,
                Decision.reason,
                Activity.title,
                Activity.title_en,
                by.c.given_name,
                by.c.family_name,
            )
            .join(Activity, Activity.id == Decision.activity_id)
            .outerjoin(by, by.c.id == Decision.by_id)
            .where(Decision.person_id == person.id)
            .order_by(Decision.at.desc(), Decision.id.desc())
        )
    )
