"""The library, and the page of one material: reading, opening, watching, and what of it counts as done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, cast

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from lms import permissions as can
from lms.access import allow, for_guests, me
from lms.clock import now
from lms.cycles.models import Module, Rule
from lms.extensions import db
from lms.materials import actions, chapters, links, markdown, played, queries, reading, recordings, storage
from lms.materials.chapters import Chapter
from lms.materials.models import Material, MaterialKind, ReadingPosition, StoredFile
from lms.materials.reading import Deed
from lms.materials.recordings import Recording
from lms.progress import actions as progress
from lms.progress import path_queries
from lms.progress import words as progress_words
from lms.progress.models import How
from lms.progress.path import Stage, Step
from lms.progress.weighing import WATCHING_COUNTS
from lms.security import allow_form_to, allow_frame_of
from lms.sessions import agenda
from lms.sessions.models import LiveSession
from lms.talk import queries as talk

blueprint = Blueprint("materials", __name__)

_HOW = {Deed.ENDED: How.READ, Deed.OPENED: How.OPENED, Deed.WATCHED: How.WATCHED}


def files_folder() -> storage.Place:
    """Where the files lie; ``files_folder() / name`` is one."""
    return storage.here()


def find_material(material_id: int) -> Material:
    return cast(Material, db.one_or_404(queries.visible_material(me(), material_id)))


def find_open_material(material_id: int) -> Material:
    """One whose module this person may work in by now."""
    material = find_material(material_id)
    turn_back(path_queries.held_up(me(), material.module_id, now=now()))
    return material


def turn_back(held: list[Stage]) -> None:
    """Say which modules come first, if any do."""
    if held:
        abort(make_response(render_template("progress/locked.html", held=held), 403))


@blueprint.get("/materials/")
@allow(can.learn)
def index() -> ResponseReturnValue:
    """``?topic=``, ``?kind=`` and ``?module=`` narrow the library; what is chosen stands in the address."""
    rows = queries.library(me())
    chosen = {name: request.args.get(name, "") for name in ("topic", "kind", "module")}
    found = [
        row
        for row in rows
        if chosen["topic"] in {"", row.topic}
        and chosen["kind"] in {"", row.kind.value}
        and chosen["module"] in {"", str(row.module_id)}
    ]
    return render_template(
        "materials/index.html",
        cycles=_shelves(found),
        is_narrowed=any(chosen.values()),
        chosen=chosen,
        topics=sorted({row.topic for row in rows if row.topic}),
        kinds=[kind for kind in MaterialKind if any(row.kind is kind for row in rows)],
        modules={str(row.module_id): row for row in rows},
    )


def _shelves(rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], list[list[Row[Any]]]]]:
    """The library by cycle, each with its modules, each with its materials; a cycle is said by any of its rows."""
    shelves = []
    for _cycle, of_cycle in groupby(rows, key=lambda row: row.cycle_id):
        modules = [list(of_module) for _module, of_module in groupby(of_cycle, key=lambda row: row.module_id)]
        shelves.append((modules[0][0], modules))
    return shelves


@blueprint.get("/materials/<int:material_id>")
@for_guests
def show(material_id: int) -> ResponseReturnValue:
    material = find_material(material_id)
    stage = path_queries.module_of(me(), cast(Module, material.module), now=now())
    if not can.teach(me()):
        turn_back(stage.waits_for)
    live_session = _live_session_of(material)
    done = {step.id for step in stage.steps if step.is_done}
    counts_for_session = live_session is not None and live_session.rule in WATCHING_COUNTS
    position = queries.position_of(me(), material)
    recording = _recording(material, live_session, position)
    if onward := material.url or _link_to(material.file):
        allow_form_to(onward)
    if recording.player:
        allow_frame_of(recording.player.origins)
    return render_template(
        "materials/show.html",
        material=material,
        body_html=queries.shown(material.body_html),
        stage=stage,
        is_done=material.id in done or (counts_for_session and material.recording_of_id in done),
        following=_following(stage.steps, material.id),
        to_mark=(reading.counts(Deed.MARKED, material.rule) and material.id not in done)
        or (counts_for_session and material.recording_of_id not in done),
        ends=reading.counts(Deed.ENDED, material.rule),
        contents=markdown.contents(material.body_html),
        recording=recording,
        by_itself=played.WATCHED,
        counts_by_itself=reading.counts(Deed.WATCHED, material.rule) or counts_for_session,
        stopped_at=position if position and position.anchor and position.percent < reading.END else None,
        host=links.host(material.url) if material.url else "",
        learner_words=progress_words.learner_marks(),
        live_session=live_session,
        talk=talk.beneath(me(), material),
    )


def _link_to(file: StoredFile | None) -> str:
    """Where the download of a file is sent on to, if that is not with us."""
    return files_folder().link(file.storage_name) if file is not None and not file.opens_in_browser else ""


def _recording(material: Material, live_session: LiveSession | None, position: ReadingPosition | None) -> Recording:
    """What stands around the player; ``?at=`` names the second to begin at."""
    found: list[Chapter] = []
    if material.chapters:
        found = chapters.read(material.chapters)
    elif live_session is not None:
        plan = agenda.items(live_session.agenda, live_session.starts_at, live_session.zone)
        found = chapters.planned([(item.at, item.title) for item in plan], live_session.starts_at)
    return recordings.shown(
        material.url,
        found,
        asked=request.args.get("at", type=int),
        left_at=position.second if position else 0,
        percent=position.percent if position else 0,
    )


def _following(steps: list[Step], material_id: int) -> Step | None:
    """The next step of the module that is not done yet."""
    places = [place for place, step in enumerate(steps) if step.id == material_id]
    after = steps[places[0] + 1 :] if places else []
    return next((step for step in after if not step.is_done and not step.is_cancelled), None)


def _address_of(step: Step) -> str:
    if step.type == "material":
        return url_for("materials.show", material_id=step.id)
    if step.type == "quiz":
        return url_for("quizzes.show", quiz_id=step.id)
    if step.type == "package":
        return url_for("packages.show", package_id=step.id)
    return url_for("sessions.show", live_session_id=step.id)


# --- deeds ------------------------------------------------------------------------------------------------------------
def _live_session_of(material: Material) -> LiveSession | None:
    """The live session that a recording is of."""
    return db.session.get(LiveSession, material.recording_of_id) if material.recording_of_id else None


def note(material: Material, deed: Deed) -> None:
    """Record the deed where it counts: for the material by its rule, and for the live session a recording is of."""
    counts = reading.counts(deed, material.rule)
    if counts:
        marked = How.READ if material.rule is Rule.READ else How.MARKED
        progress.complete(me(), material, _HOW.get(deed, marked), now=now())
    if counts or deed in {Deed.MARKED, Deed.WATCHED}:
        live_session = _live_session_of(material)
        if live_session is not None:
            progress.watched(me(), live_session, now=now())


@blueprint.post("/materials/<int:material_id>/reading")
@for_guests
def mark_read(material_id: int) -> ResponseReturnValue:
    """The button under the material: it is done, on to the next step of the module."""
    material = find_open_material(material_id)
    note(material, Deed.MARKED)
    db.session.commit()
    stage = path_queries.module_of(me(), cast(Module, material.module), now=now())
    following = _following(stage.steps, material.id)
    if following is None:
        return redirect(url_for("progress.module", module_id=material.module_id), 303)
    return redirect(_address_of(following), 303)


@blueprint.post("/materials/<int:material_id>/position")
@for_guests
def remember_position(material_id: int) -> ResponseReturnValue:
    """Where the reader is: ``anchor`` of the heading, ``percent`` of the page; a script says it while one scrolls."""
    material = find_open_material(material_id)
    percent = min(max(request.form.get("percent", 0, type=int), 0), 100)
    actions.remember_position(me(), material, anchor=request.form.get("anchor", ""), percent=percent, now=now())
    if percent >= reading.END:
        note(material, Deed.ENDED)
    db.session.commit()
    return "", 204


@blueprint.post("/materials/<int:material_id>/opening")
@for_guests
def open_material(material_id: int) -> ResponseReturnValue:
    """On to the file or the address, which counts as opened."""
    material = find_open_material(material_id)
    target = material.url
    if material.file is not None:
        target = url_for("materials.file", file_id=material.file.id, name=material.file.original_name)
    if not target:
        return redirect(url_for("materials.show", material_id=material.id), 303)
    note(material, Deed.OPENED)
    db.session.commit()
    return redirect(target, 303)
