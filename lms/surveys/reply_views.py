"""Replying to a survey, and how it looks beforehand."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from lms import permissions as can
from lms.access import allow, for_guests, me, require
from lms.clock import now
from lms.extensions import db
from lms.quizzes.headline import headline
from lms.surveys import actions, queries
from lms.surveys.kinds import SCALE, read
from lms.surveys.models import Survey, SurveyQuestion
from lms.surveys.views import blueprint, find_survey


@blueprint.get("/surveys/<int:survey_id>")
@for_guests
def show(survey_id: int) -> ResponseReturnValue:
    """The questions, with what one replied if that can be changed; or why there is nothing to reply to."""
    survey = _find_visible(survey_id)
    kept = queries.reply_of(me(), survey)
    return _page(survey, kept.given if kept else {}, saved_at=kept.saved_at if kept else None)


@blueprint.post("/surveys/<int:survey_id>")
@for_guests
def reply(survey_id: int) -> ResponseReturnValue:
    survey = _find_visible(survey_id)
    require(queries.is_asked(me(), survey))
    given = _posted(survey)
    if not given:
        flash(_("Answer at least one question."), "late")
        return _page(survey, {}), 422
    try:
        actions.reply(me(), survey, given, now=now())
    except actions.NotOpen:
        flash(_("The survey is closed, replies are no longer taken."), "wait")
        return redirect(url_for("surveys.show", survey_id=survey.id), 303)
    except actions.AlreadyReplied:
        db.session.rollback()
        flash(_("You have replied already. It was anonymous, so it can be neither found nor changed."), "wait")
        return redirect(url_for("surveys.show", survey_id=survey.id), 303)
    db.session.commit()
    flash(_("Thank you, your reply is kept."), "done")
    return redirect(url_for("surveys.show", survey_id=survey.id), 303)


@blueprint.get("/surveys/<int:survey_id>/preview")
@allow(can.teach)
def preview(survey_id: int) -> ResponseReturnValue:
    """The page people reply on; nothing given here is kept."""
    survey = find_survey(survey_id)
    return render_template("surveys/preview.html", survey=survey, questions=_shown(survey, {}), scale=SCALE)


def _find_visible(survey_id: int) -> Survey:
    visible = queries.visible_surveys(me()).where(Survey.id == survey_id)
    survey: Survey = db.first_or_404(
        visible.options(selectinload(Survey.questions), joinedload(Survey.module), joinedload(Survey.live_session))
    )
    return survey


def _page(survey: Survey, given: dict[str, Any], saved_at: Any = None) -> str:
    return render_template(
        "surveys/show.html",
        survey=survey,
        questions=_shown(survey, given),
        scale=SCALE,
        is_open=survey.is_open(now()),
        is_over=survey.is_over(now()),
        is_asked=queries.is_asked(me(), survey),
        taken=queries.has_taken(me(), survey),
        saved_at=saved_at,
    )


def _shown(survey: Survey, given: dict[str, Any]) -> list[dict[str, Any]]:
    return [_shown_question(number, one, given.get(str(one.id))) for number, one in enumerate(survey.questions, 1)]


def _shown_question(number: int, question: SurveyQuestion, given: Any) -> dict[str, Any]:
    words, rest = headline(question.text_html)
    return {
        "number": number,
        "name": f"q{question.id}",
        "kind": question.kind,
        "headline": words,
        "rest": rest,
        "choices": question.choices,
        "low": question.settings.get("low", ""),
        "high": question.settings.get("high", ""),
        "given": given,
    }


def _posted(survey: Survey) -> dict[str, Any]:
    """What was given to each question of this survey; what was not given is not in it."""
    found = {
        str(one.id): read(one.kind, request.form.getlist(f"q{one.id}"), {id for id, _text in one.choices})
        for one in survey.questions
    }
    return {id: given for id, given in found.items() if given is not None}
