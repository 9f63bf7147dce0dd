"""Copying one module into another cycle, or once more into its own."""

from __future__ import annotations

from typing import cast

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms import permissions as can
from lms.access import allow, me, require
from lms.clock import now
from lms.cycles import queries as cycles
from lms.cycles.models import Cycle, Module
from lms.dates import DEADLINE_ZONE
from lms.display import titled
from lms.extensions import db
from lms.transfer import contents, copying_actions, parcel_queries
from lms.transfer.checking import checked
from lms.transfer.forms import ModuleCopyForm
from lms.transfer.shifting import Shift
from lms.transfer.views import blueprint, said_shift, shift_between


def _find(module_id: int) -> Module:
    """A module of a cycle that one may copy, or a 404."""
    found = select(Module).where(Module.id == module_id).options(joinedload(Module.cycle))
    module = db.session.scalar(found) or abort(404)
    require(can.copy_cycle(me(), module.cycle))
    return module


def _form(module: Module) -> tuple[ModuleCopyForm, dict[int, Cycle]]:
    offered = {cycle.id: cycle for cycle in db.session.scalars(cycles.visible_cycles(me()))}
    form = ModuleCopyForm(title=module.title, into=module.cycle_id)
    form.offer({id: titled(cycle) for id, cycle in offered.items()})
    return form, offered


def _shift(module: Module, into: Cycle) -> Shift:
    """By as many days as the first days of the two cycles are apart."""
    first, new = parcel_queries.first_day(module.cycle), parcel_queries.first_day(into)
    return shift_between(first, new) if new else Shift(0, DEADLINE_ZONE)


@blueprint.route("/modules/<int:module_id>/copy", methods=["GET", "POST"])
@allow(can.carry_cycles)
def copy_module(module_id: int) -> ResponseReturnValue:
    """The form; once it is filled in, what the copy would be. Nothing is stored."""
    module = _find(module_id)
    form, offered = _form(module)
    if not form.validate_on_submit():
        page = render_template("transfer/copy_module.html", form=form, module=module)
        return page, 422 if form.is_submitted() else 200
    into = offered[form.into.data]
    shift = _shift(module, into)
    parcel = parcel_queries.of_module(module)
    tree, _doubts = checked(parcel.tree, trusted=True)
    return render_template(
        "transfer/module_summary.html",
        form=form,
        module=module,
        into=into,
        shift=said_shift(shift),
        contents=contents.lines(tree),
        sessions=contents.sessions(tree, shift),
        stays=parcel.stays,
    )


@blueprint.post("/modules/<int:module_id>/copies")
@allow(can.carry_cycles)
def module_copies(module_id: int) -> ResponseReturnValue:
    module = _find(module_id)
    form, offered = _form(module)
    if not form.validate_on_submit():
        return render_template("transfer/copy_module.html", form=form, module=module), 422
    into = offered[form.into.data]
    require(can.copy_cycle(me(), into))
    arrival = copying_actions.claim(form.key.data, me(), now=now())
    if arrival is None:
        before = copying_actions.made_before(form.key.data, me())
        return _to_module(before.module_id if before else None)
    arrival.module = copying_actions.copy_module(
        module, into, title=cast(str, form.title.data), shift=_shift(module, into), by=me(), now=now()
    )
    db.session.commit()
    flash(_("The module is copied, as a draft: learners do not see it, and nothing was sent."), "done")
    return _to_module(arrival.module_id)


def _to_module(module_id: int | None) -> ResponseReturnValue:
    if module_id is None:
        return redirect(url_for("cycles.index"), 303)
    return redirect(url_for("cycles.edit_module", module_id=module_id), 303)
