"""A cycle brought in as a file: looked at first, made with one press, or thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.display import file_size
from lms.extensions import db
from lms.freshness import no_store
from lms.materials import storage, upload_actions
from lms.packages.host import packages_folder
from lms.transfer import arrival_actions, arrival_queries, contents, delivery
from lms.transfer.delivery import Delivery
from lms.transfer.forms import ArchiveForm, NamedSeasonForm
from lms.transfer.models import Arrival
from lms.transfer.values import Unreadable
from lms.transfer.views import blueprint, said_shift, shift_between, to_cycle


def _largest() -> int:
    return int(current_app.config["UPLOAD_LIMIT"])


@blueprint.route("/cycles/import", methods=["GET", "POST"])
@allow(can.carry_cycles)
def new_import() -> ResponseReturnValue:
    form = ArchiveForm()
    valid = form.validate_on_submit()
    db.session.rollback()  # it is read through without anybody waiting for it
    if not valid or not _is_readable(form):
        return render_template("transfer/new_import.html", form=form), 422 if form.is_submitted() else 200
    try:
        arrival = arrival_actions.keep(
            form.file.data.stream, form.source, me(), storage.here(), largest=_largest(), now=now()
        )
    except storage.TooLarge:
        form.file.errors = [_("The file is too large: at most %(size)s.", size=file_size(_largest()))]
        return render_template("transfer/new_import.html", form=form), 422
    pieces = upload_actions.let_go(me(), form.file.token)
    db.session.commit()
    for name in pieces:
        storage.remove(storage.here(), name)
    return redirect(url_for("transfer.show_import", arrival_id=arrival.id), 303)


def _is_readable(form: ArchiveForm) -> bool:
    try:
        with delivery.opened(form.file.data.stream, largest=_largest()):
            return True
    except Unreadable as error:
        form.file.errors = [str(error)]
        return False


def _find(arrival_id: int) -> Arrival:
    """One of my own files, or a 404; held when something is done with it."""
    found = arrival_queries.brought_by(me()).where(Arrival.id == arrival_id)
    arrival: Arrival = db.first_or_404(found.with_for_update() if request.method == "POST" else found)
    return arrival


@contextmanager
def _opened(waiting: str) -> Iterator[Delivery]:
    """What is in the file of that name. It takes its time: whoever calls holds nothing that others wait for."""
    with (
        (storage.here() / waiting).open("rb") as content,
        delivery.opened(content, largest=_largest()) as found,
    ):
        yield found


@blueprint.get("/cycles/imports/<int:arrival_id>")
@allow(can.carry_cycles)
def show_import(arrival_id: int) -> ResponseReturnValue:
    """What is in the file; nothing is stored yet."""
    no_store()
    arrival = _find(arrival_id)
    if not arrival.storage_name:
        return to_cycle(arrival)
    try:
        with _opened(arrival.storage_name) as found:
            cycle = found.tree["cycle"]
            given = {name: cycle.get(name) for name in ("title", "title_en", "starts_on")}
            return _page(arrival, found, NamedSeasonForm(**given))
    except Unreadable as error:
        flash(str(error), "late")
        return redirect(url_for("transfer.new_import"), 303)


def _page(arrival: Arrival, found: Delivery, form: NamedSeasonForm) -> str:
    shift = _shift(found, form)
    return render_template(
        "transfer/show_import.html",
        arrival=arrival,
        form=form,
        name=found.name,
        contents=contents.lines(found.tree),
        sessions=contents.sessions(found.tree, shift),
        shift=said_shift(shift),
        modules=contents.modules(found.tree),
        kept=len(found.files) + len(found.packages),
        size=found.size,
        doubts=found.doubts,
    )


def _shift(found: Delivery, form: NamedSeasonForm) -> Any:
    first = found.tree["cycle"].get("starts_on")
    return shift_between(first, form.starts_on.data or first) if first else shift_between(None, now().date())


@blueprint.post("/cycles/imports/<int:arrival_id>/cycle")
@allow(can.carry_cycles)
def write_import(arrival_id: int) -> ResponseReturnValue:
    arrival = _find(arrival_id)
    if not arrival.storage_name:
        return to_cycle(arrival)
    form, waiting, size = NamedSeasonForm(), arrival.storage_name, arrival.size
    valid = form.validate_on_submit()
    db.session.rollback()  # nobody waits while it is looked through and laid down
    try:
        with _opened(waiting) as found:
            # The file itself goes once the cycle is there.
            fits = valid and form.has_room_for(found.size - size)
            return _make(arrival_id, found, form) if fits else (_page(arrival, found, form), 422)
    except Unreadable as error:
        db.session.rollback()
        flash(str(error), "late")
    except FileNotFoundError:  # pressed twice at once: the other was faster
        db.session.rollback()
    return redirect(url_for("transfer.show_import", arrival_id=arrival_id), 303)


def _make(arrival_id: int, found: Delivery, form: NamedSeasonForm) -> ResponseReturnValue:
    """Its files and packages first, which takes its time; then the cycle."""
    db.session.rollback()
    place = storage.here()
    unpacked = packages_folder(current_app.config)
    laid = arrival_actions.lay_down(found, place, unpacked=unpacked, largest=_largest(), now=now())
    try:
        arrival = _find(arrival_id)
        if not arrival.storage_name:  # pressed twice at once: the other was faster
            arrival_actions.take_away(laid, place)
            return to_cycle(arrival)
        arrival.cycle = arrival_actions.bring_in(
            found, laid, title=form.title.data, title_en=form.title_en.data, starts_on=form.starts_on.data,
            shift=_shift(found, form), by=me(), now=now(),
        )  # fmt: skip
        waited, arrival.storage_name = arrival.storage_name, ""
        db.session.commit()
    except BaseException:
        arrival_actions.take_away(laid, place)
        raise
    storage.remove(place, waited)
    flash(_("The cycle is brought in, as a draft: nobody sees it, and nothing was sent."), "done")
    return to_cycle(arrival)


@blueprint.post("/cycles/imports/<int:arrival_id>/end")
@allow(can.carry_cycles)
def forget_import(arrival_id: int) -> ResponseReturnValue:
    arrival = _find(arrival_id)
    if not arrival.storage_name:
        return to_cycle(arrival)
    waited = arrival.storage_name
    db.session.delete(arrival)
    db.session.commit()
    storage.remove(storage.here(), waited)
    flash(_("The file is thrown away, nothing was stored."), "done")
    return redirect(url_for("cycles.index"), 303)
