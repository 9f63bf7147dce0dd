"""The demo's cycle: eight modules out of the folder ``modules``, a session a week, and what else is planned.

Six sessions are over, the seventh is in two or three days (never at a weekend), the eighth a week later.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.cycles.models import Activity, Cycle, Module, Rule, State
from lms.dates import end_of_day
from lms.extensions import db
from lms.materials.actions import write_page, write_transcript
from lms.materials.markdown import to_html
from lms.materials.models import Material, MaterialKind
from lms.quizzes.kinds import QuestionKind
from lms.quizzes.models import Choice, Question, Quiz
from lms.seeds import files, packages
from lms.sessions.models import Audience, LiveSession, LiveSessionKind

HERE = Path(__file__).parent
ZONE = "Europe/Moscow"
ROOM = "https://meet.example.org/rc-shkola"
WEEK = timedelta(days=7)
HELD = 6  # sessions that are over
LEADERS = ("tereschenko", "trainer", "trainer", "pivovarova", "tereschenko", "trainer", "trainer", "pivovarova")
# Minutes of the recordings; the first two sessions were not recorded.
RECORDED = {3: 81, 4: 86, 5: 78, 6: 84}

# What some modules have beside: (module, title, title in English, address).
LINKS = [
    (1, "Карта НКО района: таблица-образец", "Map of local NGOs: a sample table", "https://docs.example.org/karta-nko"),
    (
        4,
        "Смета проекта: таблица с формулами",
        "Project budget: a table with formulas",
        "https://docs.example.org/smeta",
    ),
]


@dataclass
class Taught:
    """A module with the activities that the history needs at hand."""

    module: Module
    live_session: LiveSession
    page: Material
    quiz: Quiz
    recording: Material | None = None


@dataclass
class Curriculum:
    cycle: Cycle
    taught: list[Taught]
    past_meeting: LiveSession
    coming_meeting: LiveSession
    visit: LiveSession
    consultation: LiveSession


def make(staff: dict[str, Person], centres: dict[str, Centre], today: date) -> Curriculum:
    next_day = next_session_day(today)
    first_day = next_day - HELD * WEEK
    told = texts()
    cycle = Cycle(
        slug="rc-2026",
        title="Школа ресурсных центров — 2026",
        title_en="School of resource centres — 2026",
        summary="Восемь модулей, по одному в неделю: встреча, материал и короткий тест, когда удобно.",
        summary_en="Eight modules, one a week: a session, a text and a short quiz whenever it suits you.",
        starts_on=first_day,
        ends_on=due_day(first_day + (len(told) - 1) * WEEK),
        state=State.PUBLISHED,
    )
    db.session.add(cycle)
    made, coordinator = _made_before(first_day), staff["coordinator"]
    past_meeting = _meeting(cycle, at(working_day(next_day - timedelta(days=27)), 11), coordinator, made)
    coming_meeting = _meeting(cycle, at(working_day(next_day + timedelta(days=5)), 11), coordinator, made)
    visit = _visit(cycle, at(next_day + 2 * WEEK, 10), centres["salsk"], staff, made)
    consultation = _consultation(at(working_day(next_day + timedelta(days=1)), 12), staff["tereschenko"], made)
    # The seminars come after them: a new session begins as a copy of the one made last.
    db.session.add_all([past_meeting, coming_meeting, visit, consultation])
    db.session.flush()
    taught = [
        module(words, cycle, number, first_day + (number - 1) * WEEK, staff[leader])
        for number, (words, leader) in enumerate(zip(told, LEADERS, strict=True), 1)
    ]
    for number, one in enumerate(taught, 1):
        _enrich(one, number)
    _add_content_plan(taught[6], staff["trainer"])
    # The trainer is still writing the last quiz.
    taught[-1].quiz.state = State.DRAFT
    return Curriculum(cycle, taught, past_meeting, coming_meeting, visit, consultation)


def next_session_day(today: date) -> date:
    return working_day(today + timedelta(days=2))


def working_day(day: date) -> date:
    """That day, or the Monday after where it falls on a weekend."""
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))


def texts() -> list[dict[str, Any]]:
    """What module.toml and material.md say, in the order of the modules."""
    return [
        {**tomllib.loads((folder / "module.toml").read_text()), "text": (folder / "material.md").read_text()}
        for folder in sorted((HERE / "modules").iterdir())
    ]


def due_day(day: date) -> date:
    """Wednesday of the week after a session: over by the time of the session after the next, whatever day it is now."""
    return day + timedelta(days=9 - day.weekday())


def _made_before(day: date) -> datetime:
    return at(day, 12) - 3 * WEEK


# --- a module ---------------------------------------------------------------------------------------------------------
def module(told: dict[str, Any], cycle: Cycle, number: int, day: date, leader: Person) -> Taught:
    """A session on that day at 15:00, a text and a quiz, all published."""
    made = _made_before(day)
    module = Module(
        cycle=cycle,
        position=number,
        title=told["title"],
        title_en=told["title_en"],
        short_title=told["short"],
        short_title_en=told["short_en"],
        summary=told["summary"],
        summary_en=told["summary_en"],
        state=State.PUBLISHED,
        due_at=end_of_day(due_day(day), ZONE),
    )
    db.session.add(module)
    taught = Taught(module, _seminar(told, cycle, at(day, 15), leader, made), _page(told, made), _quiz(told, made))
    _place(module, [taught.live_session, taught.page, taught.quiz])
    return taught


def _enrich(taught: Taught, number: int) -> None:
    """The link and the recording that this module has beside."""
    activities: list[Activity] = [taught.live_session, taught.page, taught.quiz]
    for where, title, title_en, url in LINKS:
        if where == number:
            link = _activity(Rule.OPTIONAL, taught.page.created_at, title=title, title_en=title_en)
            activities.insert(2, Material(**link, kind=MaterialKind.LINK, url=url))
    if number in RECORDED:
        taught.recording = _recording(taught.live_session, number)
        activities.insert(1, taught.recording)
    _place(taught.module, activities)


def _add_content_plan(taught: Taught, trainer: Person) -> None:
    made = taught.page.created_at
    named = {"title": "Контент-план на месяц: шаблон", "title_en": "Content plan for a month: a template"}
    file = files.content_plan(trainer, made)
    plan = Material(**_activity(Rule.OPTIONAL, made, **named), kind=MaterialKind.FILE, file=file)
    call = packages.journalist(taught.module, trainer, made)
    _place(taught.module, [taught.live_session, taught.page, plan, call, taught.quiz])


def _place(module: Module, activities: list[Activity]) -> None:
    for position, activity in enumerate(activities, 1):
        activity.module, activity.position = module, position
    db.session.add_all(activities)
    db.session.flush()


def _activity(rule: Rule, made: datetime, **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "state": State.PUBLISHED, "created_at": made, "updated_at": made, **fields}


def _page(told: dict[str, Any], made: datetime) -> Material:
    page = Material(
        **_activity(Rule.READ, made, title=told["material_title"], title_en=told["material_title_en"]),
        kind=MaterialKind.PAGE,
    )
    write_page(page, told["text"])
    return page


def _recording(of: LiveSession, number: int) -> Material:
    named = {"title": f"Запись встречи «{of.title}»", "title_en": f"Recording of “{of.title_en}”"}
    recording = Material(
        **_activity(Rule.OPTIONAL, of.ends_at + timedelta(hours=20), **named),
        kind=MaterialKind.RECORDING,
        url=f"https://video.example.org/rc-shkola/{number}",
        minutes=RECORDED[number],
        recording_of_id=of.id,
    )
    for said in HERE.glob(f"modules/{number}-*/recording.md"):
        write_transcript(recording, said.read_text())
    return recording


def _quiz(told: dict[str, Any], made: datetime) -> Quiz:
    words = told["quiz"]
    return Quiz(
        **_activity(Rule.PASSED, made, title=words["title"], title_en=words["title_en"]),
        intro=words["intro"],
        pass_mark=words["pass_mark"],
        attempts_allowed=words["attempts"],
        questions=[_question(row, position, made) for position, row in enumerate(told["question"], 1)],
    )


def _question(row: dict[str, Any], position: int, made: datetime) -> Question:
    kind = QuestionKind(row["kind"])
    settings: dict[str, Any] = {}
    if kind is QuestionKind.TRUE_FALSE:
        settings = {"right": row["right"]}
    elif kind is QuestionKind.SHORT:
        settings = {"accepted": [{"text": text, "share": 100, "feedback": ""} for text in row["accepted"]]}
    elif kind is QuestionKind.NUMBER:
        answer = {"answer": str(row["answer"]), "tolerance": str(row["tolerance"]), "share": 100, "feedback": ""}
        settings = {"answers": [answer], "unit": row["unit"], "units": []}
    elif kind in {QuestionKind.ORDERING, QuestionKind.MATCHING, QuestionKind.GAPS}:
        settings = row["settings"]
    choices = [
        Choice(position=place, text=choice["text"], is_right=choice["right"], feedback=choice["feedback"])
        for place, choice in enumerate(row.get("choice", ()), 1)
    ]
    return Question(
        position=position,
        kind=kind,
        text=row["text"],
        text_html=to_html(row["text"]),
        points=row["points"],
        explanation=row["explanation"],
        settings=settings,
        choices=choices,
        updated_at=made,
    )


# --- live sessions ----------------------------------------------------------------------------------------------------
def _seminar(told: dict[str, Any], cycle: Cycle, starts_at: datetime, leader: Person, made: datetime) -> LiveSession:
    return _live_session(
        LiveSessionKind.SEMINAR, starts_at, 90, made,
        title=told["session_title"], title_en=told["session_title_en"],
        summary=told["session_summary"], summary_en=told["session_summary_en"],
        agenda=told["agenda"].strip(), cycle=cycle, trainers=[leader], room_url=ROOM,
    )  # fmt: skip


def _meeting(cycle: Cycle, starts_at: datetime, leader: Person, made: datetime) -> LiveSession:
    agenda = """\
