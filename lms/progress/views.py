"""A learner's path and the page of a module; the coordinator's table, and the page of one person."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, for_guests, me
from lms.accounts.models import Person
from lms.certificates.queries import ready_ids
from lms.clock import now
from lms.cycles.models import Cycle, Enrolment, Module, is_out
from lms.cycles.queries import current_cycle
from lms.extensions import db
from lms.freshness import no_store
from lms.progress import not_done, table, words
from lms.progress.matrix import SORTS, Column, Filters, Group, Matrix, People, people_at, places
from lms.progress.matrix_queries import (
    begun_by,
    matrix_of,
    required_of,
    standings,
    watched_cycles,
    watched_people,
)
from lms.progress.path import Path, Stage, Step
from lms.progress.queries import batches_of, decisions_about, module_of, path_of, views_of, visible_modules

blueprint = Blueprint("progress", __name__)
NOT_DONE_PAGE = 100


# --- the learner ------------------------------------------------------------------------------------------------------
@blueprint.get("/path")
@allow(can.learn)
def path() -> ResponseReturnValue:
    cycle = current_cycle(me())
    own = path_of(me(), cycle, now=now()) if cycle else Path([], now())
    return render_template(
        "progress/path.html",
        cycle=cycle,
        path=own,
        main_step=main_step(own.here),
        **words.for_learner(),
    )


@blueprint.get("/modules/<int:module_id>/")
@for_guests
def module(module_id: int) -> ResponseReturnValue:
    found = db.session.scalar(visible_modules(me()).where(Module.id == module_id)) or abort(404)
    stage = module_of(me(), found, now=now())
    before, after = _neighbours(found) if me().letter is None else (None, None)
    return render_template(
        "progress/module.html",
        stage=stage,
        main_step=main_step(stage),
        before=before,
        after=after,
        **words.for_learner(),
        here="progress.path",
    )


def main_step(stage: Stage | None) -> Step | None:
    """The step that gets the page's one filled button: an open quiz, else the first quiz left."""
    quizzes = [step for step in stage.left if step.type == "quiz" and step.may_try] if stage else []
    return next((step for step in quizzes if step.open_try), quizzes[0] if quizzes else None)


def _neighbours(of: Module) -> tuple[Any, Any]:
    rows = list(
        db.session.execute(
            select(Module.id, Module.position, Module.title, Module.title_en)
            .where(Module.cycle_id == of.cycle_id, is_out(Module) | (Module.id == of.id))
            .order_by(Module.position, Module.id)
        )
    )
    place = next(at for at, row in enumerate(rows) if row.id == of.id)
    return (rows[place - 1] if place else None), (rows[place + 1] if place + 1 < len(rows) else None)


# --- the coordinator --------------------------------------------------------------------------------------------------
@blueprint.get("/progress")
@allow(can.see_progress)
def index() -> ResponseReturnValue:
    """Everybody × every module; or, when the filters say «module 3, not done», the list of those who have not."""
    no_store()
    asked = Asked()
    if asked.cycle is None:
        return render_template("progress/index.html", asked=asked)
    if asked.is_drill:
        return _not_done(asked)
    matrix, shown = asked.matrix, asked.shown
    columns = asked.columns
    opened = table.opened(matrix, shown, asked.open_slugs, request.args.get("page", 1, int), asked.sort)
    rows = [place for page in opened.values() for place in page.rows]
    said = words.of_table(matrix)
    return render_template(
        "progress/index.html",
        asked=asked,
        columns=columns,
        is_wide=len(columns) > 12,
        words=said,
        body=table.Table(matrix, shown, columns, opened, begun_by(matrix, rows), said, _addresses(asked)).body(),
        summary=words.summary(matrix, shown),
        tabs_shown=_tabs(asked),
        saved=db.session.scalars(views_of(me())).all(),
        may_remind=can.look_after_people(me()) and bool(shown),
    )


class Asked:
    """What the address asks of the table: which cycle, people and modules. The page and its files ask alike."""

    def __init__(self) -> None:
        args = request.args
        self.now = now()
        self.cycles = list(db.session.scalars(watched_cycles(me())))
        slug = args.get("cycle", "")
        self.cycle: Cycle | None = next((c for c in self.cycles if c.slug == slug), None)
        if self.cycle is None:
            if slug:
                abort(404)
            self.cycle = self.cycles[0] if self.cycles else None
        self.filters = Filters(
            centre=args.get("centre", ""),
            module=args.get("module", None, int),
            state=args.get("state", "") if args.get("state") in {"done", "not-done", "late", "checking"} else "",
            search=args.get("q", "").strip()[:100],
            away=args.get("away") == "14",
        )
        self.is_ready = args.get("ready") == "1" and can.see_certificates(me())
        self.sort = args.get("sort", "") if args.get("sort") in SORTS else ""
        if self.cycle is None:
            return
        self.matrix: Matrix = matrix_of(me(), self.cycle, now=self.now)
        self.column: Column | None = self.matrix.column(self.filters.module)
        self.group: Group | None = self.matrix.group(self.filters.centre) if self.filters.centre else None
        if (self.filters.centre and self.group is None) or (self.filters.module is not None and self.column is None):
            abort(404)
        self.shown: People = self.matrix.find(self.filters)
        if self.is_ready:
            self.shown &= self.ready

    @cached_property
    def ready(self) -> People:
        """Who has completed the cycle and has no certificate of it; one statement."""
        ids = ready_ids(me(), self.cycle) if self.cycle else set()
        return people_at((at for at, row in enumerate(self.matrix.rows) if row.id in ids), len(self.matrix.rows))

    @property
    def columns(self) -> list[Column]:
        return [self.column] if self.column else self.matrix.columns

    @property
    def places(self) -> list[int]:
        """The rows that are shown, centre by centre, each in the order asked for."""
        return [at for group in self.matrix.groups for at in self.matrix.in_order(places(self.shown, group), self.sort)]

    @property
    def query(self) -> str:
        """What a saved view keeps: the filters and the order, without what is unfolded."""
        return self.address().partition("?")[2]

    @property
    def is_drill(self) -> bool:
        return self.column is not None and self.filters.state == "not-done"

    @property
    def open_slugs(self) -> list[str] | None:
        """The centres whose people are listed: all while they are few, else the one asked for. None: all, unpaged."""
        if request.args.get("open") == "all":
            return None
        if self.shown.bit_count() <= table.OPEN_BELOW:
            return [group.slug for group in self.matrix.groups]
        return [self.filters.centre] if self.filters.centre else request.args.getlist("open")

    def address(self, endpoint: str = "progress.index", **changes: Any) -> str:
        """This page's address with some of its filters changed; None takes one away."""
        filters = self.filters
        asked = {
            "cycle": self.cycle.slug if self.cycle and self.cycle is not self.cycles[0] else None,
            "centre": filters.centre,
            "module": filters.module,
            "state": filters.state,
            "q": filters.search,
            "away": "14" if filters.away else None,
            "ready": "1" if self.is_ready else None,
            "sort": self.sort,
        } | changes
        query = urlencode({name: value for name, value in asked.items() if value not in {None, ""}})
        return url_for(endpoint) + (f"?{query}" if query else "")


