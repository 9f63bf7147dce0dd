"""The way of one person through a cycle: modules in order, and the steps of each. Pure; path_queries.py fills it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from lms.progress.rules import Mark, Required, activity_mark, current, cycle_is_completed, enough, module_mark
from lms.quizzes.standing import is_shown, standing
from lms.quizzes.terms import Counts, Showing


@dataclass(frozen=True, kw_only=True)
class Try:
    """One attempt at a quiz: ``answered`` of ``questions`` while it is open, scores once it is submitted."""

    attempt_id: int
    number: int
    started_at: datetime
    submitted_at: datetime | None
    score: float | None
    max_score: float | None
    percent: int | None
    passed: bool | None
    answered: int
    questions: int
    # When the quiz lets its results be seen.
    showing: Showing = Showing.AT_ONCE
    closes_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None

    def is_told(self, now: datetime) -> bool:
        """May its score be told to the person whose attempt it is?"""
        return is_shown(self.showing, settled=False, closes_at=self.closes_at, now=now)


@dataclass(slots=True)
class Step:
    """One activity as it stands for one person. ``due_at`` is its own, or else its module's or its cycle's.

    The order of the fields is that of the columns in path_queries.py, which fills ninety of these for a long path.
    """

    id: int
    type: str
    title: str
    title_en: str
    is_required: bool
    due_at: datetime | None
    created_at: datetime
    how: str | None = None
    done_at: datetime | None = None
    # material
    kind: str | None = None
    minutes: int | None = None
    file_name: str | None = None
    file_size: int | None = None
    percent_read: int | None = None
    heading: str | None = None
    # package
    is_opened: bool = False
    # live session
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str | None = None
    is_cancelled: bool = False
    answer: str | None = None
    attended_at: datetime | None = None
    # quiz
    attempts_allowed: int | None = None
    counts: str | None = None  # which of the attempts does
    rule: str = ""
    rule_until: datetime | None = None
    tries: list[Try] = field(default_factory=list)

    mark: Mark = Mark.NONE

    @property
    def is_done(self) -> bool:
        return self.how is not None

    @property
    def is_begun(self) -> bool:
        return bool(self.tries) or self.percent_read is not None or self.attended_at is not None or self.is_opened

    @property
    def file_type(self) -> str:
        """«XLSX», from the name of the file."""
        name, dot, ending = (self.file_name or "").rpartition(".")
        return ending.upper() if name and dot else ""

    @property
    def open_try(self) -> Try | None:
        return next((one for one in self.tries if one.is_open), None)

    @property
    def may_try(self) -> bool:
        """Is an attempt open, or may another one be begun?"""
        return bool(self.open_try) or self.attempts_allowed is None or len(self.tries) < self.attempts_allowed

    @property
    def best_try(self) -> Try | None:
        """The submitted attempt that counts, as the quiz says: the first or the last with a result, else the best one,
        the first of equals."""
        submitted = [one for one in self.tries if not one.is_open]
        results = [one for one in submitted if one.percent is not None]
        if results and self.counts in {Counts.FIRST, Counts.LAST}:
            return results[0 if self.counts == Counts.FIRST else -1]
        return max(submitted, key=lambda one: (one.percent or 0, -one.number), default=None)

    @property
    def average(self) -> int | None:
        """What the attempts come to in per cent, where their average counts."""
        if self.counts != Counts.AVERAGE:
            return None
        return standing(self.tries, Counts.AVERAGE, pass_mark=100).percent

    @property
    def is_waiting(self) -> bool:
        """Is an attempt handed in that a person has to check?"""
        return any(not one.is_open and one.percent is None for one in self.tries)

    def judge(self, now: datetime) -> None:
        self.mark = activity_mark(
            Required(self.id, self.due_at if self.is_required else None),
            done=self.is_done,
            excused=self.how == "excused",
            begun=self.is_begun,
            waiting=self.is_waiting,
            now=now,
        )


@dataclass
class Stage:
    """One module as it stands for one person; ``number`` is its place in the cycle."""

    id: int
    number: int
    title: str
    title_en: str
    summary: str
    summary_en: str
    due_at: datetime | None
    # How many of the required steps it takes (empty: all), and which modules must be done before it opens.
    needed: int | None = None
    # When all of the cycle should be done by this person.
    cycle_due_at: datetime | None = None
    needs: tuple[int, ...] = ()
    steps: list[Step] = field(default_factory=list)
    mark: Mark = Mark.NONE
    waits_for: list[Stage] = field(default_factory=list)

    @property
    def required(self) -> list[Step]:
        return [step for step in self.steps if step.is_required]

    @property
    def left(self) -> list[Step]:
        """What can still be done of what is asked; nothing once the module is settled."""
        return [step for step in self.required if not step.is_done] if self.missing else []

    @property
    def missing(self) -> int:
        """How many of the steps that are left it still takes."""
        return max(0, enough(self.needed, len(self.required)) - sum(step.is_done for step in self.required))

    @property
    def is_locked(self) -> bool:
        return bool(self.waits_for)

    @property
    def sessions(self) -> list[Step]:
        return [step for step in self.steps if step.starts_at is not None]

    def judge(self, now: datetime) -> None:
        for step in self.steps:
            step.judge(now)
        self.mark = module_mark(
            [Required(step.id, step.due_at) for step in self.required],
            done={step.id for step in self.steps if step.is_done},
            excused={step.id for step in self.steps if step.how == "excused"},
            begun={step.id for step in self.steps if step.is_begun},
            waiting={step.id for step in self.steps if step.is_waiting},
            needed=self.needed,
            now=now,
        )


@dataclass(frozen=True)
class Due:
    """Something that is left and has a time: what of which module, and by when."""

    at: datetime
    stage: Stage
    steps: tuple[Step, ...]
    is_over: bool


@dataclass
class Path:
    stages: list[Stage]
    now: datetime
    needed: int | None = None  # how many of the modules the cycle takes; empty: all

    def __post_init__(self) -> None:
        for stage in self.stages:
            stage.judge(self.now)
        by_id = {stage.id: stage for stage in self.stages}
        for stage in self.stages:
            if not stage.mark.is_settled:
                before = [by_id[one] for one in stage.needs if one in by_id]
                stage.waits_for = [one for one in before if one.required and not one.mark.is_settled]

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __len__(self) -> int:
        return len(self.stages)

    @property
    def due_at(self) -> datetime | None:
        """When all of it should be done by this person."""
        return self.stages[0].cycle_due_at if self.stages else None

    @cached_property
    def done(self) -> int:
        """How many modules are settled."""
        return sum(stage.mark.is_settled for stage in self.stages)

    def is_completed(self, *, is_whole: bool) -> bool:
        """Is enough of the cycle done? ``is_whole``: no draft of it is left."""
        marks = [stage.mark for stage in self.stages if stage.required]
        return cycle_is_completed(marks, needed=self.needed, is_whole=is_whole)

    @cached_property
    def here(self) -> Stage | None:
        """The module this person is at."""
        open_ones = [stage for stage in self.stages if not stage.is_locked] or self.stages
        place = current(stage.mark for stage in open_ones)
        return None if place is None else open_ones[place]

    @property
    def steps(self) -> Iterator[tuple[Stage, Step]]:
        return ((stage, step) for stage in self.stages for step in stage.steps)

    @cached_property
    def begun(self) -> list[tuple[Stage, Step]]:
        """What was begun and not finished: open attempts first, then materials one stopped in and packages."""
        quizzes = [(stage, step) for stage, step in self.steps if step.open_try]
        readings = [
            (stage, step)
            for stage, step in self.steps
            if (step.is_opened or (step.type == "material" and step.percent_read is not None)) and not step.is_done
            # A recording that was opened elsewhere, or played to its end, is not gone on with.
            if step.kind != "recording" or step.heading
        ]
        return quizzes + readings

    @cached_property
    def next(self) -> tuple[Stage, Step] | None:
        """What to take up when nothing was begun: the first required step left that can be done now."""
        for stage in self._from_here():
            if stage.is_locked:
                continue
            for step in stage.left:
                if step.type in {"material", "package"} or (step.type == "quiz" and step.may_try):
                    return stage, step
        return None

    def _from_here(self) -> Iterable[Stage]:
        start = self.stages.index(self.here) if self.here else len(self.stages)
        return self.stages[start:] + self.stages[:start]

    @cached_property
    def due(self) -> list[Due]:
        """What is left and has a time, the nearest first; the work of one module due at one time stands together."""
        together: dict[tuple[datetime, int], list[Step]] = {}
        by_id = {stage.id: stage for stage in self.stages}
        for stage in self.stages:
            for step in stage.left:
                if step.due_at is not None and not (step.starts_at and step.starts_at > self.now):
                    together.setdefault((step.due_at, stage.id), []).append(step)
        return [
            Due(at, by_id[stage_id], tuple(steps), at < self.now) for (at, stage_id), steps in sorted(together.items())
        ]

    @property
    def left(self) -> list[tuple[datetime, Due | None, Stage, Step]]:
        """Deadlines and the next sessions together, in the order of time; ``Due`` is None for a session."""
        deadlines = [(due.at, due, due.stage, due.steps[0]) for due in self.due]
        sessions = [(step.starts_at or self.now, None, stage, step) for stage, step in self.coming[:3]]
        return sorted([*deadlines, *sessions], key=lambda one: one[0])

    @cached_property
    def coming(self) -> list[tuple[Stage, Step]]:
        """Live sessions still to come, the nearest first."""
        found = [
            (stage, step)
            for stage, step in self.steps
            if step.starts_at is not None and step.starts_at > self.now and not step.is_cancelled
        ]
        return sorted(found, key=lambda pair: pair[1].starts_at or self.now)
