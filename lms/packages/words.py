"""What is said of packages: why one is not taken, how a part stands, how long somebody was at it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.display import percent
from lms.packages.archive import MOST_FILES, MOST_UNPACKED, Refused, Trouble
from lms.packages.models import Claim, Edition, Status

_MARKS = {Status.BEGUN: "now", Status.COMPLETED: "done", Status.PASSED: "done", Status.FAILED: "wait"}


def refusal(problem: Refused) -> str:
    """Why an archive is not taken, and what to do."""
    match problem.trouble:
        case Trouble.H5P:
            return _("H5P cannot be played here. Export it as SCORM (in Lumi: “Export as SCORM”) and upload that ZIP.")
        case Trouble.XAPI:
            return _("This is an xAPI, cmi5 or AICC package. Export it as SCORM 1.2 or 2004 and upload that ZIP.")
        case Trouble.NO_MANIFEST:
            return _("There is no imsmanifest.xml in it: this is no SCORM package. Export it as SCORM 1.2 or 2004.")
        case Trouble.IN_A_FOLDER:
            return _("imsmanifest.xml lies in a folder. Pack what is in the folder, not the folder itself.")
        case Trouble.LOCKED:
            return _("The archive has a password. Export it without one.")
        case Trouble.LARGE:
            return _(
                "The archive would grow too large: at most %(files)s files and %(size)s MB unpacked fit.",
                files=MOST_FILES, size=MOST_UNPACKED // 1024 // 1024,
            )  # fmt: skip
        case Trouble.LEADS_OUT:
            return _("A file in the archive has a name that leads out of it or cannot be: %(name)s", name=problem.name)
        case Trouble.PROGRAM:
            return _("There is a program in the archive: %(name)s. Take it out and export again.", name=problem.name)
    return _("The archive is damaged. Export it anew and choose it again.")


def unreadable() -> str:
    return _("imsmanifest.xml cannot be read. Export the package anew as SCORM 1.2 or 2004.")


def nothing_to_open() -> str:
    return _("Nothing in the package can be opened: imsmanifest.xml names no page that is in the archive.")


def edition(edition: Edition | None) -> str:
    return f"SCORM {edition.value}" if edition else ""


def mark(claim: Claim | None) -> str:
    """The shape beside a part: done, now, wait (failed, may be tried again) or none."""
    return _MARKS[claim.status] if claim else "none"


def status(status: Status) -> str:
    return {
        Status.BEGUN: _("under way"),
        Status.COMPLETED: _("gone through"),
        Status.PASSED: _("passed it"),
        Status.FAILED: _("not passed"),
    }[status]


def said_of(claim: Claim | None) -> str:
    """«пройдено, 87 %»."""
    if claim is None:
        return _("not opened yet")
    said = [status(claim.status)]
    if claim.score is not None:
        said.append(percent(round(claim.score)))
    return ", ".join(said)


def time_spent(seconds: int) -> str:
    """«12 минут», «2 ч 5 мин»; empty when it is not known."""
    minutes = round(seconds / 60)
    if seconds <= 0:
        return ""
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
