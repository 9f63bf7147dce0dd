"""Making a package, changing it, putting a newer ZIP in its place, and looking at it without a trace."""

from __future__ import annotations

from typing import cast

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.cycles.actions import place
from lms.cycles.models import Module, Rule, State
from lms.extensions import db
from lms.materials import storage, upload_actions
from lms.materials.filetypes import kept_name
from lms.materials.storage import TooLarge
from lms.packages import actions, archive, queries, words
from lms.packages.forms import NewPackageForm, PackageForm, rule_name
from lms.packages.host import packages_folder
from lms.packages.manifest import NothingToOpen, Unreadable
from lms.packages.models import Package
from lms.packages.views import blueprint, find_open_package, find_package, play


@blueprint.route("/packages/new", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def new() -> ResponseReturnValue:
    """``module_id`` says where it goes."""
    module = db.one_or_404(select(Module).where(Module.id == request.args.get("module_id", 0, type=int)))
    package = actions.new_package(module, now=now())
    form = NewPackageForm(package)
    laid = _lay_down(form) if form.validate_on_submit() else None
    if form.is_submitted() and not form.errors:
        _write(form, package, laid)
        package.rule = Rule(form.rule.data)
        place(package, module)
        db.session.add(package)
        return _saved(form, package)
    return render_template("packages/new.html", form=form, module=module), 422 if form.is_submitted() else 200


@blueprint.route("/packages/<int:package_id>/edit", methods=["GET", "POST"])
@allow(can.edit_curriculum)
def edit(package_id: int) -> ResponseReturnValue:
    package = find_package(package_id)
    form = PackageForm(package)
    meanwhile = None
    laid = _lay_down(form) if form.validate_on_submit() else None
    if form.is_submitted() and not form.errors:
        if require_version(package.version, form.version.data):
            _write(form, package, laid)
            package.updated_at = now()
            return _saved(form, package)
        meanwhile = form.meanwhile(vars(package) | {"is_published": package.is_published})
        if laid is not None:
            actions.take_away(laid)
    page = render_template(
        "packages/edit.html",
        form=form,
        package=package,
        meanwhile=meanwhile,
        edition=words.edition(package.edition),
        parts=len(package.playable),
        rule=rule_name(package.rule),
        count_begun=queries.count_begun(package),
    )
    return page, 409 if meanwhile is not None else 422 if form.is_submitted() else 200


@blueprint.get("/packages/<int:package_id>/preview")
@allow(can.edit_curriculum)
def preview(package_id: int) -> ResponseReturnValue:
    """``?part=2``; as a learner sees it who opens it for the first time. Nothing it says is kept."""
    package = find_open_package(package_id)
    first = package.playable[0][0] if package.playable else 0
    return play(package, request.args.get("part", first, type=int), {}, is_kept=False)


# --- from the form to the package -------------------------------------------------------------------------------------
def _lay_down(form: PackageForm) -> actions.LaidDown | None:
    """The archive, if one was given; where it is not taken the form says why. Nobody waits for it meanwhile."""
    if not form.upload.data:
        return None
    db.session.rollback()
    upload = form.upload.data
    try:
        return actions.lay_down(
            upload.stream, kept_name(upload.filename or "") or "package.zip",
            unpacked=packages_folder(current_app.config), largest=current_app.config["UPLOAD_LIMIT"],
        )  # fmt: skip
    except archive.Refused as problem:
        form.upload.errors = [words.refusal(problem)]
    except NothingToOpen:
        form.upload.errors = [words.nothing_to_open()]
    except Unreadable:
        form.upload.errors = [words.unreadable()]
    except TooLarge:
        abort(413)
    except OSError:
        form.upload.errors = [
            _("There is no room for it now. Nothing was kept; try again later or tell the administrator.")
        ]
    return None


def _write(form: PackageForm, package: Package, laid: actions.LaidDown | None) -> None:
    """What was typed into the package, and the archive."""
    package.title, package.title_en = form.title.data or package.title or "", form.title_en.data
    if laid is not None:
        actions.take_archive(package, laid, me(), now=now())
    if form.is_published.data is not package.is_published:
        package.state, package.publish_at = (State.PUBLISHED if form.is_published.data else State.DRAFT), None


def _saved(form: PackageForm, package: Package) -> ResponseReturnValue:
    pieces = upload_actions.let_go(me(), form.upload.token)
    db.session.commit()
    for name in pieces:
        storage.remove(storage.here(), name)
    said = _("“%(title)s” is saved and published.") if package.is_published else _("“%(title)s” is saved as a draft.")
    flash(said % {"title": package.title}, "done")
    anchor = f"activity-{package.id}"
    return redirect(url_for("cycles.edit_module", module_id=cast(int, package.module_id), _anchor=anchor), 303)
