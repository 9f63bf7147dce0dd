"""Other due times for a centre or a person: of one module, or of the whole cycle."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me
from lms.accounts.models import Person
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.models import Cycle, DueException, Module
from lms.cycles.queries import enrolled_people
from lms.extensions import db
from lms.progress import due_actions
from lms.progress.rule_views import end_of_day
from lms.texts import one_line

blueprint = Blueprint("due_exceptions", __name__)


@blueprint.post("/modules/<int:module_id>/due-exceptions")
@allow(can.edit_curriculum)
def of_module(module_id: int) -> ResponseReturnValue:
    """``whose`` is «centre-3» or «person-17»; the day ends at 23:59, Moscow time."""
    found = db.one_or_404(select(Module).where(Module.id == module_id))
    return _except(found, found.cycle)


@blueprint.post("/cycles/<slug>/due-exceptions")
@allow(can.edit_curriculum)
def of_cycle(slug: str) -> ResponseReturnValue:
    """The same for every module of a cycle."""
    found = db.one_or_404(select(Cycle).where(Cycle.slug == slug))
    return _except(found, found)


@blueprint.post("/due-exceptions/<int:exception_id>/end")
@allow(can.edit_curriculum)
def end(exception_id: int) -> ResponseReturnValue:
    found = db.one_or_404(select(DueException).where(DueException.id == exception_id))
    back = _rules_of(found.module, found.cycle)
    db.session.delete(found)
    db.session.commit()
    flash(_("The common due time holds again."), "done")
    return redirect(back, 303)


def _except(thing: Module | Cycle, cycle: Cycle) -> ResponseReturnValue:
    back = redirect(_rules_of(thing if isinstance(thing, Module) else None, cycle), 303)
    due_at = end_of_day("due_on")
    centre, person = _whose(cycle)
    if due_at is None or (centre is None and person is None):
        flash(_("Choose a centre or a person, and a day."), "late")
        return back
    due_actions.except_due(
        thing, due_at, centre_id=centre.id if centre else None, person_id=person.id if person else None,
        reason=one_line(request.form.get("reason"))[:200], by=me(), now=now(),
    )  # fmt: skip
    db.session.commit()
    flash(_("The other due time is saved."), "done")
    return back


def _whose(cycle: Cycle) -> tuple[Centre | None, Person | None]:
    kind, _dash, number = request.form.get("whose", "")[:25].partition("-")
    id = int(number) if number.isdecimal() and len(number) < 10 else 0
    if kind == "centre":
        return db.session.get(Centre, id), None
    return None, db.session.scalar(enrolled_people(cycle).where(Person.id == id)) if kind == "person" else None


def _rules_of(module: Module | None, cycle: Cycle | None) -> str:
    if module is not None:
        return url_for("rules.module", module_id=module.id, _anchor="due")
    return url_for("rules.cycle", slug=cycle.slug if cycle else "", _anchor="due")
