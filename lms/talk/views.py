"""Questions to the trainer: asked under a material, a package or a session, answered from a list of those that wait."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from lms import permissions as can
from lms.access import allow, me, require_version
from lms.clock import now
from lms.cycles.models import Activity
from lms.extensions import db
from lms.freshness import no_store
from lms.talk import actions, queries
from lms.talk.addresses import page_of
from lms.talk.forms import AnswerForm, AskForm
from lms.talk.models import Enquiry

blueprint = Blueprint("enquiries", __name__)

PAGE = 30


@blueprint.post("/activities/<int:activity_id>/enquiries")
@allow(can.ask)
def ask(activity_id: int) -> ResponseReturnValue:
    activity = db.one_or_404(queries.open_to_ask(me()).where(Activity.id == activity_id))
    form = AskForm()
    if not form.validate_on_submit():
        back = _address_of(activity)
        return render_template("enquiries/ask.html", form=form, activity=activity, back=back), 422
    actions.ask(me(), activity, form.text.data or "", now=now())
    db.session.commit()
    flash(_("Your question is sent. The answer will come by letter and stand here."), "done")
    return redirect(f"{_address_of(activity)}#talk", 303)


@blueprint.get("/enquiries/")
@allow(can.teach)
def index() -> ResponseReturnValue:
    """``?state=answered&page=2``; without it those that wait."""
    no_store()
    is_answered = request.args.get("state") == "answered"
    waiting, answered = (
        db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
        for rows in (queries.waiting(), queries.answered())
    )
    total, rows = (answered, queries.answered()) if is_answered else (waiting, queries.waiting())
    pages = max(1, -(-total // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    state = "answered" if is_answered else None

    def here(page: int | None) -> str:
        return url_for("enquiries.index", state=state, page=page)

    return render_template(
        "enquiries/index.html",
        enquiries=db.session.scalars(rows.limit(PAGE).offset((page - 1) * PAGE)).all(),
        is_answered=is_answered,
        tabs=[
            (_("Waiting"), waiting, url_for("enquiries.index"), not is_answered),
            (_("Answered"), answered, url_for("enquiries.index", state="answered"), is_answered),
        ],
        page=page,
        pages=pages,
        first_href=here(None),
        previous_href=here(page - 1) if page > 1 else None,
        next_href=here(page + 1) if page < pages else None,
    )


@blueprint.route("/enquiries/<int:enquiry_id>", methods=["GET", "POST"])
@allow(can.teach)
def show(enquiry_id: int) -> ResponseReturnValue:
    enquiry = db.get_or_404(Enquiry, enquiry_id)
    seen_by = "all" if enquiry.seen_by_all or not enquiry.is_answered else "one"
    stored = {"answer": enquiry.answer, "seen_by": seen_by, "version": enquiry.version}
    form = AnswerForm(data=stored)
    if not form.validate_on_submit():
        return _page(enquiry, form, status=422 if form.is_submitted() else 200)
    if not require_version(enquiry.version, form.version.data):
        return _page(enquiry, form, status=409, meanwhile=form.meanwhile(stored))
    actions.answer(enquiry, form.answer.data or "", seen_by_all=form.seen_by.data == "all", by=me(), now=now())
    db.session.commit()
    flash(_("The answer is on its way to who asked."), "done")
    return redirect(url_for("enquiries.index"), 303)


def _page(
    enquiry: Enquiry, form: AnswerForm, *, status: int, meanwhile: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    no_store()
    back = _address_of(enquiry.activity)
    return render_template("enquiries/show.html", enquiry=enquiry, form=form, meanwhile=meanwhile, back=back), status


def _address_of(activity: Activity) -> str:
    endpoint, values = page_of(activity)
    return url_for(endpoint, **values)
