"""Filters of the table kept under a name: one press brings them back, and the address can be sent to others."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.extensions import db
from lms.progress.models import SavedView
from lms.progress.queries import views_of
from lms.texts import one_line

blueprint = Blueprint("saved_views", __name__)
LONGEST = 1000


@blueprint.post("/progress/views")
@allow(can.see_progress)
def create() -> ResponseReturnValue:
    """Keep ``query`` as ``name``; a name one has already gets the new filters."""
    name, query = one_line(request.form.get("name"))[:60], request.form.get("query", "")[:LONGEST]
    back = f"{url_for('progress.index')}?{query}" if query.isprintable() else url_for("progress.index")
    if not name:
        flash(_("Give it a name."), "late")
        return redirect(back, 303)
    found = db.session.scalar(views_of(me()).where(SavedView.name == name))
    if found is None:
        found = SavedView(person_id=me().id, name=name, created_at=now())
        db.session.add(found)
    found.query = query
    db.session.commit()
    flash(_("Kept as “%(name)s”. The address can be sent to others: each sees her own people.", name=name), "done")
    return redirect(back, 303)


@blueprint.post("/progress/views/<int:view_id>/end")
@allow(can.see_progress)
def end(view_id: int) -> ResponseReturnValue:
    found = db.one_or_404(views_of(me()).where(SavedView.id == view_id))
    db.session.delete(found)
    db.session.commit()
    flash(_("The view is forgotten."), "done")
    return redirect(url_for("progress.index"), 303)
