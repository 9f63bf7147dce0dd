"""A centre's page for those who look after it: its people, figures by module, sessions and visits, certificates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms.access import allow, me
from lms.centres.models import Centre
from lms.centres.queries import visible_centres
from lms.certificates import queries as certificates
from lms.certificates.drawing import full_number
from lms.clock import now
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.matrix_queries import matrix_of, watched_cycles
from lms.reports import centre_queries as queries

blueprint = Blueprint("centre_pages", __name__)


@blueprint.get("/progress/centres/<slug>")
@allow(can.see_progress)
def show(slug: str) -> ResponseReturnValue:
    """``?cycle=rc-2026``; without it, the newest that somebody is in."""
    no_store()
    centre = _find(slug)
    cycles = list(db.session.scalars(watched_cycles(me())))
    cycle = _cycle(cycles)
    return render_template(
        "centre_pages/show.html",
        centre=centre,
        cycles=cycles,
        cycle=cycle,
        here="progress.index",
        **(_figures(centre, cycle) if cycle else {}),
    )


def _find(slug: str) -> Centre:
    """Trainers and the network's coordinators look at every centre, a centre's coordinator at her own."""
    centre: Centre = db.one_or_404(visible_centres(me()).where(Centre.slug == slug))
    return centre if can.teach(me()) or centre.id == me().centre_id else abort(404)


def _cycle(cycles: list[Cycle]) -> Cycle | None:
    slug = request.args.get("cycle", "")
    found = next((one for one in cycles if one.slug == slug), None) if slug else next(iter(cycles), None)
    return found if found or not slug else abort(404)


def _figures(centre: Centre, cycle: Cycle) -> dict[str, Any]:
    at = now()
    matrix = matrix_of(me(), cycle, now=at)
    group = matrix.group(centre.slug)
    coming, held = queries.split(queries.sessions_of(me(), centre, cycle), at)
    given = certificates.register_rows(me(), cycle, state="valid") if can.see_certificates(me()) else []
    members = queries.members(matrix, group) if group else []
    return {
        "size": len(members),
        "average": matrix.average(group.people) if group else None,
        "members": members,
        "behind": sum(bool(one.late) for one in members),
        "all_modules": len(matrix.columns),
        "modules": queries.modules(matrix, group) if group else [],
        "coming": coming,
        "held": held,
        "given": [one for one in given if one.slug == centre.slug],
        "full_number": lambda one: full_number(one, current_app.config["CERTIFICATE_PREFIX"]),
    }
