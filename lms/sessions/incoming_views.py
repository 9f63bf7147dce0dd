"""«Входящие письма»: what came back by mail and could not be read for sure. A human decides; nothing is guessed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.sessions import incoming_queries as queries
from lms.sessions import receiving_actions as actions
from lms.sessions.incoming_models import Finding, IncomingLetter
from lms.sessions.models import AnswerWord

blueprint = Blueprint("incoming", __name__)

PAGE = 50
FINDINGS = {
    Finding.ANSWER: _l("An answer, written down"),
    Finding.BOUNCE: _l("A letter came back"),
    Finding.LATE: _l("An answer that came too late"),
    Finding.UNKNOWN: _l("An answer of somebody, or to something, that we do not know"),
    Finding.OTHER_SENDER: _l("Somebody else answers for the person invited"),
    Finding.OLD: _l("An answer to a time that has changed since"),
    Finding.DELEGATED: _l("Somebody is to come instead"),
    Finding.COUNTER: _l("Another time is proposed"),
    Finding.LETTER: _l("A letter in words"),
}
ANSWERS = {"yes": AnswerWord.YES, "maybe": AnswerWord.MAYBE, "no": AnswerWord.NO}


@blueprint.get("/letters/incoming/")
@allow(can.see_letters)
def index() -> ResponseReturnValue:
    no_store()
    shows_settled = request.args.get("state") == "settled"
    page = max(1, request.args.get("page", 1, int))
    found = queries.settled() if shows_settled else queries.waiting()
    letters = db.session.scalars(found.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    here: dict[str, Any] = {"state": "settled" if shows_settled else None}
    return render_template(
        "incoming/index.html",
        letters=letters[:PAGE],
        shows_settled=shows_settled,
        waiting=queries.number_waiting(),
        findings=FINDINGS,
        may_answer={letter.id for letter in letters if _takes_answer(letter)},
        page=page,
        previous_href=url_for("incoming.index", **here, page=page - 1) if page > 1 else None,
        next_href=url_for("incoming.index", **here, page=page + 1) if len(letters) > PAGE else None,
    )


@blueprint.post("/letters/incoming/<int:incoming_id>/decision")
@allow(can.see_letters)
def decide(incoming_id: int) -> ResponseReturnValue:
    """``answer`` is yes, maybe or no; without it, nothing is to be done. The first decision stays."""
    incoming = db.get_or_404(IncomingLetter, incoming_id)
    if incoming.settled_at is not None:
        flash(_("Somebody has decided this already."), "wait")
    elif actions.decide(incoming, ANSWERS.get(request.form.get("answer", "")), by=me(), now=now()):
        db.session.commit()
        flash(_("Written down."), "done")
    else:
        flash(_("The session has begun: answers are no longer taken."), "wait")
    return redirect(url_for("incoming.index"), 303)


def _takes_answer(letter: IncomingLetter) -> bool:
    return letter.person is not None and letter.live_session is not None and letter.live_session.takes_answers(now())
