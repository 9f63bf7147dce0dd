"""Tests and banks of a Common Cartridge as quizzes and topics of the tree. No database."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from flask_babel import gettext as _

from lms.quizzes.formats import draft as drafts
from lms.quizzes.formats import qti12
from lms.transfer.archive import read_entry
from lms.transfer.cartridge_work import LARGEST_XML, Work, activity, inside_address
from lms.transfer.parcel import Tree


def read_test(work: Work, path: str, title: str) -> Tree | None:
    found = _questions(work, path, title)
    if found is None:
        return None
    assessment, asked = found
    return activity(
        work, "quiz", title or assessment.title, path, "passed",
        intro=assessment.intro, attempts_allowed=assessment.attempts, time_limit_minutes=assessment.minutes,
        questions=asked,
    )  # fmt: skip


def read_bank(work: Work, path: str, title: str) -> Tree | None:
    """Its questions on the shelves that they name; nothing for the module."""
    found = _questions(work, path, title)
    for question in found[1] if found else ():
        name = question.pop("topic") or title or _("Bank of the cartridge")
        shelf = next((topic for topic in work.topics if topic["title"] == name), None)
        if shelf is None:
            shelf = {"key": f"t{len(work.topics) + 1}", "title": name, "questions": []}
            work.topics.append(shelf)
        shelf["questions"].append(question)
    return None


def _questions(work: Work, path: str, title: str) -> tuple[qti12.Assessment, list[Tree]] | None:
    addresses: dict[str, str] = {}

    def name_of(said: str) -> str:
        inside = inside_address(work, path, said)
        if inside not in work.names or inside is None:
            work.doubt(_("A picture is not in the file: %(name)s.", name=said[-80:]))
            return ""
        number = work.number(inside)
        addresses[number] = f"/files/{number}/{quote(posixpath.basename(inside))}"
        return number

    try:
        assessment = qti12.read(read_entry(work.packed, path, most=LARGEST_XML), name_of)
    except drafts.Unreadable as error:
        work.doubt(_("“%(title)s” is left out: %(why)s", title=title or path, why=str(error)))
        return None
    name = title or assessment.title
    for problem in assessment.reading.problems:
        work.doubt(
            _("A question of “%(quiz)s” is left out: “%(about)s”. %(why)s",
              quiz=name, about=problem.about, why=problem.message)
        )  # fmt: skip
    for made in assessment.reading.drafts:
        for warning in made.warnings:
            work.doubt(f"{name}: {warning}")
    return assessment, [told(made, addresses) for made in assessment.reading.drafts]


def told(made: drafts.QuestionDraft, addresses: dict[str, str]) -> Tree:
    """A question as the tree has it; ``topic`` is where it lies in a bank."""
    return {
        "kind": made.kind.value,
        "title": made.title,
        "tags": made.tags,
        "text": drafts.with_pictures(made.text, addresses),
        "points": made.points,
        "explanation": made.explanation,
        "settings": made.settings,
        "choices": [
            {
                "text": drafts.with_pictures(one.text, addresses),
                "is_right": one.is_right,
                "share": one.share,
                "feedback": one.feedback,
            }
            for one in made.choices
        ],
        "topic": made.topic,
    }
