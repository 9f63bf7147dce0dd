"""Inviting to a session, and what became of each invitation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts.actions import add_guests, welcome
from lms.accounts.addresses import parse_email
from lms.accounts.models import Person
from lms.accounts.queries import by_email
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox import actions as outbox
from lms.sessions import invitation_actions as actions
from lms.sessions import invitation_queries as queries
from lms.sessions import mail, pasted, words
from lms.sessions.forms import AddressForm, InvitationsForm
from lms.sessions.invitation_queries import Tab
from lms.sessions.models import Invitation, LiveSession
from lms.sessions.queries import visible_to
from lms.sessions.undo_actions import take_back
from lms.sessions.undo_queries import taken_back_until

blueprint = Blueprint("invitations", __name__)

ON_A_PAGE = 50
NAMES_SHOWN = 100
# How mail servers say it (RFC 3463 §3.2 and §3.3, and the words of the usual ones).
NO_SUCH_ADDRESS = ("5.1.1", "5.1.2", "user unknown", "no such user", "unknown user", "does not exist")
FULL = ("5.2.2", "4.2.2", "over quota", "mailbox full", "quota exceeded")
TABS = {tab.value: tab for tab in Tab}


def find_live_session(live_session_id: int) -> LiveSession:
    found = db.session.scalar(visible_to(me()).where(LiveSession.id == live_session_id))
    if found is None:
        abort(404)
    return found


def find_invitation(live_session_id: int, invitation_id: int) -> Invitation:
    live_session = find_live_session(live_session_id)
    require(can.invite_to(me(), live_session))
    return queries.find(live_session_id, invitation_id) or abort(404)


def back_to_list(live_session_id: int) -> ResponseReturnValue:
    """To the list, with the tab one came from."""
    tab = TABS.get(request.form.get("state", ""))
    address = url_for("invitations.index", live_session_id=live_session_id, state=tab.value if tab else None)
    return redirect(address, 303)


# --- the list ---------------------------------------------------------------------------------------------------------
@blueprint.get("/sessions/<int:live_session_id>/invitations")
@allow(can.teach)
def index(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_live_session(live_session_id)
    figures = queries.figures(live_session_id)
    usual = Tab.ATTENTION if figures.attention else Tab.ALL
    tab = TABS.get(request.args.get("state", ""), usual)
    page = max(1, request.args.get("page", 1, type=int))
    rows = db.session.execute(queries.rows(live_session_id, tab).limit(ON_A_PAGE).offset((page - 1) * ON_A_PAGE)).all()
    counts = {
        Tab.ALL: figures.invited, Tab.ATTENTION: figures.attention, Tab.FAILED: figures.failed,
        Tab.SILENT: figures.silent, Tab.YES: figures.yes, Tab.MAYBE: figures.maybe, Tab.NO: figures.no,
        Tab.WAITING: figures.in_line,
    }  # fmt: skip
    at = now()
    remindable = queries.ids_to_remind(live_session_id, at) if live_session.takes_answers(at) else set()
    return render_template(
        "invitations/index.html",
        live_session=live_session,
        figures=figures,
        rows=rows,
        tab=tab,
        Tab=Tab,
        counts=counts,
        page=page,
        pages=-(-counts[tab] // ON_A_PAGE),
        remindable=remindable,
        undo=taken_back_until(live_session_id, at),
        missed=queries.number_missed(live_session_id, at)[0] if live_session.takes_feedback(at) else 0,
        may_invite=can.invite_to(me(), live_session) and live_session.takes_invitations(at),
        may_correct_all=can.coordinate(me()),
        my_centre_id=me().centre_id if can.look_after_people(me()) else None,
        refusal=refusal,
        is_wrong_address=is_wrong_address,
        words=words,
    )


def refusal(answer: str) -> str:
    """What the mail server's last answer means, in words; its own text stands beside it."""
    if is_wrong_address(answer):
        return str(_("There is no such address"))
    is_full = any(sign in answer.lower() for sign in FULL)
    return str(_("The mailbox is full") if is_full else _("The mail server refused it"))


def is_wrong_address(answer: str) -> bool:
    return any(sign in answer.lower() for sign in NO_SUCH_ADDRESS)


def undo_time(person_id: int | None = None) -> timedelta:
    """How long letters to many can be taken back; one to a single person goes at once."""
    return timedelta(seconds=0 if person_id else current_app.config["UNDO_SECONDS"])


@blueprint.post("/sessions/<int:live_session_id>/invitations/undo")
@allow(can.teach)
def undo(live_session_id: int) -> ResponseReturnValue:
    """Take back the letters that were written a moment ago."""
    live_session = find_live_session(live_session_id)
    require(can.invite_to(me(), live_session))
    number = take_back(live_session, now=now())
    db.session.commit()
    if number:
        flash(ngettext("%(num)s letter is taken back.", "%(num)s letters are taken back.", number), "done")
    else:
        flash(_("There is nothing to take back any more: the letters have gone."), "wait")
    return back_to_list(live_session_id)


