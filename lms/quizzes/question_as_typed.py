"""A question as its form says it, and its rows as lines, for who changed it meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lms.quizzes import lines
from lms.quizzes.models import Question


def as_typed(question: Question) -> dict[str, Any]:
    """The question as its form says it."""
    settings = question.settings
    number, *more = settings.get("answers") or [{}]
    least, most = settings.get("words") or [None, None]
    told = settings.get("feedback") or {}
    return {
        "version": question.version,
        "kind": question.kind.value,
        "points": question.points,
        "title": question.title,
        "tags": ", ".join(question.tags or ()),
        "text": question.text,
        "explanation": question.explanation,
        "choices": [
            {
                "id": choice.id,
                "is_right": choice.is_right,
                "text": choice.text,
                "share": "" if choice.share is None else f"{choice.share:g}",
                "feedback": choice.feedback,
            }
            for choice in question.choices
        ],
        "keeps_order": settings.get("shuffle") is False,
        "right": "true" if settings.get("right") else "false",
        "feedback_true": told.get("true", ""),
        "feedback_false": told.get("false", ""),
        "accepted": lines.write_words(settings.get("accepted") or ()),
        **{name: bool(settings.get(name)) for name in ("case", "yo", "spaces", "wildcards")},
        "answer": str(number.get("answer", "")),
        "tolerance": str(number.get("tolerance", "0")),
        "unit": settings.get("unit", ""),
        "more_answers": lines.write_numbers(more),
        "units": lines.write_units(settings.get("units") or ()),
        "pairs": settings.get("pairs") or [],
        "extra": "\n".join(settings.get("extra") or ()),
        "items": "\n".join(settings.get("items") or ()),
        "scoring": settings.get("scoring", "places"),
        "gaps": [
            {"kind": gap["kind"], "points": gap.get("points", 1), "answers": lines.write_gap(gap)}
            for gap in settings.get("gaps") or ()
        ],
        "rubric": lines.write_rubric(settings.get("rubric") or ()),
        "least_words": least,
        "most_words": most,
    }


def choice_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "\n".join(_choice_line(row) for row in rows if row["text"] or row["feedback"] or row["is_right"])


def _choice_line(row: dict[str, Any]) -> str:
    share = f" ({row['share']} %)" if row["share"] else ""
    feedback = f" — {row['feedback']}" if row["feedback"] else ""
    return f"{'✓' if row['is_right'] else '○'} {row['text']}{share}{feedback}"


def pair_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "\n".join(f"{row['left']} — {row['right']}" for row in rows if row["left"] or row["right"])


def gap_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "\n\n".join(row["answers"] for row in rows if row["answers"])
