"""Behind the links of letters: answer, enter, read, take the quiz, all without signing in.

Mail programs and scanners open links and run scripts. So a GET only shows a page with a button; a POST acts. The secret
in the address opens one session for one person, and the materials and quizzes of its module, nothing else; the
address is told to no other site (Referrer-Policy), and no page here is kept (no_store).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms import display, security
from lms.access import let_guest_in, public, someone
from lms.accounts import tokens
from lms.accounts.models import Person, Purpose, Token
from lms.clock import now
from lms.cycles.models import Activity, is_out
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.actions import complete
from lms.progress.models import How
from lms.sessions import actions, agenda, invitation_actions, queries, words
from lms.sessions.invitation_queries import place_in_line
from lms.sessions.models import AnswerWord, Invitation, LiveSession, Phase
from lms.sessions.views import answer_word, note_typed, say_answer

blueprint = Blueprint("letter", __name__)


@blueprint.before_request
def keep_nowhere() -> None:
    no_store()


@blueprint.after_request
def tell_nobody(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@dataclass(frozen=True)
class Opened:
    """What a good link opens."""

    token: Token
    live_session: LiveSession
    invitation: Invitation | None

    @property
    def person(self) -> Person:
        return self.token.person


def opened_by(secret: str) -> Opened | None:
    """What the link opens, or None where it no longer does; a session that went back to a draft is not shown."""
    token = tokens.find(secret, Purpose.INVITATION, now=now())
    if token is None or token.object_id is None:
        return None
    live_session = db.session.get(LiveSession, token.object_id)
    if live_session is None or not live_session.is_published:
        return None
    return Opened(token, live_session, queries.invitation_of(token.person_id, live_session.id))


def stale(secret: str) -> ResponseReturnValue:
    """The same page for a link that has ended and for one that never was."""
    return render_template("letter/stale.html", token=secret), 410


def page(template: str, opened: Opened, secret: str, **values: object) -> str:
    display.live_in(opened.person.zone)
    visitor = someone()
    is_other = visitor is not None and visitor.letter is None and visitor.id != opened.person.id
    given = opened.invitation.answer if opened.invitation else None
    return render_template(
        f"letter/{template}.html",
        token=secret,
        reader=opened.person,
        live_session=opened.live_session,
        given=given,
        note=opened.invitation.note if opened.invitation else "",
        place_in_line=place_in_line(opened.live_session.id, opened.person.id) if given is AnswerWord.WAITING else 0,
        phase=opened.live_session.phase(now()),
        may_answer=opened.live_session.takes_answers(now()),
        lets_in=opened.live_session.lets_in(now()),
        other=visitor if is_other else None,
        words=words,
        **values,
    )


# --- looking ----------------------------------------------------------------------------------------------------------
@blueprint.get("/i/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    live_session = opened.live_session
    plan = agenda.items(live_session.agenda, live_session.starts_at, live_session.zone)
    around = queries.around(live_session)
    security.allow_form_to(live_session.room_url)
    return page(
        "show",
        opened,
        token,
        plan=plan,
        current=agenda.current(plan, now(), live_session.ends_at) if live_session.phase(now()) is Phase.LIVE else None,
        trainers=[f"{row.given_name} {row.family_name}" for row in queries.trainers_of(live_session)],
        materials=[row for row in around if row.type == "material"],
        quizzes=[row for row in around if row.type == "quiz"],
    )


@blueprint.get("/i/<token>/<any(yes, maybe, no):answer>")
@public
def confirm(token: str, answer: str) -> ResponseReturnValue:
    """The letter's «Приду» leads here: one big button, for a scanner follows links and presses nothing."""
    opened = opened_by(token)
    return page("confirm", opened, token, word=answer_word(answer)) if opened else stale(token)


@blueprint.get("/i/<token>/join")
@public
def join(token: str) -> ResponseReturnValue:
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    security.allow_form_to(opened.live_session.room_url)
    return page("join", opened, token)


