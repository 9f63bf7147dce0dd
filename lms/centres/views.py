"""The public pages of the resource centres, and editing them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, public, require, require_version, someone
from lms.accounts.models import Person
from lms.accounts.queries import visible_people
from lms.centres import actions
from lms.centres.forms import LEVELS, CentreForm
from lms.centres.models import Centre
from lms.centres.queries import archived_centres, open_centres, visible_centres
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store

blueprint = Blueprint("centres", __name__)


@blueprint.get("/centres/")
@public
def index() -> ResponseReturnValue:
    person = someone()
    keeps = person is not None and can.add_centre(person)
    return render_template(
        "centres/index.html",
        centres=db.session.scalars(open_centres()).all(),
        archived=db.session.scalars(archived_centres()).all() if keeps else [],
        may_add=keeps,
    )


@blueprint.get("/centres/<slug>/")
@public
def show(slug: str) -> ResponseReturnValue:
    centre = find_centre(slug)
    person = someone()
    people = people_of(centre, person) if person is not None and can.look_after_people(person) else None
    if people is not None:
        no_store()
    return render_template(
        "centres/show.html",
        centre=centre,
        levels=[word for level, word in LEVELS.items() if level],
        people=people,
        may_edit=person is not None and can.edit_centre(person, centre),
        may_archive=person is not None and can.add_centre(person),
    )


@blueprint.route("/centres/new", methods=["GET", "POST"])
@allow(can.add_centre)
def new() -> ResponseReturnValue:
    form = CentreForm()
    if not form.validate_on_submit():
        return render_template("centres/new.html", form=form), 422 if form.is_submitted() else 200
    centre = Centre()
    form.fill(centre)
    actions.name_centre(centre)
    db.session.add(centre)
    db.session.flush()
    address = url_for("centres.show", slug=centre.slug)
    db.session.commit()
    flash(_("The centre is added."), "done")
    return redirect(address, 303)


@blueprint.route("/centres/<slug>/edit", methods=["GET", "POST"])
@allow(can.look_after_people)
def edit(slug: str) -> ResponseReturnValue:
    centre = find_centre(slug)
    require(can.edit_centre(me(), centre))
    form = CentreForm(obj=centre)
    if not can.add_centre(me()):
        del form.is_mentor, form.level
    if not form.validate_on_submit():
        return _edit_page(form, centre, status=422 if form.is_submitted() else 200)
    if not require_version(centre.version, form.version.data):
        return _edit_page(form, centre, status=409, meanwhile=form.meanwhile(form.stored(centre)))
    form.fill(centre)
    db.session.commit()
    flash(_("Saved."), "done")
    return redirect(url_for("centres.show", slug=slug), 303)


@blueprint.post("/centres/<slug>/archive")
@allow(can.add_centre)
def archive(slug: str) -> ResponseReturnValue:
    """Out of the public list; its people and what they did stay."""
    find_centre(slug).archived_at = now()
    db.session.commit()
    flash(_("The centre is in the archive: visitors no longer see it."), "done")
    return redirect(url_for("centres.show", slug=slug), 303)


@blueprint.post("/centres/<slug>/archive/end")
@allow(can.add_centre)
def restore(slug: str) -> ResponseReturnValue:
    find_centre(slug).archived_at = None
    db.session.commit()
    flash(_("The centre is open to visitors again."), "done")
    return redirect(url_for("centres.show", slug=slug), 303)


def find_centre(slug: str) -> Centre:
    return db.one_or_404(visible_centres(someone()).where(Centre.slug == slug))


def people_of(centre: Centre, person: Person) -> list[tuple[int, str, str, str, bool]] | None:
    """(id, family name, given name, position, suspended) of its people one may see; None where one may see none."""
    if not can.coordinate(person) and person.centre_id != centre.id:
        return None
    seen = visible_people(person).where(Person.centre_id == centre.id).subquery()
    rows = db.session.execute(
        select(seen.c.id, seen.c.family_name, seen.c.given_name, seen.c.position, seen.c.suspended_at)
        .order_by(seen.c.family_name, seen.c.given_name, seen.c.id)
        .limit(500)
    )
    return [(row.id, row.family_name, row.given_name, row.position, row.suspended_at is not None) for row in rows]


def _edit_page(
    form: CentreForm, centre: Centre, *, status: int, meanwhile: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    return render_template("centres/edit.html", form=form, centre=centre, meanwhile=meanwhile), status
