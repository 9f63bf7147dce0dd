"""The register of a cycle: who is ready, who has one, whose was revoked; giving, revoking, renewing; the XLSX."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms import downloads
from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.certificates import actions, queries
from lms.certificates.drawing import full_number
from lms.certificates.export import lines
from lms.certificates.forms import RevocationForm
from lms.certificates.models import Certificate
from lms.certificates.views import issuer
from lms.clock import now
from lms.cycles.models import Cycle
from lms.display import titled
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.matrix_queries import watched_cycles
from lms.spreadsheet import plain

blueprint = Blueprint("certificate_register", __name__)
PAGE = 100
STATES = ("ready", "valid", "revoked")


@blueprint.get("/cycles/<slug>/certificates")
@allow(can.see_certificates)
def index(slug: str) -> ResponseReturnValue:
    no_store()
    cycle = _find_cycle(slug)
    ready = _ready(cycle)
    counts = queries.counts(me(), cycle, ready)
    state = request.args.get("state", "")
    state = state if state in STATES else "ready" if ready else "valid"
    rows = queries.ready_rows(cycle, ready) if state == "ready" else queries.register_rows(me(), cycle, state=state)
    centres = {row.slug: row for row in rows}
    centre = request.args.get("centre")
    if centre and centre in centres:
        rows = [row for row in rows if row.slug == centre]
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return render_template(
        "certificate_register/index.html",
        cycle=cycle,
        counts=counts,
        state=state,
        centre=centre if centre in centres else None,
        centres=list(centres.values()),
        rows=rows[(page - 1) * PAGE : page * PAGE],
        page=page,
        pages=pages,
        full_number=_full_number,
        here="progress.index",
    )


@blueprint.get("/cycles/<slug>/certificates.xlsx")
@allow(can.see_certificates)
def xlsx(slug: str) -> ResponseReturnValue:
    """Every edition, those replaced and revoked too: a register forgets nothing."""
    cycle = _find_cycle(slug)
    rows = queries.register_rows(me(), cycle, every_edition=True)
    return downloads.xlsx(
        "certificates", plain(lines(rows, issuer().prefix)), title=titled(cycle), widths=[18, 36, 20, 8, 14, 14, 14, 30]
    )


@blueprint.post("/cycles/<slug>/certificates")
@allow(can.give_certificates)
def issue(slug: str) -> ResponseReturnValue:
    """To everybody who is ready."""
    given = actions.issue(_find_cycle(slug), by=me(), now=now())
    db.session.commit()
    if given:
        said = ngettext(
            "%(num)s certificate is given, and a letter is on its way.",
            "%(num)s certificates are given, and letters are on their way.",
            len(given),
        )
        flash(said, "done")
    else:
        flash(_("Nobody is waiting for a certificate: nothing was given."), "wait")
    return redirect(url_for("certificate_register.index", slug=slug, state="valid"), 303)


@blueprint.get("/cycles/<slug>/certificates/<int:certificate_id>")
@allow(can.see_certificates)
def show(slug: str, certificate_id: int) -> ResponseReturnValue:
    return _show(_find(slug, certificate_id), RevocationForm())


@blueprint.post("/cycles/<slug>/certificates/<int:certificate_id>/revocation")
@allow(can.see_certificates)
def revocation(slug: str, certificate_id: int) -> ResponseReturnValue:
    certificate = _find(slug, certificate_id)
    require(can.give_certificates(me()))
    form = RevocationForm()
    if not form.validate_on_submit():
        return _show(certificate, form), 422
    if certificate.revoked_at is None and not require_version(certificate.version, form.version.data):
        return _show(certificate, form, changed=True), 409
    actions.revoke(certificate, by=me(), reason=form.reason.data, now=now())
    db.session.commit()
    flash(_("The certificate is revoked: its check page says so from now on."), "done")
    return redirect(url_for("certificate_register.show", slug=slug, certificate_id=certificate.id), 303)


@blueprint.post("/cycles/<slug>/certificates/<int:certificate_id>/edition")
@allow(can.see_certificates)
def edition(slug: str, certificate_id: int) -> ResponseReturnValue:
    """A new one with the name as it is now."""
    certificate = _find(slug, certificate_id)
    require(can.give_certificates(me()))
    new = actions.reissue(certificate, by=me(), now=now())
    db.session.commit()
    flash(_("The new edition is given to %(name)s, and a letter is on its way.", name=new.name), "done")
    return redirect(url_for("certificate_register.show", slug=slug, certificate_id=new.id), 303)


def _show(certificate: Certificate, form: RevocationForm, *, changed: bool = False) -> str:
    no_store()
    form.version.data = str(certificate.version)
    return render_template(
        "certificate_register/show.html",
        certificate=certificate,
        editions=queries.editions(certificate),
        form=form,
        changed=changed,
        full_number=_full_number,
        here="progress.index",
    )


def _find_cycle(slug: str) -> Cycle:
    return cast(Cycle, db.one_or_404(watched_cycles(me()).where(Cycle.slug == slug)))


def _find(slug: str, certificate_id: int) -> Certificate:
    found = queries.visible_certificates(me(), _find_cycle(slug)).where(Certificate.id == certificate_id)
    return cast(Certificate, db.one_or_404(found))


def _ready(cycle: Cycle) -> list[int]:
    return sorted(set(queries.completed(me(), cycle)) - queries.holders(cycle))


def _full_number(thing: Any) -> str:
    return full_number(thing, issuer().prefix)
