"""The certificate on paper: one landscape page with the ruler of the house, and a QR code to its check page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from lms import pdf
from lms.certificates import numbers
from lms.certificates.models import Certificate, Standing
from lms.dates import find_zone, say_day
from lms.typography import typo

_LEFT, _RIGHT = 24.0, 273.0
_MIDDLE = (_LEFT + _RIGHT) / 2
_ZONE = "Europe/Moscow"


@dataclass(frozen=True)
class Issuer:
    """Who gives it: the network, what stands before its numbers, who signs, and the host it is checked at."""

    organisation: str
    prefix: str
    signatory: str
    host: str


def draw(certificate: Certificate, issuer: Issuer, *, check_address: str, locale: str) -> bytes:
    """The finished PDF; the same certificate gives the same bytes. Words are said in the language spoken now."""
    sheet = pdf.Sheet(
        _("Certificate %(number)s", number=full_number(certificate, issuer.prefix)),
        lang=locale,
        author=issuer.organisation,
        subject=certificate.name,
        made_at=certificate.issued_at,
    )
    _frame(sheet, issuer)
    _words(sheet, certificate, locale)
    _ruler(sheet, certificate.modules)
    _foot(sheet, certificate, issuer, check_address, locale)
    if certificate.standing is not Standing.VALID:
        _void(sheet, certificate.standing)
    return sheet.bytes()


def full_number(certificate: Any, prefix: str) -> str:
    """«МРЦ-2026-000123», of a certificate or a row of the register."""
    number = numbers.number(certificate.year, certificate.serial, certificate.edition)
    return f"{prefix}-{number}" if prefix else number


def spoken_day(day: date, locale: str) -> str:
    """«28 ноября 2026» with its year: paper outlives it."""
    return say_day(day, locale, date.min)


def _frame(sheet: pdf.Sheet, issuer: Issuer) -> None:
    sheet.box(9, 9, sheet.width - 18, sheet.height - 18, edge="line-2", radius=3)
    sheet.mark(_LEFT, 20, 15)
    sheet.text("Мастерская", _LEFT + 19, 27.2, size=17, bold=True)
    sheet.block(issuer.organisation, _LEFT + 19, 33.2, width=150, size=10.5, lines=1, smallest=7, colour="ink-2")


def _words(sheet: pdf.Sheet, certificate: Certificate, locale: str) -> None:
    title = (certificate.cycle_title_en if locale == "en" else "") or certificate.cycle_title
    sheet.text(_("Certificate"), _MIDDLE, 61, size=36, bold=True, align="center")
    sheet.text(_("is given to"), _MIDDLE, 72, size=13, colour="ink-2", align="center")
    end = sheet.block(
        certificate.name,
        _MIDDLE,
        86,
        width=230,
        size=30,
        lines=2,
        smallest=13,
        bold=True,
        colour="accent",
        align="center",
    )
    sheet.text(_("for completing the whole cycle"), _MIDDLE, end + 12, size=13, colour="ink-2", align="center")
    quoted = f"“{title}”" if locale == "en" else typo(f"«{title}»")
    end = sheet.block(quoted, _MIDDLE, end + 22.5, width=215, size=19, lines=2, smallest=11, bold=True, align="center")
    sheet.text(_extent(certificate), _MIDDLE, end + 9.5, size=13, align="center")


def _extent(certificate: Certificate) -> str:
    """«36 часов · 8 модулей»."""
    said = []
    if certificate.hours:
        said.append(ngettext("%(num)s hour of study", "%(num)s hours of study", certificate.hours))
    if certificate.modules:
        said.append(ngettext("%(num)s module", "%(num)s modules", certificate.modules))
    return " · ".join(said)


def _ruler(sheet: pdf.Sheet, modules: int) -> None:
    """The folding rule laid out straight, a part for each module."""
    if not modules:
        return
    left, right, top, height = 58.0, sheet.width - 58.0, 146.0, 5.0
    part = (right - left) / modules
    sheet.box(left, top, right - left, height, fill="accent", radius=1.2)
    for number in range(modules):
        middle = left + (number + 0.5) * part
        for tick in range(1, 5):
            x = left + number * part + tick * part / 5
            sheet.line(x, top, x, top + (1.2 if tick % 5 else 2), colour="surface", width=0.5)
        if modules <= 40:
            sheet.text(str(number + 1), middle, top + height + 4.4, size=8, colour="ink-2", align="center")
        if number:
            sheet.dot(left + number * part, top + height / 2, 1.15, colour="now")


def _foot(sheet: pdf.Sheet, certificate: Certificate, issuer: Issuer, check_address: str, locale: str) -> None:
    day = spoken_day(certificate.issued_at.astimezone(find_zone(_ZONE)).date(), locale)
    sheet.text(_("Registered under the number"), _LEFT, 171, size=9, colour="ink-2")
    sheet.text(full_number(certificate, issuer.prefix), _LEFT, 177.5, size=14, bold=True)
    sheet.text(_("Given on %(day)s", day=day), _LEFT, 185, size=10.5)
    sheet.line(112, 177.5, 178, 177.5, colour="line-2")
    sheet.block(issuer.signatory or _("Signature, seal"), 112, 182, width=66, size=9, lines=3, colour="ink-2")
    sheet.qr(check_address, _RIGHT - 29, 162, 29)
    sheet.link(check_address, _RIGHT - 29, 162, 29, 29)
    sheet.text(_("Check it: %(host)s", host=issuer.host), _RIGHT - 33, 171, size=9, colour="ink-2", align="right")
    sheet.text(check_address.partition("//")[2], _RIGHT, 196.3, size=7, colour="ink-2", align="right")
    sheet.text(_("Code"), _RIGHT - 33, 178.5, size=9, colour="ink-2", align="right")
    sheet.text(numbers.spoken(certificate.code), _RIGHT - 33, 184, size=11, bold=True, align="right")


def _void(sheet: pdf.Sheet, standing: Standing) -> None:
    """Across its top: paper that is printed now must say it."""
    word = _("Revoked: not valid") if standing is Standing.REVOKED else _("Replaced by a newer edition: not valid")
    sheet.text(word, _RIGHT, 27.2, size=13, bold=True, colour="bad", align="right")
