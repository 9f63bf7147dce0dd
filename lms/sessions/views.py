"""Sessions as people see them: the list, and one page for before, while and after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import display, security
from lms import permissions as can
from lms.access import allow, for_guests, me
from lms.clock import now
from lms.extensions import db
from lms.materials import chapters
from lms.materials.chapters import Chapter
from lms.outbox.render import link
from lms.progress.actions import complete
from lms.progress.models import How
from lms.progress.queries import done_in_module
from lms.sessions import actions, agenda, feedback_queries, ical, mail, queries, words
from lms.sessions import invitation_queries as invitations
from lms.sessions.feedback_forms import FeedbackForm
from lms.sessions.models import SAYABLE, AnswerWord, Feedback, LiveSession, Phase, phase_of
from lms.talk import queries as talk
from lms.texts import paragraphs

blueprint = Blueprint("sessions", __name__)

ON_A_PAGE = 30
LONGEST_NOTE = 500


def find_visible(live_session_id: int) -> LiveSession:
    found = db.session.scalar(queries.visible_to(me()).where(LiveSession.id == live_session_id))
    if found is None:
        abort(404)
    return found


@blueprint.get("/sessions/")
@allow(can.learn)
def index() -> ResponseReturnValue:
    at = now()
    page = max(1, request.args.get("page", 1, type=int))
    coming = db.session.execute(queries.coming(me(), at)).all()
    past = db.session.execute(queries.past(me(), at).limit(ON_A_PAGE + 1).offset((page - 1) * ON_A_PAGE)).all()
    figures = invitations.figures_of([row.id for row in coming]) if can.teach(me()) else {}
    return render_template(
        "sessions/index.html",
        coming=[(row, phase_of(row.starts_at, row.ends_at, row.cancelled_at, at)) for row in coming],
        past=past[:ON_A_PAGE],
        page=page,
        has_more=len(past) > ON_A_PAGE,
        figures=figures,
        kinds=words.KINDS,
        words=words,
    )


@blueprint.get("/sessions/<int:live_session_id>")
@for_guests
def show(live_session_id: int) -> ResponseReturnValue:
    at = now()
    found = queries.own_part(me(), live_session_id)
    if found is None:
        abort(404)
    live_session, answer, note, entered_at, said, number = found
    phase = live_session.phase(at)
    plan = agenda.items(live_session.agenda, live_session.starts_at, live_session.zone)
    around = queries.around(live_session)
    recordings = [row for row in around if row.recording_of_id == live_session.id]
    who = queries.yes_by_centre if phase is Phase.BEFORE else queries.present_by_centre
    centres = who(live_session.id)
    done = done_in_module(me(), live_session.module_id) if phase is Phase.AFTER and live_session.module_id else set()
    security.allow_form_to(live_session.room_url)
    return render_template(
        f"sessions/{'before' if phase is Phase.CANCELLED else phase.value}.html",
        live_session=live_session,
        phase=phase,
        answer=answer,
        place_in_line=invitations.place_in_line(live_session.id, me().id) if answer is AnswerWord.WAITING else 0,
        note=note or "",
        entered_at=entered_at,
        number=number,
        may_answer=live_session.takes_answers(at),
        lets_in=live_session.lets_in(at),
        plan=plan,
        current=agenda.current(plan, at, live_session.ends_at) if phase is Phase.LIVE else None,
        minutes_running=int((at - live_session.starts_at).total_seconds() // 60),
        trainers=queries.trainers_of(live_session),
        centres=centres,
        total=sum(row.number for row in centres),
        expected=queries.number_of_yes(live_session.id) if phase is Phase.LIVE else 0,
        materials=[row for row in around if row.type == "material" and row.recording_of_id != live_session.id],
        recordings=recordings,
        chapters=_chapters(recordings[0].chapters, plan, live_session) if recordings else [],
        quizzes=[row for row in around if row.type == "quiz"],
        done=done,
        feedback=feedback_of(live_session, said) if phase is Phase.AFTER else None,
        kinds=words.KINDS,
        words=words,
        talk=talk.beneath(me(), live_session),
    )


def _chapters(typed: str, plan: list[agenda.Item], live_session: LiveSession) -> list[Chapter]:
    """Where to press to be at the right place of the recording."""
    if typed:
        return chapters.read(typed)
    return chapters.planned([(item.at, item.title) for item in plan], live_session.starts_at)


def feedback_of(live_session: LiveSession, before: Feedback | None) -> dict[str, Any]:
    """The three questions for who may answer them; for those who teach, what was answered."""
    shown: dict[str, Any] = {"form": None, "figures": None, "said": []}
    if can.teach(me()):
        shown |= {"figures": feedback_queries.figures(live_session.id), "said": feedback_queries.said(live_session.id)}
    elif live_session.takes_feedback(now()):
        said = {"useful": str(before.useful), "clear": str(before.clear), "words": before.words} if before else {}
        shown["form"] = FeedbackForm(formdata=None, data=said)
    return shown


@blueprint.get("/sessions/<int:live_session_id>.ics")
@for_guests
def calendar(live_session_id: int) -> ResponseReturnValue:
    """The event for a calendar of one's own, for those whose invitation is read elsewhere."""
    live_session = find_visible(live_session_id)
    trainers = [f"{row.given_name} {row.family_name}".strip() for row in queries.trainers_of(live_session)]
    event = mail.event_of(
        live_session,
        url=link("sessions.show", live_session_id=live_session.id),
        locale=display.locale(),
        stamp=live_session.updated_at,
        trainers=words.led_by(trainers),
        is_cancelled=live_session.is_cancelled,
    )
    return calendar_file(ical.published([event]), f"session-{live_session.id}.ics")


def calendar_file(content: bytes, name: str) -> Response:
    response = current_app.response_class(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/sessions/<int:live_session_id>/answer")
@for_guests
def answer(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    word = answer_word(request.form.get("answer", ""))
    note = note_typed(request.form.get("note"))
    written = actions.answer(me(), live_session, word, now=now(), note=note)
    place = invitations.place_in_line(live_session.id, me().id) if written is AnswerWord.WAITING else 0
    db.session.commit()
    say_answer(written, place)
    return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)


@blueprint.post("/sessions/<int:live_session_id>/enter")
@for_guests
def enter(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    at = now()
    if not actions.enter(me(), live_session, now=at):
        flash(_("The session is not open now. Its page says when."), "wait")
        return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)
    complete(me(), live_session, How.PRESENT, now=at)
    room = live_session.room_url
    db.session.commit()
    return redirect(room, 303)


def answer_word(text: str) -> AnswerWord:
    return next((word for word in SAYABLE if word.value == text), None) or abort(404)


def note_typed(text: str | None) -> str | None:
    """The word to the organiser; None where the form had no field for it, so that what is written stays."""
    return None if text is None else paragraphs(text)[:LONGEST_NOTE]


def say_answer(written: AnswerWord | None, place_in_line: int) -> None:
    if written is None:
        flash(_("The session has begun or was called off: answers are no longer taken."), "wait")
        return
    if written is AnswerWord.WAITING:
        later = _("We write to you as soon as a seat is free.")
        flash(" ".join([_("All seats are taken."), words.place_in_line(place_in_line), later]), "wait")
        return
    said = {
        AnswerWord.YES: _("Written down: you will come."),
        AnswerWord.MAYBE: _("Written down: perhaps."),
        AnswerWord.NO: _("Written down: you cannot come. The recording will be on this page."),
    }
    flash(said[written], "done")
