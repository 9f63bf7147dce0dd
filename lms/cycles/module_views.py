"""The module editor: what it is about, its activities in order, and what is still missing before it is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.lists import format_list
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, with_polymorphic

from lms import permissions as can
from lms.access import allow, require_version
from lms.clock import now
from lms.cycles import actions
from lms.cycles.forms import ModuleForm, ScheduleForm
from lms.cycles.models import Activity, Lack, Module, State
from lms.cycles.views import blueprint, find_cycle
from lms.display import moment
from lms.extensions import db
from lms.materials.models import Material
from lms.packages.models import Package
from lms.progress import rule_words
from lms.quizzes.models import Quiz
from lms.sessions.models import LiveSession

STEPS = {"up": -1, "down": +1}


def find_module(module_id: int) -> Module:
    whole = select(Module).where(Module.id == module_id).options(joinedload(Module.cycle), joinedload(Module.needs))
    return db.session.scalars(whole).unique().first() or abort(404)


def activities_of(module: Module) -> Sequence[Activity]:
    """The module's activities in order, whole, with what their lacks and their lines in the list need."""
    every = with_polymorphic(Activity, [Material, Package, Quiz, LiveSession])
    return db.session.scalars(
        select(every)
        .where(every.module_id == module.id)
        .options(joinedload(every.Material.file), selectinload(every.Quiz.questions), selectinload(every.Quiz.draws))
        .order_by(every.position, every.id)
    ).all()


# --- what is said -----------------------------------------------------------------------------------------------------
def what_to_do(activity: Activity) -> str:
    """What its author has still to do before it can be published; empty when it is ready."""
    title = activity.title
    match activity.lacks:
        case Lack.TEXT:
            return _("write the text of “%(title)s”", title=title)
        case Lack.FILE:
            return _("upload the file of “%(title)s”", title=title)
        case Lack.ADDRESS:
            return _("give the address of “%(title)s”", title=title)
        case Lack.RECORDING:
            return _("add a link or a file to “%(title)s”", title=title)
        case Lack.PACKAGE:
            return _("upload the ZIP of “%(title)s”", title=title)
        case Lack.QUESTIONS:
            return _("write the questions of “%(title)s”", title=title)
        case Lack.ROOM:
            return _("give the link or the place of “%(title)s”", title=title)
    return ""


def all_of(things: list[str]) -> str:
    """«а, б и в»."""
    return format_list(things, locale=get_locale())


def what_is_missing(activities: Sequence[Activity]) -> str:
    """One sentence about everything that is missing; empty when the module is ready."""
    if not activities:
        return _("There is nothing in the module yet: add a material, a quiz or a session.")
    todo = [words for one in activities if one.state is not State.HIDDEN and (words := what_to_do(one))]
    return _("Left to do: %(what)s.", what=all_of(todo)) if todo else ""


