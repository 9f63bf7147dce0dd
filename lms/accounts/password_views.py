"""The other way in, a password: signing in with it, choosing one by a letter's link, changing it.

Hashing takes long, so no transaction is open meanwhile: each view reads, ends the transaction, hashes, and looks again.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from lms import permissions as can
from lms.access import allow, me, public, safe_next
from lms.accounts import actions, passwords, tokens, tries
from lms.accounts.forms import ChangePasswordForm, ForgottenPasswordForm, PasswordSignInForm, SetPasswordForm
from lms.accounts.models import Person, Purpose
from lms.accounts.queries import by_email
from lms.accounts.views import ask, blueprint, enter, page, signed_in, take_letter, take_try, too_many
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store


@blueprint.route("/sign-in/password", methods=["GET", "POST"])
@public
def sign_in_with_password() -> ResponseReturnValue:
    """One answer, and one time to give it, whether the address, the password or both are wrong."""
    no_store()
    wanted = safe_next(request.args.get("next"))
    if request.method == "GET" and signed_in() is not None:
        return redirect(wanted or url_for("home.index"))
    form = PasswordSignInForm(next=wanted)
    if not form.validate_on_submit():
        return page("accounts/sign_in_with_password.html", 422 if form.is_submitted() else 200, form=form)
    email = form.email.data
    taken = take_try(tries.PASSWORDS_OF_ACCOUNT, email)
    person = by_email(email)
    kept = person.password_hash if person is not None and person.is_active else None
    db.session.commit()  # the try counts whatever comes, and hashing waits for no lock
    if taken is None:
        form.password.errors = [too_many()]
        return page("accounts/sign_in_with_password.html", 429, form=form)
    right = passwords.is_right(form.password.data or "", kept)
    person = by_email(email) if right else None
    if person is None or not person.is_active or person.password_hash != kept:
        form.password.errors = [_("The address or the password is not right.")]
        return page("accounts/sign_in_with_password.html", 422, form=form)
    tries.forget((tries.PASSWORDS_OF_ACCOUNT, email), taken=taken)
    ask(form)
    return enter(person, remember=bool(form.remember.data))


@blueprint.route("/password", methods=["GET", "POST"])
@public
def forgotten_password() -> ResponseReturnValue:
    no_store()
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return page("accounts/forgotten_password.html", 422 if form.is_submitted() else 200, form=form)
    if take_letter(form.email.data) is None:
        form.email.errors = [too_many()]
        return page("accounts/forgotten_password.html", 429, form=form)
    actions.send_password_letter(form.email.data, now=now())
    db.session.commit()
    return page("accounts/password_letter_sent.html", email=form.email.data)


@blueprint.route("/password/<secret>", methods=["GET", "POST"])
@public
def set_password(secret: str) -> ResponseReturnValue:
    """The letter's link: whoever holds it reads that person's mail, so choosing a password also signs in."""
    no_store()
    token = tokens.find(secret, Purpose.SET_PASSWORD, now=now())
    if token is None:
        return page("accounts/link_is_over.html", 410, again=url_for("accounts.forgotten_password"))
    form = SetPasswordForm(token.person.email)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return page("accounts/set_password.html", status, form=form, email=token.person.email)
    db.session.rollback()
    hashed = passwords.hash_password(form.password.data or "")
    token = tokens.find(secret, Purpose.SET_PASSWORD, now=now())
    if token is None or not tokens.use(token, now=now()):
        return page("accounts/link_is_over.html", 410, again=url_for("accounts.forgotten_password"))
    person = token.person
    person.change_password(hashed)
    actions.end_links(person, now=now())
    flash(_("The password is saved. Other devices have been signed out."), "done")
    return enter(person, remember=False)


@blueprint.route("/profile/password", methods=["GET", "POST"])
@allow(can.learn)
def change_password() -> ResponseReturnValue:
    no_store()
    person_id, email, kept = me().id, me().email, me().password_hash
    form = ChangePasswordForm(email, has_one=kept is not None)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("accounts/change_password.html", form=form, email=email), status
    taken = take_try(tries.PASSWORDS_OF_ACCOUNT, email)
    db.session.commit()  # the try counts whatever comes, and hashing waits for no lock
    if taken is None:
        form.old.errors = [too_many()]
        return render_template("accounts/change_password.html", form=form, email=email), 429
    if kept is not None and not passwords.is_right(form.old_password, kept):
        form.old.errors = [_("This is not the password you have now.")]
        return render_template("accounts/change_password.html", form=form, email=email), 422
    hashed = passwords.hash_password(form.password.data or "")
    person = db.session.get_one(Person, person_id)
    person.change_password(hashed)
    actions.end_links(person, now=now())
    tries.forget((tries.PASSWORDS_OF_ACCOUNT, email), taken=taken)
    db.session.commit()
    login_user(person)
    flash(_("The password is saved. Other devices have been signed out."), "done")
    return redirect(url_for("accounts.profile"), 303)
