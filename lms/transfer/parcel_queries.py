"""A cycle or a module of ours as a parcel: its tree, the files it shows, and what of it cannot come along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy.orm import selectinload, with_polymorphic

from lms.cycles.models import Activity, Cycle, Module, State
from lms.extensions import db
from lms.materials.models import Material, StoredFile
from lms.packages.models import Package
from lms.quizzes.models import Choice, Question, QuestionKind, Quiz, QuizDraw, Topic
from lms.sessions.models import LiveSession, LiveSessionKind, Reminder
from lms.surveys.models import Survey, SurveyKind, SurveyQuestion
from lms.transfer import shapes
from lms.transfer.columns import TABLES
from lms.transfer.parcel import FORMAT, NOWHERE, VERSION, Tree, named_files, with_files
from lms.transfer.values import tell

_PERSONAL = {LiveSessionKind.CONSULTATION}
# A package has its ZIP in columns that are called as those of a file.
_ZIP = cast(Table, StoredFile.__table__)


@dataclass
class Parcel:
    """``files``, ``packages`` and ``topics`` are by their keys in the tree.

    ``stays`` says what of it stays behind by itself.
    """

    tree: Tree
    files: dict[str, StoredFile] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)  # those with a ZIP
    topics: dict[str, Topic] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)


def of_cycle(cycle: Cycle, *, for_elsewhere: bool = False) -> Parcel:
    """``for_elsewhere``: it leaves this installation, where no package of ours can be pointed to."""
    modules = db.session.scalars(
        select(Module)
        .where(Module.cycle_id == cycle.id)
        .options(selectinload(Module.needs))
        .order_by(Module.position, Module.id)
    ).all()
    inside = _activities(Activity.module_id.in_([module.id for module in modules]))
    loose = (LiveSession.cycle_id == cycle.id) & LiveSession.module_id.is_(None)
    sessions = db.session.scalars(
        select(LiveSession)
        .where(loose, LiveSession.is_template.is_(False))
        .options(selectinload(LiveSession.reminders))
        .order_by(LiveSession.starts_at, LiveSession.id)
    ).all()
    surveys = db.session.scalars(
        select(Survey)
        .where(Survey.cycle_id == cycle.id)
        .options(selectinload(Survey.questions))
        .order_by(Survey.created_at, Survey.id)
    ).all()
    return _Packing(for_elsewhere).parcel(cycle, modules, [*inside, *sessions], surveys)


def of_module(module: Module) -> Parcel:
    return _Packing(False).parcel(None, [module], _activities(Activity.module_id == module.id), [])


def _activities(inside: ColumnElement[bool]) -> Sequence[Activity]:
    every = with_polymorphic(Activity, [Material, Package, Quiz, LiveSession])
    whole = selectinload(every.Quiz.questions).selectinload(Question.choices)
    bank = selectinload(every.Quiz.draws).joinedload(QuizDraw.topic).selectinload(Topic.questions)
    statement: Select[Any] = (
        select(every)
        .where(every.id.in_(select(Activity.id).where(inside)))
        .options(whole, bank.selectinload(Question.choices), selectinload(every.LiveSession.reminders))
        .order_by(every.position, every.id)
    )
    return db.session.scalars(statement).all()


def first_day(cycle: Cycle) -> date | None:
    """The day from which a new season is counted: its first, else that of its first session or deadline."""
    if cycle.starts_on is not None:
        return cycle.starts_on
    begins = db.session.scalar(select(func.min(LiveSession.starts_at)).where(LiveSession.cycle_id == cycle.id))
    due = db.session.scalar(select(func.min(Module.due_at)).where(Module.cycle_id == cycle.id))
    found = [at for at in (begins, due) if at is not None]
    return min(found).date() if found else None


def _told(row: Any, model: Any) -> Tree:
    table = model.__table__
    assert isinstance(table, Table)
    return tell(row, table, TABLES[table.name].told)


def _tidied(kind: QuestionKind | SurveyKind, settings: Any) -> Any:
    """As they come out of an archive, so that a cycle brought in and taken out again is told in the same words."""
    try:
        return shapes.settings(kind, settings or {})
    except shapes.Unfit:
        return settings


class _Packing:
    def __init__(self, for_elsewhere: bool) -> None:
        self.for_elsewhere = for_elsewhere
        self.keys: dict[int, str] = {}  # of modules that come along, by id
        self.activity_keys: dict[int, str] = {}
        self.topics: dict[int, tuple[str, Topic]] = {}
        self.packages: dict[str, Package] = {}
        self.left: Counter[str] = Counter()
        self.stays: list[str] = []

    def parcel(
        self,
        cycle: Cycle | None,
        modules: Sequence[Module],
        activities: Iterable[Activity],
        surveys: Iterable[Survey],
    ) -> Parcel:
        coming = [activity for activity in activities if self._comes(activity)]
        self.keys = {module.id: f"m{number}" for number, module in enumerate(modules, 1)}
        order = sorted(
            coming, key=lambda one: list(self.keys).index(one.module_id) if one.module_id else len(self.keys)
        )
        self.activity_keys = {activity.id: f"a{number}" for number, activity in enumerate(order, 1)}
        tree = {
            "format": FORMAT,
            "version": VERSION,
            "cycle": _told(cycle, Cycle) if cycle else None,
            "modules": [self._module(module, order) for module in modules],
            "sessions": [self._activity(one) for one in order if one.module_id is None],
            "surveys": [self._survey(survey) for survey in surveys],
        }
        tree["topics"] = [self._topic(key, topic) for key, topic in self.topics.values()]
        return self._with_files(tree)

    def _comes(self, activity: Activity) -> bool:
        if isinstance(activity, LiveSession) and activity.is_cancelled:
            self.left["cancelled"] += 1
        elif isinstance(activity, LiveSession) and activity.kind in _PERSONAL:
            self.left["personal"] += 1
        elif activity.type not in _TELL:
            self.stays.append(_("“%(title)s” cannot be carried over.", title=activity.title))
        else:
            return True
        return False

    def _module(self, module: Module, activities: Iterable[Activity]) -> Tree:
        if outside := [needed.title for needed in module.needs if needed.id not in self.keys]:
            self.stays.append(_("What must be done before it: “%(title)s”.", title="”, “".join(outside)))
        return {
            "key": self.keys[module.id],
            **_told(module, Module),
            "needs": sorted(self.keys[needed.id] for needed in module.needs if needed.id in self.keys),
            "activities": [self._activity(one) for one in activities if one.module_id == module.id],
        }

    def _activity(self, activity: Activity) -> Tree:
        tell_kind = _TELL[activity.type]
        return {
            "key": self.activity_keys[activity.id],
            **_told(activity, Activity),
            "rule_quiz": self.activity_keys.get(activity.rule_quiz_id or 0),
            **tell_kind(self, activity),
        }

    # --- by kind ------------------------------------------------------------------------------------------------------
    def material(self, material: Material) -> Tree:
        return {
            **_told(material, Material),
            "file": f"/files/{material.file_id}/" if material.file_id else None,
            "sound": f"/files/{material.sound_id}/" if material.sound_id else None,
            "recording_of": self.activity_keys.get(material.recording_of_id or 0),
        }

    def package(self, package: Package) -> Tree:
        """Here the copy has the ZIP of the one it is of; elsewhere one of its own, which lies beside the tree."""
        if not self.for_elsewhere:
            return {"source": package.id}
        if package.storage_name:
            self.packages[self.activity_keys[package.id]] = package
        return {"zip": tell(package, _ZIP, TABLES[_ZIP.name].told) if package.storage_name else None}

    def quiz(self, quiz: Quiz) -> Tree:
        self.left["retired"] += sum(question.retired_at is not None for question in quiz.questions)
        return {
            **_told(quiz, Quiz),
            "pair_of": self.activity_keys.get(quiz.pair_of_id or 0),
            "questions": [self._question(question) for question in quiz.live_questions],
            "draws": [{**_told(draw, QuizDraw), "topic": self._topic_key(draw.topic)} for draw in quiz.draws],
        }

    def live_session(self, live_session: LiveSession) -> Tree:
        return {
            **_told(live_session, LiveSession),
            "state": State.DRAFT.value,
            "publish_at": None,
            "reminders": [_told(reminder, Reminder) for reminder in live_session.reminders],
        }

    # --- what hangs on them -------------------------------------------------------------------------------------------
    def _question(self, question: Question) -> Tree:
        told = {**_told(question, Question), "choices": [_told(choice, Choice) for choice in question.choices]}
        return told | {"settings": _tidied(question.kind, question.settings)}

    def _topic_key(self, topic: Topic) -> str:
        return self.topics.setdefault(topic.id, (f"t{len(self.topics) + 1}", topic))[0]

    def _topic(self, key: str, topic: Topic) -> Tree:
        asked = [self._question(question) for question in topic.questions if question.retired_at is None]
        return {"key": key, **_told(topic, Topic), "questions": asked}

    def _survey(self, survey: Survey) -> Tree:
        return {
            **_told(survey, Survey),
            "module": self.keys.get(survey.module_id or 0),
            "live_session": self.activity_keys.get(survey.live_session_id or 0),
            "questions": [
                _told(question, SurveyQuestion) | {"settings": _tidied(question.kind, question.settings)}
                for question in survey.questions
            ],
        }

    # --- files --------------------------------------------------------------------------------------------------------
    def _with_files(self, tree: Tree) -> Parcel:
        wanted = list(dict.fromkeys(name for name in named_files(tree) if name.isdecimal() and name != NOWHERE))
        rows = db.session.scalars(select(StoredFile).where(StoredFile.id.in_([int(name) for name in wanted])))
        found = {str(file.id): file for file in rows}
        keys = {name: f"f{number}" for number, name in enumerate((one for one in wanted if one in found), 1)}
        files = {key: found[name] for name, key in keys.items()}
        tree = with_files(tree, keys)
        tree["files"] = [{"key": key, **_told(file, StoredFile)} for key, file in files.items()]
        stays = [*self._counted(), *self.stays]
        return Parcel(tree, files, self.packages, dict(self.topics.values()), stays)

    def _counted(self) -> list[str]:
        said = [
            ngettext(
                "%(num)s session that was called off.",
                "%(num)s sessions that were called off.",
                self.left["cancelled"],
            ),
            ngettext("%(num)s consultation.", "%(num)s consultations.", self.left["personal"]),
            ngettext(
                "%(num)s question that was taken out of its quiz.",
                "%(num)s questions that were taken out of their quizzes.",
                self.left["retired"],
            ),
        ]
        return [text for text, kind in zip(said, ("cancelled", "personal", "retired"), strict=True) if self.left[kind]]


# How each kind of activity is told; a new kind is one line here, and one in ``unpacking_actions``.
_TELL: dict[str, Callable[[_Packing, Any], Tree]] = {
    "material": _Packing.material,
    "package": _Packing.package,
    "quiz": _Packing.quiz,
    "live_session": _Packing.live_session,
}
