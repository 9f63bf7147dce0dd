"""A cycle taken out as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms.access import allow, me, require
from lms.cycles.models import Cycle
from lms.downloads import download
from lms.materials import storage
from lms.slugs import slug as slug_of
from lms.transfer import archive, contents, parcel_queries
from lms.transfer.checking import checked
from lms.transfer.parcel_queries import Parcel
from lms.transfer.views import blueprint, find_cycle


def _find(slug: str) -> Cycle:
    cycle = find_cycle(slug)
    require(can.copy_cycle(me(), cycle))
    return cycle


@blueprint.get("/cycles/<slug>/export")
@allow(can.carry_cycles)
def export(slug: str) -> ResponseReturnValue:
    """What goes out in which format, and what each cannot carry."""
    cycle = _find(slug)
    parcel = parcel_queries.of_cycle(cycle)
    tree, _doubts = checked(parcel.tree, trusted=True)
    return render_template(
        "transfer/export.html",
        cycle=cycle,
        contents=contents.lines(tree),
        size=contents.size_of_files(tree),
        largest=current_app.config["UPLOAD_LIMIT"],
        stays=parcel.stays,
    )


@blueprint.get("/cycles/<slug>/export/<name>")
@allow(can.carry_cycles)
def export_file(slug: str, name: str) -> ResponseReturnValue:
    cycle = _find(slug)
    parcel = parcel_queries.of_cycle(cycle)
    match name:
        case "archive":
            return download(_archive(parcel), f"{_named(cycle)}.zip", "application/zip")
    abort(404)


def _named(cycle: Cycle) -> str:
    return slug_of(cycle.title) or cycle.slug


def _archive(parcel: Parcel) -> Iterator[bytes]:
    place = storage.here()
    kept = [(archive.inside(told), place / parcel.files[told["key"]].storage_name) for told in parcel.tree["files"]]
    return archive.pack([(archive.MANIFEST, archive.manifest(parcel.tree))], kept)
