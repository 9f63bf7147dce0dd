"""Reminding people of a module: choose them, see the letter, send it. Nobody gets two about one module in a week."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me
from lms.accounts.models import Person
from lms.accounts.notice_actions import put_all
from lms.accounts.wish_queries import wants
from lms.clock import now
from lms.cycles.models import Cycle, Module, is_out
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox.queries import ids_by_key
from lms.outbox.topics import Topic
from lms.progress import mail, words
from lms.progress.matrix import places
from lms.progress.matrix_queries import matrix_of, watched_cycles
from lms.progress.not_done_queries import reminder_key
from lms.progress.views import asked_for
from lms.texts import paragraphs

blueprint = Blueprint("reminders", __name__)
AT_ONCE = 200


@blueprint.get("/progress/reminder")
@allow(can.look_after_people)
def choose() -> ResponseReturnValue:
    """Of which module: how many of the people that the table's filters show have not done it, and are late with it."""
    no_store()
    asked = asked_for()
    if asked.cycle is None:
        return redirect(url_for("progress.index"))
    asked.filters = replace(asked.filters, module=None, state="")
    among = asked.matrix.find(asked.filters)
    return render_template(
        "reminders/choose.html",
        asked=asked,
        shown=among.bit_count(),
        rows=[
            (column, (among & ~column.settled).bit_count(), (among & column.late).bit_count(),
             asked.address(module=column.number, state="not-done"))
            for column in asked.matrix.columns
            if column.required and among & ~column.settled
        ],
        here="progress.index",
    )  # fmt: skip


@blueprint.get("/modules/<int:module_id>/reminder")
@allow(can.look_after_people)
def new(module_id: int) -> ResponseReturnValue:
    """The letter as it will be, and to whom it goes."""
    no_store()
    module, people, already = _chosen(module_id, request.args.getlist("p", int))
    letter = mail.reminders((people or [me()])[:1], module, by=me(), words="", now=now())[0]
    return render_template(
        "reminders/new.html",
        module=module,
        people=people,
        already=already,
        letter=letter,
        button=words.remind(len(people)),
        back=_back(module),
        here="progress.index",
    )


@blueprint.post("/modules/<int:module_id>/reminder")
@allow(can.look_after_people)
def create(module_id: int) -> ResponseReturnValue:
    module, people, _already = _chosen(module_id, request.form.getlist("p", int))
    own_words = paragraphs(request.form.get("words"))[:2000]
    put_all(mail.reminders(people, module, by=me(), words=own_words, now=now()), now=now())
    back = _back(module)
    db.session.commit()
    if people:
        said = ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", len(people))
        flash(said, "done")
    else:
        flash(_("Everybody chosen was reminded this week or has done it meanwhile. Nothing was sent."), "wait")
    return redirect(back, 303)


def _chosen(module_id: int, ids: list[int]) -> tuple[Module, list[Person], int]:
    """The module; those of the chosen whom one watches, who have not done it, want reminders and had none this week;
    how many had."""
    module = db.session.scalar(
        select(Module).where(
            Module.id == module_id,
            is_out(Module),
            Module.cycle_id.in_(watched_cycles(me()).with_only_columns(Cycle.id).order_by(None)),
        )
    ) or abort(404)
    matrix = matrix_of(me(), module.cycle, now=now())
    column = next((column for column in matrix.columns if column.id == module.id), None) or abort(404)
    left = {matrix.rows[place].id for place in places(matrix.everybody & ~column.settled)}
    chosen = [one for one in dict.fromkeys(ids) if one in left][:AT_ONCE]
    written = ids_by_key([reminder_key(module.id, one, now()) for one in chosen])
    free = [one for one in chosen if reminder_key(module.id, one, now()) not in written]
    people = db.session.scalars(
        select(Person)
        .where(Person.id.in_(free), wants(Topic.REMINDERS))
        .order_by(Person.family_name, Person.given_name)
    )
    return module, list(people.unique()), len(chosen) - len(free)


def _back(module: Module) -> str:
    return url_for(
        "progress.index",
        cycle=module.cycle.slug,
        centre=request.values.get("centre") or None,
        module=module.position,
        state="not-done",
    )
