"""The overview over time: what was completed, who was active, who came, week by week; each as chart and as table."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from lms import permissions as can
from lms.access import allow, me
from lms.centres.models import Centre
from lms.display import day, titled, weekday_day
from lms.extensions import db
from lms.freshness import no_store
from lms.progress import weeks_words, words
from lms.progress.matrix import NOWHERE
from lms.progress.views import asked_for
from lms.progress.weeks_queries import overview

blueprint = Blueprint("weeks", __name__)


@blueprint.get("/progress/weeks")
@allow(can.see_progress)
def index() -> ResponseReturnValue:
    """``?cycle=rc-2026&centre=salsk``: the filters of the table that make sense here."""
    no_store()
    asked = asked_for()
    if asked.cycle is None:
        return render_template("progress/index.html", asked=asked)
    centre = _centre(asked.filters.centre)
    found, seen = overview(me(), asked.cycle, centre, zone=current_app.config["ZONE"], now=asked.now)
    number = (asked.group.people if asked.group else asked.matrix.everybody).bit_count()
    return render_template(
        "weeks/index.html",
        asked=asked,
        titles=words.of_table(asked.matrix).titles,
        done=[(day(week.monday), f"{week.monday:%d.%m}", week.done) for week in found],
        active=[(day(week.monday), f"{week.monday:%d.%m}", week.people) for week in found],
        seen=[(weekday_day(one.starts_at, one.zone), titled(one), one.there, one.recording) for one in seen],
        says_done=weeks_words.of_done(found),
        says_active=weeks_words.of_people(found, number),
        says_seen=weeks_words.of_sessions(seen),
        here="progress.index",
    )


def _centre(slug: str) -> Centre | None:
    """``asked_for`` knows already that one may look at it."""
    if not slug or slug == NOWHERE:
        return None
    return db.session.scalar(db.select(Centre).where(Centre.slug == slug)) or abort(404)
