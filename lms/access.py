"""The front door. Nobody comes in without signing in, unless the view says so; every view declares its policy.

* ``@public``: anybody.
* ``@for_guests``: people who signed in, and guests from a letter (who reach one session and its module).
* ``@allow(rule)``: people who signed in and of whom the sentence from permissions.py is true; otherwise 403.
* ``@for_programs(rule)``: programs that show a person's access key; they see what the person sees and change nothing.

Inside a view, ``require(can.edit_quiz(me(), quiz))`` asks about one thing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from lms import permissions as can
from lms.accounts import tokens
from lms.accounts.models import LetterPass, Person, Purpose, Token
from lms.clock import now
from lms.extensions import db, login_manager

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[Person], bool]


def public(view: View) -> View:
    view.policy = "public"  # type: ignore[attr-defined]
    return view


def for_guests(view: View) -> View:
    view.policy = "guests"  # type: ignore[attr-defined]
    return view


def allow(rule: Rule) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.policy = rule  # type: ignore[attr-defined]
        return view

    return declare


@dataclass(frozen=True)
class ByKey:
    """Let in by an access key in the header (RFC 6750), never by a cookie."""

    rule: Rule


def for_programs(rule: Rule) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.policy = ByKey(rule)  # type: ignore[attr-defined]
        return view

    return declare


def require(allowed: bool) -> None:
    if not allowed:
        abort(403)


def me() -> Person:
    """The person at the door of this request; only where the view is not public."""
    return cast(Person, current_user._get_current_object())


def someone() -> Person | None:
    """The person at the door, or None for a visitor."""
    return me() if current_user.is_authenticated else None


def require_version(found: int | str, submitted: str | int | None) -> bool:
    """Is the thing still as it was when the form was opened? False means: show both texts with a 409."""
    return str(found) == str(submitted)


# --- who is it --------------------------------------------------------------------------------------------------------
_PERSON = (
    select(Person)
    .where(Person.id == bindparam("person_id"))
    .options(joinedload(Person.role_rows), joinedload(Person.centre))
)


@login_manager.user_loader
def _signed_in(cookie_id: str) -> Person | None:
    person_id, _, version = cookie_id.partition(".")
    if not person_id.isdigit():
        return None
    person = db.session.scalar(_PERSON, {"person_id": int(person_id)})
    if person is None or str(person.session_version) != version or not person.is_active:
        return None
    return person


@login_manager.request_loader
def _guest_from_letter(_request: Any) -> Person | None:
    """Someone who pressed a button behind the link of a letter; the link is looked up anew on every request."""
    kept = session.get("letter")
    if not kept:
        return None
    token = db.session.get(Token, kept["token"], options=[joinedload(Token.person)])
    if (
        token is None
        or token.purpose is not Purpose.INVITATION
        or not token.is_good(now())
        or not token.person.is_active
    ):
        return None
    token.person.letter = LetterPass(token.id, kept["live_session"], kept["module"])
    return token.person


def let_guest_in(token: Token, module_id: int | None) -> None:
    """Remember the letter's link for this browser, unless its own person has signed in anyway."""
    session["letter"] = {"token": token.id, "live_session": token.object_id, "module": module_id}
    session.permanent = True


class HeadIsGet(Request):
    """A HEAD is a GET whose body nobody reads. Views that tell GET from POST must not take it for the latter."""

    def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        if self.method == "HEAD":
            self.method = "GET"


# --- the door ---------------------------------------------------------------------------------------------------------
def _check_policy() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    policy = getattr(view, "policy", None)
    if policy == "public" or request.endpoint == "static":
        return None
    if isinstance(policy, ByKey):
        return _check_key(policy)
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if policy == "guests":
        return None
    person = me()
    if person.letter is not None:
        return _ask_to_sign_in()
    require(callable(policy) and policy(person))
    return None


def _check_key(policy: ByKey) -> ResponseReturnValue | None:
    """Whoever holds the key is its person for this request, and is asked anew every time what she may do."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = tokens.find(secret.strip(), Purpose.API, now=now()) if scheme.lower() == "bearer" else None
    if token is None:
        return {"error": "no such access key"}, 401, {"WWW-Authenticate": "Bearer"}
    if not policy.rule(token.person):
        return {"error": "this person may not do that"}, 403
    g._login_user = token.person  # where Flask-Login keeps it for the length of a request
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.is_json:
        # A script is saving something typed: it keeps that, and says so, instead of following a redirect.
        return {"error": "signed out"}, 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted))


def safe_next(address: str | None) -> str | None:
    """The address to go on to after signing in, if it is one of our own pages; otherwise None."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc and address.isprintable() else None


def face(person: Person | None) -> str:
    """Which menu is shown: visitor, guest, learner, trainer, centre or coordinator. One with several may choose."""
    if person is None:
        return "visitor"
    if person.letter is not None:
        return "guest"
    faces = faces_of(person)
    chosen = session.get("face")
    return chosen if chosen in faces else faces[0]


def faces_of(person: Person) -> list[str]:
    """The menus a person may choose from, the weightiest first; everybody can look as a learner."""
    faces = []
    if can.coordinate(person):
        faces.append("coordinator")
    elif can.look_after_people(person):
        faces.append("centre")
    if "trainer" in {role.value for role in person.roles}:
        faces.append("trainer")
    return [*faces, "learner"]


def note_visit(person: Person) -> None:
    """Remember when someone was last here, at most once an hour: the one thing that a GET may write."""
    at = now()
    if person.last_seen_at is not None and at - person.last_seen_at < timedelta(hours=1):
        return
    with db.engine.begin() as connection:
        connection.execute(update(Person).where(Person.id == person.id).values(last_seen_at=at))


def _note_visit(response: Response) -> Response:
    """After a page was read by someone who signed in; if noting fails, the page is given all the same."""
    person = g.get("_login_user")
    if "Authorization" in request.headers:
        return response
    if request.method != "GET" or response.status_code >= 300 or not isinstance(person, Person) or person.letter:
        return response
    try:
        note_visit(person)
    except OperationalError as error:
        log.warning("visit not noted", error=type(error.orig).__name__)
    return response


def answer_no_sooner_than(seconds: float) -> None:
    """Let this answer take that long at least, counted from now: its time shall not tell what was found on the way."""
    g.not_before = time.monotonic() + seconds


def _hold_back(response: Response) -> Response:
    left = g.get("not_before", 0) - time.monotonic()
    if left > 0:
        time.sleep(left)
    return response


def init_app(app: Flask) -> None:
    # What is registered first runs last: all else an answer needs (waking the worker) lies within the time it takes.
    app.after_request(_hold_back)
    app.request_class = HeadIsGet
    login_manager.init_app(app)
    login_manager.session_protection = None  # get_id() carries a version instead; addresses of phones change
    app.before_request(_check_policy)
    app.after_request(_note_visit)
