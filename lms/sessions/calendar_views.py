"""The sessions as a calendar: by month, week, or one after the other. All of what is shown stands in the address."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from babel.dates import format_date
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import dates, display
from lms import permissions as can
from lms.access import allow, me
from lms.clock import now
from lms.sessions import calendar_pages, words
from lms.sessions import calendar_queries as queries
from lms.sessions.calendar_pages import Page, Span
from lms.sessions.models import LiveSessionKind
from lms.sessions.views import blueprint


@blueprint.get("/sessions/calendar")
@allow(can.learn)
def agenda() -> ResponseReturnValue:
    """``?view=month|week|agenda&at=2026-12&kind=seminar&cycle=rc-2026&mine=1``."""
    zone = display.zone()
    today = now().astimezone(dates.find_zone(zone)).date()
    span = next((one for one in Span if one.value == request.args.get("view")), Span.MONTH)
    shown = calendar_pages.page(span, calendar_pages.read_day(request.args.get("at", ""), today))
    choice = chosen()
    days = shown.days(queries.between(me(), *shown.moments(zone), choice), zone)
    return render_template(
        "sessions/agenda.html",
        page=shown,
        choice=choice,
        days=days,
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)] if span is Span.MONTH else [],
        is_empty=not any(day.rows for day in days),
        title=_title(shown),
        today=today,
        weekdays=[dates.weekday(day.day, display.locale()) for day in days[:7]] if span is Span.MONTH else [],
        zone_words=dates.zone_words(zone, display.locale()),
        cycles=queries.cycles_seen(me()),
        tabs_shown=[(word, None, address(view=one, at=shown.at), one == span) for one, word in _spans().items()],
        address=address,
        kinds=words.KINDS,
    )


def chosen() -> queries.Choice:
    kind = next((one for one in LiveSessionKind if one.value == request.args.get("kind")), None)
    return queries.Choice(kind, request.args.get("cycle", "")[:100], request.args.get("mine") == "1")


def address(**changes: str) -> str:
    """This page's address with some of what it asks for changed."""
    asked = {name: request.args.get(name, "") for name in ("view", "at", "kind", "cycle", "mine")} | changes
    query = urlencode({name: value for name, value in asked.items() if value})
    return url_for("sessions.agenda") + (f"?{query}" if query else "")


def _spans() -> dict[Span, str]:
    return {Span.MONTH: _("Month"), Span.WEEK: _("Week"), Span.AGENDA: _("In a row")}


def _title(shown: Page) -> str:
    """«Декабрь 2026», «30 ноября — 6 декабря»."""
    locale, today = display.locale(), now().date()
    if shown.span is Span.MONTH:
        return format_date(shown.anchor, "LLLL y", locale).capitalize()
    return f"{_day(shown.first, locale, today)}\u00a0— {_day(shown.last, locale, today)}"


def _day(day: date, locale: str, today: date) -> str:
    return dates.say_day(day, locale, today)
