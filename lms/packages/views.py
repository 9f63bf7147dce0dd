"""A package as its learner has it: what is in it, playing it, and keeping what it says."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms.access import for_guests, me
from lms.clock import now
from lms.cycles.models import Module
from lms.extensions import db
from lms.freshness import no_store
from lms.packages import actions, addresses, queries, runtime, words
from lms.packages.host import SANDBOX
from lms.packages.models import Claim, Package, Part
from lms.progress import package_actions as progress
from lms.progress import path_queries
from lms.progress import words as progress_words
from lms.progress.matrix_queries import watched_people
from lms.progress.models import How
from lms.progress.path import Stage
from lms.security import allow_frame_of
from lms.talk import queries as talk

blueprint = Blueprint("packages", __name__)


def find_package(package_id: int) -> Package:
    return cast(Package, db.one_or_404(queries.visible_package(me(), package_id)))


def find_open_package(package_id: int) -> Package:
    """One whose module this person may work in by now, and in which there is something."""
    package = find_package(package_id)
    turn_back(path_queries.held_up(me(), package.module_id, now=now()))
    if package.lacks is not None:
        abort(404)
    return package


def turn_back(held: list[Stage]) -> None:
    """Say which modules come first, if any do."""
    if held:
        abort(make_response(render_template("progress/locked.html", held=held), 403))


@blueprint.get("/packages/<int:package_id>")
@for_guests
def show(package_id: int) -> ResponseReturnValue:
    package = find_package(package_id)
    stage = path_queries.module_of(me(), cast(Module, package.module), now=now())
    if not can.teach(me()):
        turn_back(stage.waits_for)
    claims = queries.claims_of(me(), package)
    step = next((step for step in stage.steps if step.id == package.id), None)
    return render_template(
        "packages/show.html",
        package=package,
        stage=stage,
        step=step,
        contents=_contents(package, claims),
        going_on=_going_on(package, claims),
        is_begun=bool(claims),
        is_reachable=addresses.can_be_reached(current_app.config["PACKAGES_URL"], _own_origin()),
        edition=words.edition(package.edition),
        learner_words=progress_words.learner_marks(),
        talk=talk.beneath(me(), package),
        count_begun=queries.count_begun(package, watched_people(me())) if can.see_progress(me()) else 0,
    )


def _contents(package: Package, claims: dict[str, Claim]) -> list[dict[str, Any]]:
    """The lines of the contents: a listed part, its number, and what the package says of it."""
    return [
        {
            "number": number,
            "part": part,
            "title": part.title or package.title,
            "mark": words.mark(claims.get(part.identifier)),
            "said": words.said_of(claims.get(part.identifier)) if part.opens else "",
        }
        for number, part in enumerate(package.parts, 1)
        if part.is_listed
    ]


def _going_on(package: Package, claims: dict[str, Claim]) -> int | None:
    """The number of the part to open now: the first that is not done, else the first."""
    places = [(number, part) for number, part in package.playable if part.is_listed] or package.playable
    left = [number for number, part in places if not _is_done(claims.get(part.identifier))]
    return next(iter([*left, *(number for number, _part in places)]), None)


def _is_done(claim: Claim | None) -> bool:
    return claim is not None and claim.status.is_done


# --- playing ----------------------------------------------------------------------------------------------------------
@blueprint.post("/packages/<int:package_id>/opening")
@for_guests
def open_package(package_id: int) -> ResponseReturnValue:
    """On to the player, which counts as opened. ``part`` is the number of the part to begin with."""
    package = find_open_package(package_id)
    number = request.form.get("part", type=int) or _going_on(package, queries.claims_of(me(), package))
    progress.note(me(), package, How.OPENED, now=now())
    db.session.commit()
    return redirect(url_for("packages.part", package_id=package.id, part_number=number), 303)


@blueprint.get("/packages/<int:package_id>/parts/<int:part_number>")
@for_guests
def part(package_id: int, part_number: int) -> ResponseReturnValue:
    package = find_open_package(package_id)
    return play(package, part_number, queries.claims_of(me(), package), is_kept=True)


def play(package: Package, number: int, claims: dict[str, Claim], *, is_kept: bool) -> ResponseReturnValue:
    """The page with the frame in it; ``is_kept``: what the package says is saved (a preview saves nothing)."""
    found = dict(package.playable).get(number)
    if found is None:
        abort(404)
    packages_url, parent = current_app.config["PACKAGES_URL"], _own_origin()
    is_reachable = addresses.can_be_reached(packages_url, parent)
    if is_reachable:
        allow_frame_of([addresses.origin(packages_url)])
    wanted = addresses.Pass(package.storage_name, package.sha256, parent)
    no_store()  # the address of what is in the package is good for some hours, for whoever has it
    token = addresses.issue(current_app.config["SECRET_KEY"], wanted, me().id, now().timestamp())
    return render_template(
        "packages/part.html",
        package=package,
        module=cast(Module, package.module),
        number=number,
        part=found,
        contents=_contents(package, claims),
        is_reachable=is_reachable,
        is_kept=is_kept,
        sandbox=SANDBOX,
        player=addresses.player(packages_url, token),
        packages_origin=addresses.origin(packages_url) if packages_url else "",
        start=_start(package, found, claims.get(found.identifier), token),
        said=words.said_of(claims.get(found.identifier)),
    )


def _start(package: Package, part: Part, claim: Claim | None, token: str) -> dict[str, Any]:
    """What the player is told: which part, what the package said last, and who learns."""
    assert package.edition is not None
    person = me()
    return {
        "edition": package.edition.value,
        "content": addresses.content(token, part.href),
        "part": part.identifier,
        "archive": package.sha256,
        "counter": claim.counter if claim else 0,
        "said": claim.said if claim else {},
        "resumed": runtime.is_resumed(package.edition, claim.said) if claim else False,
        "learner": {"id": f"learner-{person.id}", "name": f"{person.family_name}, {person.given_name}"},
        "reports": part.reports,
        "launch_data": part.launch_data,
        "passing": part.passing,
        "threshold": part.threshold,
    }


def _own_origin() -> str:
    return addresses.origin(request.host_url)


# --- what it says -----------------------------------------------------------------------------------------------------
_LARGEST_REQUEST = 4 * runtime.LARGEST


def _said() -> object:
    """What was posted as JSON; None where it is none, or nested beyond all reading."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


