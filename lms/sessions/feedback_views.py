"""How was it: three questions, from the letter's link without signing in, or on the session's page."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.access import for_guests, me, public
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from lms.sessions import feedback_actions as actions
from lms.sessions import feedback_queries as queries
from lms.sessions import letter_views
from lms.sessions.feedback_forms import FeedbackForm
from lms.sessions.models import LiveSession
from lms.sessions.views import blueprint, find_visible


@blueprint.post("/sessions/<int:live_session_id>/feedback")
@for_guests
def feedback(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    form = FeedbackForm()
    if not form.validate():
        return render_template("sessions/feedback.html", live_session=live_session, form=form), 422
    write_down(form, me(), live_session)
    return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)


@letter_views.blueprint.get("/i/<token>/feedback", endpoint="feedback")
@public
def ask(token: str) -> ResponseReturnValue:
    opened = letter_views.opened_by(token)
    if opened is None:
        return letter_views.stale(token)
    return letter_views.page("feedback", opened, token, form=filled(opened.person, opened.live_session))


@letter_views.blueprint.post("/i/<token>/feedback")
@public
def give_feedback(token: str) -> ResponseReturnValue:
    opened = letter_views.opened_by(token)
    if opened is None:
        return letter_views.stale(token)
    form = FeedbackForm()
    if not form.validate():
        return letter_views.page("feedback", opened, token, form=form), 422
    letter_views.note_opened(opened)
    write_down(form, opened.person, opened.live_session)
    return redirect(url_for("letter.show", token=token), 303)


def write_down(form: FeedbackForm, person: Person, live_session: LiveSession) -> None:
    useful, clear = int(form.useful.data), int(form.clear.data)
    counted = actions.give(person, live_session, useful, clear, form.words.data or "", now=now())
    db.session.commit()
    if counted:
        flash(_("Thank you. Your answers are written down."), "done")
    else:
        flash(_("Answers about this session are not taken now."), "wait")


def filled(person: Person, live_session: LiveSession) -> FeedbackForm:
    """With what she said before."""
    before = queries.of(person.id, live_session.id)
    if before is None:
        return FeedbackForm(formdata=None)
    said = {"useful": str(before.useful), "clear": str(before.clear), "words": before.words}
    return FeedbackForm(formdata=None, data=said)
