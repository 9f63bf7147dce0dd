"""Files that come by themselves: one page with all of one's own, how to wish for one, and how to end it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import downloads
from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.models import SavedView
from lms.progress.queries import views_of
from lms.reports import export_actions as actions
from lms.reports.export_forms import ENDINGS, RHYTHMS, ScheduleForm
from lms.reports.export_models import Ending, PreparedFile, Rhythm, ScheduledExport
from lms.reports.export_queries import exports_of, files_of
from lms.slugs import slug

blueprint = Blueprint("exports", __name__)
TYPES = {
    Ending.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Ending.CSV: "text/csv; charset=utf-8",
}


@blueprint.get("/exports/")
@allow(can.look_after_people)
def index() -> ResponseReturnValue:
    no_store()
    exports = db.session.scalars(exports_of(me())).all()
    return render_template(
        "exports/index.html",
        exports=exports,
        files=db.session.scalars(files_of(me(), now())).all(),
        views=db.session.scalars(views_of(me())).all(),
        rhythms=RHYTHMS,
        endings=ENDINGS,
        here="progress.index",
    )


@blueprint.route("/progress/views/<int:view_id>/export", methods=["GET", "POST"])
@allow(can.look_after_people)
def new(view_id: int) -> ResponseReturnValue:
    view = db.one_or_404(views_of(me()).where(SavedView.id == view_id))
    form = ScheduleForm(data={"rhythm": Rhythm.WEEKLY.value, "ending": Ending.XLSX.value})
    if not form.validate_on_submit():
        page = render_template("exports/new.html", form=form, view=view, here="progress.index")
        return page, 422 if form.errors else 200
    actions.schedule(view, Ending(form.ending.data), Rhythm(form.rhythm.data), today=_today())
    db.session.commit()
    flash(_("“%(name)s” will come by itself: a letter says when the file is ready.", name=view.name), "done")
    return redirect(url_for("exports.index"), 303)


@blueprint.post("/exports/<int:export_id>/end")
@allow(can.look_after_people)
def end(export_id: int) -> ResponseReturnValue:
    actions.end(db.one_or_404(exports_of(me()).where(ScheduledExport.id == export_id)))
    db.session.commit()
    flash(_("It will not come any more, and its files are gone."), "done")
    return redirect(url_for("exports.index"), 303)


@blueprint.get("/exports/files/<int:prepared_id>")
@allow(can.look_after_people)
def file(prepared_id: int) -> ResponseReturnValue:
    """For its owner only, signed in, for two weeks: the letter's link opens nothing to anybody else."""
    found: PreparedFile = db.one_or_404(files_of(me(), now()).where(PreparedFile.id == prepared_id))
    name = f"{slug(found.name) or 'export'}-{found.made_at:%Y-%m-%d}.{found.ending}"
    return downloads.download(found.content, name, TYPES[found.ending])


@blueprint.post("/exports/files/<int:prepared_id>/end")
@allow(can.look_after_people)
def end_file(prepared_id: int) -> ResponseReturnValue:
    db.session.delete(db.one_or_404(files_of(me(), now()).where(PreparedFile.id == prepared_id)))
    db.session.commit()
    flash(_("The file is gone."), "done")
    return redirect(url_for("exports.index"), 303)


def _today() -> date:
    return now().astimezone(ZoneInfo(current_app.config["ZONE"])).date()
