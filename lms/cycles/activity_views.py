"""What is done with one activity in the module editor: its place, its publication, its end."""

from __future__ import annotations

from typing import cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import exists, or_, select

from lms import permissions as can
from lms.access import allow
from lms.cycles import actions
from lms.cycles.models import Activity
from lms.cycles.module_views import STEPS, what_to_do
from lms.cycles.views import blueprint
from lms.extensions import db
from lms.progress.models import Completion
from lms.quizzes.models import Attempt
from lms.sessions.models import Attendance, Invitation


def find_activity(activity_id: int) -> Activity:
    """An activity of a module; live sessions that stand in none are looked after on their own pages."""
    inside = select(Activity).where(Activity.id == activity_id, Activity.module_id.is_not(None))
    return cast(Activity, db.one_or_404(inside))


def back_to(activity: Activity) -> ResponseReturnValue:
    address = url_for("cycles.edit_module", module_id=activity.module_id, _anchor=f"activity-{activity.id}")
    return redirect(address, 303)


@blueprint.post("/activities/<int:activity_id>/position")
@allow(can.edit_curriculum)
def activity_position(activity_id: int) -> ResponseReturnValue:
    activity = find_activity(activity_id)
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
                    exists().where(Invitation.live_session_id == activity.id),
                    exists().where(Attendance.live_session_id == activity.id),
                )
            )
        )
    )
