"""A parcel's tree, looked through (``checking``), as rows: a new cycle, or modules in one that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lms.accounts.models import Person
from lms.cycles import actions as cycles
from lms.cycles.models import Activity, Cycle, Module, State
from lms.extensions import db
from lms.materials import markdown, reading
from lms.materials.history_models import PageVersion
from lms.materials.models import Material, MaterialKind, StoredFile
from lms.packages.actions import LaidDown, take_archive
from lms.packages.models import Package
from lms.quizzes.models import Choice, Question, Quiz, QuizDraw, Topic
from lms.sessions.models import LiveSession, Reminder
from lms.surveys.models import Survey, SurveyQuestion
from lms.transfer.columns import TABLES
from lms.transfer.parcel import Tree, named_files, with_files
from lms.transfer.shifting import Shift


@dataclass
class Unpacking:
    """What it takes.

    ``files``, ``packages`` and ``topics`` are by their keys in the tree; a topic that is not among them is made.
    """

    tree: Tree
    by: Person
    shift: Shift
    now: datetime
    files: dict[str, StoredFile] = field(default_factory=dict)
    packages: dict[str, LaidDown] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)  # the new modules and activities, by their keys

    def __post_init__(self) -> None:
        self.tree = with_files(self.tree, {key: str(file.id) for key, file in self.files.items()})
        self.by_id = {file.id: file for file in self.files.values()}

    def files_in(self, told: Any) -> list[StoredFile]:
        ids = dict.fromkeys(int(name) for name in named_files(told) if name.isdecimal())
        return [self.by_id[id] for id in ids if id in self.by_id]


def make_cycle(parcel: Unpacking, *, title: str, title_en: str) -> Cycle:
    """A draft with everything in it, under its new name."""
    cycle = Cycle(**_values(Cycle, parcel.tree["cycle"], parcel))
    cycle.title, cycle.title_en, cycle.state = title, title_en, State.DRAFT
    cycles.name_cycle(cycle, parcel.now.year)
    db.session.add(cycle)
    db.session.flush()
    fill(parcel, cycle)
    return cycle


def fill(parcel: Unpacking, cycle: Cycle) -> list[Module]:
    """The modules of the tree at the end of the cycle, and whatever else belongs to it."""
    _topics(parcel)
    modules = [_module(parcel, told, cycle) for told in parcel.tree["modules"]]
    for told in parcel.tree["sessions"]:
        _activity(parcel, told, cycle, None)
    for told in parcel.tree["surveys"]:
        _survey(parcel, told, cycle)
    db.session.flush()
    _link(parcel)
    _first_versions(parcel)
    db.session.flush()
    return modules


def _values(model: Any, told: Tree, parcel: Unpacking, zone: str = "") -> dict[str, Any]:
    """What the table's own columns get; days and instants moved."""
    carried = TABLES[model.__table__.name]
    moved = {name: _moved(told[name], parcel.shift, zone) for name in carried.moved if told.get(name) is not None}
    return {name: told[name] for name in carried.whole if name in told} | moved


def _moved(at: date | datetime, shift: Shift, zone: str) -> date | datetime:
    return shift.instant(at, zone) if isinstance(at, datetime) else shift.day(at)


def _module(parcel: Unpacking, told: Tree, cycle: Cycle) -> Module:
    module = Module(**_values(Module, told, parcel))
    cycles.append_module(module, cycle)
    db.session.add(module)
    db.session.flush()
    parcel.things[told["key"]] = module
    for position, activity in enumerate(told["activities"], 1):
        _activity(parcel, activity, cycle, module).position = position
    return module


def _activity(parcel: Unpacking, told: Tree, cycle: Cycle, module: Module | None) -> Activity:
    made = _KINDS[told["type"]](parcel, told, cycle)
    made.module_id = module.id if module else None
    made.created_at = made.updated_at = parcel.now
    db.session.add(made)
    parcel.things[told["key"]] = made
    return made


# --- by kind ----------------------------------------------------------------------------------------------------------
def _whole(model: Any, told: Tree, parcel: Unpacking, zone: str = "") -> Any:
    common = _values(Activity, told, parcel, zone)
    common.pop("type")
    return model(**common, **_values(model, told, parcel, zone))


def _material(parcel: Unpacking, told: Tree, _cycle: Cycle) -> Activity:
    material: Material = _whole(Material, told, parcel)
    material.file_id = next((file.id for file in parcel.files_in(told["file"])), None)
    material.sound_id = next((file.id for file in parcel.files_in(told["sound"])), None)
    if material.lacks is not None and material.state is not State.HIDDEN:
        material.withdraw()
    if material.kind is MaterialKind.PAGE:
        material.body_html = markdown.to_html(material.body)
        material.minutes = reading.minutes(material.body_html)
        material.page_files = parcel.files_in(material.body)
    if material.transcript:
        material.transcript_html = markdown.to_html(material.transcript, largest=markdown.LARGEST_TRANSCRIPT)
        material.page_files = parcel.files_in(material.transcript)
    return material


