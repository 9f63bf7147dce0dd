"""What is done with one activity in the module editor: its place, its publication, its end."""

from __future__ import annotations

from typing import cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import exists, or_, select

from lms import permissions as can
from lms.access import allow
from lms.clock import now
from lms.cycles import actions
from lms.cycles.forms import ScheduleForm
from lms.cycles.models import FITTING_RULES, Activity, Module
from lms.cycles.module_views import STEPS, find_module, what_to_do
from lms.cycles.views import blueprint
from lms.display import moment
from lms.extensions import db
from lms.materials import actions as materials
from lms.materials.models import MaterialKind
from lms.packages import actions as packages
from lms.packages.models import Claim
from lms.progress.models import Completion
from lms.quizzes.models import Attempt, Quiz
from lms.sessions.models import Attendance, Invitation
from lms.texts import one_line


def find_activity(activity_id: int) -> Activity:
    """An activity of a module; live sessions that stand in none are looked after on their own pages."""
    inside = select(Activity).where(Activity.id == activity_id, Activity.module_id.is_not(None))
    return cast(Activity, db.one_or_404(inside))


def back_to(activity: Activity) -> ResponseReturnValue:
    address = url_for("cycles.edit_module", module_id=activity.module_id, _anchor=f"activity-{activity.id}")
    return redirect(address, 303)


@blueprint.post("/modules/<int:module_id>/activities")
@allow(can.edit_curriculum)
def new_activity(module_id: int) -> ResponseReturnValue:
    """A draft with nothing but its ``title`` at the end of the module; ``type`` is page, package or quiz."""
    module = find_module(module_id)
    title = one_line(request.form.get("title"))[:200]
    if not title:
        flash(_("Write a title for the new one."), "late")
        return redirect(url_for("cycles.edit_module", module_id=module.id, _anchor="steps"), 303)
    activity = _new(request.form.get("type", ""), module)
    activity.title = title
    actions.place(activity, module)
    db.session.add(activity)
    db.session.commit()
    return back_to(activity)


def _new(type: str, module: Module) -> Activity:
    match type:
        case "page":
            return materials.new_material(module, MaterialKind.PAGE, now=now())
        case "package":
            return packages.new_package(module, now=now())
        case "quiz":
            return Quiz(rule=FITTING_RULES["quiz"][0], created_at=now(), updated_at=now())
    abort(400)


@blueprint.post("/activities/<int:activity_id>/position")
@allow(can.edit_curriculum)
def activity_position(activity_id: int) -> ResponseReturnValue:
    """One up or down by a button (``direction``), or to a place of the list (``place``, from 1)."""
    activity = find_activity(activity_id)
    if place := request.form.get("place", type=int):
        actions.move_to(activity, place)
    else:
        actions.move(activity, STEPS.get(request.form.get("direction", "")) or abort(400))
    db.session.commit()
    return back_to(activity)


@blueprint.post("/activities/<int:activity_id>/publication")
@allow(can.edit_curriculum)
def activity_publication(activity_id: int) -> ResponseReturnValue:
    activity = find_activity(activity_id)
    if todo := what_to_do(activity):
        flash(_("It was not published. Left to do: %(what)s.", what=todo), "late")
        return back_to(activity)
    activity.publish()
    db.session.commit()
    flash(_("“%(title)s” is published.", title=activity.title), "done")
    return back_to(activity)


@blueprint.route("/activities/<int:activity_id>/schedule", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def schedule_activity(activity_id: int) -> ResponseReturnValue:
    """Choose the moment at which it appears by itself."""
    activity = find_activity(activity_id)
    if todo := what_to_do(activity):
        flash(_("It was not published. Left to do: %(what)s.", what=todo), "late")
        return back_to(activity)
    form = ScheduleForm(now=now(), stands=activity.publish_at)
    if not form.validate_on_submit():
        page = render_template("cycles/schedule_activity.html", activity=activity, form=form)
        return page, 422 if form.is_submitted() else 200
    activity.schedule(form.at)
    db.session.commit()
    flash(_("It will appear by itself: %(when)s.", when=moment(form.at)), "done")
    return back_to(activity)


@blueprint.post("/activities/<int:activity_id>/hiding")
@allow(can.edit_curriculum)
def activity_hiding(activity_id: int) -> ResponseReturnValue:
    activity = find_activity(activity_id)
    activity.hide()
    db.session.commit()
    flash(_("“%(title)s” is hidden: learners no longer see it. What they did is kept.", title=activity.title), "done")
    return back_to(activity)


@blueprint.post("/activities/<int:activity_id>/withdrawal")
@allow(can.edit_curriculum)
def activity_withdrawal(activity_id: int) -> ResponseReturnValue:
    activity = find_activity(activity_id)
    activity.withdraw()
    db.session.commit()
    flash(_("“%(title)s” is a draft again: learners no longer see it.", title=activity.title), "done")
    return back_to(activity)


@blueprint.route("/activities/<int:activity_id>/delete", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def delete_activity(activity_id: int) -> ResponseReturnValue:
    """A draft that nobody has used may be deleted for good; the page before names it."""
    activity = find_activity(activity_id)
    if activity.is_published or _is_used(activity):
        return render_template("cycles/keep_activity.html", activity=activity), 409
    if request.method == "GET":
        return render_template("cycles/delete_activity.html", activity=activity)
    title, module_id = activity.title, activity.module_id
    db.session.delete(activity)
    db.session.commit()
    flash(_("“%(title)s” is deleted.", title=title), "done")
    return redirect(url_for("cycles.edit_module", module_id=module_id), 303)


def _is_used(activity: Activity) -> bool:
    """Has anybody done it, tried it, been invited to it or been there?"""
    return bool(
        db.session.scalar(
            select(
                or_(
                    exists().where(Completion.activity_id == activity.id),
                    exists().where(Attempt.quiz_id == activity.id),
                    exists().where(Claim.package_id == activity.id),
                    exists().where(Invitation.live_session_id == activity.id),
                    exists().where(Attendance.live_session_id == activity.id),
                )
            )
        )
    )
