"""What a package says while it is played: which elements of the SCORM data model are kept, and what they come to.

Nothing here is proof of anything: a package runs in the learner's browser and may say what it likes, about herself and
in its own parts. So it is kept as its claim, within bounds. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.packages.manifest import Edition, Part

Values = dict[str, str]

LARGEST = 256 * 1024  # of all values together, in UTF-8
MOST = 3_000
_LONGEST = 64_000
_INDEX = r"\.\d{1,3}\."
_PATTERNS = {
    Edition.SCORM_12: (
        r"cmi\.core\.(lesson_location|lesson_status|exit|session_time|total_time|score\.(raw|min|max))",
        r"cmi\.(suspend_data|comments)",
        rf"cmi\.objectives{_INDEX}(id|status|score\.(raw|min|max))",
        r"cmi\.student_preference\.(audio|language|speed|text)",
        rf"cmi\.interactions{_INDEX}(id|time|type|weighting|student_response|result|latency"
        rf"|objectives{_INDEX}id|correct_responses{_INDEX}pattern)",
    ),
    Edition.SCORM_2004: (
        r"cmi\.(location|suspend_data|completion_status|success_status|exit|session_time|total_time|progress_measure)",
        r"cmi\.score\.(scaled|raw|min|max)",
        r"cmi\.learner_preference\.(audio_level|language|delivery_speed|audio_captioning)",
        rf"cmi\.objectives{_INDEX}(id|score\.(scaled|raw|min|max)|success_status|completion_status|progress_measure"
        r"|description)",
        rf"cmi\.comments_from_learner{_INDEX}(comment|location|timestamp)",
        rf"cmi\.interactions{_INDEX}(id|type|timestamp|weighting|learner_response|result|latency|description"
        rf"|objectives{_INDEX}id|correct_responses{_INDEX}pattern)",
    ),
}
_ELEMENTS = {edition: re.compile("|".join(f"(?:{one})" for one in given)) for edition, given in _PATTERNS.items()}


class NotKept(ValueError):
    """More than is kept, or no elements of the data model at all."""


class Status(StrEnum):
    BEGUN = "begun"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        return self in {Status.COMPLETED, Status.PASSED}


@dataclass(frozen=True)
class Said:
    """``score`` in per cent, ``seconds`` spent by the package's own account."""

    status: Status
    score: float | None
    seconds: int


def accepted(edition: Edition, values: object) -> Values:
    """The values that are elements a package may set; others are left out. Raises NotKept."""
    if not isinstance(values, dict) or len(values) > MOST:
        raise NotKept
    kept: Values = {}
    size = 0
    for name, value in values.items():
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise NotKept
        if _ELEMENTS[edition].fullmatch(name):
            kept[name] = _sound(value)
            size += len(name) + len(kept[name].encode())
    if size > LARGEST:
        raise NotKept
    return kept


def _sound(text: str) -> str:
    """Without what no database holds: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


# --- what it comes to -------------------------------------------------------------------------------------------------
def summary(edition: Edition, part: Part, values: Mapping[str, str]) -> Said:
    """A part that does not report is done when it was opened."""
    if not part.reports:
        return Said(Status.COMPLETED, None, 0)
    if edition is Edition.SCORM_12:
        return Said(_status_12(part, values), _score(values, "cmi.core.score."), seconds_12(values))
    return Said(_status_2004(part, values), _score(values, "cmi.score."), seconds_2004(values))


def _status_12(part: Part, values: Mapping[str, str]) -> Status:
    """A mastery score goes before what the package says itself (SCORM 1.2 RTE §3.4.4)."""
    said = values.get("cmi.core.lesson_status", "")
    raw = _number(values.get("cmi.core.score.raw"))
    if part.passing is not None and raw is not None and said in {"completed", "passed", "failed"}:
        return Status.PASSED if raw >= part.passing else Status.FAILED
    return _STATUSES.get(said, Status.BEGUN)


_STATUSES = {"completed": Status.COMPLETED, "passed": Status.PASSED, "failed": Status.FAILED}


def _status_2004(part: Part, values: Mapping[str, str]) -> Status:
    """The thresholds of the manifest go before what the package says itself (SCORM 2004 RTE §4.2.4 and §4.2.22)."""
    success = _STATUSES.get(values.get("cmi.success_status", ""))
    scaled, progress = _number(values.get("cmi.score.scaled")), _number(values.get("cmi.progress_measure"))
    if part.passing is not None:
        success = None if scaled is None else Status.PASSED if scaled >= part.passing else Status.FAILED
    is_completed = values.get("cmi.completion_status") == "completed"
    if part.threshold is not None and progress is not None:
        is_completed = progress >= part.threshold
    if success in {Status.PASSED, Status.FAILED}:
        return success
    return Status.COMPLETED if is_completed else Status.BEGUN


def _score(values: Mapping[str, str], prefix: str) -> float | None:
    scaled = _number(values.get(f"{prefix}scaled"))
    if scaled is not None:
        return round(100 * min(max(scaled, 0), 1), 2)
    raw, low, high = (_number(values.get(prefix + name)) for name in ("raw", "min", "max"))
    if raw is None:
        return None
    low, high = low or 0, 100 if high is None else high
    return round(100 * min(max((raw - low) / (high - low), 0), 1), 2) if high > low else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e9 else None


_CLOCK = re.compile(r"(\d{1,4}):(\d\d):(\d\d)(?:\.\d{1,2})?")
_PERIOD = re.compile(
    r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})(?:\.\d{1,2})?S)?)?"
)
_SECONDS = (31_557_600, 2_629_800, 86_400, 3_600, 60, 1)
_LONGEST_TIME = 10 * 365 * 86_400


def seconds_12(values: Mapping[str, str]) -> int:
    found = _CLOCK.fullmatch(values.get("cmi.core.total_time", ""))
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else 0


def seconds_2004(values: Mapping[str, str]) -> int:
    found = _PERIOD.fullmatch(values.get("cmi.total_time", ""))
    if found is None:
        return 0
    total = sum(int(amount or 0) * each for amount, each in zip(found.groups(), _SECONDS, strict=True))
    return min(total, _LONGEST_TIME)


def is_resumed(edition: Edition, values: Mapping[str, Any]) -> bool:
    """Did the learner leave it to come back, or was it cut off before it could say how it ends?"""
    leaving = "cmi.core.exit" if edition is Edition.SCORM_12 else "cmi.exit"
    has_said = any(not name.endswith(".total_time") for name in values)
    return has_said and values.get(leaving, "suspend") == "suspend"
