"""A cycle taken out as a file."""

from __future__ import annotations

from collections.abc import Iterator

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms import zips
from lms.access import allow, me, require
from lms.cycles.models import Cycle
from lms.downloads import download
from lms.materials import storage
from lms.materials.places import KeptFile
from lms.slugs import slug as slug_of
from lms.transfer import archive, cartridge_writer, contents, parcel_queries
from lms.transfer.checking import checked
from lms.transfer.parcel import Tree, packages_of
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
    parcel = parcel_queries.of_cycle(cycle, for_elsewhere=True)
    tree, _doubts = checked(parcel.tree, trusted=True)
    return render_template(
        "transfer/export.html",
        cycle=cycle,
        contents=contents.lines(tree),
        size=contents.size_of_files(tree),
        largest=current_app.config["UPLOAD_LIMIT"],
        stays=parcel.stays,
        lost=cartridge_writer.losses(parcel.tree),
    )


@blueprint.get("/cycles/<slug>/export/<name>")
@allow(can.carry_cycles)
def export_file(slug: str, name: str) -> ResponseReturnValue:
    cycle = _find(slug)
    parcel = parcel_queries.of_cycle(cycle, for_elsewhere=True)
    match name:
        case "archive":
            return download(_archive(parcel), f"{_named(cycle)}.zip", "application/zip")
        case "cartridge-1.1" | "cartridge-1.3":
            content = _cartridge(parcel, name.rpartition("-")[2])
            return download(content, f"{_named(cycle)}.imscc", "application/zip")
    abort(404)


def _named(cycle: Cycle) -> str:
    return slug_of(cycle.title) or cycle.slug


def _archive(parcel: Parcel) -> Iterator[bytes]:
    texts, place = [(archive.MANIFEST, archive.manifest(parcel.tree))], storage.here()
    packages = [
        (archive.inside_of_package(package), place / parcel.packages[package["key"]].storage_name)
        for package in packages_of(parcel.tree)
    ]
    return zips.written(texts, [*_kept(parcel, parcel.tree["files"]), *packages])


def _cartridge(parcel: Parcel, version: str) -> Iterator[bytes]:
    texts, shown = cartridge_writer.write(parcel.tree, version)
    return zips.written(texts, _kept(parcel, shown))


def _kept(parcel: Parcel, told: list[Tree]) -> list[tuple[str, KeptFile]]:
    """Files of the tree: their names inside, and where they lie."""
    place = storage.here()
    return [(archive.inside(file), place / parcel.files[file["key"]].storage_name) for file in told]
