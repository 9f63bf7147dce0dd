"""A coordinator decides by hand: done, excused, or not done after all; with a reason that stays."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts.models import Person
from lms.clock import now
from lms.cycles.models import Activity, Enrolment, Module
from lms.extensions import db
from lms.freshness import no_store
from lms.progress import words
from lms.progress.actions import decide
from lms.progress.forms import DecisionForm
from lms.progress.matrix_queries import watched_people
from lms.progress.models import Completion, Verdict

blueprint = Blueprint("decisions", __name__)


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


def _activity_of(person: Person, activity_id: int) -> Activity:
    """An activity of a cycle the person is or was in."""
    return db.session.scalar(
        select(Activity)
        .join(Module, Module.id == Activity.module_id)
        .join(Enrolment, Enrolment.cycle_id == Module.cycle_id)
        .where(Activity.id == activity_id, Enrolment.person_id == person.id)
    ) or abort(404)
