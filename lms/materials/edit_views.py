"""Making and changing materials, with a preview of the page while it is written."""

from __future__ import annotations

from typing import cast

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.cycles.actions import place
from lms.cycles.models import Module
from lms.extensions import db
from lms.materials import actions, differences, markdown, queries
from lms.materials.filling_views import lay_down, write
from lms.materials.forms import (
    FORMS,
    MaterialForm,
    PageForm,
    RecordingForm,
    too_long,
)
from lms.materials.history_actions import drop_draft, keep_version
from lms.materials.history_models import PageDraft
from lms.materials.history_queries import count_versions, draft_of
from lms.materials.models import Material, MaterialKind
from lms.materials.views import blueprint, find_material
from lms.sessions.models import LiveSession
from lms.texts import paragraphs


@blueprint.route("/materials/new", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def new() -> ResponseReturnValue:
    """``module_id`` says where it goes, ``kind`` what it is."""
    module = db.one_or_404(select(Module).where(Module.id == request.args.get("module_id", 0, type=int)))
    kind = _kind(request.args.get("kind", MaterialKind.PAGE.value))
    material = actions.new_material(module, kind, now=now())
    form = _form(material, module)
    if form.validate_on_submit() and lay_down(form):
        place(material, module)
        db.session.add(material)
        if write(form, material):
            _keep_version(material, module.id, None)
            db.session.commit()
            return _after(form, material)
        db.session.rollback()
        module = db.session.merge(module)
    status = 422 if form.is_submitted() else 200
    draft = _offered_draft(form, module.id, None)
    page = render_template(
        "materials/new.html",
        form=form,
        module=module,
        kind=kind,
        kinds=list(MaterialKind),
        draft=draft,
        topics=queries.topics(),
    )
    return page, status


@blueprint.route("/materials/<int:material_id>/edit", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def edit(material_id: int) -> ResponseReturnValue:
    material = find_material(material_id)
    form = _form(material, cast(Module, material.module))
    meanwhile = None
    if form.validate_on_submit() and lay_down(form):
        if require_version(material.version, form.version.data):
            if write(form, material):
                material.updated_at = now()
                _keep_version(material, cast(int, material.module_id), material.id)
                db.session.commit()
                return _after(form, material)
            db.session.rollback()
            material = find_material(material_id)
        else:
            meanwhile = form.meanwhile(vars(material) | {"is_published": material.is_published})
    status = 409 if meanwhile is not None else 422 if form.is_submitted() else 200
    page = render_template(
        "materials/edit.html",
        form=form,
        material=material,
        meanwhile=meanwhile,
        changes=_changes(form, material) if meanwhile is not None else None,
        draft=_offered_draft(form, cast(int, material.module_id), material),
        versions=count_versions(material),
        topics=queries.topics(),
    )
    return page, status


# --- versions and drafts ----------------------------------------------------------------------------------------------
def _keep_version(material: Material, module_id: int, material_id: int | None) -> None:
    """A page that is saved is a version, and nobody's draft any more."""
    if material.kind is MaterialKind.PAGE:
        db.session.flush()
        keep_version(material, me(), now=now())
        drop_draft(me(), module_id, material_id)


def _changes(form: MaterialForm, material: Material) -> list[differences.Passage] | None:
    """From what somebody stored meanwhile to what was typed."""
    return differences.passages(material.body, form.body.data or "") if isinstance(form, PageForm) else None


def _offered_draft(form: MaterialForm, module_id: int, material: Material | None) -> PageDraft | None:
    """The draft that differs from what the form shows; ``?draft=1`` puts it into the form, on its own version."""
    if not isinstance(form, PageForm) or form.is_submitted():
        return None
    draft = draft_of(me(), module_id, material.id if material else None)
    if draft is None or (draft.title, draft.body) == (form.title.data or "", form.body.data or ""):
        return None
    if request.args.get("draft") != "1":
        return draft
    form.title.data, form.body.data = draft.title, draft.body
    form.version.data = draft.based_on or form.version.data
    return None


@blueprint.post("/materials/preview")
@allow(can.edit_curriculum)
def preview() -> ResponseReturnValue:
    """What the text will look like: a piece of HTML for the script, a page of its own without one."""
    text = paragraphs(request.form.get("body", ""))
    try:
        html, problem = queries.shown(markdown.to_html(text)), ""
    except markdown.TooLong:
        html, problem = "", too_long(text)
    alone = request.headers.get("X-Requested-With") == "fetch"
    template = "materials/_preview.html" if alone else "materials/preview.html"
    title = request.form.get("title", "")
    return render_template(template, html=html, problem=problem, title=title), 422 if problem else 200


# --- from the form to the material ------------------------------------------------------------------------------------
def _kind(word: str) -> MaterialKind:
    try:
        return MaterialKind(word)
    except ValueError:
        abort(404)


def _form(material: Material, module: Module) -> MaterialForm:
    form = FORMS[material.kind](material)
    if isinstance(form, RecordingForm):
        form.recording_of_id.choices = _sessions_of(module)
    return form


def _sessions_of(module: Module) -> dict[str, str]:
    """The live sessions of the module's cycle, the newest first, for a recording to be of."""
    rows = db.session.execute(
        select(LiveSession.id, LiveSession.title)
        .where(LiveSession.cycle_id == module.cycle_id, LiveSession.cancelled_at.is_(None))
        .order_by((LiveSession.module_id == module.id).desc(), LiveSession.starts_at.desc())
    )
    return {"": _("of no session")} | {str(row.id): row.title for row in rows}


def _after(form: MaterialForm, material: Material) -> ResponseReturnValue:
    """Back to the module; to the text again when files were added to it, so that their lines can be moved."""
    if isinstance(form, PageForm) and (form.uploads.data or form.document.data):
        flash(_("Saved. The files stand at the end of the text, move their lines where you want them."), "done")
        return redirect(url_for("materials.edit", material_id=material.id), 303)
    said = _("“%(title)s” is saved and published.") if material.is_published else _("“%(title)s” is saved as a draft.")
    flash(said % {"title": material.title}, "done")
    anchor = f"activity-{material.id}"
    return redirect(url_for("cycles.edit_module", module_id=material.module_id, _anchor=anchor), 303)
