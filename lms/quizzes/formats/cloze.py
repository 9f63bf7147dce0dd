"""Gaps as Moodle writes them into a text: ``{1:SHORTANSWER:=Берлин#да~%50%берлин}``. Pure.

(docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type, and question/type/multianswer.)
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from lms.quizzes.formats.draft import (
    FULL,
    absolute,
    clean,
    plain,
    read_decimal,
    read_share,
    short_settings,
    whole,
)
from lms.quizzes.formats.markup import escaped, from_html, has_tags, to_plain
from lms.texts import one_line

_KINDS = {
    "SHORTANSWER": "short", "SA": "short", "MW": "short", "SHORTANSWER_C": "short", "SAC": "short", "MWC": "short",
    "NUMERICAL": "number", "NM": "number",
    **{
        f"{name}{tail}": "choice"
        for name, tails in (
            ("MULTICHOICE", ("", "_H", "_V", "_S", "_HS", "_VS")), ("MC", ("", "H", "V", "S", "HS", "VS")),
        )
        for tail in tails
    },
}  # fmt: skip
_CASED = {"SHORTANSWER_C", "SAC", "MWC"}
_GAP = re.compile(r"\{(\d{0,4}):([A-Z_]{2,20}):((?:\\.|[^\\{}]|\{(?![\d]*:))*?)\}", re.DOTALL)
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,10})?)%")
_SLASHED = re.compile(r"\\(.)", re.DOTALL)
_MARK = re.compile(r"\[\[(\d{1,3})\]\]")


class BadGap(ValueError):
    """A gap that cannot be read; the message says why."""


def read(text: str, *, markdown: bool = False) -> tuple[str, list[dict[str, Any]]]:
    """The text with [[1]], [[2]] in it, and the gaps, with choices in Markdown if the text is. Raises BadGap."""
    gaps: list[dict[str, Any]] = []

    def take(found: re.Match[str]) -> str:
        gaps.append(_gap(found[1], found[2], found[3], markdown=markdown))
        return f"[[{len(gaps)}]]"

    return _GAP.sub(take, _MARK.sub(r"[ [\1] ]", text)), gaps


def _gap(weight: str, name: str, answers: str, *, markdown: bool) -> dict[str, Any]:
    if name not in _KINDS:
        raise BadGap(_("A gap of the type “%(type)s” is not known here.", type=name))
    kind, points = _KINDS[name], min(max(int(weight or 1), 1), FULL)
    rows = [_row(piece, keep=markdown) for piece in _pieces(answers)]
    if kind == "choice":
        options = [
            {"text": text if markdown else _option(text), "share": share, "feedback": said}
            for text, share, said in rows
        ]
        return {"kind": "choice", "points": points, "options": options}
    if kind == "number":
        found = [_near(text) | {"share": share, "feedback": said} for text, share, said in rows if text != "*"]
        return {"kind": "number", "points": points, "answers": found, "unit": "", "units": []}
    accepted, stars = accepted_of([(text, share, said) for text, share, said in rows])
    return {"kind": "short", "points": points} | short_settings(accepted, case=name in _CASED, wildcards=stars)


def accepted_of(rows: list[tuple[str, float, str]]) -> tuple[list[dict[str, Any]], bool]:
    """Accepted answers, and whether a star in them stands for anything; ``\\*`` is a star itself."""
    stars = any(re.search(r"(?<!\\)\*", text) for text, _share, _said in rows)
    return [
        {"text": text if stars else text.replace("\\*", "*"), "share": share, "feedback": said}
        for text, share, said in rows
    ], stars


def _pieces(answers: str) -> list[str]:
    return [piece for piece in re.split(r"(?<!\\)~", answers) if piece.strip()]


def _row(piece: str, *, keep: bool) -> tuple[str, float, str]:
    """Text, share and comment; with ``keep`` tags in them are no tags."""
    piece = piece.strip()
    share: float = 0
    if piece.startswith("="):
        share, piece = FULL, piece[1:]
    weight = _WEIGHT.match(piece)
    if weight:
        share, piece = read_share(weight[1]), piece[weight.end() :]
    parts = re.split(r"(?<!\\)#", piece, maxsplit=1)
    plain_of = str.strip if keep else to_plain
    said = plain_of(_unslash(parts[1])) if len(parts) > 1 else ""
    return plain_of(_unslash(parts[0].strip())), share, one_line(said)


def _option(text: str) -> str:
    return from_html(text) if has_tags(text) else escaped(text)


def _unslash(text: str) -> str:
    return _SLASHED.sub(lambda found: found[1] if found[1] in '~=#{}\\"/' else found[0], text)


def _near(text: str) -> dict[str, str]:
    number, _colon, about = text.partition(":")
    value, tolerance = read_decimal(number), read_decimal(about or "0")
    if value is None or tolerance is None or tolerance < 0:
        raise BadGap(_("“%(words)s” is no number.", words=clean(text)[:40]))
    return {"answer": plain(value), "tolerance": plain(tolerance)}


# --- writing ----------------------------------------------------------------------------------------------------------
def write(text: str, gaps: list[dict[str, Any]]) -> str:
    return _MARK.sub(lambda found: _written(gaps[int(found[1]) - 1]) if int(found[1]) <= len(gaps) else found[0], text)


def _written(gap: dict[str, Any]) -> str:
    match gap["kind"]:
        case "choice":
            name, rows = "MULTICHOICE", [(one["text"], one) for one in gap["options"]]
        case "number":
            name, rows = "NUMERICAL", [(_number(one), one) for one in gap["answers"]]
        case _:
            name = "SHORTANSWER_C" if gap.get("case") else "SHORTANSWER"
            rows = [(star_text(one["text"], gap), one) for one in gap["accepted"]]
    pieces = [_piece(text, row, slashed=gap["kind"] != "number") for text, row in rows]
    return "{" + f"{gap.get('points', 1)}:{name}:{'~'.join(pieces)}" + "}"


def star_text(text: str, settings: dict[str, Any]) -> str:
    return text if settings.get("wildcards") else text.replace("*", "\\*")


def _piece(text: str, row: dict[str, Any], *, slashed: bool) -> str:
    share = whole(row.get("share", 0))
    sign = "=" if share == FULL else f"%{share}%" if share or text.startswith("%") else ""
    if share == FULL and text.startswith("%"):
        sign = "%100%"
    said = row.get("feedback") or ""
    return sign + (_slash(text) if slashed else text) + (f"#{_slash(said)}" if said else "")


def _number(row: dict[str, Any]) -> str:
    tolerance = absolute(row["answer"], str(row.get("tolerance") or "0"))
    return f"{row['answer']}:{tolerance}" if Decimal(tolerance) else str(row["answer"])


def _slash(text: str) -> str:
    return re.sub(r"([~=#{}\\\"])", r"\\\1", text)
