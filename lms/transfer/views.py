"""Copying a cycle for a new season: a name and a first day, what comes of it, one press."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms import permissions as can
from lms.access import allow, me, require
from lms.clock import now
from lms.cycles import queries as cycles
from lms.cycles.models import Cycle
from lms.dates import DEADLINE_ZONE
from lms.extensions import db
from lms.transfer import contents, copying_actions, parcel_queries
from lms.transfer.checking import checked
from lms.transfer.forms import SeasonForm
from lms.transfer.models import Arrival
from lms.transfer.shifting import Shift, next_season, title_of_next

blueprint = Blueprint("transfer", __name__)


def find_cycle(slug: str) -> Cycle:
    found = db.one_or_404(cycles.visible_cycles(me()).where(Cycle.slug == slug))
    return cast(Cycle, found)


def shift_between(first: date | None, new: date) -> Shift:
    return Shift((new - first).days if first else 0, DEADLINE_ZONE)


def said_shift(shift: Shift) -> str:
    """By how much everything moves, as a sentence."""
    if shift.days > 0:
        moved = ngettext("Everything moves %(num)s day forward.", "Everything moves %(num)s days forward.", shift.days)
    elif shift.days < 0:
        moved = ngettext("Everything moves %(num)s day back.", "Everything moves %(num)s days back.", -shift.days)
    else:
        return _("All days stay as they are.")
    weekdays = _("The days of the week stay.") if shift.keeps_weekdays else _("The days of the week will be others.")
    return f"{moved} {weekdays}"


@blueprint.route("/cycles/<slug>/copy", methods=["GET", "POST"])
@allow(can.carry_cycles)
def copy(slug: str) -> ResponseReturnValue:
    """The form; once it is filled in, what the copy would be. Nothing is stored."""
    cycle = find_cycle(slug)
    require(can.copy_cycle(me(), cycle))
    first = parcel_queries.first_day(cycle)
    form = SeasonForm(**_offered(cycle, first))
    if not form.validate_on_submit():
        page = render_template("transfer/copy.html", form=form, cycle=cycle, first=first)
        return page, 422 if form.is_submitted() else 200
    shift = shift_between(first, cast(date, form.starts_on.data))
    parcel = parcel_queries.of_cycle(cycle)
    tree, _doubts = checked(parcel.tree, trusted=True)
    return render_template(
        "transfer/copy_summary.html",
        form=form,
        cycle=cycle,
        shift=said_shift(shift),
        contents=contents.lines(tree),
        sessions=contents.sessions(tree, shift),
        ends_on=shift.day(cycle.ends_on) if cycle.ends_on else None,
        stays=parcel.stays,
    )


@blueprint.post("/cycles/<slug>/copies")
@allow(can.carry_cycles)
def copies(slug: str) -> ResponseReturnValue:
    cycle = find_cycle(slug)
    require(can.copy_cycle(me(), cycle))
    form = SeasonForm()
    first = parcel_queries.first_day(cycle)
    if not form.validate_on_submit():
        return render_template("transfer/copy.html", form=form, cycle=cycle, first=first), 422
    arrival = copying_actions.claim(form.key.data, me(), now=now())
    if arrival is None:
        return _where_it_is(form.key.data)
    starts_on = cast(date, form.starts_on.data)
    arrival.cycle = copying_actions.copy_cycle(
        cycle, title=form.title.data, title_en=form.title_en.data, starts_on=starts_on,
        shift=shift_between(first, starts_on), by=me(), now=now(),
    )  # fmt: skip
    db.session.commit()
    flash(_("The cycle is copied, as a draft: nobody sees it, and nothing was sent. Look at its days first."), "done")
    return to_cycle(arrival)


def _offered(cycle: Cycle, first: date | None) -> dict[str, Any]:
    """The season a year later, as a beginning."""
    if first is None:
        return {"title": cycle.title, "title_en": cycle.title_en}
    title, title_en = (title_of_next(title, first) for title in (cycle.title, cycle.title_en))
    return {"title": title, "title_en": title_en, "starts_on": next_season(first)}


def _where_it_is(key: str) -> ResponseReturnValue:
    """The same press once more: to what it has made."""
    before = copying_actions.made_before(key, me())
    return to_cycle(before) if before is not None else redirect(url_for("cycles.index"), 303)


def to_cycle(arrival: Arrival) -> ResponseReturnValue:
    return redirect(url_for("cycles.index", _anchor=f"cycle-{arrival.cycle_id}"), 303)
