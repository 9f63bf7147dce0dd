"""For trainers and coordinators: what a package says of whom. Its word, and said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from lms import permissions as can
from lms.access import allow, me
from lms.display import titled
from lms.extensions import db
from lms.freshness import no_store
from lms.packages import queries, words
from lms.packages.models import Package
from lms.packages.views import blueprint, find_package
from lms.progress.matrix_queries import watched_people

PEOPLE_ON_A_PAGE = 100


@blueprint.get("/packages/<int:package_id>/claims")
@allow(can.see_progress)
def claims(package_id: int) -> ResponseReturnValue:
    """The people one may watch of whom the package has said something, a page of them at a time."""
    no_store()
    package = find_package(package_id)
    everybody = queries.people_in(package, watched_people(me()))
    count = db.session.scalar(select(func.count()).select_from(everybody.order_by(None).subquery())) or 0
    pages = max(1, -(-count // PEOPLE_ON_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    people = db.session.execute(everybody.limit(PEOPLE_ON_A_PAGE).offset((page - 1) * PEOPLE_ON_A_PAGE)).all()
    return render_template(
        "packages/claims.html",
        package=package,
        rows=_rows(package, people),
        count=count,
        page=page,
        pages=pages,
        previous_href=url_for("packages.claims", package_id=package.id, page=page - 1) if page > 1 else None,
        next_href=url_for("packages.claims", package_id=package.id, page=page + 1) if page < pages else None,
    )


def _rows(package: Package, people: Sequence[Any]) -> list[dict[str, Any]]:
    by_person: dict[int, list[Any]] = defaultdict(list)
    for claim in queries.claims_about(package, [person.id for person in people]):
        by_person[claim.person_id].append(claim)
    return [_row(package, person, by_person[person.id]) for person in people]


def _row(package: Package, person: Any, said: list[Any]) -> dict[str, Any]:
    """One line a person: of several parts how many are done, of one what it says; the mean of the scores."""
    asked = package.asked
    done = sum(claim.status.is_done for claim in said if claim.part in asked)
    scores = [claim.score for claim in said if claim.score is not None]
    is_done = bool(asked) and done == len(asked)
    return {
        "name": f"{person.family_name} {person.given_name}".strip(),
        "centre": titled(person, "centre") if person.centre else "—",
        "mark": "done" if is_done else words.mark(said[0]) if len(said) == 1 else "now",
        "done": done,
        "status": words.status(said[0].status) if len(said) == 1 else "",
        "score": round(sum(scores) / len(scores)) if scores else None,
        "time": words.time_spent(sum(claim.seconds for claim in said)),
        "at": max(claim.at for claim in said),
    }
