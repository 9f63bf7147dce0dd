"""The trainer's side of a survey: the list, its settings, its questions, its life. Replying stands in reply_views."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lms import permissions as can
from lms.access import allow, face, me, require, require_version
from lms.clock import now
from lms.cycles.models import Cycle
from lms.cycles.queries import current_cycle, visible_cycles
from lms.display import titled, weekday_day
from lms.extensions import db
from lms.materials.markdown import to_text
from lms.sessions.models import LiveSession
from lms.surveys import actions, queries
from lms.surveys.forms import KIND_NAMES, SurveyForm, SurveyQuestionForm
from lms.surveys.kinds import SurveyKind
from lms.surveys.models import Survey, SurveyQuestion
from lms.typography import typo

blueprint = Blueprint("surveys", __name__)

STEPS = {"up": -1, "down": +1}


def find_survey(survey_id: int) -> Survey:
    """A survey with its questions, for those who may edit it; held while it is written to."""
    found = select(Survey).where(Survey.id == survey_id).options(selectinload(Survey.questions))
    survey: Survey = db.first_or_404(found.with_for_update(of=Survey) if request.method == "POST" else found)
    require(can.edit_survey(me(), survey))
    return survey


# --- the list ---------------------------------------------------------------------------------------------------------
@blueprint.get("/surveys/")
@allow(can.learn)
def index() -> ResponseReturnValue:
    """For those who teach, all surveys with how many replied; for a learner, those to reply to."""
    if not can.teach(me()) or face(me()) == "learner":
        return render_template("surveys/mine.html", surveys=queries.open_to(me(), now()))
    return render_template("surveys/index.html", surveys=queries.listed(), cycle=current_cycle(me()))


# --- settings ---------------------------------------------------------------------------------------------------------
@blueprint.route("/surveys/new", methods=["GET", "POST"])
@allow(can.teach)
def new() -> ResponseReturnValue:
    """A draft in the cycle ``?cycle=`` or the current one; ``?about=session:7`` chooses what it is about."""
    slug = request.args.get("cycle", "")
    cycles = visible_cycles(me())
    cycle = db.session.scalar(cycles.where(Cycle.slug == slug)) if slug else current_cycle(me())
    if cycle is None:
        abort(404)
    form = SurveyForm(_abouts(cycle.id))
    if request.method == "GET":
        form.about.data = request.args.get("about", form.about.data)
    if form.validate_on_submit():
        survey = Survey(cycle_id=cycle.id, created_at=now())
        form.fill(survey)
        db.session.add(survey)
        db.session.commit()
        flash(_("The survey is made, as a draft. Now write its questions."), "done")
        return redirect(url_for("surveys.new_question", survey_id=survey.id), 303)
    return render_template("surveys/new.html", form=form, cycle=cycle), 422 if form.is_submitted() else 200


@blueprint.route("/surveys/<int:survey_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit(survey_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    form = SurveyForm(_abouts(survey.cycle_id), survey, is_answered=bool(queries.count_replies(survey)))
    meanwhile = None
    if form.validate_on_submit():
        if require_version(survey.version, form.version.data):
            form.fill(survey)
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("surveys.edit", survey_id=survey.id), 303)
        meanwhile = form.meanwhile(SurveyForm.stored(survey))
    page = render_template(
        "surveys/edit.html", form=form, meanwhile=meanwhile, is_over=survey.is_over(now()), **_builder(survey)
    )
    return page, 409 if meanwhile is not None else 422 if form.is_submitted() else 200


def _abouts(cycle_id: int) -> list[tuple[str, str]]:
    """What a survey of the cycle may be about: the whole, a module, a live session."""
    sessions = db.session.execute(
        select(LiveSession.id, LiveSession.title, LiveSession.title_en, LiveSession.starts_at)
        .where(LiveSession.cycle_id == cycle_id)
        .order_by(LiveSession.starts_at)
    )
    return [
        ("cycle", _("The whole cycle")),
        *(
            (f"module:{row.id}", _("Module %(number)s: %(title)s", number=row.position, title=titled(row)))
            for row in queries.modules_of(cycle_id)
        ),
        *(
            (f"session:{row.id}", _("Session of %(day)s: %(title)s", day=weekday_day(row.starts_at), title=titled(row)))
            for row in sessions
        ),
    ]


def _builder(survey: Survey) -> dict[str, Any]:
    """What stands around every page of the builder."""
    return {
        "survey": survey,
        "listed": [(one.id, short(one), str(KIND_NAMES[one.kind])) for one in survey.questions],
        "replies": queries.count_replies(survey),
    }


def short(question: SurveyQuestion, longest: int = 70) -> str:
    text = to_text(question.text_html)
    return typo(text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0].rstrip(' .,;:—–-')}…")


# --- questions --------------------------------------------------------------------------------------------------------
def find_question(survey: Survey, survey_question_id: int) -> SurveyQuestion:
    return next((one for one in survey.questions if one.id == survey_question_id), None) or abort(404)


@blueprint.route("/surveys/<int:survey_id>/questions/new", methods=["GET", "POST"])
@allow(can.teach)
def new_question(survey_id: int) -> ResponseReturnValue:
    """First the kind is chosen (``?kind=``), then the question is written."""
    survey = find_survey(survey_id)
    kind = request.args.get("kind", "")
    if request.method == "GET" and kind not in set(SurveyKind):
        return render_template("survey_questions/choose.html", kinds=_kinds(), **_builder(survey))
    form = SurveyQuestionForm(kind=SurveyKind(kind) if kind in set(SurveyKind) else SurveyKind.SCALE)
    retyped = "retype" in request.form
    if not retyped and form.validate_on_submit():
        question = SurveyQuestion()
        form.fill(question)
        actions.append(question, survey)
        db.session.add(question)
        db.session.commit()
        flash(_("The question is added."), "done")
        return redirect(url_for("surveys.new_question", survey_id=survey.id), 303)
    page = render_template("survey_questions/new.html", form=form, **_builder(survey))
    return page, 422 if form.errors else 200


def _kinds() -> list[tuple[str, str, str]]:
    """(kind, name, what it is good for)."""
    what_for = {
        SurveyKind.SCALE: _("How much, how well: with your words at both ends."),
        SurveyKind.SINGLE: _("One of your choices."),
        SurveyKind.SEVERAL: _("As many of your choices as fit."),
        SurveyKind.TEXT: _("Whatever people want to say."),
    }
    return [(kind.value, str(KIND_NAMES[kind]), words) for kind, words in what_for.items()]


@blueprint.route("/surveys/<int:survey_id>/questions/<int:survey_question_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit_question(survey_id: int, survey_question_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    question = find_question(survey, survey_question_id)
    around = _builder(survey)
    form = SurveyQuestionForm(question, kind=question.kind, is_answered=bool(around["replies"]))
    meanwhile = None
    if "retype" not in request.form and form.validate_on_submit():
        if require_version(question.version, form.version.data):
            form.fill(question)
            db.session.commit()
            flash(_("Saved."), "done")
            return redirect(url_for("surveys.edit_question", survey_id=survey.id, survey_question_id=question.id), 303)
        stored = SurveyQuestionForm.stored(question)
        if form.kind.data != stored["kind"]:
            stored["kind"] = str(KIND_NAMES[question.kind])
        meanwhile = form.meanwhile(stored)
    page = render_template(
        "survey_questions/edit.html",
        form=form,
        meanwhile=meanwhile,
        question=question,
        number=survey.questions.index(question) + 1,
        **around,
    )
    return page, 409 if meanwhile is not None else 422 if form.errors else 200


@blueprint.post("/surveys/<int:survey_id>/questions/<int:survey_question_id>/position")
@allow(can.teach)
def question_position(survey_id: int, survey_question_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    question = find_question(survey, survey_question_id)
    actions.move(survey, question, STEPS.get(request.form.get("direction", "")) or abort(400))
    db.session.commit()
    return redirect(url_for("surveys.edit_question", survey_id=survey.id, survey_question_id=question.id), 303)


@blueprint.post("/surveys/<int:survey_id>/questions/<int:survey_question_id>/removal")
@allow(can.teach)
def question_removal(survey_id: int, survey_question_id: int) -> ResponseReturnValue:
    """Take a question out; once people have replied, all questions stay."""
    survey = find_survey(survey_id)
    question = find_question(survey, survey_question_id)
    if queries.count_replies(survey):
        flash(_("People have replied to this survey: its questions stay. You may still change their words."), "late")
        return redirect(url_for("surveys.edit_question", survey_id=survey.id, survey_question_id=question.id), 303)
    db.session.delete(question)
    db.session.commit()
    flash(_("The question is deleted."), "done")
    return redirect(url_for("surveys.edit", survey_id=survey.id), 303)


# --- its life ---------------------------------------------------------------------------------------------------------
@blueprint.post("/surveys/<int:survey_id>/publication")
@allow(can.teach)
def publication(survey_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    if not survey.questions:
        flash(_("It was not published. Write at least one question first."), "late")
    else:
        actions.publish(survey)
        db.session.commit()
        flash(_("The survey is published: people see it on their front page."), "done")
    return redirect(url_for("surveys.edit", survey_id=survey.id), 303)


@blueprint.post("/surveys/<int:survey_id>/withdrawal")
@allow(can.teach)
def withdrawal(survey_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    actions.withdraw(survey)
    db.session.commit()
    flash(_("The survey is a draft again: people no longer see it. The replies are kept."), "done")
    return redirect(url_for("surveys.edit", survey_id=survey.id), 303)


@blueprint.post("/surveys/<int:survey_id>/closing")
@allow(can.teach)
def closing(survey_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    actions.close(survey, now=now())
    db.session.commit()
    flash(_("The survey is closed: no more replies are taken."), "done")
    return redirect(url_for("surveys.edit", survey_id=survey.id), 303)


@blueprint.post("/surveys/<int:survey_id>/reopening")
@allow(can.teach)
def reopening(survey_id: int) -> ResponseReturnValue:
    survey = find_survey(survey_id)
    actions.reopen(survey)
    db.session.commit()
    flash(_("The survey is open again."), "done")
    return redirect(url_for("surveys.edit", survey_id=survey.id), 303)


@blueprint.route("/surveys/<int:survey_id>/delete", methods=["GET", "POST"])
@allow(can.teach)
def delete(survey_id: int) -> ResponseReturnValue:
    """Asks first, saying how many replies go with it; one that is published has to be withdrawn before."""
    survey = find_survey(survey_id)
    if survey.is_published:
        flash(_("Make it a draft first, then delete it."), "late")
        return redirect(url_for("surveys.edit", survey_id=survey.id), 303)
    if request.method == "GET":
        return render_template("surveys/delete.html", survey=survey, replies=queries.count_replies(survey))
    db.session.delete(survey)
    db.session.commit()
    flash(_("“%(title)s” is deleted.", title=survey.title), "done")
    return redirect(url_for("surveys.index"), 303)
