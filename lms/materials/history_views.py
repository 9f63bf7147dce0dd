"""The versions of a page: who saved which when, what changed from one to the next, and going back to one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.extensions import db
from lms.materials import actions, differences
from lms.materials.history_actions import keep_version
from lms.materials.history_models import PageVersion
from lms.materials.history_queries import find_version, headed_versions
from lms.materials.models import Material, MaterialKind
from lms.materials.views import blueprint, find_material


@blueprint.get("/materials/<int:material_id>/versions")
@allow(can.edit_curriculum)
def versions(material_id: int) -> ResponseReturnValue:
    material = _find_page(material_id)
    return render_template("materials/versions.html", material=material, versions=headed_versions(material))


@blueprint.get("/materials/<int:material_id>/versions/<int:version_number>")
@allow(can.edit_curriculum)
def version(material_id: int, version_number: int) -> ResponseReturnValue:
    """What changed from that version to the next one, or to ``?to=3``; ``?view=beside`` sets them side by side."""
    material = _find_page(material_id)
    return _page(material, find_version(material, version_number) or abort(404)), 200


def _page(material: Material, old: PageVersion, *, is_stale: bool = False) -> str:
    to = request.args.get("to", type=int)
    other = find_version(material, to) if to else None
    return render_template(
        "materials/version.html",
        material=material,
        old=old,
        new=other or material,
        other=other,
        is_stale=is_stale,
        beside=request.args.get("view") == "beside",
        passages=differences.passages(old.body, (other or material).body),
    )


@blueprint.post("/materials/<int:material_id>/versions/<int:version_number>/restoration")
@allow(can.edit_curriculum)
def restoration(material_id: int, version_number: int) -> ResponseReturnValue:
    """The page becomes what it was then, as its newest version; what it was until now stays among the versions."""
    material = _find_page(material_id)
    old = find_version(material, version_number) or abort(404)
    if not require_version(material.version, request.form.get("version")):
        return _page(material, old, is_stale=True), 409
    material.title, material.updated_at = old.title, now()
    actions.write_page(material, old.body)
    keep_version(material, me(), now=now())
    db.session.commit()
    flash(_("The page is again what it was in version %(number)s.", number=old.number), "done")
    return redirect(url_for("materials.edit", material_id=material.id), 303)


def _find_page(material_id: int) -> Material:
    material = find_material(material_id)
    return material if material.kind is MaterialKind.PAGE else abort(404)
