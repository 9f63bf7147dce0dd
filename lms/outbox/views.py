"""«Письма»: what waits, what left, what did not arrive and why; send again, correct an address.

A letter's links let their owner in. Where letters really leave, coordinators see them without their secrets; where no
mail server is set, somebody has to read them out, so they are shown as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import escape

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.accounts import actions as accounts
from lms.accounts.addresses import parse_email
from lms.accounts.models import Person
from lms.accounts.queries import by_email
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox import actions, post, queries
from lms.outbox.answers import explain
from lms.outbox.forms import AddressForm
from lms.outbox.models import Letter, LetterState
from lms.outbox.reading import linked, masked, read

blueprint = Blueprint("outbox", __name__)

PAGE = 50
# A letter that has been due for so long says that something is wrong with the mail server or the worker.
LATE_SECONDS = 300


class Tab(StrEnum):
    ALL = ""
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


STATES = {
    Tab.ALL: tuple(LetterState),
    Tab.WAITING: (LetterState.QUEUED, LetterState.SENDING, LetterState.HELD),
    Tab.SENT: (LetterState.SENT, LetterState.GATHERED),
    Tab.FAILED: (LetterState.FAILED,),
    Tab.EXPIRED: (LetterState.EXPIRED,),
}


@blueprint.get("/letters/")
@allow(can.see_letters)
def index() -> ResponseReturnValue:
    """Filters stand in the address: ``?state=failed&q=ковал&page=2``."""
    no_store()
    wanted, search = request.args.get("state", ""), request.args.get("q", "").strip()[:100]
    tab = next((one for one in Tab if one == wanted), Tab.ALL)
    counts = queries.counts(search)
    totals = {one: sum(counts[state] for state in states) for one, states in STATES.items()}
    pages = max(1, -(-totals[tab] // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    letters = db.session.scalars(queries.letters(STATES[tab], search).limit(PAGE).offset((page - 1) * PAGE)).all()
    words = {
        Tab.ALL: _("All"), Tab.WAITING: _("Waiting to go"), Tab.SENT: _("Sent"), Tab.FAILED: _("Not delivered"),
        Tab.EXPIRED: _("Too late"),
    }  # fmt: skip

    def here(**change: Any) -> str:
        return url_for("outbox.index", **({"state": tab or None, "q": search or None} | change))

    return render_template(
        "outbox/index.html",
        letters=letters,
        tabs=[(words[one], totals[one], here(state=one or None), one is tab) for one in Tab],
        tab=tab,
        search=search,
        page=page,
        pages=pages,
        first_href=here(),
        previous_href=here(page=page - 1) if page > 1 else None,
        next_href=here(page=page + 1) if page < pages else None,
        explain=explain,
        folder=None if post.has_server() else post.folder(),
        held_since=queries.held_since(),
        late_minutes=_late_minutes(),
        to_send_again=queries.to_send_again(now()) if tab is Tab.FAILED and not search else 0,
    )


@blueprint.get("/letters/<int:letter_id>")
@allow(can.see_letters)
def show(letter_id: int) -> ResponseReturnValue:
    no_store()
    letter = _find(letter_id)
    owner = _owner(letter)
    reading, at = read(letter.mime), now()
    return render_template(
        "outbox/show.html",
        letter=letter,
        owner=owner,
        reading=reading,
        text=linked(reading.text) if _shows_links(owner) else escape(masked(reading)),
        shows_links=_shows_links(owner),
        folder=None if post.has_server() else post.folder(),
        explanation=explain(letter.last_answer),
        trouble=queries.trouble_of(letter.recipient),
        may_send_again=letter.can_be_sent_again(at),
        may_try_now=letter.state in {LetterState.QUEUED, LetterState.HELD} and letter.next_try_at > at,
        may_redirect=letter.can_be_redirected(at) and not reading.lets_in,
    )


@blueprint.get("/letters/<int:letter_id>/file")
@allow(can.see_letters)
def download(letter_id: int) -> ResponseReturnValue:
    """The letter as a mail program opens it; only where its links may be seen, for it holds them."""
    no_store()
    letter = _find(letter_id)
    if not _shows_links(_owner(letter)):
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{letter.id}.eml"'}
    return Response(letter.mime, mimetype="message/rfc822", headers=headers)


@blueprint.post("/letters/<int:letter_id>/delivery")
@allow(can.see_letters)
def send_again(letter_id: int) -> ResponseReturnValue:
    letter = _find(letter_id)
    if letter.is_waiting or letter.can_be_sent_again(now()):
        actions.send_again(letter, now=now())
        db.session.commit()
        flash(_("The letter goes out again."), "done")
    else:
        flash(_("It is too late for this letter: what it says is over."), "wait")
    return redirect(url_for("outbox.show", letter_id=letter_id), 303)


@blueprint.post("/letters/delivery")
@allow(can.see_letters)
def send_failed_again() -> ResponseReturnValue:
    number = actions.send_failed_again(now=now())
    db.session.commit()
    flash(ngettext("%(num)s letter goes out again.", "%(num)s letters go out again.", number), "done")
    return redirect(url_for("outbox.index", state=Tab.WAITING), 303)


@blueprint.route("/letters/<int:letter_id>/address", methods=["GET", "POST"])
@allow(can.see_letters)
def address(letter_id: int) -> ResponseReturnValue:
    """Correct the address of a letter that nobody has received; it goes there at once."""
    no_store()
    letter = _find(letter_id)
    # A link to sign in or to choose a password goes to its owner's own address and nowhere else.
    require(not read(letter.mime).lets_in)
    if not letter.can_be_redirected(now()):
        flash(_("This letter can no longer go to another address."), "wait")
        return redirect(url_for("outbox.show", letter_id=letter_id), 303)
    owner = _owner(letter)
    has_card = owner is not None and owner.email == letter.recipient and can.edit_person(me(), owner)
    form = AddressForm(version=letter.message_id, email=letter.recipient)
    if not has_card:
        del form.in_card
    if not form.is_submitted():
        return _address_page(form, letter, owner, 200)
    email = _email_of(form, owner) if form.validate() else ""
    if not email:
        return _address_page(form, letter, owner, 422)
    if not require_version(letter.message_id, form.version.data):
        meanwhile = form.meanwhile({"email": letter.recipient, "version": letter.message_id})
        return _address_page(form, letter, owner, 409, meanwhile)
    actions.send_again(letter, now=now(), recipient=email)
    if has_card and owner is not None and form.in_card.data:
        accounts.end_links(owner, now=now())
        owner.email = email
    db.session.commit()
    flash(_("The address is corrected, the letter goes out again."), "done")
    return redirect(url_for("outbox.show", letter_id=letter_id), 303)


@blueprint.post("/letters/hold")
@allow(can.hold_letters)
def hold() -> ResponseReturnValue:
    """«Придержать все письма»: nothing leaves, nothing is lost, until the other button is pressed."""
    actions.hold_all(me().id, now=now())
    db.session.commit()
    flash(_("All letters are held back now. They wait, and nothing is lost."), "wait")
    return redirect(url_for("outbox.index"), 303)


@blueprint.post("/letters/hold/end")
@allow(can.hold_letters)
def let_go() -> ResponseReturnValue:
    actions.let_go()
    db.session.commit()
    flash(_("The letters go out again."), "done")
    return redirect(url_for("outbox.index"), 303)


# --- what they have in common -----------------------------------------------------------------------------------------
def _find(letter_id: int) -> Letter:
    return db.get_or_404(Letter, letter_id)


def _owner(letter: Letter) -> Person | None:
    return db.session.get(Person, letter.person_id) if letter.person_id else None


def _shows_links(owner: Person | None) -> bool:
    return not post.has_server() and can.follow_links_of(me(), owner)


def _late_minutes() -> int:
    """For how many minutes the oldest letter has been due; 0 while that is nothing to speak of."""
    seconds = queries.figures(now())["oldest_seconds"]
    return seconds // 60 if seconds >= LATE_SECONDS else 0


def _email_of(form: AddressForm, owner: Person | None) -> str:
    """The address typed, in its normal form; empty, with an error at the field, where it cannot be the right one."""
    try:
        email = parse_email(form.email.data or "")
    except ValueError as error:
        form.email.errors = [str(error)]
        return ""
    other = by_email(email)
    if other is not None and (owner is None or other.id != owner.id):
        form.email.errors = [_("Another person has this address: %(name)s.", name=other.list_name)]
        return ""
    return email


def _address_page(
    form: AddressForm,
    letter: Letter,
    owner: Person | None,
    status: int,
    meanwhile: list[tuple[str, str]] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "outbox/address.html",
        form=form,
        letter=letter,
        owner=owner,
        explanation=explain(letter.last_answer),
        meanwhile=meanwhile,
    )
    return page, status