# --- inviting ---------------------------------------------------------------------------------------------------------
@dataclass
class Chosen:
    """Who would get a letter, and which lines of what was pasted name nobody who can."""

    ids: set[int] = field(default_factory=set)
    problems: list[tuple[pasted.Line, str]] = field(default_factory=list)
    # {address: name} of those nobody knows, and whether they are invited as guests.
    strangers: dict[str, str] = field(default_factory=dict)
    with_guests: bool = False
    already: int = 0

    @property
    def number(self) -> int:
        return len(self.ids) + (len(self.strangers) if self.with_guests else 0)


@blueprint.route("/sessions/<int:live_session_id>/invitations/new", methods=["GET", "POST"])
@allow(can.teach)
def new(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_live_session(live_session_id)
    require(can.invite_to(me(), live_session))
    if not live_session.takes_invitations(now()):
        flash(_("Publish the session first.") if not live_session.is_published else _("The session is over."), "wait")
        return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)
    form = InvitationsForm()
    centres = queries.to_invite_by_centre(live_session)
    form.centres.choices = [(row.id, row.name) for row in centres]
    if request.method == "GET":
        form.everybody.data = True
    elif not form.validate():
        return page_of_new(live_session, form, centres, Chosen()), 422
    chosen = choose(form, live_session)
    number = chosen.number
    pressed = request.form.get("do") == "invite"
    if not pressed or not number or form.number_shown.data != str(number):
        # What the button says must be what it does: the right number is shown first.
        form.number_shown.data = number
        return page_of_new(live_session, form, centres, chosen), 422 if pressed else 200
    guests = add_guests(chosen.strangers, now=now()) if chosen.with_guests else []
    invited = actions.invite(chosen.ids | set(guests), live_session, by=me(), now=now(), delay=undo_time())
    db.session.commit()
    flash(" ".join([words.people_invited(invited), _("The letters are on their way.")]), "done")
    return redirect(url_for("invitations.index", live_session_id=live_session_id), 303)


def choose(form: InvitationsForm, live_session: LiveSession) -> Chosen:
    chosen = Chosen(with_guests=bool(form.guests.data))
    if form.everybody.data:
        chosen.ids |= set(db.session.scalars(queries.audience_to_invite(live_session)))
    if form.centres.data:
        chosen.ids |= set(db.session.scalars(queries.of_centres_to_invite(live_session, form.centres.data)))
    lines = pasted.lines(form.people.data or "")
    if not lines:
        return chosen
    by_address = queries.by_addresses(line.address for line in lines if line.address)
    by_name = queries.by_names(line.name for line in lines if line.name)
    pasted_ids: set[int] = set()
    for line in lines:
        people = [by_address[line.address]] if line.address in by_address else by_name.get(line.name, [])
        if line.address and not people:
            chosen.strangers[line.address] = line.called
            if chosen.with_guests:
                continue
        problem = line.problem or what_is_wrong(line, people)
        if problem:
            chosen.problems.append((line, problem))
        else:
            pasted_ids.add(people[0].id)
    already = queries.already_invited(live_session, pasted_ids)
    chosen.already = len(already)
    chosen.ids |= pasted_ids - already
    return chosen


def what_is_wrong(line: pasted.Line, people: list[Any]) -> str:
    if not people:
        unknown = (
            _("There is no person with this address yet.") if line.address else _("There is no person of this name.")
        )
        return str(unknown)
    if len({person.id for person in people}) > 1:
        return str(_("There are several people of this name. Give the address."))
    return str(_("This account is suspended.")) if people[0].suspended_at else ""


def page_of_new(live_session: LiveSession, form: InvitationsForm, centres: list[Any], chosen: Chosen) -> str:
    everybody = set(db.session.scalars(queries.audience_to_invite(live_session)))
    sample_id = min(chosen.ids or everybody or {0})
    sample = db.session.get(Person, sample_id) or me()
    subject, text = mail.preview(live_session, sample, by=me(), now=now())
    form.number_shown.data = chosen.number
    return render_template(
        "invitations/new.html",
        live_session=live_session,
        form=form,
        centres=centres,
        chosen=chosen,
        number=chosen.number,
        number_everybody=len(everybody),
        zip=zip,
        names=queries.named(chosen.ids, NAMES_SHOWN) if request.method == "POST" else [],
        subject=subject,
        text=text,
        sample=sample,
        words=words,
    )


