"""The front page of each role, and the small choices that every page offers: language, theme, menu."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms import permissions as can
from lms.access import allow, faces_of, me, public, safe_next, someone
from lms.access import face as face_of
from lms.accounts.models import Person
from lms.clock import now
from lms.cycles.queries import current_cycle, programme, public_cycles
from lms.display import locale, relative, weekday_day
from lms.extensions import db
from lms.home import health as installation
from lms.home import queries
from lms.progress import words
from lms.progress.numerals import number_word
from lms.progress.path import Path, Stage, Step
from lms.progress.path_queries import path_of
from lms.security import allow_form_to
from lms.sessions.models import DOORS_OPEN, Phase, phase_of
from lms.surveys.queries import waiting_for

blueprint = Blueprint("home", __name__)
NEW = timedelta(days=14)
A_YEAR = 365 * 24 * 3600


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    person = someone()
    if person is None:
        return _visitor()
    if person.letter is not None:
        return redirect(url_for("sessions.show", live_session_id=person.letter.live_session_id))
    match face_of(person):
        case "coordinator" | "centre":
            return redirect(url_for("progress.index"))
        case "trainer":
            return _trainer(person)
    return _learner(person)


def _visitor() -> ResponseReturnValue:
    cycle = db.session.scalar(public_cycles().limit(1))
    return render_template(
        "home/visitor.html",
        cycle=cycle,
        modules=programme(cycle) if cycle else [],
        sessions=queries.coming_of_programme(cycle, now()) if cycle else {},
    )


def _trainer(person: Person) -> ResponseReturnValue:
    return render_template(
        "home/trainer.html",
        coming=queries.sessions_led_by(person, now()),
        unrecorded=queries.sessions_without_recording(person, now()),
        modules=queries.unfinished_modules(),
        quizzes=queries.quizzes_with_questions(),
    )


def _learner(person: Person) -> ResponseReturnValue:
    at = now()
    cycle = current_cycle(person)
    path = path_of(person, cycle, now=at) if cycle else Path([], at)
    meeting = queries.next_session(person, at)
    is_live = meeting is not None and phase_of(meeting.starts_at, meeting.ends_at, None, at) is Phase.LIVE
    if meeting is not None and is_live:
        allow_form_to(meeting.room_url)
    return render_template(
        "home/learner.html",
        cycle=cycle,
        path=path,
        meeting=meeting,
        is_live=is_live,
        opens_at=meeting.starts_at - DOORS_OPEN if meeting else None,
        summary=_summary(path, meeting, is_live),
        go_on=path.begun[:3] or ([path.next] if path.next else []),
        new=_new(path),
        surveys=waiting_for(person, at),
        **words.for_learner(),
    )


def _summary(path: Path, meeting: Any, is_live: bool) -> str:
    """«Пройдено пять модулей из восьми. Ближайшая встреча — через два дня.»"""
    said = []
    all_modules = len(path)
    if path.done:
        said.append(
            ngettext("%(done)s module of %(total)s is done.", "%(done)s modules of %(total)s are done.", path.done,
                     done=number_word(path.done, locale()), total=number_word(all_modules, locale(), "of"))
        )  # fmt: skip
    elif all_modules:
        said.append(
            ngettext("There is %(count)s module ahead.", "There are %(count)s modules ahead.", all_modules,
                     count=number_word(all_modules, locale()))
        )  # fmt: skip
    if meeting is not None and is_live:
        said.append(_("Your session is open."))
    elif meeting is not None:
        when = relative(meeting.starts_at) or weekday_day(meeting.starts_at, meeting.zone)
        said.append(_("The next session: %(when)s.", when=when))
    return " ".join(sentence[:1].upper() + sentence[1:] for sentence in said)


def _new(path: Path) -> list[tuple[Stage, Step]]:
    """Materials of the last two weeks that are not read yet, the newest first."""
    fresh = [
        (stage, step)
        for stage, step in path.steps
        if step.type == "material"
        and not step.is_done
        and not step.is_begun
        and step.created_at <= path.now < step.created_at + NEW
    ]
    return sorted(fresh, key=lambda pair: pair[1].created_at, reverse=True)[:3]


# --- help and rules ---------------------------------------------------------------------------------------------------
@blueprint.get("/help")
@public
def help() -> ResponseReturnValue:
    return render_template("home/help.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("home/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html")


@blueprint.get("/healthz")
@public
def health() -> ResponseReturnValue:
    answer, serves = installation.report(current_app, now())
    return jsonify(answer), 200 if serves else 503


# --- choices ----------------------------------------------------------------------------------------------------------
@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    return _chosen("language", current_app.config["LANGUAGES"])


@blueprint.post("/theme")
@public
def theme() -> ResponseReturnValue:
    return _chosen("theme", ["light", "dark", "auto"])


@blueprint.post("/face")
@allow(can.learn)
def face() -> ResponseReturnValue:
    """Whoever has several roles chooses the menu and the front page to work with."""
    if request.form.get("face") in faces_of(me()):
        session["face"] = request.form["face"]
    return redirect(url_for("home.index"), 303)


def _chosen(name: str, choices: list[str]) -> Response:
    """Back to the page one came from, with the choice kept in a cookie for a year."""
    response = redirect(safe_next(request.form.get("next")) or url_for("home.index"), 303)
    if request.form.get(name) in choices:
        response.set_cookie(
            name,
            request.form[name],
            max_age=A_YEAR,
            samesite="Lax",
            httponly=True,
            secure=current_app.config["HTTPS"],
        )
    return response  # type: ignore[return-value]
