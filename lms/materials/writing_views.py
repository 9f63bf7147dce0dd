"""What the editor of a page asks for while one writes: a picture taken in, a paste made Markdown, a draft kept."""

from __future__ import annotations

import re
from typing import Any, cast

from flask import current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.cycles.models import Module
from lms.dates import say_time
from lms.display import zone
from lms.extensions import db
from lms.materials import actions, history_actions, markdown, pasted_html
from lms.materials.forms import too_long
from lms.materials.models import Material
from lms.materials.upload_forms import quota_problem, upload_problem
from lms.materials.views import blueprint, files_folder, find_material
from lms.texts import one_line, paragraphs


@blueprint.post("/materials/uploads")
@allow(can.edit_curriculum)
def upload() -> ResponseReturnValue:
    """Take in one ``file`` and answer with the line of Markdown that shows it."""
    given, largest = request.files.get("file"), current_app.config["UPLOAD_LIMIT"]
    if given is None:
        return {"message": _("Choose a file.")}, 422
    problem = quota_problem(given.stream.seek(0, 2))
    db.session.rollback()  # looking at a picture and drawing it takes its time, and nobody shall wait for it
    if problem := problem or upload_problem(given, largest):
        return {"message": problem}, 422
    kept = actions.laid_down(given, files_folder(), largest=largest, now=now())
    kept.uploaded_by_id = me().id
    db.session.add(kept)
    db.session.commit()
    return {"markdown": actions.mention(kept)}, 201


@blueprint.post("/materials/pasted")
@allow(can.edit_curriculum)
def pasted() -> ResponseReturnValue:
    """The ``html`` of a clipboard as Markdown."""
    try:
        return {"markdown": paragraphs(pasted_html.to_markdown(request.form.get("html", "")))}
    except pasted_html.TooLong:
        return {"message": _("That is too much to paste at once. Paste it in parts.")}, 422


# --- drafts -----------------------------------------------------------------------------------------------------------
@blueprint.put("/materials/<int:material_id>/draft")
@allow(can.edit_curriculum)
def keep_draft(material_id: int) -> ResponseReturnValue:
    """``{"title": …, "body": …, "version": …}`` as typed so far; saving the page does away with it."""
    material = find_material(material_id)
    return _keep(cast(int, material.module_id), material)


@blueprint.put("/modules/<int:module_id>/draft")
@allow(can.edit_curriculum)
def keep_new_draft(module_id: int) -> ResponseReturnValue:
    """The same for a page that is not made yet."""
    module = db.one_or_404(select(Module).where(Module.id == module_id))
    return _keep(module.id, None)


def _keep(module_id: int, material: Material | None) -> ResponseReturnValue:
    typed: Any = request.get_json(silent=True)
    if not isinstance(typed, dict):
        return {"message": _("This cannot be read.")}, 400
    title, body = one_line(_text(typed, "title"))[:200], paragraphs(_text(typed, "body"))
    if len(body.encode("utf-8", "replace")) > markdown.LARGEST:
        return {"message": too_long(body)}, 422
    history_actions.keep_draft(
        me(),
        module_id,
        material,
        title=title,
        body=body,
        based_on=_version(typed) if material else None,
        now=now(),
    )
    db.session.commit()
    return jsonify(clock=say_time(now(), zone()))


def _version(typed: dict[str, Any]) -> int | None:
    value = str(typed.get("version"))
    return int(value) if re.fullmatch("[0-9]{1,9}", value) else None


def _text(typed: dict[str, Any], name: str) -> str:
    value = typed.get(name)
    return value if isinstance(value, str) else ""


@blueprint.post("/materials/<int:material_id>/draft/removal")
@allow(can.edit_curriculum)
def drop_draft(material_id: int) -> ResponseReturnValue:
    material = find_material(material_id)
    history_actions.drop_draft(me(), cast(int, material.module_id), material.id)
    db.session.commit()
    return redirect(url_for("materials.edit", material_id=material.id), 303)


@blueprint.post("/modules/<int:module_id>/draft/removal")
@allow(can.edit_curriculum)
def drop_new_draft(module_id: int) -> ResponseReturnValue:
    module = db.one_or_404(select(Module).where(Module.id == module_id))
    history_actions.drop_draft(me(), module.id, None)
    db.session.commit()
    return redirect(url_for("materials.new", module_id=module.id), 303)