@blueprint.get("/i/<token>/materials/<int:material_id>", endpoint="material")
@blueprint.get("/i/<token>/quizzes/<int:quiz_id>", endpoint="quiz")
@public
def one_thing(token: str, material_id: int = 0, quiz_id: int = 0) -> ResponseReturnValue:
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    return page("one_thing", opened, token, thing=find_beside(opened.live_session, material_id or quiz_id))


@blueprint.get("/i/<token>/not-me")
@public
def not_me(token: str) -> ResponseReturnValue:
    opened = opened_by(token)
    return page("not_me", opened, token) if opened else stale(token)


# --- acting -----------------------------------------------------------------------------------------------------------
@blueprint.post("/i/<token>/answer")
@public
def answer(token: str) -> ResponseReturnValue:
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    word = answer_word(request.form.get("answer", ""))
    note = note_typed(request.form.get("note"))
    written = actions.answer(opened.person, opened.live_session, word, now=now(), note=note)
    place = place_in_line(opened.live_session.id, opened.person.id) if written is AnswerWord.WAITING else 0
    note_opened(opened)
    db.session.commit()
    say_answer(written, place)
    return redirect(url_for("letter.show", token=token), 303)


@blueprint.post("/i/<token>/enter")
@public
def enter(token: str) -> ResponseReturnValue:
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    at = now()
    if not actions.enter(opened.person, opened.live_session, now=at):
        return redirect(url_for("letter.join", token=token), 303)
    complete(opened.person, opened.live_session, How.PRESENT, now=at)
    note_opened(opened)
    room = opened.live_session.room_url
    db.session.commit()
    return redirect(room, 303)


@blueprint.post("/i/<token>/open")
@public
def open_thing(token: str) -> ResponseReturnValue:
    """Let the reader in as a guest and go on to the material or quiz (``target`` is its id), else to the session."""
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    target = request.form.get("target", type=int)
    thing = find_beside(opened.live_session, target) if target else opened.live_session
    address = address_of(thing)
    visitor = someone()
    if visitor is None or visitor.letter is not None:
        let_guest_in(opened.token, opened.live_session.module_id)
    note_opened(opened)
    db.session.commit()
    return redirect(address, 303)


@blueprint.post("/i/<token>/not-me")
@public
def disown(token: str) -> ResponseReturnValue:
    """End the links of a letter that reached somebody else, and tell whoever sent it."""
    opened = opened_by(token)
    if opened is None:
        return stale(token)
    invitation_actions.disown(opened.token, now=now())
    db.session.commit()
    return render_template("letter/disowned.html")


@blueprint.post("/i/<token>/fresh")
@public
def fresh(token: str) -> ResponseReturnValue:
    """Send a new link to the address the old one went to. The answer is the same whether there was such a link."""
    once = tokens.once_issued(token, Purpose.INVITATION)
    live_session = db.session.get(LiveSession, once.object_id) if once is not None and once.object_id else None
    if once is not None and live_session is not None and live_session.is_published:
        invitation_actions.send_fresh_link(once, live_session, now=now())
        db.session.commit()
    return render_template("letter/sent.html")


def address_of(thing: Activity) -> str:
    if thing.type == "material":
        return url_for("materials.show", material_id=thing.id)
    if thing.type == "quiz":
        return url_for("quizzes.show", quiz_id=thing.id)
    return url_for("sessions.show", live_session_id=thing.id)


def find_beside(live_session: LiveSession, activity_id: int) -> Activity:
    """A published material or quiz of the session's module."""
    found = db.session.scalar(
        select(Activity).where(
            Activity.id == activity_id,
            Activity.module_id == live_session.module_id,
            is_out(Activity),
            Activity.type.in_(("material", "quiz")),
        )
    )
    return found or abort(404)


def note_opened(opened: Opened) -> None:
    if opened.invitation is not None:
        actions.note_opened(opened.invitation, now=now())
