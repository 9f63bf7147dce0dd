"""Cycles: the trainers' list, the public programme, making one and publishing it."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, public, require_version, someone
from lms.clock import now
from lms.cycles import actions, queries
from lms.cycles.forms import CycleForm
from lms.cycles.models import Cycle, State, is_out
from lms.extensions import db
from lms.sessions.models import Audience, LiveSession

blueprint = Blueprint("cycles", __name__)


def find_cycle(slug: str) -> Cycle:
    """A cycle for those who work on it."""
    return cast(Cycle, db.one_or_404(queries.visible_cycles(me()).where(Cycle.slug == slug)))


@blueprint.get("/cycles/")
@allow(can.teach)
def index() -> ResponseReturnValue:
    return render_template(
        "cycles/index.html",
        cycles=db.session.scalars(queries.visible_cycles(me())).all(),
        modules=queries.module_rows(),
        enrolled=queries.enrolled_counts(),
    )


@blueprint.get("/cycles/<slug>/")
@public
def show(slug: str) -> ResponseReturnValue:
    person = someone()
    teaches = person is not None and can.teach(person)
    cycles = select(Cycle) if teaches else queries.public_cycles()
    cycle = cast(Cycle, db.one_or_404(cycles.where(Cycle.slug == slug)))
    return render_template(
        "cycles/show.html",
        cycle=cycle,
        modules=queries.programme(cycle),
        sessions=_sessions_of(cycle),
        may_edit=teaches,
        is_enrolled=person is not None and can.learn(person) and queries.is_enrolled(person, cycle),
    )


def _sessions_of(cycle: Cycle) -> dict[int, Any]:
    """The first live session of each module that is for everybody, by the module's id."""
    found = db.session.execute(
        select(LiveSession.module_id, LiveSession.starts_at, LiveSession.ends_at, LiveSession.zone)
        .where(
            LiveSession.cycle_id == cycle.id,
            is_out(LiveSession),
            LiveSession.audience == Audience.CYCLE,
            LiveSession.cancelled_at.is_(None),
        )
        .order_by(LiveSession.starts_at.desc())
    )
    return {row.module_id: row for row in found if row.module_id is not None}


@blueprint.route("/cycles/new", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def new() -> ResponseReturnValue:
    form = CycleForm()
    if form.validate_on_submit():
        cycle = Cycle()
        form.fill(cycle)
        actions.name_cycle(cycle, now().year)
        db.session.add(cycle)
        db.session.commit()
        flash(_("The cycle is made. Add its first module."), "done")
        return redirect(url_for("cycles.new_module", slug=cycle.slug), 303)
    return render_template("cycles/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/cycles/<slug>/edit", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def edit(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    form = CycleForm(obj=cycle)
    meanwhile = None
    if form.validate_on_submit():
        if require_version(cycle.version, form.version.data):
            form.fill(cycle)
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("cycles.index"), 303)
        meanwhile = form.meanwhile(vars(cycle))
    status = 409 if meanwhile is not None else 422 if form.is_submitted() else 200
    return render_template("cycles/edit.html", form=form, cycle=cycle, meanwhile=meanwhile), status


@blueprint.post("/cycles/<slug>/publication")
@allow(can.edit_curriculum)
def publication(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    cycle.state = State.PUBLISHED
    db.session.commit()
    flash(_("The cycle is published: everybody can read its programme."), "done")
    return redirect(url_for("cycles.index"), 303)


@blueprint.post("/cycles/<slug>/withdrawal")
@allow(can.edit_curriculum)
def withdrawal(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    cycle.state = State.DRAFT
    db.session.commit()
    flash(_("The cycle is a draft again: learners no longer see it. What they did is kept."), "done")
    return redirect(url_for("cycles.index"), 303)
