"""How the report speaks: names of indicators, states, and a sentence above each chart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.dates import say_day
from lms.display import locale
from lms.reports.figures import AVERAGES, Indicator, Report
from lms.typography import NO_BREAK

INDICATORS = {
    Indicator.SESSIONS: _l("Online sessions held"),
    Indicator.VISITS: _l("Visits to centres"),
    Indicator.CONSULTATIONS: _l("Consultations"),
    Indicator.PEOPLE: _l("People who took part"),
    Indicator.LIVE: _l("Attendances at sessions"),
    Indicator.RECORDING: _l("Sessions watched as recordings"),
    Indicator.COMPLETED: _l("People who completed the cycle"),
    Indicator.CERTIFICATES: _l("Certificates"),
    Indicator.GROWTH: _l("Growth from entry to final quiz, points"),
    Indicator.FEEDBACK: _l("How useful sessions were found, of 5"),
}
ROLES = {
    "volunteer": _l("staff and volunteers of centres"),
    "trainer": _l("trainers"),
    "centre_coordinator": _l("coordinators of centres"),
    "coordinator": _l("coordinators of the network"),
    "admin": _l("administrators"),
}
KINDS = {
    "seminar": _l("seminar"),
    "joint_meeting": _l("joint meeting"),
    "visit": _l("visit"),
    "consultation": _l("consultation"),
}


def figure(indicator: Indicator, value: Decimal) -> str:
    """«1 234» or, of an average, «4,6»."""
    return decimal(value) if indicator in AVERAGES else whole(value)


def whole(value: Decimal | int) -> str:
    """With a no-break space between thousands, in both languages."""
    return f"{int(value):,}".replace(",", NO_BREAK)


def decimal(value: Decimal) -> str:
    return str(value) if locale() == "en" else str(value).replace(".", ",")


def period(starts_on: date, ends_on: date) -> str:
    """«с 1 сентября по 1 декабря 2026»."""
    # A year is told where it is not this one: a report is read in others, so each day gets its year.
    start, end = (say_day(day, locale(), date.min) for day in (starts_on, ends_on))
    return _("from %(start)s to %(end)s", start=start, end=end)


def state(report: Report, indicator: Indicator, today: date) -> tuple[str, str]:
    """(shape, word) beside plan and fact; of what was not promised, nothing is said."""
    planned = report.planned.get(indicator.value)
    if planned is None:
        return "off", _("not planned")
    left = Decimal(planned) - report.fact(indicator)
    if left <= 0:
        return "done", _("carried out")
    shape = "now" if today <= report.ends_on else "wait"
    return shape, _("%(number)s left", number=figure(indicator, left))


def of_attendance(report: Report) -> str:
    held = report.held
    if not held:
        return _("No session was held in this period.")
    live = [report.attendance(one)[0] for one in held]
    mean = round(sum(live) / len(live))
    return ngettext(
        "On average %(num)s person was at a session; the most were %(most)s, the fewest %(fewest)s.",
        "On average %(num)s people were at a session; the most were %(most)s, the fewest %(fewest)s.",
        mean,
        most=max(live),
        fewest=min(live),
    )


def of_centres(report: Report) -> str:
    centres = [one for one in report.by_centre if one.name]
    if not centres:
        return _("Nobody of a centre took part in this period.")
    most = max(centres, key=lambda one: one.people)
    return _(
        "People of %(centres)s took part, most of them of %(centre)s: %(people)s.",
        centres=ngettext("%(num)s centre", "%(num)s centres", len(centres)),
        centre=(most.name_en if locale() == "en" else "") or most.name,
        people=most.people,
    )


def of_growth(report: Report) -> str:
    if not report.grown:
        return _("There are no pairs of entry and final quizzes with results of the same people yet.")
    gains = [one.final - one.entry for one in report.grown]
    if len(gains) == 1:
        return _("Between both quizzes the result grew by %(points)s points.", points=gains[0])
    return _("Over all topics the result grew by %(least)s to %(most)s points.", least=min(gains), most=max(gains))


def of_feedback(report: Report) -> str:
    if not report.opinions.people:
        return _("Nobody has said yet how the sessions were.")
    return ngettext(
        "By %(num)s opinion: useful %(useful)s, clear %(clear)s of 5.",
        "By %(num)s opinions: useful %(useful)s, clear %(clear)s of 5.",
        report.opinions.people,
        useful=decimal(report.fact(Indicator.FEEDBACK)),
        clear=decimal(report.clear),
    )
