"""How letters fared in the last two weeks: by day and by topic, and how long they took."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms import permissions as can
from lms.access import allow
from lms.clock import now
from lms.dates import find_zone, start_of_day
from lms.display import duration, zone
from lms.freshness import no_store
from lms.outbox import fate_queries as queries
from lms.outbox import post
from lms.outbox.fate_queries import Counts, Fate
from lms.outbox.topics import Topic

blueprint = Blueprint("letter_figures", __name__)

DAYS = 14
LOST = (Fate.REFUSED, Fate.RETURNED, Fate.LATE)
TOPICS = {
    Topic.INVITATIONS: _l("Invitations"),
    Topic.CHANGES: _l("Changes of sessions"),
    Topic.CANCELLATIONS: _l("Cancellations"),
    Topic.REMINDERS: _l("Reminders"),
    Topic.NEWS: _l("News"),
    Topic.CERTIFICATES: _l("Certificates"),
    Topic.SIGN_IN: _l("Ways to sign in"),
    Topic.SERVICE: _l("From the platform itself"),
}


@blueprint.get("/letters/figures")
@allow(can.see_letters)
def show() -> ResponseReturnValue:
    no_store()
    dates = _dates()
    starts = [start_of_day(day, zone()) for day in dates]
    found = queries.counts(starts)
    days = [(day, _sum(found, number=number)) for number, day in enumerate(dates)]
    topics = [(words, _sum(found, topic=topic), topic) for topic, words in TOPICS.items()]
    whole = _sum(found)
    return render_template(
        "outbox/figures.html",
        whole=whole,
        sentences=_sentences(whole, queries.median_seconds(starts[0])),
        days=[(day, of_day, lost(of_day)) for day, of_day in reversed(days)],
        busiest=max(told(of_day) for _day, of_day in days),
        topics=[(words, of_topic, topic) for words, of_topic, topic in topics if told(of_topic)],
        times={topic: _time(seconds) for topic, seconds in queries.median_seconds_by_topic(starts[0]).items()},
        lost=lost(whole),
        folder=None if post.has_server() else post.folder(),
    )


def told(counts: Counts) -> int:
    """How many the figures speak of: what went inside another letter is counted with it."""
    return counts.total() - counts[Fate.GATHERED]


def lost(counts: Counts) -> int:
    return sum(counts[fate] for fate in LOST)


def _dates() -> list[date]:
    today = now().astimezone(find_zone(zone())).date()
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def _sum(found: dict[tuple[int, Topic], Counts], *, number: int | None = None, topic: Topic | None = None) -> Counts:
    whole: Counts = Counter()
    for (day, about), counts in found.items():
        if number in (None, day) and topic in (None, about):
            whole.update(counts)
    return whole


def _sentences(whole: Counts, median: float | None) -> list[str]:
    sent, waiting, gone = whole[Fate.SENT], whole[Fate.WAITING], lost(whole)
    sentences = [
        ngettext("In two weeks %(num)s letter was sent.", "In two weeks %(num)s letters were sent.", sent),
        _("Half of them were handed over within %(time)s.", time=_time(median)) if median is not None else "",
        ngettext("%(num)s did not arrive.", "%(num)s did not arrive.", gone) if gone else "",
        ngettext("%(num)s is waiting.", "%(num)s are waiting.", waiting) if waiting else "",
    ]
    return [sentence for sentence in sentences if sentence]


def _time(seconds: float) -> str:
    """Whole minutes, rounded up: what takes seconds is said to take one."""
    return duration(max(1, math.ceil(seconds / 60)))
