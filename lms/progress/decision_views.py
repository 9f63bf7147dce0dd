"""A coordinator decides by hand: done, excused, or not done after all; with a reason that stays."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts.models import Person
from lms.clock import now
from lms.cycles.models import Activity, Cycle, Enrolment, Module, is_out
from lms.extensions import db
from lms.freshness import no_store
from lms.progress import words
from lms.progress.actions import decide, decide_many, undo_batch
from lms.progress.forms import DecisionForm
from lms.progress.matrix import Column, Row, places
from lms.progress.matrix_queries import matrix_of, watched_cycles, watched_people
from lms.progress.models import Completion, Decision, Verdict
from lms.progress.queries import batches_of

blueprint = Blueprint("decisions", __name__)
UNDOING = timedelta(days=1)


@blueprint.route("/progress/people/<int:person_id>/activities/<int:activity_id>/decision", methods=["GET", "POST"])
@allow(can.see_progress)
def new(person_id: int, activity_id: int) -> ResponseReturnValue:
    no_store()
    person = db.session.scalar(watched_people(me()).where(Person.id == person_id)) or abort(404)
    activity = _activity_of(person, activity_id)
    require(can.override_completion(me(), person))
    completion = db.session.scalar(
        select(Completion).where(Completion.person_id == person.id, Completion.activity_id == activity.id)
    )
    form = DecisionForm()
    form.offer(is_done=completion is not None)
    if form.validate_on_submit():
        decide(person, activity, Verdict(form.verdict.data), by=me(), reason=form.reason.data, now=now())
        db.session.commit()
        flash(_("Written down: %(title)s, %(name)s.", title=activity.title, name=person.list_name), "done")
        return redirect(url_for("progress.of_person", person_id=person.id), 303)
    page = render_template(
        "decisions/new.html",
        form=form,
        other=person,
        activity=activity,
        completion=completion,
        ways=words.ways(),
        here="progress.index",
    )
    return page, 422 if form.errors else 200


# --- about many at once -----------------------------------------------------------------------------------------------
@blueprint.route("/modules/<int:module_id>/decisions", methods=["GET", "POST"])
@allow(can.look_after_people)
def new_many(module_id: int) -> ResponseReturnValue:
    """From the list of those who have not done a module: one word and one reason about those chosen (``p``)."""
    no_store()
    module, column, people = _chosen(module_id, request.values.getlist("p", int))
    back = url_for(
        "progress.index", cycle=module.cycle.slug, centre=request.values.get("centre") or None,
        module=column.number, state="not-done",
    )  # fmt: skip
    form = DecisionForm()
    form.offer_for_many()
    if people and form.validate_on_submit():
        activities = [one.activity_id for one in column.required]
        decide_many(
            [row.id for row in people], activities, module.cycle, Verdict(form.verdict.data),
            by=me(), reason=form.reason.data, now=now(),
        )  # fmt: skip
        db.session.commit()
        said = ngettext("Written down for %(num)s person. It can be undone below for a day.",
                        "Written down for %(num)s people. It can be undone below for a day.", len(people))  # fmt: skip
        flash(said, "done")
        return redirect(f"{back}&decided=1", 303)
    page = render_template(
        "decisions/new_many.html",
        form=form,
        module=module,
        people=people,
        back=back,
        batches=batches_of(me(), module.id, now() - UNDOING),
        here="progress.index",
    )
    return page, 422 if form.errors else 200


@blueprint.post("/decisions/<batch>/undoing")
@allow(can.look_after_people)
def undo(batch: str) -> ResponseReturnValue:
    """Within a day, by whoever decided it."""
    found = db.session.scalar(
        select(Decision).where(Decision.batch == batch, Decision.by_id == me().id, Decision.at >= now() - UNDOING)
    ) or abort(404)
    module = db.session.get_one(Activity, found.activity_id).module or abort(404)
    count = undo_batch(batch, by=me(), reason=_("Undone"), now=now())
    db.session.commit()
    flash(ngettext("Undone for %(num)s person.", "Undone for %(num)s people.", count), "done")
    address = url_for("progress.index", cycle=module.cycle.slug, module=module.position, state="not-done")
    return redirect(address, 303)


def _chosen(module_id: int, ids: list[int]) -> tuple[Module, Column, list[Row]]:
    """The module, and those of the chosen whom one watches and who have not done it."""
    module = db.session.scalar(
        select(Module).where(
            Module.id == module_id,
            is_out(Module),
            Module.cycle_id.in_(watched_cycles(me()).with_only_columns(Cycle.id).order_by(None)),
        )
    ) or abort(404)
    matrix = matrix_of(me(), module.cycle, now=now())
    column = next((one for one in matrix.columns if one.id == module.id), None) or abort(404)
    left = [matrix.rows[place] for place in places(matrix.everybody & ~column.settled)]
    return module, column, [row for row in left if row.id in ids]


def _activity_of(person: Person, activity_id: int) -> Activity:
    """An activity of a cycle the person is or was in."""
    return db.session.scalar(
        select(Activity)
        .join(Module, Module.id == Activity.module_id)
        .join(Enrolment, Enrolment.cycle_id == Module.cycle_id)
        .where(Activity.id == activity_id, Enrolment.person_id == person.id)
    ) or abort(404)
