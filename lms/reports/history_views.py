"""Everything a person did, in the order of time: for those who look after her, and for herself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import downloads
from lms import permissions as can
from lms.access import allow, me
from lms.accounts.models import Person
from lms.clock import now
from lms.display import moment
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.matrix_queries import watched_people
from lms.reports.history import Event, Kind, counted, for_herself
from lms.reports.history_queries import history_of
from lms.reports.history_words import TABS, line
from lms.spreadsheet import Cell, plain

blueprint = Blueprint("histories", __name__)
PAGE = 100


@blueprint.get("/progress/people/<int:person_id>/history")
@allow(can.see_progress)
def show(person_id: int) -> ResponseReturnValue:
    person = _find(person_id)
    return _page(person, history_of(person))


@blueprint.get("/progress/people/<int:person_id>/history.xlsx")
@allow(can.see_progress)
def xlsx(person_id: int) -> ResponseReturnValue:
    person = _find(person_id)
    head: list[Cell] = [_("When"), _("What"), _("About"), _("Who decided"), _("Reason")]
    at = now()
    lines: list[list[Cell]] = [[moment(one.at), *line(one, at)] for one in history_of(person)]
    return downloads.xlsx("history", plain([head, *lines]), title=person.list_name, widths=[24, 40, 40, 24, 40])


@blueprint.get("/path/history")
@allow(can.learn)
def own() -> ResponseReturnValue:
    """Her own, as far as the results of quizzes may be told to her."""
    return _page(me(), [for_herself(one) for one in history_of(me())], is_own=True)


def _find(person_id: int) -> Person:
    return db.session.scalar(watched_people(me()).where(Person.id == person_id)) or abort(404)


def _page(person: Person, events: list[Event], *, is_own: bool = False) -> ResponseReturnValue:
    no_store()
    kind = request.args.get("kind", "")
    shown = [one for one in events if one.kind == kind] if kind in set(Kind) else events
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    at = now()
    return render_template(
        "histories/own.html" if is_own else "histories/show.html",
        other=person,
        tabs_shown=_tabs(person, events, kind, is_own=is_own),
        lines=[
            (one, *line(one, at, to_herself=is_own)) for one in shown[(page - 1) * PAGE : page * PAGE]
        ],
        page=page,
        pages=pages,
        address=lambda number: _address(person, is_own, kind=kind or None, page=number),
        here="progress.path" if is_own else "progress.index",
    )  # fmt: skip


def _tabs(person: Person, events: list[Event], kind: str, *, is_own: bool) -> list[tuple[str, int, str, bool]]:
    number = counted(events)
    return [(_("All"), len(events), _address(person, is_own), kind not in set(Kind))] + [
        (str(word), number[one], _address(person, is_own, kind=one.value), kind == one)
        for one, word in TABS.items()
        if number[one]
    ]


def _address(person: Person, is_own: bool, **asked: Any) -> str:
    return url_for("histories.own", **asked) if is_own else url_for("histories.show", person_id=person.id, **asked)
