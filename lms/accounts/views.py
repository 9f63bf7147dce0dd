"""Signing in by a letter: a link to press, or six digits to type. The answer is the same whether an address is known.

What was asked for (the address, "remember me", where to go on to) waits in the browser's session cookie meanwhile.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from lms import permissions as can
from lms.access import allow, answer_no_sooner_than, me, public, safe_next, someone
from lms.accounts import actions, tokens, tries
from lms.accounts.forms import CodeForm, EnterForm, RegistrationForm, SignInForm
from lms.accounts.models import Person, Purpose, Token
from lms.accounts.queries import by_email
from lms.centres.queries import open_centres
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store

blueprint = Blueprint("accounts", __name__)

# Longer than writing a letter takes.
LETTER_SECONDS = 0.2
# A cookie has room for so much.
LONGEST_NEXT = 1000


# --- asking for a letter ----------------------------------------------------------------------------------------------
@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    no_store()
    wanted = safe_next(request.args.get("next"))
    if request.method == "GET" and signed_in() is not None:
        return redirect(wanted or url_for("home.index"))
    form = SignInForm(next=wanted)
    if not form.validate_on_submit():
        return page("accounts/sign_in.html", 422 if form.is_submitted() else 200, form=form)
    if take_letter(form.email.data) is None:
        form.email.errors = [too_many()]
        return page("accounts/sign_in.html", 429, form=form)
    actions.send_sign_in_letter(form.email.data, now=now())
    db.session.commit()
    ask(form)
    return redirect(url_for("accounts.sign_in_sent"), 303)


@blueprint.route("/sign-in/sent", methods=["GET", "POST"])
@public
def sign_in_sent() -> ResponseReturnValue:
    """Where the six digits are typed. Five wrong ones, and only the link is left."""
    no_store()
    asked = session.get("sign_in")
    if not asked:
        return redirect(url_for("accounts.sign_in"))
    form = CodeForm()
    if not form.validate_on_submit():
        return page("accounts/sign_in_sent.html", email=asked["email"], form=form)
    taken = take_try(tries.CODES_OF_ACCOUNT, asked["email"])
    if taken is None:
        form.code.errors = [too_many()]
        return page("accounts/sign_in_sent.html", 429, email=asked["email"], form=form)
    person = by_email(asked["email"])
    token = tokens.find_by_code(person, form.digits, Purpose.SIGN_IN, now=now()) if person else None
    if token is None or not token.person.is_active or not tokens.use(token, now=now()):
        db.session.commit()  # a wrong try counts
        form.code.errors = [_("These digits do not fit, or they are older than ten minutes.")]
        return page("accounts/sign_in_sent.html", 422, email=asked["email"], form=form)
    tries.forget((tries.CODES_OF_ACCOUNT, asked["email"]), taken=taken)
    return enter(token.person, remember=asked["remember"])


@blueprint.route("/sign-in/<secret>", methods=["GET", "POST"])
@public
def sign_in_link(secret: str) -> ResponseReturnValue:
    """The letter's link. Mail scanners follow links: looking at the page spends nothing, its button signs in."""
    no_store()
    token = tokens.find(secret, Purpose.SIGN_IN, now=now())
    if token is None:
        return page("accounts/link_is_over.html", 410, again=url_for("accounts.sign_in"))
    form = EnterForm()
    asked_here = asked_for(token)
    if not form.validate_on_submit():
        return page("accounts/sign_in_link.html", form=form, somebody=token.person, asked_here=asked_here)
    if not tokens.use(token, now=now()):
        return page("accounts/link_is_over.html", 410, again=url_for("accounts.sign_in"))
    return enter(token.person, remember=session["sign_in"]["remember"] if asked_here else form.remember.data)


# --- leaving ----------------------------------------------------------------------------------------------------------
@blueprint.post("/sign-out")
@allow(can.learn)
def sign_out() -> ResponseReturnValue:
    return leave()


@blueprint.post("/sign-out/everywhere")
@allow(can.learn)
def sign_out_everywhere() -> ResponseReturnValue:
    me().end_all_sessions()
    db.session.commit()
    return leave()


# --- an account of one's own ------------------------------------------------------------------------------------------
@blueprint.route("/registration", methods=["GET", "POST"])
@public
def registration() -> ResponseReturnValue:
    if not current_app.config["REGISTRATION_OPEN"]:
        abort(404)
    no_store()
    centres = {centre.slug: centre for centre in db.session.scalars(open_centres())}
    form = RegistrationForm({slug: centre.name for slug, centre in centres.items()})
    if not form.validate_on_submit():
        return page("accounts/registration.html", 422 if form.is_submitted() else 200, form=form)
    if take_letter(form.email.data) is None:
        form.email.errors = [too_many()]
        return page("accounts/registration.html", 429, form=form)
    person = Person(
        email=form.email.data,
        family_name=form.family_name.data,
        given_name=form.given_name.data,
        patronymic=form.patronymic.data,
        centre_id=centres[form.centre.data].id,
    )
    actions.register(person, now=now())
    db.session.commit()
    session["sign_in"] = {"email": form.email.data, "remember": True, "next": None}
    return redirect(url_for("accounts.sign_in_sent"), 303)


# --- what the ways in have in common ----------------------------------------------------------------------------------
def signed_in() -> Person | None:
    """Whoever signed in at this browser; a guest from a letter has not."""
    person = someone()
    return person if person is not None and person.letter is None else None


def ask(form: SignInForm) -> None:
    wanted = safe_next(form.next.data)
    session["sign_in"] = {
        "email": form.email.data,
        "remember": bool(form.remember.data),
        "next": wanted if wanted and len(wanted) <= LONGEST_NEXT else None,
    }


def asked_for(token: Token) -> bool:
    """Was this letter asked for in this browser?"""
    return (session.get("sign_in") or {}).get("email") == token.person.email


def enter(person: Person, *, remember: bool) -> ResponseReturnValue:
    """Sign in, in a new session (nothing of an old one goes along), and go on to where one was going."""
    asked = session.get("sign_in") or {}
    wanted = asked.get("next") if asked.get("email") == person.email else None
    actions.note_sign_in(person, now=now())
    db.session.commit()
    session.clear()
    login_user(person, remember=remember)
    return redirect(wanted or url_for("home.index"), 303)


def leave() -> ResponseReturnValue:
    session.clear()
    logout_user()
    response = redirect(url_for("home.index"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def take_try(limit: tries.Limit, email: str) -> list[int] | None:
    """Note a try for that account and from that place; None when there were too many."""
    place = tries.place(request.remote_addr)
    taken = tries.take((limit, email), (tries.TRIES_FROM_PLACE, place), now=now())
    return None if taken is None else [one.id for one in taken]


def take_letter(email: str) -> list[int] | None:
    """Note that a letter was asked for; from here on the answer takes one time, whoever has that address."""
    answer_no_sooner_than(LETTER_SECONDS)
    return take_try(tries.LETTERS_TO_ACCOUNT, email)


def too_many() -> str:
    return _("Too many tries. Wait a quarter of an hour and try again.")


def page(template: str, status: int = 200, **values: object) -> Response:
    """A page on the way in: its address may hold a secret, so no other page is told of it."""
    response = make_response(render_template(template, **values), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