def _package(parcel: Unpacking, told: Tree, _cycle: Cycle) -> Activity:
    package: Package = _whole(Package, told, parcel)
    source = db.session.get(Package, told["source"]) if told["source"] else None
    for name in TABLES["package"].made if source else ():
        if name != "id":
            setattr(package, name, getattr(source, name))
    if told["key"] in parcel.packages:
        take_archive(package, parcel.packages[told["key"]], parcel.by, now=parcel.now)
    if package.lacks is not None and package.state is not State.HIDDEN:
        package.withdraw()
    return package


def _quiz(parcel: Unpacking, told: Tree, _cycle: Cycle) -> Activity:
    quiz: Quiz = _whole(Quiz, told, parcel)
    quiz.questions = _questions(parcel, told["questions"])
    quiz.draws = [
        QuizDraw(**_values(QuizDraw, draw, parcel), topic=parcel.topics[draw["topic"]])
        for draw in told["draws"]
        if draw["topic"] in parcel.topics
    ]
    return quiz


def _live_session(parcel: Unpacking, told: Tree, cycle: Cycle) -> Activity:
    """At the same hour in its own zone; a draft, of which nobody was told."""
    live_session: LiveSession = _whole(LiveSession, told, parcel, told["zone"])
    live_session.cycle_id = cycle.id
    live_session.reminders = [
        Reminder(**_values(Reminder, reminder, parcel, told["zone"])) for reminder in told["reminders"]
    ]
    return live_session


# --- what hangs on them -----------------------------------------------------------------------------------------------
def _questions(parcel: Unpacking, told: Iterable[Tree]) -> list[Question]:
    made = []
    for position, one in enumerate(told, 1):
        question = Question(**_values(Question, one, parcel), position=position, updated_at=parcel.now)
        question.text_html = markdown.to_html(question.text)
        question.files = parcel.files_in(one)
        question.choices = [
            Choice(**_values(Choice, choice, parcel), position=at) for at, choice in enumerate(one["choices"], 1)
        ]
        made.append(question)
    return made


def _topics(parcel: Unpacking) -> None:
    for told in parcel.tree["topics"]:
        if told["key"] not in parcel.topics:
            topic = Topic(**_values(Topic, told, parcel), questions=_questions(parcel, told["questions"]))
            db.session.add(topic)
            parcel.topics[told["key"]] = topic


def _survey(parcel: Unpacking, told: Tree, cycle: Cycle) -> None:
    survey = Survey(**_values(Survey, told, parcel), cycle_id=cycle.id, state=State.DRAFT, created_at=parcel.now)
    survey.questions = [
        SurveyQuestion(
            **_values(SurveyQuestion, one, parcel), position=position, text_html=markdown.to_html(one["text"])
        )
        for position, one in enumerate(told["questions"], 1)
    ]
    db.session.add(survey)
    db.session.flush()
    module, live_session = parcel.things.get(told["module"] or ""), parcel.things.get(told["live_session"] or "")
    survey.module_id = module.id if isinstance(module, Module) else None
    survey.live_session_id = live_session.id if isinstance(live_session, LiveSession) else None


def _link(parcel: Unpacking) -> None:
    """Point from new things to new things as the old ones did; what did not come along is pointed to by nothing."""
    for told in parcel.tree["modules"]:
        module = parcel.things[told["key"]]
        needs = [parcel.things[key] for key in told["needs"] if isinstance(parcel.things.get(key), Module)]
        module.needs = [needed for needed in needs if needed is not module]
        for activity in told["activities"]:
            _link_activity(parcel, activity)
    for activity in parcel.tree["sessions"]:
        _link_activity(parcel, activity)


def _first_versions(parcel: Unpacking) -> None:
    """The history of a page begins with the text it came with."""
    pages = (one for one in parcel.things.values() if isinstance(one, Material) and one.kind is MaterialKind.PAGE)
    db.session.add_all(
        PageVersion(
            material_id=page.id, number=1, title=page.title, body=page.body,
            saved_by_id=parcel.by.id, saved_at=parcel.now,
        )
        for page in pages
    )  # fmt: skip


def _link_activity(parcel: Unpacking, told: Tree) -> None:
    made = parcel.things[told["key"]]
    for name, column, kind in (
        ("rule_quiz", "rule_quiz_id", Quiz),
        ("recording_of", "recording_of_id", LiveSession),
        ("pair_of", "pair_of_id", Quiz),
    ):
        other = parcel.things.get(told.get(name) or "")
        if isinstance(other, kind) and other is not made:
            setattr(made, column, other.id)


_KINDS: dict[str, Callable[[Unpacking, Tree, Cycle], Activity]] = {
    "material": _material,
    "package": _package,
    "quiz": _quiz,
    "live_session": _live_session,
}
