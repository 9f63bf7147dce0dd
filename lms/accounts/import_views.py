"""A list of people, pasted: read, looked at, mended, written. Nobody is written before the button with the number."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts import actions
from lms.accounts.import_forms import ListForm, mended
from lms.accounts.models import PeopleImport, Person
from lms.accounts.people_list import Row, read_people
from lms.accounts.queries import imports_by, known_people
from lms.accounts.verdicts import Centres, Fate, Verdict, addresses_in, judge
from lms.centres.models import Centre
from lms.centres.queries import open_centres
from lms.clock import now
from lms.cycles import actions as cycles
from lms.cycles.queries import current_cycle
from lms.display import titled
from lms.extensions import db
from lms.freshness import no_store

blueprint = Blueprint("people_imports", __name__)

PAGE = 50
# As many of the rows to mend are named at the top; all of them stand in the table.
NAMED = 20


@blueprint.route("/people/import", methods=["GET", "POST"])
@allow(can.add_people)
def new() -> ResponseReturnValue:
    no_store()
    centres = my_centres()
    form = ListForm({one.id: titled(one, "name") for one in centres} if can.move_between_centres(me()) else {})
    lines = form.read() if form.validate_on_submit() else []
    rows = read_people(lines, names_of(centres).knows)
    if not rows:
        if lines:
            form.text.errors = [_("There is only a head in it, and nobody under it.")]
        status = 422 if form.is_submitted() else 200
        return render_template("people_imports/new.html", form=form, waiting=_waiting()), status
    centre_id = form.centre_id if can.move_between_centres(me()) else me().centre_id
    kept = actions.keep_list(rows, me(), source=form.source, centre_id=centre_id, now=now())
    address = url_for("people_imports.show", import_id=kept.id)
    db.session.commit()
    return redirect(address, 303)


@blueprint.get("/people/imports/<int:import_id>")
@allow(can.add_people)
def show(import_id: int) -> ResponseReturnValue:
    """``?show=bad|update|add|same`` chooses rows, ``&row=17`` opens one for mending, ``&page=2`` goes on."""
    kept = find_import(import_id)
    if kept.written_at is not None:
        no_store()
        return render_template("people_imports/written.html", kept=kept)
    return preview(kept)


@blueprint.post("/people/imports/<int:import_id>/rows")
@allow(can.add_people)
def mend(import_id: int) -> ResponseReturnValue:
    kept = find_import(import_id, waiting=True)
    _mend(kept)
    db.session.commit()
    return redirect(url_for("people_imports.show", import_id=import_id), 303)


@blueprint.post("/people/imports/<int:import_id>/people")
@allow(can.add_people)
def write(import_id: int) -> ResponseReturnValue:
    """Everybody whose row is in order is written, in one transaction; the others are left out."""
    kept = find_import(import_id, waiting=True)
    _mend(kept)
    verdicts = verdicts_on(kept)
    writable = sum(verdict.fate in {Fate.ADD, Fate.UPDATE} for verdict in verdicts)
    if request.form.get("expected", str(writable)) != str(writable):
        db.session.commit()
        flash(
            ngettext(
                "With what you mended, %(num)s person will be written down. Look once more and press the button again.",
                "With what you mended, %(num)s people will be written down. Look once more and press the button again.",
                writable,
            ),
            "wait",
        )
        return redirect(url_for("people_imports.show", import_id=import_id), 303)
    if all(verdict.fate is Fate.BAD for verdict in verdicts):
        db.session.commit()
        flash(_("No row is in order yet, so nobody was written down."), "wait")
        return redirect(url_for("people_imports.show", import_id=import_id), 303)
    try:
        ids = actions.write_list(kept, verdicts, now=now())
    except IntegrityError:
        db.session.rollback()
        flash(_("Somebody wrote down one of these addresses a moment ago. Look once more."), "wait")
        return redirect(url_for("people_imports.show", import_id=import_id), 303)
    if request.form.get("enrol"):
        _enrol(ids)
    added, updated = kept.added, kept.updated
    db.session.commit()
    flash(_said(added, updated), "done")
    return redirect(url_for("people_imports.show", import_id=import_id), 303)


@blueprint.post("/people/imports/<int:import_id>/end")
@allow(can.add_people)
def forget(import_id: int) -> ResponseReturnValue:
    db.session.delete(find_import(import_id, waiting=True))
    db.session.commit()
    flash(_("The list is thrown away, nothing was written."), "done")
    return redirect(url_for("people.index"), 303)


# --- finding ----------------------------------------------------------------------------------------------------------
def find_import(import_id: int, *, waiting: bool = False) -> PeopleImport:
    """One of my own lists, or a 404; with ``waiting`` it is held meanwhile, or one is led to what became of it."""
    found = imports_by(me()).where(PeopleImport.id == import_id)
    kept = db.one_or_404(found.with_for_update() if waiting else found)
    if waiting and kept.written_at is not None:
        abort(redirect(url_for("people_imports.show", import_id=import_id), 303))
    return kept


def my_centres() -> list[Centre]:
    """The centres I may put people into."""
    centres = db.session.scalars(open_centres()).all()
    return [one for one in centres if can.move_between_centres(me()) or one.id == me().centre_id]


def names_of(centres: list[Centre]) -> Centres:
    return Centres(
        {
            one.id: (one.name, one.name_en, one.name_genitive, one.name_prepositional, one.place, one.slug)
            for one in centres
        }
    )


def _waiting() -> list[PeopleImport]:
    """My lists that are not written yet, the newest first."""
    found = imports_by(me()).where(PeopleImport.written_at.is_(None)).order_by(PeopleImport.id.desc()).limit(3)
    return list(db.session.scalars(found))


# --- looking ----------------------------------------------------------------------------------------------------------
def rows_of(kept: PeopleImport) -> list[Row]:
    return [Row(*values) for values in kept.rows]


def verdicts_on(kept: PeopleImport) -> list[Verdict]:
    rows = rows_of(kept)
    known = known_people(me(), addresses_in(rows))
    return judge(rows, names_of(my_centres()), known, default_centre=kept.centre_id)


def preview(kept: PeopleImport) -> ResponseReturnValue:
    no_store()
    verdicts = list(enumerate(verdicts_on(kept)))
    counts = Counter(verdict.fate for _place, verdict in verdicts)
    shown = request.args.get("show", "")
    opened = request.args.get("row", -1, int)
    order = [Fate.BAD, Fate.UPDATE, Fate.ADD, Fate.SAME]
    chosen = [pair for pair in verdicts if not shown or pair[1].fate == shown]
    chosen.sort(key=lambda pair: (pair[0] != opened, pair[1].fate is not Fate.BAD))
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    centres = my_centres()
    cycle = current_cycle(me()) if can.enrol(me()) else None

    def here(**change: Any) -> str:
        return url_for("people_imports.show", import_id=kept.id, **({"show": shown or None} | change))

    words = {
        Fate.BAD: _("With a mistake"),
        Fate.UPDATE: _("Will be updated"),
        Fate.ADD: _("New"),
        Fate.SAME: _("As they are"),
    }
    return render_template(
        "people_imports/show.html",
        kept=kept,
        verdicts=chosen[(page - 1) * PAGE : page * PAGE],
        bad=[pair for pair in verdicts if pair[1].fate is Fate.BAD][:NAMED],
        counts=counts,
        total=len(verdicts),
        writable=len(verdicts) - counts[Fate.BAD] - counts[Fate.SAME],
        tabs=[(_("All"), len(verdicts), here(show=None), not shown)]
        + [(words[fate], counts[fate], here(show=fate.value), shown == fate) for fate in order if counts[fate]],
        opened=opened,
        centre_names={one.id: titled(one, "name") for one in centres},
        cycle=cycle,
        href=here,
        page=page,
        pages=pages,
    )


# --- writing ----------------------------------------------------------------------------------------------------------
def _mend(kept: PeopleImport) -> None:
    names = {str(one.id): one.name for one in my_centres()}
    rows = mended(rows_of(kept), request.form, names)
    if rows != rows_of(kept):
        actions.replace_rows(kept, rows)


def _enrol(person_ids: list[int]) -> None:
    require(can.enrol(me()))
    cycle = current_cycle(me())
    if cycle is not None:
        people = db.session.scalars(select(Person).where(Person.id.in_(person_ids), Person.suspended_at.is_(None)))
        cycles.enrol(people.all(), cycle, now=now())


def _said(added: int, updated: int) -> str:
    parts = []
    if added:
        parts.append(ngettext("%(num)s person is added", "%(num)s people are added", added))
    if updated:
        parts.append(ngettext("%(num)s is updated", "%(num)s are updated", updated))
    return f"{', '.join(parts)}." if parts else _("Everybody was here already, nothing has changed.")
