"""Making, changing, publishing and calling off a session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import display
from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.centres.models import Centre
from lms.clock import now
from lms.cycles.actions import place
from lms.cycles.models import Activity, Module
from lms.cycles.queries import current_cycle, visible_cycles
from lms.extensions import db
from lms.sessions import agenda, invitation_actions, queries, reminder_actions, waiting_actions, words
from lms.sessions import invitation_queries as invitations
from lms.sessions.conflict_queries import conflicts
from lms.sessions.forms import CancellationForm, LiveSessionForm
from lms.sessions.models import Anchor, Audience, LiveSession, Reminded
from lms.sessions.reminder_forms import Plan
from lms.sessions.views import blueprint, find_visible

WEEK = timedelta(days=7)
# What the first session starts with; each later one starts with those of the one before.
USUAL_REMINDERS = (
    Plan(Anchor.START, -2 * 24 * 60, None, Reminded.SILENT),
    Plan(Anchor.START, -24 * 60, None, Reminded.YES),
    Plan(Anchor.START, -60, None, Reminded.YES),
)


@blueprint.route("/sessions/new", methods=["GET", "POST"])
@allow(can.teach)
def new() -> ResponseReturnValue:
    form = LiveSessionForm()
    offer_choices(form)
    if request.method == "GET":
        start_as_the_last(form)
        number = number_meant(form)
        form.invite_all.data, form.number_shown.data = number > 0, number
        return page_of_new(form, number, conflicts=conflicts_of(form) if form.day.data and form.starts.data else None)
    if request.form.get("do") == "more":
        form.offer_more_reminders()
        return page_of_new(form, number_meant(form))
    publishing = request.form.get("do") == "publish"
    if not form.validate() or (publishing and not form.must_have_room()):
        return page_of_new(form, number_meant(form)), 422
    number = number_meant(form)
    inviting = publishing and form.invite_all.data
    if inviting and str(number) != form.number_shown.data:
        # Somebody was enrolled meanwhile, or the audience was changed: the number on the page must be true.
        form.number_shown.data = number
        return page_of_new(form, number, number_changed=True), 422
    shown = conflicts_of(form)
    if request.form.get("do") == "preview" or not all_seen(form, shown):
        # Who is expected elsewhere at that time, and on which days a series falls, is shown before it is saved.
        return page_of_new(form, number, conflicts=shown), 200 if request.form.get("do") == "preview" else 422
    made, invited = make_all(form, publishing=publishing, inviting=bool(inviting))
    live_session_id, number_made = made[0].id, len(made)
    db.session.commit()
    if number_made > 1:
        said = words.sessions_published(number_made) if publishing else words.sessions_saved(number_made)
        flash(" ".join([said, *([words.people_invited(invited)] if invited else [])]), "done")
        return redirect(url_for("sessions.index"), 303)
    if invited:
        flash(" ".join([_("The session is published."), words.people_invited(invited)]), "done")
        return redirect(url_for("invitations.index", live_session_id=live_session_id), 303)
    flash(_("The session is published, nobody is invited yet.") if publishing else _("Saved as a draft."), "done")
    return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)


def make_all(form: LiveSessionForm, *, publishing: bool, inviting: bool) -> tuple[list[LiveSession], int]:
    """The session, or each of its series with a calendar event of its own; and how many people are invited."""
    at, made, invited = now(), [], 0
    wait = timedelta(seconds=current_app.config["UNDO_SECONDS"])
    for day in form.all_days():
        form.move_to(day)
        live_session = LiveSession(created_at=at, updated_at=at)
        save(form, live_session, at)
        db.session.add(live_session)
        db.session.flush()
        made.append(live_session)
        if publishing:
            live_session.publish()
        if inviting and live_session.takes_invitations(at):
            meant = db.session.scalars(invitations.audience_to_invite(live_session)).all()
            invited = invitation_actions.invite(meant, live_session, by=me(), now=at, delay=wait)
    return made, invited


def conflicts_of(form: LiveSessionForm, but: int | None = None) -> list[Any]:
    day = form.day.data
    times = []
    for other in form.all_days():
        form.move_to(other)
        times.append((form.starts_at, form.ends_at))
    if day is not None:
        form.move_to(day)
    centre_ids = form.centres.data if form.audience.data == Audience.CENTRES.value else []
    return conflicts(times, trainer_ids=form.trainers.data or [], centre_ids=centre_ids or [], but=but)


def signature(shown: list[Any]) -> str:
    return ",".join(sorted({f"{row.id}" for row in shown}))


def all_seen(form: LiveSessionForm, found: list[Any]) -> bool:
    """Whether every session in the way stood on the page already; one that is no longer in the way asks nothing."""
    return {f"{row.id}" for row in found} <= set((form.conflicts_shown.data or "").split(","))


def page_of_new(
    form: LiveSessionForm, number: int, *, number_changed: bool = False, conflicts: list[Any] | None = None
) -> str:
    if conflicts is not None:
        form.conflicts_shown.data = signature(conflicts)
    return render_template(
        "sessions/new.html",
        form=form,
        number=number,
        number_changed=number_changed,
        conflicts=conflicts or [],
        days=form.all_days() if conflicts is not None and form.repeat.data != "once" else [],
        templates=queries.templates(),
        words=words,
        live_session=None,
    )


@blueprint.route("/sessions/<int:live_session_id>/edit", methods=["GET", "POST"])
@allow(can.teach)
def edit(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    require(can.edit_live_session(me(), live_session))
    if request.method == "POST":
        hold(live_session)
    form = LiveSessionForm()
    offer_choices(form, live_session.zone)
    meanwhile: Any = None
    shown: list[Any] = []
    status = 200
    if request.method == "GET":
        form.show(live_session)
        form.conflicts_shown.data = signature(conflicts_of(form, live_session.id))
    elif request.form.get("do") == "more":
        form.offer_more_reminders()
    elif not form.validate() or (live_session.is_published and not form.must_have_room()):
        status = 422
    elif not require_version(live_session.version, form.version.data):
        stored = LiveSessionForm(formdata=None)
        offer_choices(stored, live_session.zone)
        stored.show(live_session)
        meanwhile, status = form.differences(stored), 409
        form.version.data = live_session.version
    elif not all_seen(form, shown := conflicts_of(form, live_session.id)):
        form.conflicts_shown.data, status = signature(shown), 422
    else:
        at = now()
        changed = save(form, live_session, at)
        told = 0
        if live_session.is_published and not live_session.is_cancelled:
            told = invitation_actions.tell_of_change(live_session, changed, by=me(), now=at)
            db.session.flush()
            waiting_actions.promote(live_session, now=at)  # the limit may be higher now
        db.session.commit()
        flash(" ".join([_("Saved."), *([words.people_told(told)] if told else [])]), "done")
        return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)
    told = invitations.figures(live_session.id).invited if live_session.is_published else 0
    page = render_template(
        "sessions/edit.html",
        form=form,
        live_session=live_session,
        told=told,
        meanwhile=meanwhile,
        conflicts=shown,
        words=words,
    )
    return page, status


@blueprint.post("/sessions/<int:live_session_id>/publication")
@allow(can.teach)
def publication(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    require(can.edit_live_session(me(), live_session))
    if live_session.lacks is not None:
        flash(_("Give a link to the room, or a place: then it can be published."), "late")
        return redirect(url_for("sessions.edit", live_session_id=live_session_id), 303)
    live_session.publish()
    db.session.commit()
    flash(_("The session is published. Now invite people to it."), "done")
    return redirect(url_for("invitations.new", live_session_id=live_session_id), 303)


@blueprint.post("/sessions/<int:live_session_id>/template")
@allow(can.teach)
def template(live_session_id: int) -> ResponseReturnValue:
    """From now on others can start from it; pressed again, no longer."""
    live_session = find_visible(live_session_id)
    require(can.edit_live_session(me(), live_session))
    live_session.is_template = request.form.get("is_template") == "yes"
    said = _("New sessions can start from this one.") if live_session.is_template else _("No longer a template.")
    db.session.commit()
    flash(said, "done")
    return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)


@blueprint.route("/sessions/<int:live_session_id>/cancellation", methods=["GET", "POST"])
@allow(can.teach)
def cancellation(live_session_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    require(can.edit_live_session(me(), live_session))
    if request.method == "POST":
        hold(live_session)
    if live_session.is_cancelled:
        flash(_("The session has been called off already."), "wait")
        return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)
    form = CancellationForm()
    figures = invitations.figures(live_session.id)
    is_over = now() >= live_session.ends_at
    status, changed_meanwhile = 200, False
    if form.validate_on_submit():
        if require_version(live_session.version, form.version.data):
            told = invitation_actions.cancel(live_session, form.reason.data, by=me(), now=now())
            db.session.commit()
            flash(" ".join([_("The session is called off."), *([words.people_told(told)] if told else [])]), "done")
            return redirect(url_for("sessions.show", live_session_id=live_session_id), 303)
        status, changed_meanwhile = 409, True
    elif form.is_submitted():
        status = 422
    form.version.data = live_session.version
    page = render_template(
        "sessions/cancellation.html",
        form=form,
        live_session=live_session,
        figures=figures,
        is_over=is_over,
        changed_meanwhile=changed_meanwhile,
        words=words,
    )
    return page, status


# --- what both forms share --------------------------------------------------------------------------------------------
def hold(live_session: LiveSession) -> None:
    """Who changes it at the same moment waits, and is then shown what was changed."""
    db.session.execute(select(Activity.id).where(Activity.id == live_session.id).with_for_update())
    db.session.refresh(live_session)


def offer_choices(form: LiveSessionForm, zone: str = "") -> None:
    form.offer(
        modules=queries.modules_to_choose(),
        cycles=db.session.scalars(visible_cycles(me())).all(),
        trainers=queries.possible_trainers(),
        centres=db.session.scalars(select(Centre).where(Centre.archived_at.is_(None)).order_by(Centre.name)).all(),
        zone=zone or current_app.config["ZONE"],
        english=display.locale() == "en",
    )


def start_as_the_last(form: LiveSessionForm) -> None:
    """A copy of the last session: its link, people and time of day, in the first week that is still to come."""
    template = find_template()
    last = template or queries.latest_made()
    if last is not None:
        form.show(last)
        for name in () if template else ("title", "title_en", "summary", "summary_en", "agenda"):
            form[name].data = ""
        form.day.data, form.last_day.data = days_of_the_next(last, now().astimezone(last.tz).date())
        form.module_id.data = f"c{last.cycle_id}" if last.cycle_id else ""
    else:
        cycle = current_cycle(me())
        form.zone.data = current_app.config["ZONE"]
        form.sends_followup.data = True
        form.show_reminders(USUAL_REMINDERS, form.zone.data)
        form.module_id.data = f"c{cycle.id}" if cycle else ""
        form.audience.data = (Audience.CYCLE if cycle else Audience.INVITED).value
    wanted = request.args.get("module_id", type=int)
    if wanted and db.session.get(Module, wanted):
        form.module_id.data, form.audience.data = f"m{wanted}", Audience.CYCLE.value
    form.version.data = None


def find_template() -> LiveSession | None:
    """The session to start from that was chosen on the page."""
    wanted = request.args.get("like", type=int)
    return db.session.get(LiveSession, wanted) if wanted and wanted < 2**31 else None


def days_of_the_next(last: LiveSession, today: date) -> tuple[date, date | None]:
    """The same day of the week, as soon as it comes after both today and the last one; and the last day, if another."""
    first, final = (at.astimezone(last.tz).date() for at in (last.starts_at, last.ends_at))
    day = first + WEEK * max(1, (today - first).days // 7 + 1)
    return day, day + (final - first) if final > first else None


def number_meant(form: LiveSessionForm) -> int:
    audience = next((audience for audience in Audience if audience.value == form.audience.data), Audience.INVITED)
    return queries.count_people(queries.meant_people(form.cycle_id, audience, form.centres.data or []))


def save(form: LiveSessionForm, live_session: LiveSession, at: Any) -> set[str]:
    """Write the form into the session; the words for what people must be told of: time, place, room."""
    before = (live_session.starts_at, live_session.ends_at, live_session.place, live_session.room_url)
    plan_before = live_session.agenda
    module, cycle_id = form.module, form.cycle_id
    form.write(live_session, now=at)
    if before[0] is not None and plan_before == live_session.agenda:
        live_session.agenda = agenda.moved(plan_before, before[0], live_session.starts_at, live_session.zone)
    live_session.cycle_id = cycle_id
    reminder_actions.plan(live_session, form.planned(), now=at)
    if module is None:
        live_session.module_id = None
    elif module.id != live_session.module_id:
        place(live_session, module)
    if before[0] is None:
        return set()
    return {
        word
        for word, differs in (
            ("time", before[:2] != (live_session.starts_at, live_session.ends_at)),
            ("place", before[2] != live_session.place),
            ("room", before[3] != live_session.room_url),
        )
        if differs
    }