@blueprint.post("/packages/<int:package_id>/claim")
@for_guests
def claim(package_id: int) -> ResponseReturnValue:
    """Keep what the player says a part has said: JSON with ``part``, ``archive``, ``counter`` and ``values``.

    200 with the counter that stands now; 409 when something newer is kept, or the package has another archive by now;
    413 and 422 when it is more than is kept, or no saying at all.
    """
    package = find_open_package(package_id)
    if (request.content_length or 0) > _LARGEST_REQUEST:
        return {"error": "too much"}, 413
    said = _said()
    counter = said.get("counter") if isinstance(said, dict) else None
    if not isinstance(said, dict) or type(counter) is not int or not 0 < counter < 2**31:
        return {"error": "not understood"}, 422
    part = next((part for _number, part in package.playable if part.identifier == said.get("part")), None)
    if part is None or said.get("archive") != package.sha256 or package.edition is None:
        return {"error": "replaced"}, 409
    try:
        values = runtime.accepted(package.edition, said.get("values"))
    except runtime.NotKept:
        return {"error": "too much"}, 422
    saving = actions.save(me(), package, part, counter, values, now=now())
    if saving.is_taken:
        db.session.flush()
        progress.note_claims(me(), package, now=now())
    db.session.commit()
    answer = {"counter": saving.claim.counter, "mark": words.mark(saving.claim), "said": words.said_of(saving.claim)}
    return answer, 200 if saving.is_taken else 409
