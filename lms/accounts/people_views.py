"""People as their coordinators see them: the list, one person, adding, editing, suspending."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.accounts import actions, queries
from lms.accounts.models import Person, Role
from lms.accounts.people_forms import ROLES, PersonForm
from lms.accounts.queries import visible_people
from lms.centres.queries import open_centres
from lms.clock import now
from lms.display import titled
from lms.extensions import db
from lms.freshness import no_store
from lms.outbox.queries import trouble_of

blueprint = Blueprint("people", __name__)

PAGE = 50
FIELDS = ("family_name", "given_name", "patronymic", "email", "position")
STATES = {"": None, "never": queries.NEVER_HERE, "suspended": queries.SUSPENDED}


@blueprint.get("/people/")
@allow(can.look_after_people)
def index() -> ResponseReturnValue:
    """Filters stand in the address: ``?centre=salsk&role=trainer&state=never&q=ива&page=2``."""
    no_store()
    centres = db.session.scalars(open_centres()).all() if can.coordinate(me()) else []
    centre = next((one for one in centres if one.slug == request.args.get("centre")), None)
    role = next((role for role in Role if role.value == request.args.get("role")), None)
    search = request.args.get("q", "").strip()[:100]
    state = request.args.get("state", "")
    chosen = queries.chosen_people(me(), queries.Choice(centre.id if centre else None, role, search))
    figures = queries.figures(chosen)
    narrowed = chosen if STATES.get(state) is None else chosen & STATES[state]
    total = {"never": figures.never_here, "suspended": figures.suspended}.get(state, figures.all)
    pages = max(1, -(-total // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    rows = db.session.execute(queries.person_rows(narrowed).limit(PAGE).offset((page - 1) * PAGE)).all()

    def here(**change: Any) -> str:
        kept = {"centre": centre.slug if centre else None, "role": role, "q": search or None, "state": state or None}
        return url_for("people.index", **(kept | change))

    return render_template(
        "people/index.html",
        rows=rows,
        roles=queries.roles_of(row.id for row in rows),
        role_words=ROLES,
        figures=figures,
        tabs=[
            (_("All"), figures.all, here(state=None), not state),
            (_("Not here yet"), figures.never_here, here(state="never"), state == "never"),
            (_("Suspended"), figures.suspended, here(state="suspended"), state == "suspended"),
        ],
        centres=centres,
        centre=centre,
        role=role,
        search=search,
        state=state,
        is_filtered=bool(centre or role or search or state),
        page=page,
        pages=pages,
        first_href=here(),
        previous_href=here(page=page - 1) if page > 1 else None,
        next_href=here(page=page + 1) if page < pages else None,
    )


@blueprint.get("/people/<int:person_id>")
@allow(can.look_after_people)
def show(person_id: int) -> ResponseReturnValue:
    no_store()
    somebody = find_person(person_id)
    return render_template(
        "people/show.html",
        somebody=somebody,
        roles=[ROLES[role] for role in queries.roles_of([somebody.id]).get(somebody.id, [])],
        may_edit=can.edit_person(me(), somebody),
        trouble=trouble_of(somebody.email),
        may_suspend=can.suspend_person(me(), somebody),
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@allow(can.add_people)
def new() -> ResponseReturnValue:
    """A centre's coordinator adds volunteers to her own centre, whatever else is sent."""
    no_store()
    form = PersonForm(centres=centres_to_choose(), roles=roles_to_give(), data={"roles": [Role.VOLUNTEER]})
    if not _accepted(form):
        return _page("people/new.html", form, status=422 if form.is_submitted() else 200)
    somebody = queries.guest_by_email(form.email.data) or Person(created_at=now())
    somebody.is_guest, somebody.centre_id = False, me().centre_id
    _write(form, somebody)
    somebody.roles = form.chosen_roles or {Role.VOLUNTEER}
    db.session.add(somebody)
    if not _kept(form):
        return _page("people/new.html", form, status=422)
    address = url_for("people.show", person_id=somebody.id)
    db.session.commit()
    flash(_("Added. Signing in needs no password: a link comes by e-mail."), "done")
    return redirect(address, 303)


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@allow(can.look_after_people)
def edit(person_id: int) -> ResponseReturnValue:
    no_store()
    somebody = find_person(person_id)
    require(can.edit_person(me(), somebody))
    form = PersonForm(
        centres=centres_to_choose(somebody),
        roles=roles_to_give() if can.change_roles(me(), somebody) else [],
        obj=somebody,
    )
    if not _accepted(form, somebody):
        return _page("people/edit.html", form, somebody=somebody, status=422 if form.is_submitted() else 200)
    if not require_version(somebody.version, form.version.data):
        return _page("people/edit.html", form, somebody=somebody, meanwhile=_meanwhile(form, somebody), status=409)
    if somebody.email != form.email.data:
        actions.end_links(somebody, now=now())
    _write(form, somebody)
    if "roles" in form:
        somebody.change_roles(form.chosen_roles | {role for role in somebody.roles if not can.give_role(me(), role)})
    if not _kept(form):
        return _page("people/edit.html", form, somebody=find_person(person_id), status=422)
    db.session.commit()
    flash(_("Saved."), "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


# --- suspension -------------------------------------------------------------------------------------------------------
@blueprint.post("/people/<int:person_id>/suspension")
@allow(can.look_after_people)
def suspend(person_id: int) -> ResponseReturnValue:
    somebody = find_person(person_id)
    require(can.suspend_person(me(), somebody))
    somebody.suspend(now())
    db.session.commit()
    flash(_("Suspended: signing in is no longer possible, and letters no longer come."), "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.post("/people/<int:person_id>/suspension/end")
@allow(can.look_after_people)
def restore(person_id: int) -> ResponseReturnValue:
    somebody = find_person(person_id)
    require(can.suspend_person(me(), somebody))
    somebody.restore()
    db.session.commit()
    flash(_("Restored: signing in is possible again."), "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


# --- what they have in common -----------------------------------------------------------------------------------------
def find_person(person_id: int) -> Person:
    """One of the people I may see, or a 404."""
    return db.one_or_404(visible_people(me()).where(Person.id == person_id).options(selectinload(Person.role_rows)))


def centres_to_choose(somebody: Person | None = None) -> dict[int, str]:
    """{id: name} of the centres I may put people into, with the one somebody is in; nothing where I may not choose."""
    if not can.move_between_centres(me()):
        return {}
    centres = list(db.session.scalars(open_centres()))
    if somebody is not None and somebody.centre is not None and somebody.centre not in centres:
        centres.append(somebody.centre)
    return {centre.id: titled(centre, "name") for centre in centres}


def roles_to_give() -> list[Role]:
    return [role for role in Role if can.give_role(me(), role)]


def _accepted(form: PersonForm, somebody: Person | None = None) -> bool:
    """Is the form in order, and the address nobody else's? (Whose it is, she may not be allowed to know.)"""
    if not form.validate_on_submit():
        return False
    other = db.session.scalar(select(Person.id).where(Person.email == form.email.data, Person.is_guest.is_(False)))
    if other is None or (somebody is not None and other == somebody.id):
        return True
    form.email.errors = [_taken()]
    return False


def _taken() -> str:
    return _("Somebody has this address already. If you do not see them, ask the network’s coordinator.")


def _write(form: PersonForm, somebody: Person) -> None:
    for name in FIELDS:
        setattr(somebody, name, form[name].data)
    if "centre_id" in form:
        somebody.centre_id = form.centre_id.data or None


def _kept(form: PersonForm) -> bool:
    """Write it down; False when somebody took the address a moment ago."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        form.email.errors = [_taken()]
        return False
    return True


def _meanwhile(form: PersonForm, somebody: Person) -> list[tuple[str, str]]:
    """What is kept now and differs from what was typed."""
    found = form.meanwhile({name: getattr(somebody, name) for name in (*FIELDS, "version")})
    if "centre_id" in form and form.centre_id.data != (somebody.centre_id or 0):
        found.append((form.centre_id.label.text, titled(somebody.centre, "name") if somebody.centre else "—"))
    if "roles" in form and form.chosen_roles != somebody.roles:
        found.append((form.roles.label.text, ", ".join(str(ROLES[role]) for role in sorted(somebody.roles))))
    return found


def _page(
    template: str,
    form: PersonForm,
    *,
    status: int,
    somebody: Person | None = None,
    meanwhile: list[tuple[str, str]] | None = None,
) -> ResponseReturnValue:
    return render_template(template, form=form, somebody=somebody, meanwhile=meanwhile), status