# --- one invitation ---------------------------------------------------------------------------------------------------
@blueprint.post("/sessions/<int:live_session_id>/invitations/<int:invitation_id>/letter")
@allow(can.teach)
def send_again(live_session_id: int, invitation_id: int) -> ResponseReturnValue:
    """The same letter once more: not an update, so nothing in it changes."""
    invitation = find_invitation(live_session_id, invitation_id)
    at = now()
    if invitation.letter is None or not invitation.letter.can_be_sent_again(at):
        flash(_("There is no letter to send again: it still waits, or its time is over."), "wait")
        return back_to_list(live_session_id)
    outbox.send_again(invitation.letter, now=at)
    name = invitation.person.list_name
    db.session.commit()
    flash(_("%(name)s: the letter is sent again.", name=name), "done")
    return back_to_list(live_session_id)


@blueprint.route("/sessions/<int:live_session_id>/invitations/<int:invitation_id>/address", methods=["GET", "POST"])
@allow(can.teach)
def address(live_session_id: int, invitation_id: int) -> ResponseReturnValue:
    """Correct the address; the invitation goes there at once."""
    no_store()
    invitation = find_invitation(live_session_id, invitation_id)
    require(can.edit_person(me(), invitation.person))
    form = AddressForm()
    if request.method == "GET":
        form.email.data = invitation.person.email
    elif form.validate():
        email = address_of(form, invitation.person)
        if email:
            actions.correct_address(invitation, email, now=now())
            name = invitation.person.list_name
            db.session.commit()
            flash(_("%(name)s: the address is corrected, the invitation is sent again.", name=name), "done")
            return back_to_list(live_session_id)
    page = render_template(
        "invitations/address.html", form=form, invitation=invitation, live_session=invitation.live_session
    )
    return page, 422 if request.method == "POST" else 200


def address_of(form: AddressForm, person: Person) -> str:
    """The address typed, in its normal form; empty with an error at the field where it cannot be hers."""
    try:
        email = parse_email(form.email.data or "")
    except ValueError as error:
        form.email.errors = [str(error)]
        return ""
    other = by_email(email)
    if other is not None and other.id != person.id:
        form.email.errors = [_("Another person has this address: %(name)s.", name=other.list_name)]
        return ""
    return email


@blueprint.route("/sessions/<int:live_session_id>/invitations/<int:invitation_id>/removal", methods=["GET", "POST"])
@allow(can.teach)
def removal(live_session_id: int, invitation_id: int) -> ResponseReturnValue:
    no_store()
    invitation = find_invitation(live_session_id, invitation_id)
    if request.method == "GET":
        return render_template("invitations/removal.html", invitation=invitation, live_session=invitation.live_session)
    name = invitation.person.list_name
    actions.remove(invitation, by=me(), now=now())
    db.session.commit()
    flash(_("%(name)s is off the list.", name=name), "done")
    return back_to_list(live_session_id)


@blueprint.post("/sessions/<int:live_session_id>/invitations/<int:invitation_id>/person")
@allow(can.coordinate)
def person(live_session_id: int, invitation_id: int) -> ResponseReturnValue:
    """A guest becomes one of the network's people; her centre is chosen on her page."""
    guest = find_invitation(live_session_id, invitation_id).person
    if not guest.is_guest:
        abort(404)
    welcome(guest, now=now())
    person_id = guest.id
    db.session.commit()
    flash(_("Now one of the people. Choose the centre."), "done")
    return redirect(url_for("people.edit", person_id=person_id), 303)


# --- reminding --------------------------------------------------------------------------------------------------------
@blueprint.post("/sessions/<int:live_session_id>/reminders")
@allow(can.teach)
def remind(live_session_id: int) -> ResponseReturnValue:
    """Write to those who are silent, or to the one named; nobody hears of it more than once a week."""
    live_session = find_live_session(live_session_id)
    require(can.invite_to(me(), live_session))
    person_id = request.form.get("person_id", type=int)
    spared = 0 if person_id else queries.number_silent(live_session_id, now())[1]
    reminded = actions.remind(live_session, by=me(), now=now(), person_id=person_id, delay=undo_time(person_id))
    db.session.commit()
    if reminded:
        flash(" ".join([_("Reminded: %(people)s.", people=words.people(reminded)), words.spared(spared)]), "done")
    else:
        flash(_("There is nobody to remind: each person gets one reminder a week at most."), "wait")
    return back_to_list(live_session_id)


@blueprint.post("/sessions/<int:live_session_id>/reminders/missed")
@allow(can.teach)
def write_to_missed(live_session_id: int) -> ResponseReturnValue:
    """Write to those who said they would come and were not there; nobody is written to more than once a week."""
    live_session = find_live_session(live_session_id)
    require(can.invite_to(me(), live_session))
    _wanted, spared = queries.number_missed(live_session_id, now())
    written = actions.write_to_missed(live_session, by=me(), now=now(), delay=undo_time())
    db.session.commit()
    if written:
        flash(" ".join([_("Written to: %(people)s.", people=words.people(written)), words.spared(spared)]), "done")
    else:
        flash(_("There is nobody to remind: each person gets one reminder a week at most."), "wait")
    return back_to_list(live_session_id)
