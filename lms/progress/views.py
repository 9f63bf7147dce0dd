"""A learner's path and the page of a module; the coordinator's table, and the page of one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

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
from lms.progress.asking import Asked, NotThere
from lms.progress.export_lines import not_done_lines
from lms.progress.matrix import Filters, Group, People
from lms.progress.matrix_queries import (
    begun_by,
    watched_cycles,
    watched_people,
)
from lms.progress.not_done_queries import required_of
from lms.progress.path import Path, Stage, Step
from lms.progress.path_queries import module_of, path_of
from lms.progress.queries import batches_of, decisions_about, views_of, visible_modules

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
    asked = asked_for()
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


def asked_for() -> Asked:
    """What the address of this request asks of the table."""
    try:
        return Asked(me(), request.args, now=now(), ready=ready_ids)
    except NotThere:
        abort(404)


def _addresses(asked: Asked) -> table.Addresses:
    def asking(address: str) -> str:
        return address + ("&" if "?" in address else "?")

    # Built once: there is one of each for every centre.
    everybody, here = asking(asked.address(centre=None, module=None, state=None, ready=None)), asking(asked.address())

    def opened(group: Group, page: int) -> str:
        slug, turned = quote(group.slug), f"&page={page}" if page > 1 else ""
        return f"{here}open={slug}{turned}#{slug}"

    return table.Addresses(
        person=url_for("progress.of_person", person_id=0).removesuffix("0"),
        not_done=lambda group: f"{everybody}centre={quote(group.slug)}&state=not-done&module=",
        opened=opened,
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