def _addresses(asked: Asked) -> table.Addresses:
    everybody = asked.address(centre=None, module=None, state=None, ready=None)
    joint = "&" if "?" in everybody else "?"
    return table.Addresses(
        person=url_for("progress.of_person", person_id=0).removesuffix("0"),
        not_done=lambda group: f"{everybody}{joint}centre={quote(group.slug)}&state=not-done&module=",
        opened=lambda group, page: f"{asked.address(open=group.slug, page=page if page > 1 else None)}#{group.slug}",
    )


def _tabs(asked: Asked) -> list[tuple[str, int, str, bool]]:
    """Quick choices with their counts, among the people of the centre and the name asked for."""
    filters, matrix = asked.filters, asked.matrix
    among = matrix.find(Filters(centre=filters.centre, search=filters.search))

    def tab(name: str, people: People, is_current: bool, **asks: str) -> tuple[str, int, str, bool]:
        changes: dict[str, Any] = {"state": None, "away": None, "module": None, "ready": None}
        address = asked.address(**changes | asks)
        return words.tab(name), (among & people).bit_count(), address, is_current

    tabs = [
        tab("all", matrix.everybody, not (filters.state or filters.away or asked.is_ready)),
        tab("late", matrix.late, filters.state == "late", state="late"),
        tab("away", matrix.away, filters.away, away="14"),
        tab("checking", matrix.waiting, filters.state == "checking", state="checking"),
    ]
    return tabs + ([tab("ready", asked.ready, asked.is_ready, ready="1")] if can.see_certificates(me()) else [])


def _not_done(asked: Asked) -> ResponseReturnValue:
    assert asked.column is not None
    rows = asked.places
    pages = max(1, -(-len(rows) // NOT_DONE_PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    required = required_of(asked.column)
    among = asked.group.people if asked.group else asked.matrix.everybody
    return render_template(
        "progress/not_done.html",
        asked=asked,
        column=asked.column,
        title=words.have_not_done(len(rows), asked.column.number),
        remind=words.remind,
        may_remind=can.look_after_people(me()),
        batches=batches_of(me(), asked.column.id, asked.now - timedelta(days=1)) if "decided" in request.args else [],
        centre_title=words.of_table(asked.matrix).titles[asked.group.slug] if asked.group else "",
        heads=not_done.heads(required),
        lines=not_done_lines(asked, required, rows[(page - 1) * NOT_DONE_PAGE : page * NOT_DONE_PAGE]),
        done=(asked.column.settled & among).bit_count(),
        size=among.bit_count(),
        page=page,
        pages=pages,
    )


def not_done_lines(asked: Asked, required: list[Any], rows: list[int]) -> list[not_done.Line]:
    assert asked.column is not None
    matrix = asked.matrix
    by_person = standings(asked.column, [matrix.rows[place].id for place in rows])
    titles = words.of_table(matrix).titles
    centres = {place: titles[group.slug] for group in matrix.groups for place in range(group.start, group.stop)}
    return [
        not_done.line(matrix.rows[at], centres[at], by_person[matrix.rows[at].id], asked.column, required, asked.now)
        for at in rows
    ]


# --- one person -------------------------------------------------------------------------------------------------------
@blueprint.get("/progress/people/<int:person_id>")
@allow(can.see_progress)
def of_person(person_id: int) -> ResponseReturnValue:
    no_store()
    person = db.session.scalar(watched_people(me()).where(Person.id == person_id)) or abort(404)
    theirs = select(Enrolment.cycle_id).where(Enrolment.person_id == person.id)
    cycles = list(db.session.scalars(watched_cycles(me()).where(Cycle.id.in_(theirs))))
    slug = request.args.get("cycle", "")
    cycle = next((c for c in cycles if c.slug == slug), None) if slug else next(iter(cycles), None)
    if slug and cycle is None:
        abort(404)
    own = path_of(person, cycle, now=now()) if cycle else Path([], now())
    return render_template(
        "progress/of_person.html",
        other=person,
        cycle=cycle,
        cycles=cycles,
        path=own,
        marks=words.marks(),
        ways=words.ways(),
        decisions=decisions_about(person),
        may_decide=can.override_completion(me(), person),
        here="progress.index",
    )
