"""Right answers as a trainer types them: one a line. Pure.

* an answer: ``текст``, ``текст | 50`` (worth half of the points), ``текст | 50 | пояснение``
* a number: ``50``, ``50 ± 0,5``, ``50 ± 5 %``, with the same tail
* a choice of a gap: ``* верный``, ``другой``, or with a share of its own ``почти | 50``
* a criterion of a rubric: ``Назван адресат | 2``
* a unit: ``см = 0,01``

What is read is written back as the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.quizzes.grading import read_number

FULL = 100
Rows = list[dict[str, Any]]


class Unreadable(ValueError):
    """A line that is not what it should be; the argument is the line."""


@dataclass(frozen=True, slots=True)
class _Tail:
    share: float
    feedback: str


_TAIL = re.compile(r"\s*\|\s*(?P<share>-?\d{1,3}(?:[.,]\d+)?)?\s*%?\s*(?:\|\s*(?P<feedback>.*))?")


def _split(line: str, usual: float) -> tuple[str, _Tail]:
    """What stands before the first bar that begins a share or a feedback, and these."""
    head, bar, rest = line.partition("|")
    found = _TAIL.fullmatch(bar + rest) if bar else None
    if found is None or (found["share"] is None and found["feedback"] is None):
        return line.strip(), _Tail(usual, "")
    share = float(found["share"].replace(",", ".")) if found["share"] else usual
    if not -FULL <= share <= FULL:
        raise Unreadable(line)
    return head.strip(), _Tail(_whole(share), (found["feedback"] or "").strip())


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _tail(share: float, feedback: str, usual: float = FULL) -> str:
    if feedback:
        return f" | {_whole(share)} | {feedback}"
    return f" | {_whole(share)}" if share != usual else ""


def lines_of(text: str | None) -> list[str]:
    found = (" ".join(line.split()) for line in (text or "").splitlines())
    return [line for line in found if line]


def plain(value: Decimal) -> str:
    """«0.5», «50»: without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- words ------------------------------------------------------------------------------------------------------------
def read_words(text: str | None) -> Rows:
    """[{"text", "share", "feedback"}, …]."""
    rows = []
    for line in lines_of(text):
        words, tail = _split(line, FULL)
        if not words:
            raise Unreadable(line)
        rows.append({"text": words, "share": tail.share, "feedback": tail.feedback})
    return rows


def write_words(rows: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(f"{row['text']}{_tail(row.get('share', FULL), row.get('feedback', ''))}" for row in rows)


# --- numbers ----------------------------------------------------------------------------------------------------------
_ABOUT = re.compile(r"(?P<answer>.+?)\s*(?:±|\+-|\+/-)\s*(?P<tolerance>.+)")


def read_numbers(text: str | None, unit: str = "") -> Rows:
    """[{"answer", "tolerance", "share", "feedback"}, …], decimals as text."""
    rows = []
    for line in lines_of(text):
        words, tail = _split(line, FULL)
        found = _ABOUT.fullmatch(words)
        answer, tolerance = (found["answer"], found["tolerance"]) if found else (words, "0")
        value = read_number(answer, unit)
        if value is None:
            raise Unreadable(line)
        rows.append(
            {
                "answer": plain(value),
                "tolerance": read_tolerance(tolerance, unit),
                "share": tail.share,
                "feedback": tail.feedback,
            }
        )
    return rows


def read_tolerance(text: str, unit: str = "") -> str:
    """«0,5» as "0.5", «5 %» as "5%". Raises Unreadable, also for less than nothing."""
    is_percent = text.strip().endswith("%")
    value = read_number(text.strip().removesuffix("%").strip() or "0", "" if is_percent else unit)
    if value is None or value < 0:
        raise Unreadable(text)
    return f"{plain(value)}%" if is_percent else plain(value)


def write_numbers(rows: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(_number_line(row) for row in rows)


def _number_line(row: Mapping[str, Any]) -> str:
    tolerance = str(row.get("tolerance") or "0")
    about = f" ± {tolerance}" if Decimal(tolerance.removesuffix("%") or 0) else ""
    return f"{row['answer']}{about}{_tail(row.get('share', FULL), row.get('feedback', ''))}"


def read_units(text: str | None) -> Rows:
    """[{"unit", "factor"}, …]: a typed number times the factor is what the answers are in."""
    rows = []
    for line in lines_of(text):
        unit, sign, factor = line.rpartition("=")
        value = read_number(factor)
        if not sign or not unit.strip() or value is None or value <= 0:
            raise Unreadable(line)
        rows.append({"unit": unit.strip(), "factor": plain(value)})
    return rows


def write_units(rows: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(f"{row['unit']} = {row['factor']}" for row in rows)


# --- choices of a gap -------------------------------------------------------------------------------------------------
def read_options(text: str | None) -> Rows:
    """[{"text", "share", "feedback"}, …]; a star before the text marks the right one."""
    rows = []
    for line in lines_of(text):
        usual = FULL if line.startswith("*") else 0
        words, tail = _split(line.removeprefix("*").strip(), usual)
        if not words:
            raise Unreadable(line)
        rows.append({"text": words, "share": tail.share, "feedback": tail.feedback})
    return rows


def write_options(rows: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(_option_line(row) for row in rows)


def _option_line(row: Mapping[str, Any]) -> str:
    share = row.get("share", 0)
    star, usual = ("* ", FULL) if share == FULL else ("", 0)
    return f"{star}{row['text']}{_tail(share, row.get('feedback', ''), usual)}"


# --- a rubric ---------------------------------------------------------------------------------------------------------
def read_rubric(text: str | None) -> Rows:
    """[{"criterion", "points"}, …]; without a number a criterion is worth 1."""
    rows = []
    for line in lines_of(text):
        words, bar, points = line.rpartition("|")
        if not bar:
            words, points = line, "1"
        if not words.strip() or not points.strip().isdecimal() or not 1 <= int(points.strip()[:4]) <= FULL:
            raise Unreadable(line)
        rows.append({"criterion": words.strip(), "points": int(points)})
    return rows


def write_rubric(rows: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(f"{row['criterion']} | {row['points']}" for row in rows)


GAP_READERS: dict[str, Callable[[str | None], Rows]] = {
    "short": read_words,
    "number": read_numbers,
    "choice": read_options,
}
# Under which name a gap of each kind keeps its rows.
GAP_ROWS = {"short": "accepted", "number": "answers", "choice": "options"}
_GAP_WRITERS = {"short": write_words, "number": write_numbers, "choice": write_options}


def write_gap(gap: Mapping[str, Any]) -> str:
    return _GAP_WRITERS[gap["kind"]](gap.get(GAP_ROWS[gap["kind"]]) or ())


_GAP_MARK = re.compile(r"\[\[(\d{1,3})\]\]")


def gap_numbers(text: str) -> list[int]:
    """The numbers of [[1]], [[2]] in the order they stand."""
    return [int(number) for number in _GAP_MARK.findall(text)]
