"""The report as headings, sentences and tables, in the reader's language: what PDF, DOCX and XLSX are written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms.dates import say_day
from lms.display import locale
from lms.reports import words
from lms.reports.figures import AVERAGES, Indicator, Report
from lms.spreadsheet import Cell


@dataclass(frozen=True)
class Block:
    """One part: its heading, a sentence (or nothing), and a table; ``widths`` are shares of the page."""

    title: str
    sentence: str
    head: list[str]
    rows: list[list[Cell]]
    widths: Sequence[float]


def blocks(report: Report, today: date) -> list[Block]:
    """Plan and fact first, then the figures by centre and session, then the lists that prove them."""
    return [
        _plan(report, today),
        _centres(report),
        _sessions(report),
        _growth(report),
        _people(report),
        *_given(report),
    ]


def title(report: Report) -> str:
    return _("Grant report")


def subtitle(report: Report) -> str:
    """«Школа ресурсных центров — 2026. Договор № 26-1, с 1 сентября по 1 декабря 2026»."""
    contract = _("Contract %(number)s, ", number=report.contract) if report.contract else ""
    return f"{_cycle(report)}. {contract}{words.period(report.starts_on, report.ends_on)}."


def _cycle(report: Report) -> str:
    return (report.cycle_en if locale() == "en" else "") or report.cycle


def _plan(report: Report, today: date) -> Block:
    rows: list[list[Cell]] = []
    for indicator in Indicator:
        planned, fact = report.planned.get(indicator.value), report.fact(indicator)
        rows.append(
            [
                str(words.INDICATORS[indicator]),
                "—" if planned is None else planned,
                words.decimal(fact) if indicator in AVERAGES else int(fact),
                words.state(report, indicator, today)[1],
            ]
        )
    head = [_("Indicator"), _("Plan"), _("Fact"), _("State")]
    return Block(_("Plan and fact"), words.of_feedback(report), head, rows, (5, 1, 1, 2))


def _centres(report: Report) -> Block:
    rows: list[list[Cell]] = [
        [
            (one.name_en if locale() == "en" else "") or one.name or _("No centre"),
            one.people, one.live, one.recording, one.completed, one.certificates,
        ]
        for one in report.by_centre
    ]  # fmt: skip
    head = [_("Centre"), _("People"), _("Attendances"), _("As recordings"), _("Completed the cycle"), _("Certificates")]
    return Block(_("By centre"), words.of_centres(report), head, rows, (3, 1, 1, 1, 1, 1))


def _sessions(report: Report) -> Block:
    rows: list[list[Cell]] = []
    for one in report.held:
        live, recording = report.attendance(one)
        name = (one.title_en if locale() == "en" else "") or one.title
        rows.append([_day(one.starts_at, one.zone), name, str(words.KINDS[one.kind]), one.place, live, recording])
    head = [_("Day"), _("Session"), _("Kind"), _("Place"), _("There"), _("As recordings")]
    return Block(_("Sessions held"), words.of_attendance(report), head, rows, (2, 4, 2, 2, 1, 1))


def _growth(report: Report) -> Block:
    rows: list[list[Cell]] = [
        [(one.title_en if locale() == "en" else "") or one.title, one.people, one.entry, one.final]
        for one in report.grown
    ]
    head = [_("Topic"), _("People"), _("Before, per cent"), _("After, per cent")]
    return Block(_("What changed in knowledge"), words.of_growth(report), head, rows, (4, 1, 1, 1))


def _people(report: Report) -> Block:
    roles = {role: str(word) for role, word in words.ROLES.items()}
    rows: list[list[Cell]] = [
        [
            person.name,
            (person.centre_en if locale() == "en" else "") or person.centre or "—",
            roles[person.role],
            say_day(person.first_on, locale(), date.min),
        ]
        for person in report.people
    ]
    sentence = ", ".join(f"{roles[role]}: {number}" for role, number in report.by_role)
    return Block(
        _("People who took part"), sentence, [_("Name"), _("Centre"), _("Role"), _("Since")], rows, (4, 2, 3, 2)
    )


def _given(report: Report) -> list[Block]:
    names = {person.id: person for person in report.people}
    found = []
    for heading, given, numbered in (
        (_("People who completed the cycle"), report.completed, False),
        (_("Register of certificates"), report.certificates, True),
    ):
        rows: list[list[Cell]] = [
            [
                *([one.number] if numbered else []),
                names[one.person_id].name,
                names[one.person_id].centre or "—",
                say_day(one.day, locale(), date.min),
            ]
            for one in given
        ]
        head = [*([_("Register number")] if numbered else []), _("Name"), _("Centre"), _("Day")]
        found.append(Block(heading, "", head, rows, (2, 4, 2, 2) if numbered else (4, 2, 2)))
    return found


def _day(at: datetime, zone: str) -> str:
    return say_day(at.astimezone(ZoneInfo(zone)).date(), locale(), date.min)
