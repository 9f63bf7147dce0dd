"""The grant report of any period: as a page, for paper, for Word and Excel; the plan behind it; and signing it off."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from lms import downloads, pdf
from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.cycles.models import Cycle
from lms.cycles.queries import current_cycle, visible_cycles
from lms.extensions import db
from lms.freshness import no_store
from lms.reports import actions, blocks, documents, queries, words
from lms.reports.figures import Indicator, Report, corrections
from lms.reports.forms import PeriodForm, PlanForm
from lms.reports.models import SignedReport

blueprint = Blueprint("reports", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- the report of a period -------------------------------------------------------------------------------------------
@blueprint.get("/reports/grant")
@allow(can.report)
def grant() -> ResponseReturnValue:
    """``?cycle=rc-2026&starts_on=2026-09-01&ends_on=2026-12-01``; without days, the cycle so far."""
    no_store()
    cycle = _cycle()
    form = _period_form(cycle)
    if not form.validate():
        return render_template("reports/period.html", form=form, cycle=cycle, cycles=_cycles()), 422
    report = queries.gather(cycle, _period(form), now=now())
    signed = db.session.scalars(queries.signed_reports().where(SignedReport.cycle_id == cycle.id)).all()
    return _page("reports/grant.html", report, form=form, cycle=cycle, cycles=_cycles(), signed=signed)


@blueprint.get("/reports/grant.<ending>")
@allow(can.report)
def file(ending: str) -> ResponseReturnValue:
    """The same report as pdf, docx or xlsx."""
    cycle = _cycle()
    form = _period_form(cycle)
    if not form.validate():
        return redirect(url_for("reports.grant") + "?" + request.query_string.decode())
    return _file(queries.gather(cycle, _period(form), now=now()), ending)


@blueprint.post("/reports/grant/signatures")
@allow(can.report)
def sign_off() -> ResponseReturnValue:
    cycle = _cycle()
    form = _period_form(cycle, request.form)
    if not form.validate():
        return render_template("reports/period.html", form=form, cycle=cycle, cycles=_cycles()), 422
    report = queries.gather(cycle, _period(form), now=now())
    signed = actions.sign_off(report, cycle, by=me(), now=now())
    db.session.commit()
    flash(_("The report is signed off. Later corrections do not change it; they are listed below it."), "done")
    return redirect(url_for("reports.show", report_id=signed.id), 303)


# --- signed reports ---------------------------------------------------------------------------------------------------
@blueprint.get("/reports/<int:report_id>")
@allow(can.report)
def show(report_id: int) -> ResponseReturnValue:
    """As it was signed, and what would be different if it were made today."""
    no_store()
    signed = db.get_or_404(SignedReport, report_id)
    report = Report.from_json(signed.contents)
    period = queries.Period(report.starts_on, report.ends_on, current_app.config["ZONE"], now())
    today = queries.gather(signed.cycle, period, now=now())
    return _page("reports/show.html", report, signed=signed, corrections=corrections(report, today))


@blueprint.get("/reports/<int:report_id>.<ending>")
@allow(can.report)
def signed_file(report_id: int, ending: str) -> ResponseReturnValue:
    return _file(Report.from_json(db.get_or_404(SignedReport, report_id).contents), ending)


# --- the plan ---------------------------------------------------------------------------------------------------------
@blueprint.route("/reports/grant/plan", methods=["GET", "POST"])
@allow(can.report)
def plan() -> ResponseReturnValue:
    cycle = _cycle()
    kept = queries.plan_of(cycle)
    stored = {"contract": kept.contract, "version": kept.version} | {
        one.value: kept.planned.get(one.value) for one in Indicator
    }
    form = PlanForm(data=stored)
    if not form.validate_on_submit():
        return _plan_page(form, cycle, status=422 if form.is_submitted() else 200)
    if not require_version(kept.version, form.version.data):
        return _plan_page(form, cycle, status=409, meanwhile=form.meanwhile(stored))
    actions.promise(kept, contract=form.contract.data or "", planned=form.planned)
    try:
        db.session.commit()
    except IntegrityError:  # somebody wrote the first plan this very moment
        db.session.rollback()
        abort(409)
    flash(_("Saved."), "done")
    return redirect(url_for("reports.grant", cycle=cycle.slug), 303)


def _plan_page(
    form: PlanForm, cycle: Cycle, *, status: int, meanwhile: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    return render_template(
        "reports/plan.html", form=form, cycle=cycle, meanwhile=meanwhile, indicators=list(Indicator)
    ), status


# --- parts ------------------------------------------------------------------------------------------------------------
def _today() -> date:
    return now().astimezone(ZoneInfo(current_app.config["ZONE"])).date()


def _cycles() -> list[Cycle]:
    return list(db.session.scalars(visible_cycles(me())))


def _cycle() -> Cycle:
    slug = request.values.get("cycle")
    if slug:
        return db.one_or_404(visible_cycles(me()).where(Cycle.slug == slug))
    return current_cycle(me()) or abort(404)


def _period_form(cycle: Cycle, typed: Any = None) -> PeriodForm:
    """What was asked for; a day that was not named is the cycle's first, or today."""
    typed = MultiDict(typed if typed is not None else request.args)
    usual = {"starts_on": cycle.starts_on or _today().replace(month=1, day=1), "ends_on": _today()}
    for name, day in usual.items():
        if not typed.get(name):
            typed[name] = day.isoformat()
    return PeriodForm(formdata=typed)


def _period(form: PeriodForm) -> queries.Period:
    assert form.starts_on.data is not None and form.ends_on.data is not None
    return queries.Period(form.starts_on.data, form.ends_on.data, current_app.config["ZONE"], now())


def _page(template: str, report: Report, **values: Any) -> ResponseReturnValue:
    today = _today()
    states = {indicator: words.state(report, indicator, today) for indicator in Indicator}
    return render_template(
        template,
        report=report,
        subtitle=blocks.subtitle(report),
        blocks=blocks.blocks(report, today),
        indicators=list(Indicator),
        states=states,
        words=words,
        **values,
    )


def _file(report: Report, ending: str) -> ResponseReturnValue:
    name = f"grant-{report.starts_on}-{report.ends_on}.{ending}"
    match ending:
        case "pdf":
            return downloads.download(documents.as_pdf(report, _today()), name, pdf.CONTENT_TYPE)
        case "docx":
            return downloads.download(documents.as_docx(report, _today()), name, documents.DOCX)
        case "xlsx":
            return downloads.download(documents.as_xlsx(report, _today()), name, XLSX)
    abort(404)