# --- the module -------------------------------------------------------------------------------------------------------
@blueprint.route("/cycles/<slug>/modules/new", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def new_module(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    form = ModuleForm()
    if form.validate_on_submit():
        module = Module()
        form.fill(module)
        actions.append_module(module, cycle)
        db.session.add(module)
        db.session.commit()
        flash(_("The module is made, as a draft. Now put something in it."), "done")
        return redirect(url_for("cycles.edit_module", module_id=module.id), 303)
    return render_template("cycles/new_module.html", form=form, cycle=cycle), 422 if form.is_submitted() else 200


@blueprint.route("/modules/<int:module_id>/edit", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def edit_module(module_id: int) -> ResponseReturnValue:
    module = find_module(module_id)
    form = ModuleForm(module)
    meanwhile = None
    if form.validate_on_submit():
        if require_version(module.version, form.version.data):
            form.fill(module)
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("cycles.edit_module", module_id=module.id), 303)
        meanwhile = form.meanwhile(vars(module) | {"due_on": ModuleForm.day_of(module)})
    status = 409 if meanwhile is not None else 422 if form.is_submitted() else 200
    return _editor(module, form, ScheduleForm(now=now(), stands=module.publish_at), meanwhile), status


def _editor(module: Module, form: ModuleForm, schedule: ScheduleForm, meanwhile: Any = None) -> str:
    activities = activities_of(module)
    return render_template(
        "cycles/edit_module.html",
        form=form,
        schedule=schedule,
        meanwhile=meanwhile,
        module=module,
        activities=activities,
        missing=what_is_missing(activities),
        ready=[activity for activity in activities if is_ready(activity)],
        rule_sentences=rule_words.of_module(module, activities),
    )


def is_ready(activity: Activity) -> bool:
    """May it be published, and was it not laid aside?"""
    return activity.standing in {State.DRAFT, State.SCHEDULED} and activity.lacks is None


@blueprint.post("/modules/<int:module_id>/publication")
@allow(can.edit_curriculum)
def module_publication(module_id: int) -> ResponseReturnValue:
    """Publish the module, and those of its drafts that were ticked and are ready."""
    module = find_module(module_id)
    wanted, todo = _ticked(module)
    if todo:
        return _unready(module, todo)
    module.publish()
    for activity in wanted:
        activity.publish()
    db.session.commit()
    if module.cycle.state is State.PUBLISHED:
        flash(_("The module is published: everybody in the cycle sees it."), "done")
    else:
        flash(_("The module is published. Learners will see it when the cycle is published too."), "wait")
    return redirect(url_for("cycles.edit_module", module_id=module.id), 303)


@blueprint.post("/modules/<int:module_id>/schedule")
@allow(can.edit_curriculum)
def module_schedule(module_id: int) -> ResponseReturnValue:
    """Let the module appear at a moment, and with it those of its drafts that were ticked and are ready.

    What learners see already stays as it is; only the ticked ones wait then.
    """
    module = find_module(module_id)
    form = ScheduleForm(now=now())
    if not form.validate_on_submit():
        return _editor(module, ModuleForm(module), form), 422
    wanted, todo = _ticked(module)
    if todo:
        return _unready(module, todo)
    if not module.is_published:
        module.schedule(form.at)
    for activity in wanted:
        activity.schedule(form.at)
    db.session.commit()
    flash(_("It will appear by itself: %(when)s.", when=moment(form.at)), "done")
    return redirect(url_for("cycles.edit_module", module_id=module.id), 303)


def _ticked(module: Module) -> tuple[list[Activity], list[str]]:
    """The activities that were ticked and are not seen yet, and what is still to be done in them."""
    chosen = request.form.getlist("activity", type=int)
    wanted = [activity for activity in activities_of(module) if activity.id in chosen and not activity.is_published]
    return wanted, [words for activity in wanted if (words := what_to_do(activity))]


def _unready(module: Module, todo: list[str]) -> ResponseReturnValue:
    flash(_("Nothing was published. Left to do: %(what)s.", what=all_of(todo)), "late")
    return redirect(url_for("cycles.edit_module", module_id=module.id), 303)


@blueprint.post("/modules/<int:module_id>/hiding")
@allow(can.edit_curriculum)
def module_hiding(module_id: int) -> ResponseReturnValue:
    module = find_module(module_id)
    module.hide()
    db.session.commit()
    flash(_("The module is hidden: learners no longer see it, nobody is asked for it. What they did is kept."), "done")
    return redirect(url_for("cycles.edit_module", module_id=module.id), 303)


@blueprint.post("/modules/<int:module_id>/withdrawal")
@allow(can.edit_curriculum)
def module_withdrawal(module_id: int) -> ResponseReturnValue:
    module = find_module(module_id)
    module.withdraw()
    db.session.commit()
    flash(_("The module is a draft again: learners no longer see it. What they did is kept."), "done")
    return redirect(url_for("cycles.edit_module", module_id=module.id), 303)


@blueprint.post("/modules/<int:module_id>/position")
@allow(can.edit_curriculum)
def module_position(module_id: int) -> ResponseReturnValue:
    module = find_module(module_id)
    actions.move(module, STEPS.get(request.form.get("direction", "")) or abort(400))
    db.session.commit()
    return redirect(url_for("cycles.index", _anchor=f"module-{module.id}"), 303)
