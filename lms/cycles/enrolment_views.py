"""Who is in a cycle: everybody, a centre or chosen people are put in and taken off, as often as one likes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow
from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles import actions, queries
from lms.cycles.views import blueprint, find_cycle
from lms.extensions import db
from lms.freshness import no_store

NO_CENTRE = "none"  # ?centre=none: people who belong to no centre


@blueprint.get("/cycles/<slug>/people")
@allow(can.enrol)
def people(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    no_store()
    centres = queries.enrolment_by_centre(cycle)
    opened = request.args.get("centre", "")
    centre = _find_centre(opened) if opened else None
    return render_template(
        "cycles/people.html",
        cycle=cycle,
        centres=centres,
        enrolled=sum(row.enrolled for row in centres),
        left=sum(row.people - row.enrolled for row in centres),
        opened=opened,
        centre=centre,
        people=queries.people_by_enrolment(cycle, centre.id if centre else None) if opened else [],
        has_people_without_centre=any(row.id is None for row in centres),
    )


@blueprint.post("/cycles/<slug>/enrolments")
@allow(can.enrol)
def enrolments(slug: str) -> ResponseReturnValue:
    """``everybody=1``, ``whole_centre=<slug>`` or ``person=<id>``… says whom."""
    cycle = find_cycle(slug)
    meant = _meant()
    count = actions.enrol(meant, cycle, now=now())
    db.session.commit()
    if count:
        flash(ngettext("%(num)s person is enrolled.", "%(num)s people are enrolled.", count), "done")
    else:
        flash(_("They are in the cycle already, nothing has changed.") if meant else _("Choose whom to enrol."), "wait")
    return _back(cycle.slug)


@blueprint.post("/cycles/<slug>/departures")
@allow(can.enrol)
def departures(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    count = actions.unenrol(_chosen(), cycle, now=now())
    db.session.commit()
    if count:
        flash(
            ngettext("%(num)s person is taken off the cycle.", "%(num)s people are taken off the cycle.", count), "done"
        )
    else:
        flash(_("Choose whom to take off."), "wait")
    return _back(cycle.slug)


def _meant() -> Sequence[Person]:
    if request.form.get("everybody"):
        return db.session.scalars(queries.learners()).all()
    if slug := request.form.get("whole_centre"):
        centre = _find_centre(slug)
        inside = Person.centre_id == (centre.id if centre else None)
        return db.session.scalars(queries.learners().where(inside)).all()
    return _chosen()


def _chosen() -> Sequence[Person]:
    ids = request.form.getlist("person", type=int)
    return db.session.scalars(select(Person).where(Person.id.in_(ids), Person.suspended_at.is_(None))).all()


def _find_centre(slug: str) -> Centre | None:
    if slug == NO_CENTRE:
        return None
    return db.session.scalar(select(Centre).where(Centre.slug == slug)) or abort(404)


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for("cycles.people", slug=slug, centre=request.form.get("opened") or None), 303)
