"""Who was there, from the provider's own list: read, looked at, completed by a human, written.

Nobody is recognised but by the exact address. A person of exactly that name is proposed and waits for a tick.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from lms import display
from lms import permissions as can
from lms.access import allow, me, require, require_version
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.sessions import attendance_queries as attendance
from lms.sessions import lateness, participant_list_actions, words
from lms.sessions import participant_list_queries as queries
from lms.sessions.attendance_views import count
from lms.sessions.models import LiveSession, ParticipantList, Presence
from lms.sessions.participant_list_forms import ParticipantListForm, Recognised
from lms.sessions.participant_lists import is_of_another_day, participants
from lms.sessions.views import find_visible

blueprint = Blueprint("participant_lists", __name__)

# As many of those nobody recognised can be assigned on the page; the others are told by their number.
UNKNOWN_SHOWN = 300


@blueprint.route("/sessions/<int:live_session_id>/participants", methods=["GET", "POST"])
@allow(can.teach)
def new(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_visible(live_session_id)
    require(can.mark_attendance(me(), live_session))
    form = ParticipantListForm(live_session.zone, display.locale())
    zone = form.chosen_zone() if form.validate_on_submit() else ""
    lines = form.read() if zone else []
    found = participants(lines, live_session.starts_at, zone) if lines else []
    if not found:
        if lines:
            (form.file if form.file.data else form.text).errors = [
                _("There is no column with names or addresses in it. The first line must say which column is which.")
            ]
        status = 422 if form.is_submitted() else 200
        return render_template("participant_lists/new.html", **_about(live_session), form=form), status
    kept = participant_list_actions.keep(found, live_session, source=form.source, by=me(), now=now())
    address = url_for("participant_lists.show", live_session_id=live_session_id, list_id=kept.id)
    db.session.commit()
    return redirect(address, 303)


@blueprint.get("/sessions/<int:live_session_id>/participants/<int:list_id>")
@allow(can.teach)
def show(live_session_id: int, list_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    return page(live_session, find_list(live_session, list_id))


@blueprint.post("/sessions/<int:live_session_id>/participants/<int:list_id>")
@allow(can.teach)
def write(live_session_id: int, list_id: int) -> ResponseReturnValue:
    """Everybody recognised is written down, in one transaction; the others are left out."""
    live_session = find_visible(live_session_id)
    kept = find_list(live_session, list_id)
    expected = attendance.attendance_rows(live_session)
    said = Recognised(queries.reconciled(kept, live_session, expected), request.form)
    if not require_version(kept.version, request.form.get("version")):
        return page(live_session, kept, said, changed_meanwhile=True), 409
    if said.errors:
        return page(live_session, kept, said), 422
    at = now()
    participant_list_actions.assign(kept, said.whose)
    rows = queries.reconciled(kept, live_session, expected)
    new = participant_list_actions.write(kept, rows, live_session, by=me(), now=at)
    count(live_session, new, (), at)
    db.session.commit()
    flash(
        ngettext(
            "Written down: %(num)s person more was there.", "Written down: %(num)s people more were there.", len(new)
        ),
        "done",
    )
    return redirect(url_for("sessions.attendance", live_session_id=live_session_id), 303)


@blueprint.post("/sessions/<int:live_session_id>/participants/<int:list_id>/end")
@allow(can.teach)
def forget(live_session_id: int, list_id: int) -> ResponseReturnValue:
    live_session = find_visible(live_session_id)
    db.session.delete(find_list(live_session, list_id))
    db.session.commit()
    flash(_("The list is thrown away. Who was written down from it stays so."), "done")
    return redirect(url_for("sessions.attendance", live_session_id=live_session_id), 303)


def find_list(live_session: LiveSession, list_id: int) -> ParticipantList:
    no_store()
    require(can.mark_attendance(me(), live_session))
    found = select(ParticipantList).where(
        ParticipantList.id == list_id, ParticipantList.live_session_id == live_session.id
    )
    return db.one_or_404(found)


def page(
    live_session: LiveSession, kept: ParticipantList, said: Recognised | None = None, *, changed_meanwhile: bool = False
) -> str:
    expected = attendance.attendance_rows(live_session)
    rows = queries.reconciled(kept, live_session, expected)
    known = [row for row in rows if row.person is not None]
    unknown = [row for row in rows if row.person is None]
    attended = {row.id for row in expected if row.at}
    return render_template(
        "participant_lists/show.html",
        **_about(live_session),
        kept=kept,
        known=known,
        unknown=unknown[:UNKNOWN_SHOWN],
        more=max(0, len(unknown) - UNKNOWN_SHOWN),
        people=expected if unknown else [],
        attended=attended,
        new=len({row.person.id for row in known if row.person and not row.leads} - attended),
        is_of_another_day=is_of_another_day(
            [row.participant for row in rows], live_session.starts_at, live_session.ends_at
        ),
        said=said,
        changed_meanwhile=changed_meanwhile,
        listed=Presence.LISTED,
        late_by=lateness.late_by,
        early_by=lateness.early_by,
    )


def _about(live_session: LiveSession) -> dict[str, object]:
    return {"live_session": live_session, "words": words, "waiting": queries.lists_of(live_session)}