00 Новости центров | по пять минут
30 Один трудный вопрос | разбираем вместе
50 О чём договорились | координатор"""
    return _live_session(
        LiveSessionKind.JOINT_MEETING, starts_at, 60, made,
        title="Общая встреча центров", title_en="Joint meeting of the centres",
        summary="Что нового у каждого центра, где нужна помощь соседей и что сделаем вместе до следующей встречи.",
        summary_en="What is new in each centre, where neighbours can help, and what we will do together.",
        agenda=agenda,
        cycle=cycle, trainers=[leader], room_url="https://meet.example.org/rc-obschaya",
    )  # fmt: skip


def _visit(cycle: Cycle, starts_at: datetime, centre: Centre, staff: dict[str, Person], made: datetime) -> LiveSession:
    agenda = """\
10:00 Консультации по два человека | юрист и бухгалтер, по записи
11:30 Мастерская «Смета без ошибок» | на ваших заявках
13:00 Обед и знакомство
14:00 Мастерская «Волонтёры в школе и ДК» | для руководителей групп
15:30 План центра на полгода | с командой РЦ"""
    return _live_session(
        LiveSessionKind.VISIT, starts_at, 7 * 60, made,
        title=f"Выездная сессия {centre.name_prepositional}", title_en=f"Visit to {centre.name_en}",
        summary="Программа составлена под запросы центра; двери открыты для всех НКО района.",
        summary_en="The programme follows the centre’s own requests; every NGO of the district is welcome.",
        agenda=agenda, cycle=cycle, trainers=[staff["tereschenko"], staff["pivovarova"]],
        place=centre.address, audience=Audience.CENTRES, centres=[centre],
    )  # fmt: skip


def _consultation(starts_at: datetime, leader: Person, made: datetime) -> LiveSession:
    return _live_session(
        LiveSessionKind.CONSULTATION, starts_at, 45, made,
        title="Консультация: устав перед подачей в Минюст", title_en="Consultation: the charter before registration",
        summary="Пройдём по уставу вместе. Пришлите черновик накануне.",
        summary_en="We will go through the charter together. Please send the draft the day before.",
        trainers=[leader], audience=Audience.INVITED, room_url="https://meet.example.org/konsultatsiya",
    )  # fmt: skip


def _live_session(
    kind: LiveSessionKind, starts_at: datetime, minutes: int, made: datetime, **fields: Any
) -> LiveSession:
    return LiveSession(
        **_activity(Rule.PRESENT_OR_WATCHED, made, **{"audience": Audience.CYCLE, **fields}),
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        zone=ZONE,
    )
