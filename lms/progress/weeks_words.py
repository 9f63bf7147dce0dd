"""The sentence that each chart over time says."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.display import day, number, titled
from lms.progress.weeks import Seen, Week


def of_done(weeks: list[Week]) -> str:
    """«С 1 сентября сделано 812 дел; больше всего за неделю с 12 октября — 97.»"""
    total = sum(week.done for week in weeks)
    if not total:
        return _("Nothing was completed in these weeks.")
    most = max(weeks, key=lambda week: week.done)
    return ngettext(
        "Since %(since)s %(count)s activity was completed; the most in the week of %(week)s: %(most)s.",
        "Since %(since)s %(count)s activities were completed; the most in the week of %(week)s: %(most)s.",
        total, since=day(weeks[0].monday), count=number(total), week=day(most.monday), most=number(most.done),
    )  # fmt: skip


def of_people(weeks: list[Week], all_people: int) -> str:
    """«На этой неделе занимались 23 из 128, на прошлой — 41.»"""
    if not any(week.people for week in weeks):
        return _("Nobody did anything in these weeks.")
    this = weeks[-1].people
    if len(weeks) == 1:
        return _("This week %(this)s of %(all)s were active.", this=number(this), all=number(all_people))
    return _(
        "This week %(this)s of %(all)s were active, the week before %(before)s.",
        this=number(this), all=number(all_people), before=number(weeks[-2].people),
    )  # fmt: skip


def of_sessions(seen: list[Seen]) -> str:
    if not seen:
        return _("No session was held yet.")
    mean = round(sum(one.all for one in seen) / len(seen))
    return ngettext(
        "On average a session was seen by %(num)s person, with recordings; the last one, “%(title)s”, by %(last)s.",
        "On average a session was seen by %(num)s people, with recordings; the last one, “%(title)s”, by %(last)s.",
        mean, title=titled(seen[-1]), last=number(seen[-1].all),
    )  # fmt: skip
