"""The files themselves, for those who teach: what there is, where it is used, another in its place, away with it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.display import file_size, moment, titled
from lms.extensions import db
from lms.materials import actions, storage, use_queries
from lms.materials.models import StoredFile
from lms.materials.upload_forms import ReplacementForm, no_room
from lms.materials.views import blueprint, files_folder
from lms.quizzes.queries import questions_showing
from lms.texts import one_line


class Use(NamedTuple):
    title: str
    href: str


@blueprint.get("/files/")
@allow(can.teach)
def files() -> ResponseReturnValue:
    """``?q=`` looks in the names, ``?unused=1`` leaves what nothing shows."""
    words, unused = one_line(request.args.get("q", ""))[:100], request.args.get("unused") == "1"
    found = use_queries.newest(words=words, unused=unused)
    return render_template(
        "materials/files.html",
        files=found,
        uses=_uses([file.id for file in found]),
        words=words,
        unused=unused,
        most=use_queries.MOST_SHOWN,
        taken=use_queries.taken(),
        quota=current_app.config["STORAGE_QUOTA"] * 1024 * 1024,
    )


@blueprint.route("/files/<int:file_id>/replacement", methods=["GET", "POST"])
@allow(can.teach)
def replace_file(file_id: int) -> ResponseReturnValue:
    """Another file at the same address: whoever has the link, or the page, sees the new one."""
    file = db.get_or_404(StoredFile, file_id)
    form = ReplacementForm(file)
    meanwhile = None
    if form.validate_on_submit():
        new = _laid_down(form)
        if new is not None and require_version(file.version, form.version.data):
            new.uploaded_by_id = me().id
            actions.put_in_place(file, new)
            db.session.commit()
            flash(_("“%(name)s” has taken its place, the address is the same.", name=file.original_name), "done")
            return redirect(url_for("materials.files"), 303)
        if new is not None:
            form.version.data = str(file.version)
            size, when = file_size(file.size), moment(file.uploaded_at)
            meanwhile = [(_("File"), f"{file.original_name}, {size}, {when}")]
    status = 409 if meanwhile is not None else 422 if form.is_submitted() else 200
    uses = _uses([file.id])[file.id]
    return render_template("materials/replace_file.html", file=file, form=form, uses=uses, meanwhile=meanwhile), status


@blueprint.post("/files/<int:file_id>/removal")
@allow(can.teach)
def remove_file(file_id: int) -> ResponseReturnValue:
    """Only what nothing shows or names; its content goes after the commit."""
    file = db.get_or_404(StoredFile, file_id)
    if use_queries.is_used(file):
        flash(_("“%(name)s” is used and stays. Take it out of there first.", name=file.original_name), "late")
        return redirect(url_for("materials.files"), 303)
    names = [file.storage_name, *(size.storage_name for size in file.sizes)]
    db.session.delete(file)
    db.session.commit()
    for name in names:
        storage.remove(files_folder(), name)
    flash(_("The file is gone."), "done")
    return redirect(url_for("materials.files", unused=1), 303)


def _laid_down(form: ReplacementForm) -> StoredFile | None:
    """The new file in its place, without anybody waiting for it; or none where there is no room, as the form says."""
    if form.upload.came_ahead is not None:
        return form.upload.came_ahead
    db.session.rollback()
    given, largest = form.upload.data, current_app.config["UPLOAD_LIMIT"]
    try:
        return actions.laid_down(given, files_folder(), largest=largest, now=now())
    except storage.NoRoom:
        form.upload.errors = [no_room()]
        return None


def _uses(ids: list[int]) -> dict[int, list[Use]]:
    """By file: the materials that are it or show it, and the quizzes whose questions do."""
    uses: dict[int, list[Use]] = defaultdict(list)
    for row in use_queries.materials_using(ids):
        uses[row.file_id].append(Use(titled(row), url_for("materials.edit", material_id=row.id)))
    for row in questions_showing(ids):
        href = url_for("questions.edit", quiz_id=row.quiz_id, question_id=row.id) if row.quiz_id else ""
        uses[row.file_id].append(Use(_("question “%(title)s”", title=_short(row.title)), href))
    return uses


def _short(title: Any) -> str:
    return str(title or "")[:60]
