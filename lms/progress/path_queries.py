"""One person's way through a cycle. Core rows: a whole path is two statements, however long it is."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from lms import permissions as can
from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, DueException, Module, Rule, State, is_out, module_prerequisite
from lms.extensions import db
from lms.materials.models import Material, ReadingPosition, StoredFile
from lms.packages.models import Claim
from lms.progress.models import Completion
from lms.progress.path import Path, Stage, Step, Try
from lms.quizzes.models import Answer, Attempt, Question, QuestionKind, Quiz
from lms.sessions.models import Attendance, Audience, Invitation, LiveSession, live_session_centre

_module, _activity, _cycle = Module.__table__.c, Activity.__table__.c, Cycle.__table__.c
_material, _file, _reading = Material.__table__.c, StoredFile.__table__.c, ReadingPosition.__table__.c
_session, _invitation, _attendance = LiveSession.__table__.c, Invitation.__table__.c, Attendance.__table__.c
# Other due times of hers and of her centre: of the module, and of the whole cycle.
_mine, _centres, _my_cycle, _centres_cycle = (
    DueException.__table__.alias(name).c for name in ("mine", "centres", "my_cycle", "centres_cycle")
)
_prerequisite = module_prerequisite.c
_claim = Claim.__table__.c
_completion, _quiz, _attempt = Completion.__table__.c, Quiz.__table__.c, Attempt.__table__.c


# --- the statements, made once ----------------------------------------------------------------------------------------
_person: BindParameter[int] = bindparam("person_id")
_centre: BindParameter[int | None] = bindparam("centre_id")
# For a preview: what is not published yet as if it were, and sessions for the people of that centre.
_drafts_too: BindParameter[bool] = bindparam("drafts_too", False, Boolean())
_looking_from: BindParameter[int] = bindparam("looking_from", None, Integer())
_LISTED = or_(is_out(_activity), and_(_drafts_too, _activity.state != State.HIDDEN))
# A row for each published activity (or one for a module without any), with what this person has to do with it.
_tables = (
    Module.__table__.join(Cycle.__table__, _cycle.id == _module.cycle_id)
    .outerjoin(
        Activity.__table__,
        and_(
            _activity.module_id == _module.id,
            _LISTED,
        ),
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
    .outerjoin(_mine.id.table, and_(_mine.module_id == _module.id, _mine.person_id == _person))
    .outerjoin(_centres.id.table, and_(_centres.module_id == _module.id, _centres.centre_id == _centre))
    .outerjoin(_my_cycle.id.table, and_(_my_cycle.cycle_id == _cycle.id, _my_cycle.person_id == _person))
    .outerjoin(_centres_cycle.id.table, and_(_centres_cycle.cycle_id == _cycle.id, _centres_cycle.centre_id == _centre))
)
# The ids of the published modules that must be done before, joined by commas.
_before = Module.__table__.alias("before").c
_NEEDS = (
    select(func.aggregate_strings(cast(_before.id, String), ","))
    .join(module_prerequisite, _prerequisite.needs_id == _before.id)
    .where(_prerequisite.module_id == _module.id, is_out(_before))
    .correlate(Module.__table__)
    .scalar_subquery()
)
# A session of the module that is only for some is shown to those of them who are invited, and asked of nobody.
_FOR_CENTRE = and_(
    _session.audience == Audience.CENTRES,
    exists().where(
        live_session_centre.c.live_session_id == _session.id, live_session_centre.c.centre_id == _looking_from
    ),
)
_SHOWN = or_(_session.id.is_(None), _session.audience == Audience.CYCLE, _invitation.id.is_not(None), _FOR_CENTRE)
# A package of which somebody opened a part.
_OPENED = and_(
    _activity.type == "package",
    exists().where(_claim.package_id == _activity.id, _claim.person_id == _person).correlate(Activity.__table__),
)
_EXCEPTED = (_mine.due_at, _my_cycle.due_at, _centres.due_at, _centres_cycle.due_at)
_OF_MODULE = 10
_ROWS: Select[Any] = (
    select(
        # the fields of a Stage
        _module.id,
        _module.position,
        _module.title,
        _module.title_en,
        _module.summary,
        _module.summary_en,
        func.coalesce(*_EXCEPTED, _module.due_at, _cycle.due_at),
        _module.needed,
        func.coalesce(_my_cycle.due_at, _centres_cycle.due_at, _cycle.due_at),
        _NEEDS,
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
        func.coalesce(*_EXCEPTED, _activity.due_at, _module.due_at, _cycle.due_at),
        _activity.created_at,
        _completion.how,
        _completion.at,
        _material.kind,
        _material.minutes,
        _file.original_name,
        _file.size,
        _reading.percent,
        _reading.heading,
        _OPENED,
        _session.starts_at,
        _session.ends_at,
        _session.zone,
        _session.cancelled_at.is_not(None),
        _invitation.answer,
        _attendance.at,
        _quiz.attempts_allowed,
        _quiz.counts,
        _activity.rule,
        _activity.rule_until,
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
        _quiz.show_results,
        _quiz.closes_at,
        select(func.count()).where(Answer.attempt_id == _attempt.id).scalar_subquery().label("answered"),
        func.coalesce(
            func.json_array_length(_attempt.dealt),
            select(func.count())
            .where(Question.quiz_id == _attempt.quiz_id, Question.kind != QuestionKind.INFO)
            .scalar_subquery(),
        ).label("questions"),
    )
    .select_from(
        Attempt.__table__.join(Activity.__table__, _activity.id == _attempt.quiz_id)
        .join(Quiz.__table__, _quiz.id == _attempt.quiz_id)
        .join(Module.__table__, _module.id == _activity.module_id)
    )
    .where(_attempt.person_id == _person)
    .order_by(_attempt.number)
)


# The modules that are meant: of a cycle, one, or one with those it needs. (rows of the path, attempts at its quizzes)
Both = tuple[Select[Any], Select[Any]]
_this_cycle: BindParameter[int] = bindparam("cycle_id")
_this_module: BindParameter[int] = bindparam("module_id")
_BEFORE = select(_prerequisite.needs_id).where(_prerequisite.module_id == _this_module)


def _both(which: ColumnElement[bool]) -> Both:
    return _ROWS.where(which), _TRIES.where(which)


_OF_CYCLE = _both(and_(_module.cycle_id == _this_cycle, is_out(_module)))
_OF_ONE = _both(_module.id == _this_module)
_OF_ONE_AND_BEFORE = _both(or_(_module.id == _this_module, and_(_module.id.in_(_BEFORE), is_out(_module))))


def path_of(person: Person, cycle: Cycle, *, now: datetime) -> Path:
    """The published modules of a cycle as they stand for one person. Two statements."""
    return Path(_stages(_bounds(person) | {"cycle_id": cycle.id}, _OF_CYCLE), now, cycle.needed)


def module_of(person: Person, module: Module, *, now: datetime) -> Stage:
    """One module as it stands for one person, held up or not by those it needs. Two statements."""
    stages = _stages(_bounds(person) | {"module_id": module.id}, _OF_ONE_AND_BEFORE)
    return next(stage for stage in Path(stages, now) if stage.id == module.id)


def module_as_seen_from(centre: Centre, module: Module, *, drafts_too: bool, now: datetime) -> Stage:
    """One module as it stands for a learner of that centre who has done nothing yet. Two statements."""
    looks = {"person_id": 0, "centre_id": centre.id, "drafts_too": drafts_too, "looking_from": centre.id}
    (stage,) = Path(_stages(looks | {"module_id": module.id}, _OF_ONE), now)
    return stage


def held_up(person: Person, module_id: int | None, *, now: datetime) -> list[Stage]:
    """The modules this person must do before that one opens; nothing where it is open. Trainers go everywhere.

    One statement where the module needs no other.
    """
    if module_id is None or can.teach(person):
        return []
    if not db.session.scalar(select(exists().where(_prerequisite.module_id == module_id))):
        return []
    return module_of(person, db.session.get_one(Module, module_id), now=now).waits_for


def _bounds(person: Person) -> dict[str, Any]:
    return {"person_id": person.id, "centre_id": person.centre_id}


def _stages(bounds: dict[str, Any], both: Both) -> list[Stage]:
    of_path, of_tries = both
    stages: dict[int, Stage] = {}
    tries = _tries(bounds, of_tries)
    for row in db.session.execute(of_path, bounds):
        values = list(row)
        module, activity = values[:_OF_MODULE], values[_OF_MODULE:]
        stage = stages.get(module[0])
        if stage is None:
            *told, needs = module
            stage = stages[module[0]] = Stage(*told)
            stage.needs = tuple(int(one) for one in needs.split(",")) if needs else ()
        if activity[0] is not None:
            activity.append(tries.get(activity[0], []))
            stage.steps.append(Step(*activity))
    return list(stages.values())


def _tries(bounds: dict[str, Any], of_tries: Select[Any]) -> dict[int, list[Try]]:
    """Every attempt of the person at those modules' quizzes, by quiz, the first one first."""
    tries: dict[int, list[Try]] = defaultdict(list)
    for row in db.session.execute(of_tries, bounds):
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
                showing=row.show_results,
                closes_at=row.closes_at,
                answered=row.answered,
                questions=row.questions,
            )
        )
    return tries
