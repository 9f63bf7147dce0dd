"""A module and its pages as a learner of a chosen centre will see them. Nothing is stored: these pages only read."""

from __future__ import annotations

from typing import cast

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.models import Module
from lms.cycles.module_views import find_module
from lms.cycles.views import blueprint
from lms.extensions import db
from lms.materials import links, markdown
from lms.materials.models import Material
from lms.progress import path_queries, words


@blueprint.get("/modules/<int:module_id>/preview")
@allow(can.edit_curriculum)
def preview_module(module_id: int) -> ResponseReturnValue:
    """``?centre=salsk`` is whose learner looks; ``?drafts=1`` shows what is not published yet as if it were."""
    module = find_module(module_id)
    centre, centres = _centre()
    drafts_too = request.args.get("drafts") == "1"
    return render_template(
        "cycles/preview_module.html",
        module=module,
        stage=path_queries.module_as_seen_from(centre, module, drafts_too=drafts_too, now=now()),
        centre=centre,
        centres=centres,
        drafts_too=drafts_too,
        **words.for_learner(),
    )


@blueprint.get("/materials/<int:material_id>/preview")
@allow(can.edit_curriculum)
def preview_material(material_id: int) -> ResponseReturnValue:
    material = db.get_or_404(Material, material_id)
    centre, centres = _centre()
    return render_template(
        "cycles/preview_material.html",
        material=material,
        module=cast(Module, material.module),
        centre=centre,
        centres=centres,
        drafts_too=request.args.get("drafts") == "1",
        contents=markdown.contents(material.body_html),
        host=links.host(material.url) if material.url else "",
    )


def _centre() -> tuple[Centre, list[Centre]]:
    """The centre whose learner looks (the first one where none is named), and all one may choose from."""
    centres = list(db.session.scalars(select(Centre).where(Centre.archived_at.is_(None)).order_by(Centre.name)))
    if not (slug := request.args.get("centre")):
        return (centres[0] if centres else abort(404)), centres
    return next((centre for centre in centres if centre.slug == slug), None) or abort(404), centres
