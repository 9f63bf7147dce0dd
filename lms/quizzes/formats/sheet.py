"""Questions as a spreadsheet: a row a question, an answer a line within its cell. Pure.

Answers by type (``|`` parts what belongs together, ``\\|`` is a bar itself, ``\\n`` a line end):

* single, several: ``* верный | 50 | комментарий``; the star marks the right ones, share and comment may be left out
* true_false: ``верно`` or ``неверно``, or both lines with a star and comments
* short: ``текст | 100 | комментарий``; number: ``50 ± 0,5 | 100 | комментарий``
* matching: ``левое | правое``, and `` | лишнее правое``; ordering: the items in their right order
* gaps: the text holds [[1]], [[2]]; ``[[1]] текст 2`` begins a gap with its kind and weight, its answers follow
* essay: ``критерий | 2``

The settings are words parted by ``;``. Heads and words are read in Russian and in English, in any order of columns.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import StringIO
from typing import Any

from flask_babel import gettext as _

from lms.accounts.tables import Line, decode, workbook
from lms.quizzes.formats.draft import (
    FULL,
    MOST_QUESTIONS,
    ChoiceDraft,
    QuestionDraft,
    Reading,
    Unreadable,
    plain,
    read_decimal,
    whole,
)
from lms.quizzes.formats.sheet_words import COLUMN_OF, FLAGS, GAP_KINDS, KIND_OF, TRUTHS
from lms.quizzes.kinds import QuestionKind

_GAP_HEAD = re.compile(r"\[\[(\d{1,3})\]\]\s*(\w+)?\s*(\d{1,3})?\s*(?:;\s*(.*))?")
_ABOUT = re.compile(r"(.+?)\s*(?:±|\+-|\+/-)\s*(.+)")


class _Bad(ValueError):
    """This row cannot be read, and why."""


# --- reading ----------------------------------------------------------------------------------------------------------
def read(content: bytes | str) -> Reading:
    """An XLSX workbook, or a table as text. Raises Unreadable without a head that names type and question."""
    rows = _rows(content)
    head = [COLUMN_OF.get(" ".join(cell.lower().split()).rstrip(" *:")) for cell in rows[0].cells] if rows else []
    if "text" not in head or "answers" not in head:
        raise Unreadable(_("The first row must name the columns, as in the template: type, question, answers."), 1)
    reading = Reading()
    for row in rows[1:]:
        cells = {column: cell for column, cell in zip(head, row.cells, strict=False) if column}
        if not any(cell.strip() for cell in cells.values()):
            continue
        try:
            reading.add(_question(cells, row.number))
        except _Bad as error:
            reading.refuse(row.number, str(error), cells.get("text", ""))
    return reading


def is_head(line: str) -> bool:
    """Does a table of questions begin with that line?"""
    cells = {" ".join(cell.strip(' "').lower().split()) for cell in re.split(r"[\t;,]", line)}
    columns = {COLUMN_OF.get(cell) for cell in cells}
    return {"text", "answers"} <= columns


def _rows(content: bytes | str) -> list[Line]:
    if isinstance(content, bytes) and content.startswith(b"PK"):
        try:
            rows = workbook(content)
        except ValueError as error:
            raise Unreadable(str(error)) from error
    else:
        rows = _table(content if isinstance(content, str) else decode(content))
    rows = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if len(rows) > MOST_QUESTIONS + 1:
        raise Unreadable(_("The file is too long: at most 2,000 questions at once."))
    return rows


def _table(text: str) -> list[Line]:
    text = text.replace("\0", "")
    first = text.lstrip().split("\n", 1)[0]
    separator = next((sign for sign in "\t;" if sign in first), ",")
    rows = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        number = 1
        for cells in reader:
            rows.append(Line(number, cells))
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(_("A quotation mark is never closed."), len(rows) + 1) from error
    return rows


def _question(cells: dict[str, str], number: int) -> QuestionDraft:
    kind_word = " ".join(cells.get("type", "").lower().split())
    lines = [line.strip() for line in cells.get("answers", "").splitlines() if line.strip()]
    kind = KIND_OF.get(kind_word) if kind_word else _guessed(lines)
    if kind is None:
        raise _Bad(_("The type “%(type)s” does not exist here.", type=cells.get("type", "")[:60]))
    draft = QuestionDraft(
        kind,
        cells.get("text", ""),
        title=cells.get("title", ""),
        points=_points(cells.get("points", "")) if kind.asks else 0,
        explanation=cells.get("explanation", ""),
        topic=cells.get("topic", ""),
        tags=[tag for tag in cells.get("tags", "").split(";") if tag.strip()],
        line=number,
    )
    _READERS[kind](draft, lines, _settings(cells.get("settings", "")))
    return draft


def _guessed(lines: list[str]) -> QuestionKind:
    """Without a type, stars tell."""
    stars = sum(line.startswith("*") for line in lines)
    return QuestionKind.SINGLE if stars == 1 else QuestionKind.SEVERAL if stars else QuestionKind.SHORT


def _points(text: str) -> int:
    if not text.strip():
        return 1
    value = read_decimal(text)
    if value is None or value != value.to_integral_value():
        raise _Bad(_("The points must be from 1 to 100."))
    return int(value)


def _settings(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"units": []}
    for word in _split(text, ";"):
        flag = FLAGS.get(word.lower())
        name, _colon, value = word.partition(":")
        name = name.strip().lower()
        if flag:
            found[flag] = True
        elif name in {"единица", "unit"}:
            found["unit"] = value.strip()
        elif name in {"единицы", "units"}:
            unit, _equals, factor = value.rpartition("=")
            worth = read_decimal(factor)
            if not unit.strip() or not worth or worth < 0:
                raise _Bad(_("The setting “%(word)s” is not understood.", word=word[:60]))
            found["units"].append({"unit": unit.strip(), "factor": plain(worth)})
        elif name in {"слов", "words"}:
            found["words"] = [_count(part) for part in ([*value.split("-"), ""])[:2]]
        elif word:
            raise _Bad(_("The setting “%(word)s” is not understood.", word=word[:60]))
    return found


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) else None


def _split(text: str, sign: str = "|") -> list[str]:
    """The parts between signs that have no backslash before them, with their own backslashes read."""
    parts = re.split(rf"(?<!\\)((?:\\\\)*){re.escape(sign)}", text)
    joined = [parts[at] + (parts[at + 1] if at + 1 < len(parts) else "") for at in range(0, len(parts), 2)]
    return [_unslash(part).strip() for part in joined]


def _unslash(text: str) -> str:
    return re.sub(r"\\([\\|;n*\[])", lambda found: "\n" if found[1] == "n" else found[1], text)


def _row(line: str, usual: float) -> tuple[str, float, str]:
    parts = _split(line)
    text, share, said = ([*parts, "", ""])[:3]
    if len(parts) > 3:
        raise _Bad(_("In “%(words)s” there are too many bars |.", words=line[:40]))
    value = read_decimal(share.rstrip("% ")) if share else Decimal(str(usual))
    if value is None or abs(value) > FULL:
        raise _Bad(_("In “%(words)s” the share must be a number up to 100.", words=line[:40]))
    return text, whole(float(value)), said


def _choices(draft: QuestionDraft, lines: list[str], given: dict[str, Any]) -> None:
    draft.settings = {"shuffle": not given.get("fixed")}
    for line in lines:
        is_right = line.startswith("*")
        parts = _split(line)
        text, share, said = _row(line[1:] if is_right else line, FULL if is_right else 0)
        has_share = len(parts) > 1 and parts[1]
        draft.choices.append(ChoiceDraft(text, is_right, share if has_share else None, said))


def _truth(draft: QuestionDraft, lines: list[str], _given: dict[str, Any]) -> None:
    said, right = {"true": "", "false": ""}, None
    for line in lines:
        parts = _split(line.lstrip("* "))
        truth = TRUTHS.get(parts[0].lower())
        if truth is None:
            raise _Bad(_("Write “true” or “false” as the answer."))
        said["true" if truth else "false"] = parts[-1] if len(parts) > 1 else ""
        right = truth if line.startswith("*") or len(lines) == 1 else right
    if right is None:
        raise _Bad(_("No answer is right."))
    draft.settings = {"right": right, "feedback": said}


def _words(lines: list[str]) -> list[dict[str, Any]]:
    rows = (_row(line, FULL) for line in lines)
    return [{"text": text, "share": share, "feedback": said} for text, share, said in rows]


def _numbers(lines: list[str]) -> list[dict[str, Any]]:
    found = []
    for text, share, said in (_row(line, FULL) for line in lines):
        near = _ABOUT.fullmatch(text)
        answer, about = (near[1], near[2]) if near else (text, "0")
        value, tolerance = read_decimal(answer), read_decimal(about.rstrip("% "))
        if value is None or tolerance is None or tolerance < 0:
            raise _Bad(_("“%(words)s” is no number.", words=text[:40]))
        sign = "%" if about.endswith("%") and tolerance else ""
        found.append({"answer": plain(value), "tolerance": plain(tolerance) + sign, "share": share, "feedback": said})
    return found


def _spelling(rows: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    return {"accepted": rows} | {name: bool(given.get(name)) for name in ("case", "yo", "spaces", "wildcards")}


def _short(draft: QuestionDraft, lines: list[str], given: dict[str, Any]) -> None:
    draft.settings = _spelling(_words(lines), given)


def _number(draft: QuestionDraft, lines: list[str], given: dict[str, Any]) -> None:
    draft.settings = {"answers": _numbers(lines), "unit": given.get("unit", ""), "units": given["units"]}


def _matching(draft: QuestionDraft, lines: list[str], _given: dict[str, Any]) -> None:
    pairs, extra = [], []
    for line in lines:
        parts = _split(line)
        if len(parts) != 2:
            raise _Bad(_("In “%(words)s” one bar | must part the two sides.", words=line[:40]))
        if parts[0]:
            pairs.append({"left": parts[0], "right": parts[1]})
        else:
            extra.append(parts[1])
    draft.settings = {"pairs": pairs, "extra": extra}


def _ordering(draft: QuestionDraft, lines: list[str], given: dict[str, Any]) -> None:
    scoring = next((name for name in ("places", "neighbours") if given.get(name)), "exact")
    draft.settings = {"items": [_unslash(line) for line in lines], "scoring": scoring}


def _gaps(draft: QuestionDraft, lines: list[str], _given: dict[str, Any]) -> None:
    gaps: list[tuple[re.Match[str], list[str]]] = []
    for line in lines:
        head = _GAP_HEAD.fullmatch(line)
        if head:
            gaps.append((head, []))
        elif gaps:
            gaps[-1][1].append(line)
        else:
            raise _Bad(_("Before the answers of a gap there must be a line with its number: [[1]]."))
    if [int(head[1]) for head, _lines in gaps] != list(range(1, len(gaps) + 1)):
        raise _Bad(_("The gaps in the text and their answers do not match."))
    draft.settings = {"gaps": [_gap(head, answers) for head, answers in gaps]}


def _gap(head: re.Match[str], lines: list[str]) -> dict[str, Any]:
    kind = GAP_KINDS.get((head[2] or "текст").lower())
    if kind is None:
        raise _Bad(_("A gap of the type “%(type)s” is not known here.", type=head[2]))
    base = {"kind": kind, "points": min(max(int(head[3] or 1), 1), FULL)}
    given = _settings(head[4] or "")
    if kind == "short":
        return base | _spelling(_words(lines), given)
    if kind == "number":
        return base | {"answers": _numbers(lines), "unit": given.get("unit", ""), "units": given["units"]}
    options = []
    for line in lines:
        text, share, said = _row(line.removeprefix("*"), FULL if line.startswith("*") else 0)
        options.append({"text": text, "share": share, "feedback": said})
    return base | {"options": options}


def _essay(draft: QuestionDraft, lines: list[str], given: dict[str, Any]) -> None:
    rubric = []
    for line in lines:
        parts = _split(line)
        points = _count(parts[1]) if len(parts) > 1 and parts[1] else 1
        if not parts[0] or points is None or points > FULL or len(parts) > 2:
            raise _Bad(_("In “%(words)s” the points of the criterion must be a whole number.", words=line[:40]))
        rubric.append({"criterion": parts[0], "points": points})
    words = given.get("words")
    draft.settings = {"rubric": rubric or None, "words": words if words and any(words) else None}


def _info(draft: QuestionDraft, lines: list[str], _given: dict[str, Any]) -> None:
    if lines:
        draft.warnings.append(_("A text between questions has no answers; they are left out."))


_READERS = {
    QuestionKind.SINGLE: _choices, QuestionKind.SEVERAL: _choices, QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.SHORT: _short, QuestionKind.NUMBER: _number, QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering, QuestionKind.GAPS: _gaps, QuestionKind.ESSAY: _essay, QuestionKind.INFO: _info,
}  # fmt: skip
