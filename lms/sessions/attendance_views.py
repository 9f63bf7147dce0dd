"""Who was there: those who came in by a way of ours are known, the others are ticked by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from lms import permissions as can
from lms.access import allow, me, require
from lms.accounts.models import Person
from lms.clock import now
from lms.extensions import db
from lms.freshness import no_store
from lms.progress.actions import complete, take_back
from lms.progress.models import Completion, How
from lms.sessions import attendance_actions, lateness, words
from lms.sessions import attendance_queries as queries
from lms.sessions.attendance_actions import Ticks
from lms.sessions.models import LiveSession
from lms.sessions.views import blueprint, find_visible


@blueprint.get("/sessions/<int:live_session_id>/attendance")
@allow(can.teach)
def attendance(live_session_id: int) -> ResponseReturnValue:
    no_store()
    live_session = find_visible(live_session_id)
    require(can.mark_attendance(me(), live_session))
    rows = queries.attendance_rows(live_session)
    return render_template(
        "sessions/attendance.html",
        live_session=live_session,
        groups=[list(group) for _centre, group in groupby(rows, key=lambda row: row.centre_id)],
        ticked=[row.id for row in rows if row.at],
        number=len(rows),
        present=sum(row.at is not None for row in rows),
        has_begun=now() >= live_session.opens_at,
        marks=queries.marks_of(live_session),
        late_by=lateness.late_by,
        early_by=lateness.early_by,
        words=words,
    )


@blueprint.post("/sessions/<int:live_session_id>/attendance")
@allow(can.teach)
def mark_attendance(live_session_id: int) -> ResponseReturnValue:
    """Of the people on the page (``listed``), those ticked (``present``) were there; see ``ticks``."""
    live_session = find_visible(live_session_id)
    require(can.mark_attendance(me(), live_session))
    at = now()
    known = {row.id for row in queries.attendance_rows(live_session)}
    new, gone = attendance_actions.mark(live_session, ticks().only(known), by=me(), now=at)
    count(live_session, new, gone, at)
    db.session.commit()
    flash(_("Saved. Newly marked: %(new)s, taken back: %(gone)s.", new=len(new), gone=len(gone)), "done")
    return redirect(url_for("sessions.attendance", live_session_id=live_session_id), 303)


def ticks() -> Ticks:
    """What a page of ticks sends; ``was`` is one field, for it is as long as the page."""
    was = {int(number) for number in request.form.get("was", "").split() if number.isdecimal()}
    listed, present = (frozenset(request.form.getlist(name, type=int)) for name in ("listed", "present"))
    return Ticks(listed, frozenset(was), present)


def count(live_session: LiveSession, new: Collection[int], gone: Collection[int], at: datetime) -> None:
    """Who was there has done the session; who was not after all, has not."""
    for person in people(new):
        complete(person, live_session, How.PRESENT, now=at, by=me())
    for person in people(present_only(gone, live_session)):
        take_back(person, live_session)


def people(ids: Collection[int]) -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.id.in_(sorted(ids))))) if ids else []


def present_only(ids: Collection[int], live_session: LiveSession) -> set[int]:
    """Those for whom it counts because they were there, not because they watched it or a coordinator said so."""
    return set(
        db.session.scalars(
            select(Completion.person_id).where(
                Completion.activity_id == live_session.id,
                Completion.how == How.PRESENT,
                Completion.person_id.in_(sorted(ids)),
            )
        )
    )
